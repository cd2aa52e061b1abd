/** @file A vector as bars or as a curve with its band. */
import { formatNumber } from "../format.ts"
import { FAINT } from "../paint/theme.ts"
import type { TensorDoc } from "../payload.ts"
import { type Cells, cellsOf } from "./cells.ts"
import { PAD, type Pen, round, text, WIDTH } from "./pen.ts"

/** Bars up to 64 entries, beyond that the band from minimum to maximum with the mean in it. */
export function drawVector(pen: Pen, doc: TensorDoc, y: number): number {
  const cells = cellsOf(doc, 1, 1, 300)
  if (!cells) return y
  const { add, out, theme } = pen
  const [low, high] = [Math.min(0, ...finite(cells.min)), Math.max(0, ...finite(cells.max))]
  const span = high - low || 1
  const [left, height] = [PAD + 50, 110]
  const at = (v: number) => y + ((high - v) / span) * height
  const step = (WIDTH - PAD - left) / cells.columns
  const w = Math.min(28, step)
  const bars = (sign: 1 | -1) =>
    Array.from(cells.mean, (v, k) => {
      if (!(v * sign > 0)) return ""
      const x = left + k * w
      return `M${round(x)} ${round(at(0))}V${round(at(v))}h${round(Math.max(0.6, w * 0.9))}V${round(at(0))}z`
    }).join("")
  const few = cells.columns <= 64
  if (!few)
    out.push(
      `<path d="${bandPath(cells, (k) => left + (k + 0.5) * w, at)}" fill="${theme.colours.ink3}" opacity="${FAINT}"/>`,
    )
  if (few)
    for (const [sign, hue] of [
      [1, "positive"],
      [-1, "negative"],
    ] as const)
      out.push(`<path d="${bars(sign)}" fill="${theme.colours[hue]}"/>`)
  else
    for (const points of curves(cells, (k) => left + (k + 0.5) * w, at))
      add({ kind: "line", role: "plain", points, stroke: "ink", width: 1.25 })
  drawBad(pen, cells, (k) => left + k * w, y, w, height)
  const end = left + w * cells.columns
  add({
    kind: "line",
    role: "plain",
    points: [
      [left, at(0)],
      [end, at(0)],
    ],
    stroke: "ink3",
    width: 0.75,
  })
  for (const v of new Set([low, high]))
    add(text(left - 6, at(v) + 4, 9.5, formatNumber(v), "ink3", { anchor: "end" }))
  add(
    text(left, y + height + 14, 9.5, "0", "ink3"),
    text(Math.max(end, left + 30), y + height + 14, 9.5, String(doc.shape[0] - 1), "ink3", {
      anchor: "end",
    }),
  )
  return y + height + 30
}

/** Entries that are not finite, over the whole height. */
function drawBad(
  { add }: Pen,
  cells: Cells,
  x: (k: number) => number,
  y: number,
  w: number,
  h: number,
): void {
  cells.flags.forEach((flag, k) => {
    if (flag & 7)
      add({ kind: "rect", role: "plain", x: x(k), y, w: Math.max(1.5, w * 0.9), h, fill: "warn" })
  })
}

const finite = (values: Float64Array): number[] => Array.from(values).filter(Number.isFinite)

type At = (value: number) => number

function bandPath(cells: Cells, x: At, y: At): string {
  const known = Array.from(cells.mean.keys()).filter((k) => Number.isFinite(cells.mean[k]))
  const point = (k: number, v: number) => `${round(x(k))} ${round(y(v))}`
  const over = known.map((k) => point(k, cells.max[k]))
  const under = known.map((k) => point(k, cells.min[k])).reverse()
  return known.length > 0 ? `M${[...over, ...under].join("L")}z` : "M0 0"
}

/** The mean, in pieces where it is not finite. */
function curves(cells: Cells, x: At, y: At): [number, number][][] {
  const pieces: [number, number][][] = [[]]
  cells.mean.forEach((v, k) => {
    if (Number.isFinite(v)) pieces[pieces.length - 1].push([x(k), y(v)])
    else pieces.push([])
  })
  return pieces.filter((piece) => piece.length > 1)
}
