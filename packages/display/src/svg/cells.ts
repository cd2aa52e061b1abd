/** @file Cells of a tensor's pyramid for a picture: decoded, coarsened to a number of cells, coloured. */
import { decodeFloats, fromBase64 } from "../base64.ts"
import { dataColour, type Theme } from "../paint/theme.ts"
import type { TensorDoc, TensorLevel } from "../payload.ts"

/** Flags of a cell, as in `TensorLevel.flags`. */
export const FLAG = { nan: 1, posInf: 2, negInf: 4, zero: 8 } as const

/** One level, decoded. `factor` says how many elements of each axis are in a cell. */
export interface Cells {
  readonly panels: number
  readonly rows: number
  readonly columns: number
  readonly factor: readonly [number, number]
  readonly mean: Float64Array
  readonly min: Float64Array
  readonly max: Float64Array
  readonly flags: Uint8Array
}

export function decodeLevel(level: TensorLevel): Cells {
  const mean = decodeFloats(level.mean, 4) ?? new Float64Array()
  const min = level.min === undefined ? mean : (decodeFloats(level.min, 4) ?? mean)
  const max = level.max === undefined ? mean : (decodeFloats(level.max, 4) ?? mean)
  return { ...level, mean, min, max, flags: fromBase64(level.flags) ?? new Uint8Array() }
}

/** The finest stored cells with at most so many panels, and so many rows and columns in each. */
export function cellsOf(
  doc: TensorDoc,
  panels: number,
  rows: number,
  columns: number,
): Cells | undefined {
  const level =
    doc.pyramid.find((l) => l.rows <= rows && l.columns <= columns) ??
    doc.pyramid[doc.pyramid.length - 1]
  if (!level || level.panels * level.rows * level.columns === 0) return undefined
  const cells = decodeLevel(level)
  return coarsen(
    cells,
    Math.min(panels, cells.panels),
    Math.ceil(cells.rows / rows),
    Math.ceil(cells.columns / columns),
  )
}

/** Joins blocks of cells. Minimum, maximum and flags survive; means are of the cells that have one. */
export function coarsen(cells: Cells, panels: number, down: number, across: number): Cells {
  if (panels === cells.panels && down === 1 && across === 1) return cells
  return joined(cells, panels, [down, across], {
    rows: [0, cells.rows],
    columns: [0, cells.columns],
  })
}

/** Rows and columns of cells; ranges are half open. */
export interface CellRange {
  readonly rows: readonly [from: number, to: number]
  readonly columns: readonly [from: number, to: number]
}

/** The cells of a range in one panel, joined by blocks that begin at the range. */
export function partOf(
  cells: Cells,
  panel: number,
  range: CellRange,
  blocks: readonly [down: number, across: number],
): Cells {
  const { rows, columns } = cells
  const first = panel * rows * columns
  const one = {
    mean: cells.mean.subarray(first, first + rows * columns),
    min: cells.min.subarray(first, first + rows * columns),
    max: cells.max.subarray(first, first + rows * columns),
    flags: cells.flags.subarray(first, first + rows * columns),
  }
  return joined({ ...cells, ...one, panels: 1 }, 1, blocks, range)
}

function joined(
  cells: Cells,
  panels: number,
  [down, across]: readonly [number, number],
  range: CellRange,
): Cells {
  const [top, left] = [range.rows[0], range.columns[0]]
  const rows = Math.ceil((range.rows[1] - top) / down)
  const columns = Math.ceil((range.columns[1] - left) / across)
  const size = panels * rows * columns
  const out = {
    mean: new Float64Array(size),
    min: new Float64Array(size).fill(Infinity),
    max: new Float64Array(size).fill(-Infinity),
    flags: new Uint8Array(size).fill(FLAG.zero),
  }
  const counts = new Uint32Array(size)
  for (let p = 0; p < panels; p++) {
    for (let r = top; r < range.rows[1]; r++) {
      const line = (p * rows + Math.floor((r - top) / down)) * columns
      for (let c = left; c < range.columns[1]; c++) {
        const to = line + Math.floor((c - left) / across)
        join(out, counts, to, cells, (p * cells.rows + r) * cells.columns + c)
      }
    }
  }
  for (let i = 0; i < size; i++) out.mean[i] = counts[i] > 0 ? out.mean[i] / counts[i] : Number.NaN
  const factor = [cells.factor[0] * down, cells.factor[1] * across] as const
  return { panels, rows, columns, factor, ...out }
}

function join(
  out: { mean: Float64Array; min: Float64Array; max: Float64Array; flags: Uint8Array },
  counts: Uint32Array,
  to: number,
  cells: Cells,
  from: number,
): void {
  const flags = cells.flags[from]
  out.flags[to] = ((out.flags[to] | flags) & ~FLAG.zero) | (out.flags[to] & flags & FLAG.zero)
  if (Number.isNaN(cells.mean[from])) return
  counts[to]++
  out.mean[to] += cells.mean[from]
  out.min[to] = Math.min(out.min[to], cells.min[from])
  out.max[to] = Math.max(out.max[to], cells.max[from])
}

/** How numbers become colours. */
export interface Scale {
  /** |x| at which the colour is full. */
  readonly limit: number
  readonly kind: "diverging" | "positive" | "negative"
  /** The largest |x| when it is beyond the limit: colours are clipped, and the picture says so. */
  readonly clippedFrom: number | null
}

/** Full colour at the 98.5th percentile of |x|, or at the largest where that is hardly more. */
export function scaleOf(...parts: readonly Pick<Cells, "mean">[]): Scale {
  const sizes: number[] = []
  let [negative, positive] = [false, false]
  for (const { mean } of parts)
    for (const value of mean) {
      if (value < 0) negative = true
      if (value > 0) positive = true
      if (Number.isFinite(value) && value !== 0) sizes.push(Math.abs(value))
    }
  const kind = negative && positive ? "diverging" : negative ? "negative" : "positive"
  if (sizes.length === 0) return { limit: 1, kind, clippedFrom: null }
  const sorted = Float64Array.from(sizes)
  const robust = robustLimit(sorted)
  const largest = sorted[sorted.length - 1]
  return largest > CLIPPED * robust
    ? { limit: robust, kind, clippedFrom: largest }
    : { limit: largest, kind, clippedFrom: null }
}

/** A largest |x| so many times the robust limit is clipped. */
export const CLIPPED = 1.5

/** Sorts sizes in place, and gives the 98.5th percentile; 0 for none. */
export const robustLimit = (sizes: Float64Array): number =>
  sizes.sort()[Math.ceil(0.985 * (sizes.length - 1))] ?? 0

const STEPS = 16

/** Colour of a cell in steps, so that equal colours can share a path. NaN and Inf have their own marks. */
export function cellColour(cells: Cells, i: number, scale: Scale, theme: Theme): string {
  const flags = cells.flags[i]
  if (flags & (FLAG.nan | FLAG.posInf | FLAG.negInf)) return theme.colours.warn
  if (flags & FLAG.zero) return theme.colours.exactZero
  const share = Math.max(-1, Math.min(1, cells.mean[i] / scale.limit))
  return dataColour(theme, Math.round(share * STEPS) / STEPS)
}
