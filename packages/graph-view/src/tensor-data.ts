/** @file A tensor payload as numbers that can be looked up by index; no pictures. */
import { decodeFloats, fromBase64, type TensorDoc, type TensorLevel } from "@defnote/display"

/** One decoded level of the pyramid. */
export interface Level {
  readonly panels: number
  readonly rows: number
  readonly columns: number
  readonly factor: readonly [rows: number, columns: number]
  readonly mean: Float64Array
  readonly flags: Uint8Array
}

/** Bits of `TensorLevel.flags`. */
export const FLAG = { nan: 1, posInf: 2, negInf: 4, zero: 8 } as const

/** Decodes a level; throws when a column is not what the counts say. */
export function decodeLevel(level: TensorLevel): Level {
  const cells = level.panels * level.rows * level.columns
  const mean = decodeFloats(level.mean, 4)
  const flags = fromBase64(level.flags)
  if (mean?.length !== cells || flags?.length !== cells) {
    throw new Error(
      `tensor: a level of ${level.panels} x ${level.rows} x ${level.columns} has ` +
        `${mean?.length ?? "no"} values and ${flags?.length ?? "no"} flags; it must have ${cells}`,
    )
  }
  return { ...level, mean, flags }
}

/** Number of axes before the last two. */
export const leadingAxes = (doc: TensorDoc): readonly number[] => doc.shape.slice(0, -2)

/** Row-major index of a panel. */
export function panelIndex(sizes: readonly number[], index: readonly number[]): number {
  return sizes.reduce((at, size, axis) => at * size + (index[axis] ?? 0), 0)
}

/** Name of an axis, or `axis 2`. */
export function axisName(doc: TensorDoc, axis: number): string {
  return doc.names?.[axis] ?? `axis ${axis}`
}

/** How numbers become colours: the limits, and whether both signs occur. */
export interface Scale {
  readonly limit: number
  readonly kind: "diverging" | "positive" | "negative"
  /** The largest magnitude, when `limit` is below it because of clipping. */
  readonly clippedFrom: number | null
}

/** Clips at the 98.5th percentile of the magnitudes, so that one large value does not blank the rest. */
export function scaleOf(levels: Level): Scale {
  const sizes = levels.mean
    .filter((v) => Number.isFinite(v) && v !== 0)
    .map(Math.abs)
    .sort()
  const largest = sizes.at(-1) ?? 1
  const cut = sizes[Math.floor((sizes.length - 1) * 0.985)] ?? 1
  const limit = largest > 2 * cut ? cut : largest
  const negative = levels.mean.some((v) => v < 0)
  const positive = levels.mean.some((v) => v > 0)
  const kind = negative && positive ? "diverging" : negative ? "negative" : "positive"
  return { limit, kind, clippedFrom: limit < largest ? largest : null }
}
