/** @file Several tensors of one shape side by side, each with its own scale: value | gradient | update. */
import { clip, floatOf, formatNumber } from "../format.ts"
import type { Token } from "../paint/theme.ts"
import type { TensorDoc, TensorPicture } from "../payload.ts"
import { loudWords } from "../tensor-text.ts"
import { cellsOf, scaleOf } from "./cells.ts"
import { drawGrid } from "./heat-map.ts"
import { PAD, type Pen, text, WIDTH } from "./pen.ts"

const GAP = 22
const HEIGHT = 220
const ACROSS = 3

/** Colour of a tensor's name: the role colours of the graph. */
const INK: Readonly<Record<string, Token>> = { value: "fwd", gradient: "bwd", update: "upd" }

/** One panel per tensor, at most three a row; of higher ranks the first matrix. */
export function drawLinked(pen: Pen, doc: TensorDoc, y: number, most: number): number {
  const parts: readonly TensorPicture[] = [doc, ...(doc.linked ?? [])]
  const across = Math.min(ACROSS, parts.length)
  const room = (WIDTH - 2 * PAD - (across - 1) * GAP) / across
  let [top, bottom] = [y, y]
  parts.forEach((part, k) => {
    if (k > 0 && k % across === 0) top = bottom + 10
    const x = PAD + (k % across) * (room + GAP)
    bottom = Math.max(bottom, drawPart(pen, { ...doc, ...part }, x, top, room, most / parts.length))
  })
  if (doc.ratio === undefined) return bottom
  const ratio = `‖update‖ / ‖value‖ = ${formatNumber(floatOf(doc.ratio))}`
  pen.add(text(PAD, bottom + 12, 10.5, ratio, "ink2"))
  return bottom + 22
}

function drawPart(
  pen: Pen,
  doc: TensorDoc,
  x: number,
  y: number,
  room: number,
  most: number,
): number {
  const side = Math.max(2, Math.floor(Math.sqrt(most)))
  const cells = cellsOf(doc, 1, side, Math.max(side, Math.floor(most / (doc.shape.at(-2) ?? 1))))
  const name = clip(doc.label ?? "", 14)
  pen.add(text(x, y + 12, 10.5, name, INK[doc.role ?? ""] ?? "ink", { weight: 600 }))
  if (!cells) return y + 20
  const scale = scaleOf(cells)
  const after = x + ([...name].length + 1) * 6.3
  const facts = [`±${formatNumber(scale.limit)}`, ...loudWords(doc.stats)].join("  ")
  pen.add(text(after, y + 12, 10, clip(facts, Math.floor((x + room - after) / 6)), "ink2"))
  const size = Math.min(22, room / cells.columns, HEIGHT / cells.rows)
  const cell: [number, number] = [
    Math.max(size, Math.min(4, room / cells.columns)),
    Math.max(size, Math.min(4, HEIGHT / cells.rows)),
  ]
  drawGrid(pen, cells, 0, { x, y: y + 20, cell }, scale)
  return y + 20 + cell[1] * cells.rows + 8
}
