/** @file The scale of a tensor's colours and of its value axis: one for the whole tensor, or for the cells in sight. */
import {
  type Cells,
  CLIPPED,
  floatOf,
  type Scale,
  scaleOf,
  type TensorPicture,
} from "@defnote/display"
import type { Part } from "./tensor-data.ts"

/** What one tensor is drawn with. */
export interface TensorScale extends Scale {
  /** Ends of the value axis of a vector; 0 lies between them. */
  readonly range: readonly [low: number, high: number]
}

/** The scale of all elements: from the elements where they are stored, else as the kernel told. It does not change with zoom. */
export function wholeScale({ picture, levels }: Part): TensorScale {
  const level = levels[0]
  const whole = level && level.factor[0] * level.factor[1] === 1
  const stored = whole && level.panels * level.rows * level.columns === picture.stats.count
  const scale = stored ? scaleOf(level) : summaryScale(picture)
  return { ...scale, range: withZero(floatOf(picture.stats.min), floatOf(picture.stats.max)) }
}

/** The scale of the cells in sight. */
export function windowScale(cells: readonly Cells[]): TensorScale {
  let [low, high] = [0, 0]
  for (const { min, max } of cells) {
    for (const x of min) if (x < low) low = x
    for (const x of max) if (x > high) high = x
  }
  return { ...scaleOf(...cells), range: withZero(low, high) }
}

function withZero(low: number, high: number): readonly [number, number] {
  const [from, to] = [Math.min(0, low || 0), Math.max(0, high || 0)]
  return from === to ? [0, 1] : [from, to]
}

/** The kernel told the limit; a payload of before has the largest |x|. */
function summaryScale({ stats, limit }: TensorPicture): Scale {
  const [min, max] = [floatOf(stats.min), floatOf(stats.max)]
  const kind = min < 0 && max > 0 ? "diverging" : min < 0 ? "negative" : "positive"
  const largest = Math.max(Math.abs(min) || 0, Math.abs(max) || 0)
  const told = limit === undefined ? largest : floatOf(limit)
  const full = told > 0 ? told : 1
  return { limit: full, kind, clippedFrom: largest > CLIPPED * full ? largest : null }
}
