/** @file What a screen reader says of a graph: one sentence per row, made from the layout (VISUAL: ARIA). */
import type { Layout } from "./layout/fold.ts"
import type { Row } from "./layout/rows.ts"
import { Labels, savedText, typeOf } from "./paint/labels.ts"

const DTYPE: Record<string, string> = {
  f: "float",
  bf: "brain float",
  i: "integer",
  u: "unsigned",
  c: "complex",
}
const WORD: readonly (readonly [RegExp, string])[] = [
  [/ = /g, " equals "],
  [/ − /g, " minus "],
  [/ \+ /g, " plus "],
  [/ × /g, " times "],
  [/ · /g, " times "],
  [/ \/ /g, " divided by "],
  [/²/g, " squared"],
  [/ᵀ/g, " transposed"],
  [/√/g, "root of "],
  [/Σ /g, "sum of "],
  [/−/g, "minus "],
  [/ > /g, " greater than "],
  [/ < /g, " less than "],
  [/ \? /g, " then "],
  [/ : /g, " else "],
  [/ḡ/g, "g bar"],
  [/[()▸]/g, ""],
]

/** A formula in words: `∂t₂ = ∂h × (1 − h²)` is "∂t2 equals ∂h times 1 minus h squared". */
export function speakFormula(text: string): string {
  let spoken = text.replace(/[₀-₉]/g, (digit) => String(digit.charCodeAt(0) - 0x2080))
  for (const [pattern, word] of WORD) spoken = spoken.replace(pattern, word)
  return spoken.replace(/\s+/g, " ").trim()
}

/** A type in words: `f32[4, 2]` is "float 32, 4 by 2"; `f32[]` is "float 32 scalar". */
export function speakType(type: string): string {
  const match = /^([a-z]+)(\d*)\[(.*)\](.*)$/.exec(type)
  if (!match) return type
  const [, letters, bits, shape] = match
  const dtype = bits ? `${DTYPE[letters] ?? letters} ${bits}` : letters
  return shape ? `${dtype}, ${shape.split(", ").join(" by ")}` : `${dtype} scalar`
}

/** The label of one row: the op, its type, what it saves, its derivatives, its place. */
export function describeRow(
  layout: Layout,
  index: number,
  labels = new Labels(layout.model, layout.tree),
): string {
  const row = layout.rows[index]
  const parts = [forwardText(layout, row, labels)]
  const given = row.leaves.map((chip) => labels.of(layout.boxes[chip.box]).title)
  if (given.length > 0) parts.push(`Reads ${given.join(", ")}`)
  for (const box of row.backward) parts.push(`Derivative: ${boxText(layout, box, labels)}`)
  for (const box of row.updates) {
    const { title } = labels.of(layout.boxes[box])
    parts.push(
      `${layout.boxes[box].kind === "result" ? "Result" : "Update"}: ${speakFormula(title)}`,
    )
  }
  parts.push(`Row ${index + 1} of ${layout.rows.length}`)
  return `${parts.filter(Boolean).join(". ")}.`
}

function forwardText(layout: Layout, row: Row, labels: Labels): string {
  if (row.forward < 0) return ""
  const box = layout.boxes[row.forward]
  const label = labels.of(box)
  const times = label.times > 1 ? `, ${label.times} times` : ""
  const saved = label.saved > 0 ? `, ${savedText(label)}` : ""
  if (box.kind === "scope")
    return `Closed scope ${speakFormula(label.title)}${times}, ${label.second}${saved}`
  return `${speakFormula(label.title)}, ${speakType(typeOf(layout.model, box.node))}${saved}`
}

function boxText(layout: Layout, index: number, labels: Labels): string {
  const box = layout.boxes[index]
  const label = labels.of(box)
  const second = label.formula ? `, ${speakFormula(label.second)}` : ""
  const uses = label.uses > 1 ? `, sum of ${label.uses} uses` : ""
  return `${speakFormula(label.title)}${box.kind === "scope" ? `, ${label.second}` : second}${uses}`
}

/** The labels of all rows, in order. */
export function describeRows(layout: Layout): string[] {
  const labels = new Labels(layout.model, layout.tree)
  return layout.rows.map((_, index) => describeRow(layout, index, labels))
}

/** The label of the whole tree. */
export function describeGraph(layout: Layout): string {
  const { columns, model } = layout
  const what = columns.hasBackward ? "forward and backward graph" : "graph"
  return `${model.doc.title ?? "computation"}, ${what}, ${layout.rows.length} rows`
}
