/** @file Lines that other notebooks understand: what to write here instead. It knows the text of a line, no kernel. */
import type { Diagnostic } from "./syntax.ts"

interface Habit {
  readonly when: RegExp
  readonly say: string
}
/** In order: the first that fits speaks. Only text that is not TypeScript comes here. */
const HABITS: readonly Habit[] = [
  {
    when: /^%%?time(it)?\b/u,
    say: 'that is a command of IPython. Here: console.time("run") before and console.timeEnd("run") after, or profile(f, ...) for a compiled function',
  },
  {
    when: /^%/u,
    say: "lines that begin with % are commands of IPython; a cell here is TypeScript",
  },
  {
    when: /^!/u,
    say: 'a command of the shell is run by JavaScript here: import { execSync } from "node:child_process", then execSync("...").toString()',
  },
  {
    when: /^\?{1,2}[\w.]+$|^[\w.]+\?{1,2}$/u,
    say: "put the cursor on the name and press Shift+Tab to read its documentation",
  },
  {
    when: /^(def |elif |import [\w.]+( as \w+)?$|from [\w.]+ import |lambda |(for|while|if|class|with) .*:$|print [^(])/u,
    say: "this looks like Python; a cell here is TypeScript",
  },
]

/** The finding with what to write instead, where the line looks like that of another notebook. */
export function withHabit(finding: Diagnostic, source: string): Diagnostic {
  if (finding.code !== "D101") return finding
  const from = source.lastIndexOf("\n", finding.from - 1) + 1
  const line = source.slice(from).split("\n", 1)[0]
  const habit = HABITS.find(({ when }) => when.test(line.trim()))
  return habit ? { ...finding, message: `${finding.message}; ${habit.say}` } : finding
}
