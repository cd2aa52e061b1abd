/** @file The structure of an operation's local Jacobian as a small picture with its name. */
import { formatCount, formatPercent, jacobianOf, type Pattern } from "@defnote/display"
import { context2d, element, sizeCanvas } from "./dom.ts"
import type { PanelContext } from "./step-panels.ts"

/** Largest side of the picture in px, and of one entry. */
const SIDE = 132
const ENTRY = 12

/** Rows are entries of the output, columns those of the input; each coloured cell is a derivative that is not 0. */
export function jacobianPanel(context: PanelContext): HTMLElement {
  const { step, numbers, theme, translate: t } = context
  const { back } = step
  if (!back)
    return element(
      "p",
      "dn-mute",
      {},
      t("Steps backward have a local Jacobian; go to one of them."),
    )
  const found = jacobianOf(step, numbers)
  const name = `∂${step.names[step.names.length - 1]}/∂${step.names[back.input]}`
  if (!found) {
    const why = back.jacobian.why ?? t("a tensor is too large to be stored")
    return element("p", "dn-mute", {}, t("The Jacobian %1 is not shown: %2.", name, why))
  }
  const { rows, columns, entries, pattern } = found
  const scale = Math.min(ENTRY, SIDE / rows, SIDE / columns)
  const [w, h] = [columns * scale, rows * scale]
  const canvas = element("canvas", "dn-step-jacobian", {
    role: "img",
    "aria-label": t("%1: %2 by %3, %4", name, rows, columns, wordOf(pattern, context)),
  })
  const ratio = sizeCanvas(canvas, Math.ceil(w), Math.ceil(h))
  const paint = context2d(canvas)
  paint.scale(ratio, ratio)
  const gap = scale >= 6 ? 1 : 0
  for (const { row, column, value } of entries) {
    paint.fillStyle = value > 0 ? theme.colours.positive : theme.colours.negative
    if (!Number.isFinite(value)) paint.fillStyle = theme.colours.warn
    paint.fillRect(column * scale, row * scale, Math.max(1, scale - gap), Math.max(1, scale - gap))
  }
  const all = rows * columns
  const share = t(
    "%1 of %2 entries are not 0 (%3)",
    formatCount(entries.length),
    formatCount(all),
    formatPercent(entries.length, all),
  )
  const words = element(
    "div",
    "",
    {},
    element("h4", "dn-code", {}, `${name}  [${rows}, ${columns}]`),
    element("p", "", {}, wordOf(pattern, context)),
    element("p", "dn-mute", {}, share),
    element(
      "p",
      "dn-mute",
      {},
      t(
        "Rows: entries of the output. Columns: entries of the input. Green is positive, violet negative.",
      ),
    ),
  )
  return element("div", "dn-step-side", {}, canvas, words)
}

function wordOf(pattern: Pattern, { translate: t }: PanelContext): string {
  const words: Record<Pattern, string> = {
    diagonal: t(
      "diagonal: each output depends on its own input alone, so the gradient is multiplied entry by entry",
    ),
    permutation: t("a permutation: each output is one of the inputs, so the gradient only moves"),
    row: t("one row: a single output depends on the inputs, so its gradient goes to all of them"),
    column: t("one column: a single input goes to every output, so their gradients add up"),
    dense: t("dense: every output depends on every input"),
    triangle: t(
      "a triangle: each output depends on the inputs up to its own place, or from there on",
    ),
    sparse: t("sparse: each output depends on some of the inputs"),
    zero: t("all zero: nothing goes back"),
  }
  return words[pattern]
}
