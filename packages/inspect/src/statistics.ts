/** @file Statistics of the elements of a tensor: counts that drop nothing, moments over the finite ones, a histogram over powers of two. */
import {
  type DType,
  elementsOf,
  MEASURED,
  type Measured,
  read,
  SIGN_EXPONENT_BINS,
  type Storage,
  signExponentBin,
} from "@defnote/core"
import { BINS, FIRST_EXPONENT } from "./columns.ts"

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
  /** Sum of squared distances to the mean. */
  readonly m2: number
  /** Finite non-zero elements by exponent. */
  readonly histogram: Int32Array
  /** Finite elements by the sign and exponent of an f32: 512 bins that add up over parts and steps. */
  readonly bins: Float64Array
}

/** The bin of powers of two that a sign and exponent of an f32 falls into; the exponent of subnormals counts as below all. */
const BIN_OF = Uint8Array.from({ length: SIGN_EXPONENT_BINS }, (_, signExponent) =>
  Math.max(0, Math.min(BINS - 1, (signExponent & 255) - 127 - FIRST_EXPONENT)),
)

/** Reads a row that the node {@link measure} made; the bins stay where they are. */
export function statisticsOf(row: Float64Array): Statistics {
  const facts = Object.fromEntries(MEASURED.map((fact, i) => [fact, row[i]]))
  const bins = row.subarray(MEASURED.length)
  return fromSums({ ...(facts as Record<Measured, number>), bins })
}
/** What adds up: of parts of a tensor, of the same tensor over several steps. */
interface Sums
  extends Pick<Statistics, "n" | "zeros" | "nan" | "posInf" | "negInf" | "mean" | "m2" | "bins"> {
  readonly min: number
  readonly max: number
  readonly squares: number
}
function fromSums({ squares, ...s }: Sums): Statistics {
  const finite = s.n - s.nan - s.posInf - s.negInf
  const histogram = new Int32Array(BINS)
  for (let i = 0; i < SIGN_EXPONENT_BINS; i++) histogram[BIN_OF[i]] += s.bins[i]
  // Zeros stand among the subnormals, and have a place of their own.
  histogram[0] -= s.zeros
  const of = (x: number): number => (finite ? x : Number.NaN)
  return {
    ...s,
    min: of(s.min),
    max: of(s.max),
    mean: of(s.mean),
    m2: finite ? s.m2 : 0,
    std: Math.sqrt(s.m2 / finite),
    rms: Math.sqrt(squares / finite),
    l2: of(Math.sqrt(squares)),
    histogram,
  }
}
/** Statistics of all elements of both. @source T. Chan, G. Golub, R. LeVeque, Updating formulae, 1979 */
export function merged(a: Statistics, b: Statistics): Statistics {
  const [k, m] = [a, b].map((s) => s.n - s.nan - s.posInf - s.negInf)
  if (!k || !m) {
    const [some, none] = k ? [a, b] : [b, a]
    return {
      ...some,
      n: a.n + b.n,
      nan: a.nan + b.nan,
      posInf: some.posInf + none.posInf,
      negInf: some.negInf + none.negInf,
    }
  }
  const off = b.mean - a.mean
  return fromSums({
    n: a.n + b.n,
    zeros: a.zeros + b.zeros,
    nan: a.nan + b.nan,
    posInf: a.posInf + b.posInf,
    negInf: a.negInf + b.negInf,
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    mean: a.mean + (off * m) / (k + m),
    m2: a.m2 + b.m2 + (off * off * k * m) / (k + m),
    squares: a.l2 ** 2 + b.l2 ** 2,
    bins: a.bins.map((c, i) => c + b.bins[i]),
  })
}

/** Statistics of a tensor in which every element of that of `s` stands `times` times. */
export function repeated(s: Statistics, times: number): Statistics {
  if (times === 1) return s
  if (times === 0) return statistics([])
  const { n, zeros, nan, posInf, negInf, m2, l2 } = s
  return {
    ...s,
    n: times * n,
    zeros: times * zeros,
    nan: times * nan,
    posInf: times * posInf,
    negInf: times * negInf,
    m2: times * m2,
    l2: Math.sqrt(times) * l2,
    histogram: s.histogram.map((count) => times * count),
    bins: s.bins.map((count) => times * count),
  }
}

/** In one pass over elements that are here already; mean and deviation by Welford's update. */
export function statistics(values: ArrayLike<number>): Statistics {
  let [zeros, nan, posInf, negInf, n, mean, m2, squares] = [0, 0, 0, 0, 0, 0, 0, 0]
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const bins = new Float64Array(SIGN_EXPONENT_BINS)
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
      bins[signExponentBin(x)]++
    }
  }
  return fromSums({
    n: values.length,
    zeros,
    nan,
    posInf,
    negInf,
    min,
    max,
    mean,
    m2,
    squares,
    bins,
  })
}

/** The elements of a storage as f64. */
export function numbersOf(storage: Storage, dtype: DType): Float64Array {
  const all = elementsOf(storage, dtype)
  if (all instanceof Float64Array) return all
  const out = new Float64Array(all.length)
  for (let i = 0; i < out.length; i++) out[i] = Number(read(dtype, all, i))
  return out
}
