/** @file A concrete tensor as a document: summary, histogram over powers of two, a pyramid that keeps minimum, maximum and NaN. */
import { DTYPES, type DType, elementsOf, read, sizeOf, storageOf, type Tensor } from "@defnote/core"
import { bytesToBase64, doublesToBase64, floatsToBase64 } from "../base64.ts"
import { tensorLine } from "../listing.ts"
import {
  type FloatValue,
  type TensorDoc,
  type TensorHistogram,
  type TensorLevel,
  type TensorStats,
  VERSION,
} from "../payload.ts"

export interface TensorDocumentOptions {
  readonly title?: string
  readonly labels?: TensorDoc["labels"]
}
/** Elements up to which all values are stored. */
const WHOLE = 1024
/**
 * Cells of one level, over all panels, so that it stays under 64 KB: 6.7 characters a cell where cells are elements,
 * 17.4 where minimum and maximum stand beside the mean.
 */
const ELEMENTS = 9600
const CELLS = 3600
const PANELS = 16

/** The elements as f64; halves and integers converted. */
export function valuesOf(x: Tensor): Float64Array {
  const storage = storageOf(x)
  if (!storage) throw new TypeError("internal: a traced tensor has no values")
  const all = elementsOf(storage, x.dtype)
  return Float64Array.from({ length: all.length }, (_, i) => Number(read(x.dtype, all, i)))
}

export function tensorDocument(
  x: Tensor,
  { title, labels }: TensorDocumentOptions = {},
): TensorDoc {
  const values = valuesOf(x)
  const stats = statsOf(values)
  return {
    schema: { kind: "tensor", ...VERSION },
    strings: [],
    sources: [],
    locs: [],
    ...(title ? { title } : {}),
    dtype: x.dtype,
    shape: x.shape,
    ...(x.names ? { names: x.names } : {}),
    device: x.device,
    bytes: x.size * DTYPES[x.dtype as DType].bytes,
    text: tensorLine(x.type, stats, values),
    stats,
    histogram: histogramOf(values),
    pyramid: values.length ? [levelOf(values, x.shape)] : [],
    ...(values.length <= WHOLE ? { values: doublesToBase64(values) } : {}),
    ...(labels ? { labels } : {}),
  }
}

const float = (x: number): FloatValue =>
  Number.isFinite(x) && !Object.is(x, -0) ? x : Object.is(x, -0) ? "-0" : (String(x) as FloatValue)

/** Counts, and moments over the finite elements, in one pass (Welford). */
export function statsOf(values: ArrayLike<number>): TensorStats {
  let [zeros, nan, posInf, negInf, n, mean, m2] = [0, 0, 0, 0, 0, 0, 0]
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let i = 0; i < values.length; i++) {
    const x = values[i]
    if (x === 0) zeros++
    if (Number.isNaN(x)) nan++
    else if (x === Number.POSITIVE_INFINITY) posInf++
    else if (x === Number.NEGATIVE_INFINITY) negInf++
    else {
      const d = x - mean
      mean += d / ++n
      m2 += d * (x - mean)
      if (x < min) min = x
      if (x > max) max = x
    }
  }
  const none = n === 0
  return {
    count: values.length,
    zeros,
    nan,
    posInf,
    negInf,
    min: float(none ? Number.NaN : min),
    max: float(none ? Number.NaN : max),
    mean: float(none ? Number.NaN : mean),
    std: float(none ? Number.NaN : Math.sqrt(m2 / n)),
  }
}

/** Counts per power of two of the finite non-zero elements. */
export function histogramOf(values: ArrayLike<number>): TensorHistogram {
  const counts = new Map<number, [number, number]>()
  for (let i = 0; i < values.length; i++) {
    const x = values[i]
    if (x === 0 || !Number.isFinite(x)) continue
    const e = Math.floor(Math.log2(Math.abs(x)))
    const pair = counts.get(e) ?? [0, 0]
    pair[x < 0 ? 0 : 1]++
    counts.set(e, pair)
  }
  if (!counts.size) return { first: 0, negative: [], positive: [] }
  const exponents = [...counts.keys()]
  const first = Math.min(...exponents)
  const bins = Array.from(
    { length: Math.max(...exponents) - first + 1 },
    (_, i) => counts.get(first + i) ?? [0, 0],
  )
  return { first, negative: bins.map((b) => b[0]), positive: bins.map((b) => b[1]) }
}

/** The finest level that fits: leading panels are kept, rows and columns joined. */
function levelOf(values: Float64Array, shape: readonly number[]): TensorLevel {
  const columns = shape.at(-1) ?? 1
  const rows = shape.at(-2) ?? 1
  const panels = Math.min(PANELS, sizeOf(shape.slice(0, -2)))
  const whole = panels * rows * columns <= ELEMENTS
  const factor: [number, number] = whole ? [1, 1] : factorsFor(rows, columns, CELLS / panels)
  const [r, c] = [Math.ceil(rows / factor[0]), Math.ceil(columns / factor[1])]
  const mean = new Float32Array(panels * r * c)
  const [min, max, flags] = [mean.slice(), mean.slice(), new Uint8Array(mean.length)]
  for (let k = 0; k < mean.length; k++) {
    const [panel, row, column] = [Math.floor(k / (r * c)), Math.floor(k / c) % r, k % c]
    const cell = cellOf(
      values,
      panel * rows * columns,
      rows,
      columns,
      row * factor[0],
      column * factor[1],
      factor,
    )
    ;[mean[k], min[k], max[k], flags[k]] = cell
  }
  return {
    panels,
    rows: r,
    columns: c,
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
function cellOf(
  values: Float64Array,
  base: number,
  rows: number,
  columns: number,
  row: number,
  column: number,
  [h, w]: readonly [number, number],
): [number, number, number, number] {
  let [sum, n, min, max, flags, zero] = [
    0,
    0,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    true,
  ]
  for (let i = row; i < Math.min(rows, row + h); i++) {
    for (let j = column; j < Math.min(columns, column + w); j++) {
      const x = values[base + i * columns + j]
      if (x !== 0) zero = false
      if (Number.isNaN(x)) flags |= 1
      else if (x === Number.POSITIVE_INFINITY) flags |= 2
      else if (x === Number.NEGATIVE_INFINITY) flags |= 4
      else {
        sum += x
        n++
        min = Math.min(min, x)
        max = Math.max(max, x)
      }
    }
  }
  return n
    ? [sum / n, min, max, flags | (zero ? 8 : 0)]
    : [Number.NaN, Number.NaN, Number.NaN, flags]
}
