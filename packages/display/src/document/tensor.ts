/** @file A concrete tensor as a document: summary, sparkline, histogram over powers of two, pyramid. */
import { DTYPES, type DType, elementsOf, read, storageOf, type Tensor } from "@defnote/core"
import { numbersOf, statistics } from "@defnote/inspect"
import { doublesToBase64 } from "../base64.ts"
import { floatOf, floatValue, formatNumber } from "../format.ts"
import {
  type TensorDoc,
  type TensorHistogram,
  type TensorPicture,
  type TensorRole,
  type TensorStats,
  versionOf,
} from "../payload.ts"
import { CLIPPED, robustLimit } from "../svg/cells.ts"
import { tensorLine } from "../tensor-text.ts"
import { isWhole, pyramidOf } from "./pyramid.ts"

export interface TensorDocumentOptions {
  readonly title?: string
  readonly labels?: TensorDoc["labels"]
  /** Keeps the tensor for questions about its parts; undefined when it is not kept. */
  readonly keep?: (x: Tensor) => string | undefined
}
/** Elements up to which all values are stored. */
const WHOLE = 1024

function storage(x: Tensor) {
  const found = storageOf(x)
  if (!found) throw new TypeError("internal: a traced tensor has no values")
  return found
}

/** The elements as JavaScript numbers: the memory itself where it is read so, otherwise a copy as f64. */
export function valuesOf(x: Tensor): ArrayLike<number> {
  const all = elementsOf(storage(x), x.dtype)
  const plain = !/^(f16|bf16|i64|u64)$/.test(x.dtype)
  return plain ? (all as ArrayLike<number>) : numbersOf(storage(x), x.dtype)
}

/** One tensor as a document. */
export function tensorDocument(x: Tensor, options: TensorDocumentOptions = {}): TensorDoc {
  const values = valuesOf(x)
  const picture = pictureOf(x, values, 1, options.keep)
  const text = tensorLine({ ...picture, ...typeOf(x) }, exactValues(x, values))
  return documentOf(x, picture, text, options)
}

/** Tensors of one shape that are shown with one crosshair; the first is the document's own. */
export function comparisonDocument(
  parts: readonly { readonly label: string; readonly role?: TensorRole; readonly tensor: Tensor }[],
  options: TensorDocumentOptions = {},
): TensorDoc {
  const pictures = parts.map(({ label, role, tensor }) => ({
    ...pictureOf(tensor, valuesOf(tensor), parts.length, options.keep),
    label,
    ...(role ? { role } : {}),
  }))
  const [first, ...linked] = pictures
  const ratio = updateRatio(parts)
  const lines = pictures.map(
    (p) => `${p.label}: ${tensorLine({ ...p, ...typeOf(parts[0].tensor) })}`,
  )
  if (ratio !== undefined) lines.push(`‖update‖ / ‖value‖ = ${formatNumber(ratio)}`)
  const doc = documentOf(parts[0].tensor, first, lines.join("\n"), options)
  return { ...doc, linked, ...(ratio === undefined ? {} : { ratio: floatValue(ratio) }) }
}

/** ‖update‖ / ‖value‖ where both are there. */
function updateRatio(
  parts: readonly { readonly role?: TensorRole; readonly tensor: Tensor }[],
): number | undefined {
  const norm = (role: TensorRole) => {
    const part = parts.find((p) => p.role === role)
    return part && statistics(valuesOf(part.tensor)).l2
  }
  const [update, value] = [norm("update"), norm("value")]
  return update === undefined || value === undefined ? undefined : update / value
}

const typeOf = (x: Tensor) => ({
  dtype: x.dtype,
  shape: x.shape,
  ...(x.names ? { names: x.names } : {}),
  device: x.device,
})

const documentOf = (
  x: Tensor,
  picture: TensorPicture,
  text: string,
  { title, labels }: TensorDocumentOptions,
): TensorDoc => ({
  schema: versionOf("tensor"),
  strings: [],
  sources: [],
  locs: [],
  ...(title ? { title } : {}),
  ...typeOf(x),
  ...picture,
  text,
  ...(labels ? { labels } : {}),
})

