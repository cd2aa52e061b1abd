/** @file The derivative of each op as text and LaTeX, printed from the rule's own graph (D3.4). */
import { derivativeFormulas, type Op, type Tensor } from "@defnote/core"
import type { Rule } from "../payload.ts"
import { mathText } from "./math-text.ts"

/** What the printed formulas call the inputs, by their number. */
const LETTERS = [["x"], ["a", "b"], ["c", "a", "b"]] as const

/** A formula over letters as a template: `{g}`, `{y}`, `{0}`. */
function template(latex: string, letters: readonly string[]): string {
  const marked = latex
    .replace(/\\bar y/g, "⟦g⟧")
    .replace(/(?<![\\\w])([a-z])(?![\w])/g, (whole, c: string) => {
      const i = letters.indexOf(c)
      return i >= 0 ? `⟦${i}⟧` : c === "y" ? "⟦y⟧" : whole
    })
  return mathText(marked).replace(/⟦(\w)⟧/g, "{$1}")
}

/** One rule per differentiable input of the node's op. */
export function rulesOf(n: Tensor): Rule[] {
  const letters = LETTERS[n.inputs.length - 1] ?? []
  return derivativeFormulas(n).map(({ input, latex }) => ({
    id: ruleId(n.op, n, input),
    latex: `\\bar ${letters[input] ?? "x"} = ${latex}`,
    text: template(latex, letters),
    input,
  }))
}
export const ruleId = (op: Op, n: Tensor, input: number): string =>
  `${op.name}/${n.inputs.length}.${input}`

/** How the op is written, with `{0}`, `{1}` for its inputs. */
export function notationOf(op: Op, inputs: number): string | undefined {
  if (!op.latex) return undefined
  const printed = op.latex.print(...Array.from({ length: inputs }, (_, i) => `⟦${i}⟧`))
  return mathText(printed).replace(/⟦(\w)⟧/g, "{$1}")
}
