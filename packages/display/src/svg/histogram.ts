/** @file The histogram below a tensor's picture. */
import { superscript } from "../format.ts"
import type { Token } from "../paint/theme.ts"
import type { TensorDoc } from "../payload.ts"
import { PAD, type Pen, text } from "./pen.ts"
import { barsPath } from "./strip.ts"

/** Powers of two on one axis, both signs together; exact zeros and NaN as bars of their own. */
export function drawHistogram(pen: Pen, { histogram, stats }: TensorDoc, y: number): number {
  const bins = histogram.positive.map((count, k) => count + (histogram.negative[k] ?? 0))
  const bad = stats.nan + stats.posInf + stats.negInf
  if (stats.count < 2 || (bins.length === 0 && bad === 0)) return y
  const shown = bins.slice(-40)
  const first = histogram.first + bins.length - shown.length
  const { out, add, theme } = pen
  const [left, base] = [PAD + 50, y + 54]
  const most = Math.max(1, stats.zeros, bad, ...shown)
  const height = (count: number) => (count > 0 ? Math.max(2, (count / most) * 44) : 0)
  const step = Math.min(16, 400 / Math.max(1, shown.length))
  const start = left + (stats.zeros > 0 ? 30 : 0)
  const end = start + step * shown.length
  if (stats.zeros > 0) drawAside(pen, left, base, height(stats.zeros), "0", ["paper", "ink2"])
  out.push(
    `<path d="${barsPath(shown.map(height), start, base, step) || "M0 0"}" fill="${theme.colours.ink3}"/>`,
  )
  if (bad > 0) {
    const name = stats.nan > 0 ? "NaN" : "Inf"
    drawAside(pen, end + 12, base, height(bad), name, ["warn", "warnInk"])
  }
  add({
    kind: "line",
    role: "plain",
    points: [
      [left, base + 0.5],
      [Math.max(end, start + 20), base + 0.5],
    ],
    stroke: "line",
    width: 1,
  })
  for (let k = 0, last = -99; k < shown.length; k++) {
    const x = start + (k + 0.5) * step
    if (x - last < 38 || (first + k) % 2 !== 0) continue
    add(text(x, base + 13, 9.5, `2${superscript(first + k)}`, "ink3", { anchor: "middle" }))
    last = x
  }
  return base + 22
}

/** A bar that stands beside the axis: what has no power of two. */
function drawAside(
  { add }: Pen,
  x: number,
  base: number,
  h: number,
  label: string,
  [fill, stroke]: readonly [Token, Token],
): void {
  add({ kind: "rect", role: "plain", x: x + 0.5, y: base - h, w: 13, h, fill, stroke, width: 1 })
  add(text(x + 7, base + 13, 9.5, label, "ink3", { anchor: "middle" }))
}