/** @param tensors how many share the room of one output */
function pictureOf(
  x: Tensor,
  values: ArrayLike<number>,
  tensors: number,
  keep: TensorDocumentOptions["keep"],
): TensorPicture {
  const stats = statsOf(values)
  const spread = spreadOf(values, stats)
  const pyramid = pyramidOf(values, x.shape, tensors)
  const stored = pyramid.length === 0 || isWhole(pyramid[0], x.shape)
  const id = stored ? undefined : keep?.(x)
  return {
    dtype: x.dtype,
    bytes: x.size * DTYPES[x.dtype as DType].bytes,
    stats,
    histogram: histogramOf(values),
    ...(spread ? { spread } : {}),
    pyramid,
    ...(stored ? {} : { limit: floatValue(limitOf(values, stats)) }),
    ...(values.length <= WHOLE ? { values: doublesToBase64(values) } : {}),
    ...(id === undefined ? {} : { tiles: { id } }),
  }
}

/** Elements of which the limit is found, evenly spread. */
const SAMPLE = 16_384

/** The |x| where colours are full: as in `scaleOf`, of the elements themselves. */
export function limitOf(values: ArrayLike<number>, stats: TensorStats): number {
  const every = Math.max(1, Math.floor(values.length / SAMPLE)) | 1
  const sizes: number[] = []
  for (let i = 0; i < values.length; i += every)
    if (values[i] !== 0 && Number.isFinite(values[i])) sizes.push(Math.abs(values[i]))
  const largest = Math.max(Math.abs(floatOf(stats.min)) || 0, Math.abs(floatOf(stats.max)) || 0)
  const robust = robustLimit(Float64Array.from(sizes))
  return Number((largest > CLIPPED * robust ? robust : largest).toPrecision(6))
}

/** 64-bit integers keep all their digits in text. */
function exactValues(x: Tensor, values: ArrayLike<number>): ArrayLike<number | bigint> {
  if (!/64$/.test(x.dtype) || x.dtype === "f64" || values.length > WHOLE) return values
  const all = elementsOf(storage(x), x.dtype)
  return Array.from(values, (_, i) => BigInt(read(x.dtype, all, i)))
}

/** Counts, and moments over the finite elements. */
export function statsOf(values: ArrayLike<number>): TensorStats {
  const { n, zeros, nan, posInf, negInf, min, max, mean, std } = statistics(values)
  return {
    count: n,
    zeros,
    nan,
    posInf,
    negInf,
    min: floatValue(min),
    max: floatValue(max),
    mean: floatValue(mean),
    std: floatValue(std),
  }
}

/** Exponents of f64 lie in -1074 to 1023. */
const LOWEST = -1074
const EXPONENTS = 2098

/** Counts per power of two of the finite non-zero elements. */
export function histogramOf(values: ArrayLike<number>): TensorHistogram {
  const [negative, positive] = [new Uint32Array(EXPONENTS), new Uint32Array(EXPONENTS)]
  let [first, last] = [EXPONENTS, -1]
  for (let i = 0; i < values.length; i++) {
    const x = values[i]
    if (x === 0 || !Number.isFinite(x)) continue
    const bin = Math.floor(Math.log2(Math.abs(x))) - LOWEST
    if (x < 0) negative[bin]++
    else positive[bin]++
    if (bin < first) first = bin
    if (bin > last) last = bin
  }
  if (last < 0) return { first: 0, negative: [], positive: [] }
  const part = (counts: Uint32Array) => [...counts.subarray(first, last + 1)]
  return { first: first + LOWEST, negative: part(negative), positive: part(positive) }
}

/** Parts of the sparkline. */
const PARTS = 10

/** Counts of the finite elements in equal parts of [min, max]; undefined where there is no range. */
export function spreadOf(values: ArrayLike<number>, stats: TensorStats): number[] | undefined {
  const [min, max] = [floatOf(stats.min), floatOf(stats.max)]
  if (!(max > min)) return undefined
  const counts = new Array<number>(PARTS).fill(0)
  // Halves: max - min of the largest finite numbers is infinite.
  const width = max / 2 - min / 2
  for (let i = 0; i < values.length; i++) {
    const share = (values[i] / 2 - min / 2) / width
    if (share >= 0 && share <= 1) counts[Math.min(PARTS - 1, Math.floor(share * PARTS))]++
  }
  return counts
}
