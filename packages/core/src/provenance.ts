/** @file Where the operands of a failed call come from, added to the message (K4). */
import type { DefnoteError } from "./errors.ts"
import { formatSite, type Site } from "./source.ts"
import { isTensor } from "./tensor.ts"
import { currentTrace } from "./trace.ts"

/** Characters of an expression in a message. */
const SNIPPET = 60
const SIDES = ["left ", "right"]
const explained = new WeakSet<DefnoteError>()

/** The expression of a site, on one line and cut where it is long. */
export function snippet({ module, from, to }: Site): string | undefined {
  const text = module.text?.slice(from, to).replace(/\s+/g, " ").trim()
  return text && text.length > SNIPPET ? `${text.slice(0, SNIPPET - 1)}…` : text
}

/** Notes the expression of the call, and the expressions that made its operands. Once: the innermost call knows best. */
export function explain(e: DefnoteError, args: readonly unknown[]): void {
  const trace = currentTrace()
  e.site ??= trace?.site
  if (explained.has(e) || !trace) return
  explained.add(e)
  const operands = args.filter(isTensor)
  const lines = operands.slice(0, 2).flatMap((x, i) => {
    const site = trace.table.notes.sites.get(x)?.at(-1)
    const text = site && snippet(site)
    return text
      ? [`  ${operands.length > 1 ? `${SIDES[i]}  ` : ""}made by ${text} at ${formatSite(site)}`]
      : []
  })
  e.addLines(lines)
}
