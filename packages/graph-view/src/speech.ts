/** @file What a row says to a screen reader: symbols become words (VISUAL §10). */
import type { Box, Labels, Layout, Row } from "@defnote/display"
import type { Translate } from "./view.ts"

const WORDS: readonly (readonly [RegExp, string])[] = [
  [/=/g, " equals "],
  [/×/g, " times "],
  [/·/g, " matrix times "],
  [/−/g, " minus "],
  [/²/g, " squared"],
  [/√/g, " square root of "],
  [/Σ/g, " sum of "],
  [/ᵀ/g, " transposed"],
  [/↻/g, "loop "],
  [/ḡ/g, " incoming gradient"],
  [/\bf(16|32|64)\b/g, "float $1"],
  [/\bbf16\b/g, "b float 16"],
  [/\bi(8|16|32|64)\b/g, "int $1"],
  [/\bu(8|16|32|64)\b/g, "unsigned $1"],
  [/\[\]/g, ", scalar"],
  [/\[([^\]]*)\]/g, ", $1"],
]

const SUBSCRIPT = "₀₁₂₃₄₅₆₇₈₉"

/** Mathematical text as words: `h = tanh t₂` is "h equals tanh t2". */
export function spoken(text: string): string {
  let words = text.replace(/[₀-₉]/g, (digit) => String(SUBSCRIPT.indexOf(digit)))
  words = words.replace(/(\d), (?=\d)/g, "$1 by ")
  for (const [symbol, word] of WORDS) words = words.replace(symbol, word)
  return words
    .replace(/\s+/g, " ")
    .replace(/ ,/g, ",")
    .replace(/^\s*,\s*/, "")
    .trim()
}

/** What one box says. */
export function spokenBox(box: Box, labels: Labels, translate: Translate): string {
  const label = labels.of(box)
  const parts = [spoken(label.title), spoken(label.second)]
  if (label.times) parts.push(translate("%1 times", label.times))
  if (label.saved) parts.push(translate("saved %1 bytes", label.saved))
  return parts.filter(Boolean).join(", ")
}

/** What one row says: operation, derivative, and where it is. */
export function spokenRow(
  layout: Layout,
  labels: Labels,
  row: Row,
  index: number,
  translate: Translate,
): string {
  const text = (box: number) => spokenBox(layout.boxes[box], labels, translate)
  const forward =
    row.forward >= 0 ? text(row.forward) : row.leaves.map((l) => text(l.box)).join("; ")
  const backward = row.backward.map(text).join("; ")
  const derivative = backward ? ` ${translate("Derivative: %1.", backward)}` : ""
  return `${forward}.${derivative} ${translate("Row %1 of %2.", index + 1, layout.rows.length)}`
}
