/** @file Parts of an array by blocks, whose minimum, maximum, NaN, infinities and zeros survive; knows numbers, no tensors. */
import { bytesToBase64, floatsToBase64 } from "../base64.ts"
import type { TensorLevel } from "../payload.ts"

/** Which part of an array, and how many elements become one cell. Ranges are half open. */
export interface Region {
  /** Row-major indices over the leading axes. */
  readonly panels: readonly number[]
  readonly rows: readonly [from: number, to: number]
  readonly columns: readonly [from: number, to: number]
  readonly factor: readonly [rows: number, columns: number]
}

/**
 * Cells of one level, over all panels, so that it stays under 64 KB: 6.7 characters a cell where cells are elements,
 * 17.4 where minimum and maximum stand beside the mean.
 */
const ELEMENTS = 9600
const CELLS = 3600
const PANELS = 16

/** The last two axes, and how many panels the others make. */
export function planesOf(shape: readonly number[]): {
  panels: number
  rows: number
  columns: number
} {
  const panels = shape.slice(0, -2).reduce((a, b) => a * b, 1)
  return { panels, rows: shape.at(-2) ?? 1, columns: shape.at(-1) ?? 1 }
}

/**
 * Everything where it fits, otherwise the first panels by blocks.
 * @param tensors how many share the 64 KB
 */
export function pyramidOf(
  values: ArrayLike<number>,
  shape: readonly number[],
  tensors = 1,
): TensorLevel[] {
  if (!values.length) return []
  const { panels, rows, columns } = planesOf(shape)
  const whole = values.length <= ELEMENTS / tensors
  const kept = whole ? panels : Math.min(PANELS, panels)
  const region: Region = {
    panels: Array.from({ length: kept }, (_, k) => k),
    rows: [0, rows],
    columns: [0, columns],
    factor: whole ? [1, 1] : factorsFor(rows, columns, CELLS / tensors / kept),
  }
  return [levelOf(values, shape, region)]
}

/** Whether a level has every element. */
export const isWhole = ({ panels, factor }: TensorLevel, shape: readonly number[]): boolean =>
  factor[0] * factor[1] === 1 && panels === planesOf(shape).panels

/** Distance in memory between neighbours of each axis, row-major. */
function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
}

/** Where a panel begins, by its row-major index over the leading axes. */
function beginOf(panel: number, shape: readonly number[], strides: readonly number[]): number {
  let [at, rest] = [0, panel]
  for (let axis = shape.length - 3; axis >= 0; axis--) {
    at += (rest % shape[axis]) * strides[axis]
    rest = Math.floor(rest / shape[axis])
  }
  return at
}

/**
 * One part of the array as a level.
 * @param order the axes in the order in which they are looked at, the last two as rows and columns; absent: as they are
 */
export function levelOf(
  values: ArrayLike<number>,
  shape: readonly number[],
  { panels, rows: [top, bottom], columns: [left, right], factor }: Region,
  order: readonly number[] = shape.map((_, axis) => axis),
): TensorLevel {
  const own = stridesOf(shape)
  const [sizes, strides] = [order.map((axis) => shape[axis]), order.map((axis) => own[axis])]
  const step = [strides.at(-2) ?? 0, strides.at(-1) ?? 0] as const
  const rows = Math.ceil((bottom - top) / factor[0])
  const columns = Math.ceil((right - left) / factor[1])
  const size = panels.length * rows * columns
  const [mean, min, max] = [new Float32Array(size), new Float32Array(size), new Float32Array(size)]
  const flags = new Uint8Array(size)
  for (let k = 0; k < size; k++) {
    const base = beginOf(panels[Math.floor(k / (rows * columns))], sizes, strides)
    const row = top + (Math.floor(k / columns) % rows) * factor[0]
    const column = left + (k % columns) * factor[1]
    const block = {
      rows: [row, Math.min(bottom, row + factor[0])],
      columns: [column, Math.min(right, column + factor[1])],
    } as const
    ;[mean[k], min[k], max[k], flags[k]] = cellOf(values, base, step, block)
  }
  const whole = factor[0] * factor[1] === 1
  return {
    panels: panels.length,
    rows,
    columns,
    factor,
    mean: floatsToBase64(mean),
    ...(whole ? {} : { min: floatsToBase64(min), max: floatsToBase64(max) }),
    flags: bytesToBase64(flags),
  }
}

/** Whole factors that bring rows x columns under `cells`, shrinking the longer side first. */
function factorsFor(rows: number, columns: number, cells: number): [number, number] {
  let [a, b] = [1, 1]
  while (Math.ceil(rows / a) * Math.ceil(columns / b) > cells) {
    if (rows / a >= columns / b) a++
    else b++
  }
  return [a, b]
}

/** Mean, minimum and maximum of the finite elements of a block, and what else is in it. */
function cellOf(
  values: ArrayLike<number>,
  base: number,
  [down, across]: readonly [down: number, across: number],
  { rows, columns }: Pick<Region, "rows" | "columns">,
): readonly [mean: number, min: number, max: number, flags: number] {
  let [sum, n, flags, zero] = [0, 0, 0, true]
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = rows[0]; i < rows[1]; i++) {
    for (let j = columns[0]; j < columns[1]; j++) {
      const x = values[base + i * down + j * across]
      if (x !== 0) zero = false
      if (Number.isNaN(x)) flags |= 1
      else if (x === Number.POSITIVE_INFINITY) flags |= 2
      else if (x === Number.NEGATIVE_INFINITY) flags |= 4
      else {
        sum += x
        n++
        if (x < min) min = x
        if (x > max) max = x
      }
    }
  }
  if (n === 0) return [Number.NaN, Number.NaN, Number.NaN, flags]
  return [sum / n, min, max, flags | (zero ? 8 : 0)]
}
