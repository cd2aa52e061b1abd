/** @file Edges at which a gradient stops: which they are, and their scissors with the reason (VISUAL 12). */
import type { Edge, Point } from "../layout/boxes.ts"
import type { Layout } from "../layout/fold.ts"
import type { Cut, GraphLike } from "../payload.ts"
import type { Item } from "./primitives.ts"
import { textWidth } from "./text-width.ts"

/** One word beside the scissors. */
const WORD: Readonly<Record<Cut["kind"], string>> = {
  stop: "stopped",
  integer: "integer",
  comparison: "comparison",
  step: "step",
  unused: "unused",
  dead: "dead",
  zero: "× 0",
}

/** The cuts that the first run of a document found. */
export const cutsOf = (doc: GraphLike): readonly Cut[] =>
  doc.runs?.[0]?.first?.flatMap((f) => f.cuts ?? []) ?? []

/** Why the gradient stops at an edge: "" where it is not known, undefined where it does not. */
export function cutAt(layout: Layout, edge: Edge): string | undefined {
  if (edge.kind !== "forward" && edge.kind !== "leaf") return undefined
  const cut = cutBetween(layout, edge.from, edge.to, edge.values)
  return cut ?? (edge.kind === "forward" && stopsAt(layout, edge.to) ? "" : undefined)
}
/** The same for two boxes; `values` are nodes that a view between them reads through. */
export function cutBetween(
  { model, boxOf }: Layout,
  from: number,
  to: number,
  values: readonly number[] = [],
): string | undefined {
  const cut = cutsOf(model.doc).find(
    (c) => boxOf[c.to] === to && (boxOf[c.from] === from || values.includes(c.from)),
  )
  return cut && WORD[cut.kind]
}
/** A document without cuts says only the operation. */
const stopsAt = ({ model, boxOf }: Layout, box: number): boolean =>
  model.doc.runs?.[0]?.first?.some(
    (f) => f.kind === "zero-grad" && !f.cuts && boxOf[f.node] === box,
  ) ?? false

/** The scissors in the middle of a polyline, with the word beside it. */
export function drawScissors(
  points: readonly Point[],
  word: string,
  add: (...items: Item[]) => void,
): void {
  const at = points.length >> 1
  const x = (points[at - 1][0] + points[at][0]) / 2
  const y = (points[at - 1][1] + points[at][1]) / 2
  label(x + 4, y, word ? `✂ ${word}` : "✂", add)
}
/** The scissors between a chip and its consumer: there is no room for the word. */
export function drawScissorsAtChip(
  points: readonly Point[],
  add: (...items: Item[]) => void,
): void {
  const [[from], [to, y]] = [points[0], points[points.length - 1]]
  label((from + to) / 2 - 8, y, "✂", add)
}
function label(x: number, y: number, text: string, add: (...items: Item[]) => void): void {
  const w = textWidth(text, 11) + 4
  add(
    { kind: "rect", role: "badge", x, y: y - 7, w, h: 14, radius: 3, fill: "paper" },
    { kind: "text", role: "badge", x: x + 2, y: y + 4, size: 11, text, fill: "error", weight: 600 },
  )
}
