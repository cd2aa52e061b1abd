/** @file Measures of a layout for tests. */
import type { Layout } from "../layout/fold.ts"

interface Segment {
  readonly at: number
  readonly low: number
  readonly high: number
  readonly from: number
}

/** Proper crossings between horizontal and vertical segments of different sources, residuals apart. */
export function crossings({ edges }: Layout): number {
  const vertical: Segment[] = []
  const horizontal: Segment[] = []
  const seen = new Set<string>()
  for (const { kind, from, points } of edges) {
    if (kind === "residual") continue
    for (let i = 1; i < points.length; i++) {
      const [[x0, y0], [x1, y1]] = [points[i - 1], points[i]]
      const id = [from, x0, y0, x1, y1].join()
      if (seen.has(id)) continue
      seen.add(id)
      if (Math.abs(x0 - x1) < 0.5)
        vertical.push({ at: x0, low: Math.min(y0, y1), high: Math.max(y0, y1), from })
      else horizontal.push({ at: y0, low: Math.min(x0, x1), high: Math.max(x0, x1), from })
    }
  }
  const inside = (v: number, s: Segment) => v > s.low + 0.5 && v < s.high - 0.5
  let count = 0
  for (const v of vertical)
    for (const h of horizontal) if (v.from !== h.from && inside(h.at, v) && inside(v.at, h)) count++
  return count
}
