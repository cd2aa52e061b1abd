/** @file A concrete tensor as a document: summary, sparkline, histogram over powers of two, pyramid. */
import { DTYPES, type DType, elementsOf, read, storageOf, type Tensor } from "@defnote/core"
import { numbersOf, statistics } from "@defnote/inspect"
import { doublesToBase64 } from "../base64.ts"
import { floatOf, floatValue } from "../format.ts"
import { type TensorDoc, type TensorHistogram, type TensorStats, VERSION } from "../payload.ts"
import { tensorLine } from "../tensor-text.ts"
import { pyramidOf } from "./pyramid.ts"

export interface TensorDocumentOptions {
  readonly title?: string
  readonly labels?: TensorDoc["labels"]
}
/** Elements up to which all values are stored. */
const WHOLE = 1024

function storage(x: Tensor) {
  const found = storageOf(x)
  if (!found) throw new TypeError("internal: a traced tensor has no values")
  return found
}

/** The elements as f64; halves and integers converted. */
export const valuesOf = (x: Tensor): Float64Array => numbersOf(storage(x), x.dtype)

export function tensorDocument(
  x: Tensor,
  { title, labels }: TensorDocumentOptions = {},
): TensorDoc {
  const values = valuesOf(x)
  const stats = statsOf(values)
  const spread = spreadOf(values, stats)
  const facts = {
    dtype: x.dtype,
    shape: x.shape,
    ...(x.names ? { names: x.names } : {}),
    device: x.device,
    bytes: x.size * DTYPES[x.dtype as DType].bytes,
    stats,
    ...(spread ? { spread } : {}),
  }
  return {
    schema: { kind: "tensor", ...VERSION },
    strings: [],
    sources: [],
    locs: [],
    ...(title ? { title } : {}),
    ...facts,
    text: tensorLine(facts, exactValues(x, values)),
    histogram: histogramOf(values),
    pyramid: pyramidOf(values, x.shape),
    ...(values.length <= WHOLE ? { values: doublesToBase64(values) } : {}),
    ...(labels ? { labels } : {}),
  }
}

/** 64-bit integers keep all their digits in text. */
function exactValues(x: Tensor, values: Float64Array): ArrayLike<number | bigint> {
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
