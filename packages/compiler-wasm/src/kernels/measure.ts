/**
 * @file Counts, moments and the histogram of rows, in two passes over the memory of the tensor itself: the second for the
 * squared distances to the mean.
 */
import { MEASURED, read, SIGN_EXPONENT_BINS, type TypedArray } from "@defnote/core"
import type { Routine } from "../routine.ts"

const WIDTH = MEASURED.length + SIGN_EXPONENT_BINS
const LIMIT = (2 - 2 ** -23) * 2 ** 127
const FRACTION = 23
/** The bin of positive infinities and NaN; the negative ones stand SIGN further on. */
const SPECIAL = 255
const SIGN = 256

export const measure: Routine = (n, [x], [out]) => {
  if (!out) return
  const [of] = n.inputs
  const length = of.shape[of.rank - 1]
  const to = out as Float64Array
  for (let row = 0; row * WIDTH < to.length; row++) {
    const values = x.subarray(row * length, (row + 1) * length)
    const wide = x instanceof Float32Array || x instanceof Float64Array
    measureRow(wide ? (values as Floats) : numbers(values, of.dtype), to.subarray(row * WIDTH))
  }
}
type Floats = Float32Array | Float64Array
const numbers = (x: TypedArray, dtype: "f16" | "bf16"): Float32Array =>
  Float32Array.from({ length: x.length }, (_, i) => read(dtype, x, i) as number)

/** Loops of one fact each: together several times faster than one loop of all. */
function measureRow(x: Floats, out: Float64Array): void {
  const bins = out.subarray(MEASURED.length)
  bins.fill(0)
  const single = x instanceof Float32Array ? x : rounded(x)
  const bits = new Uint32Array(single.buffer, single.byteOffset, single.length)
  for (let i = 0; i < bits.length; i++) bins[bits[i] >>> FRACTION]++
  const special = bins[SPECIAL] + bins[SPECIAL + SIGN]
  bins[SPECIAL] = 0
  bins[SPECIAL + SIGN] = 0
  const [posInf, negInf, nan] = special ? specials(x) : [0, 0, 0]
  const [sum, squares] = special ? finiteSums(x) : sums(x)
  const [low, high] = special ? finiteExtremes(x) : extremes(x)
  const mean = sum / (x.length - special)
  const zeros = bins[0] + bins[SIGN] ? countZeros(x) : 0
  const m2 = squaredDistances(x, mean)
  out.set([x.length, zeros, nan, posInf, negInf, low, high, mean, m2, squares])
}
function specials(x: Floats): [posInf: number, negInf: number, nan: number] {
  let [posInf, negInf, nan] = [0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    if (x[i] === Infinity) posInf++
    else if (x[i] === -Infinity) negInf++
    else if (Number.isNaN(x[i])) nan++
  }
  return [posInf, negInf, nan]
}
function sums(x: Floats): [sum: number, squares: number] {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < x.length; i++) {
    sum += x[i]
    squares += x[i] * x[i]
  }
  return [sum, squares]
}
function finiteSums(x: Floats): [sum: number, squares: number] {
  let [sum, squares] = [0, 0]
  for (let i = 0; i < x.length; i++) {
    if (x[i] - x[i] !== 0) continue
    sum += x[i]
    squares += x[i] * x[i]
  }
  return [sum, squares]
}
function extremes(x: Floats): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < x.length; i++) {
    if (x[i] < low) low = x[i]
    if (x[i] > high) high = x[i]
  }
  return [low, high]
}
function finiteExtremes(x: Floats): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity]
  for (let i = 0; i < x.length; i++) {
    if (x[i] < low && x[i] !== -Infinity) low = x[i]
    if (x[i] > high && x[i] !== Infinity) high = x[i]
  }
  return [low, high]
}
function countZeros(x: Floats): number {
  let zeros = 0
  for (let i = 0; i < x.length; i++) if (x[i] === 0) zeros++
  return zeros
}
function squaredDistances(x: Floats, mean: number): number {
  let m2 = 0
  for (let i = 0; i < x.length; i++) {
    const d = x[i] - mean
    if (d - d === 0) m2 += d * d
  }
  return m2
}
/** As f32 for the bins: what is finite stays finite. */
function rounded(x: Float64Array): Float32Array {
  const y = new Float32Array(x.length)
  for (let i = 0; i < x.length; i++) {
    const v = x[i]
    y[i] = v - v === 0 ? Math.max(-LIMIT, Math.min(LIMIT, v)) : v
  }
  return y
}
