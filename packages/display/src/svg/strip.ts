/** @file A histogram over powers of two as a strip: zeros hollow on the left, NaN yellow on the right. */
import type { Item } from "../paint/primitives.ts"
import type { Theme, Token } from "../paint/theme.ts"
import { itemSvg } from "./svg.ts"

/** Strip of the gradient inspector, in px. */
export const STRIP = { width: 132, height: 22, zero: 8, gap: 5 } as const

const n = (value: number): string => String(Math.round(value * 10) / 10)

/** Path data of filled bars that stand on `base`, without a gap where the step is small. */
export function barsPath(
  heights: readonly number[],
  x: number,
  base: number,
  step: number,
): string {
  const w = step > 4 ? step - 1 : step * 0.9
  return heights
    .map((h, k) => (h > 0 ? `M${n(x + k * step)} ${n(base)}v${n(-h)}h${n(w)}v${n(h)}z` : ""))
    .join("")
}

/** Markup of one strip with its left edge at x and its baseline at y. Heights share one scale. */
export function stripSvg(
  counts: { readonly zeros: number; readonly bins: readonly number[]; readonly bad: number },
  x: number,
  y: number,
  hue: Token,
  theme: Theme,
): string {
  const { colours } = theme
  const most = Math.max(1, counts.zeros, ...counts.bins, counts.bad)
  const height = (count: number) =>
    count > 0 ? Math.max(1.5, (count / most) * (STRIP.height - 2)) : 0
  const start = x + STRIP.zero + STRIP.gap
  const room = STRIP.width - 2 * (STRIP.zero + STRIP.gap)
  const items: Item[] = [
    {
      kind: "line",
      role: "plain",
      points: [
        [start, y + 0.5],
        [start + room, y + 0.5],
      ],
      stroke: "line",
      width: 1,
    },
  ]
  const end = (at: number, count: number, fill: Token, stroke: Token) => {
    const h = Math.max(3, height(count))
    items.push({
      kind: "rect",
      role: "plain",
      x: at + 0.5,
      y: y - h,
      w: STRIP.zero - 1,
      h,
      fill,
      stroke,
      width: 1,
    })
  }
  if (counts.zeros > 0) end(x, counts.zeros, "paper", hue)
  if (counts.bad > 0) end(x + STRIP.width - STRIP.zero, counts.bad, "warn", "warnInk")
  const path = barsPath(counts.bins.map(height), start, y, room / Math.max(1, counts.bins.length))
  const bars = path ? `<path d="${path}" fill="${colours[hue]}"/>` : ""
  return items.map((item) => itemSvg(item, theme)).join("") + bars
}
