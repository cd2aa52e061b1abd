/** @file Statistics of the elements of a tensor: counts that drop nothing, moments over the finite ones, a histogram over powers of two. */
import { type DType, elementsOf, read, type Storage } from "@defnote/core"

/** First exponent and number of the histogram bins: |x| below 2^-25 falls into the first, 2^7 and more into the last. */
export const FIRST_EXPONENT = -26
export const BINS = 34

export interface Statistics {
  readonly n: number
  readonly zeros: number
  readonly nan: number
  readonly posInf: number
  readonly negInf: number
  /** Over the finite elements; NaN when there is none. */
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly std: number
  readonly rms: number
  /** Euclidean norm of the finite elements. */
  readonly l2: number
  /** Finite non-zero elements by exponent. */
  readonly histogram: Int32Array
}

/** One pass; mean and deviation by Welford's update. */
export function statistics(values: ArrayLike<number>): Statistics {
  let [zeros, nan, posInf, negInf, n, mean, m2, squares] = [0, 0, 0, 0, 0, 0, 0, 0]
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const histogram = new Int32Array(BINS)
  for (let i = 0; i < values.length; i++) {
    const x = values[i]
    if (Number.isNaN(x)) nan++
    else if (x === Number.POSITIVE_INFINITY) posInf++
    else if (x === Number.NEGATIVE_INFINITY) negInf++
    else {
      const d = x - mean
      mean += d / ++n
      m2 += d * (x - mean)
      squares += x * x
      if (x < min) min = x
      if (x > max) max = x
      if (x === 0) zeros++
      else histogram[binOf(x)]++
    }
  }
  const moments = n
    ? {
        min,
        max,
        mean,
        std: Math.sqrt(m2 / n),
        rms: Math.sqrt(squares / n),
        l2: Math.sqrt(squares),
      }
    : {
        min: Number.NaN,
        max: Number.NaN,
        mean: Number.NaN,
        std: Number.NaN,
        rms: Number.NaN,
        l2: Number.NaN,
      }
  return { n: values.length, zeros, nan, posInf, negInf, ...moments, histogram }
}
const binOf = (x: number): number =>
  Math.max(0, Math.min(BINS - 1, Math.floor(Math.log2(Math.abs(x))) - FIRST_EXPONENT))

/** The elements of a storage as f64. */
export function numbersOf(storage: Storage, dtype: DType): Float64Array {
  const all = elementsOf(storage, dtype)
  if (all instanceof Float64Array) return all
  const out = new Float64Array(all.length)
  for (let i = 0; i < out.length; i++) out[i] = Number(read(dtype, all, i))
  return out
}
/** Position of the first element that is NaN or infinite; -1 for none. */
export const firstNonFinite = (values: Float64Array): number =>
  values.findIndex((x) => !Number.isFinite(x))
