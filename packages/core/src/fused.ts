/** @file Multiply-add with one rounding, for f32 and f64, in the arithmetic of JavaScript. */

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)

/**
 * `x + error`, not representable, rounded to odd: towards zero or away, whichever has an odd last bit. Rounding the result
 * once more to fewer digits is then the same as rounding the exact sum (Boldo and Melquiond 2008).
 */
function toOdd(x: number, error: number): number {
  if (error === 0 || !Number.isFinite(x)) return x
  float[0] = x
  if (words[0] & 1) return x
  const away = x > 0 === error > 0
  const low = away ? words[0] + 1 : words[0] - 1
  if (!away && words[0] === 0) words[1]--
  words[0] = low
  return float[0]
}
/** What `a + b` loses, exact (Knuth's two-sum); 0 when the sum is infinite. */
function sumError(a: number, b: number, sum: number): number {
  const c = sum - a
  const e = a - (sum - c) + (b - c)
  return Number.isNaN(e) ? 0 : e
}
/** `a * b + c` of f32 values, rounded once to f32. The product of two f32 is exact in f64. */
export function fma32(a: number, b: number, c: number): number {
  const p = a * b
  const s = p + c
  return Math.fround(toOdd(s, sumError(p, c, s)))
}

/** What `a * b` loses, exact (Dekker), while nothing over- or underflows. */
function productError(a: number, b: number, p: number): number {
  const split = (x: number): number => {
    const t = 134217729 * x
    return t - (t - x)
  }
  const [ah, bh] = [split(a), split(b)]
  const [al, bl] = [a - ah, b - bh]
  return al * bl - (p - ah * bh - al * bh - ah * bl)
}
const safe = (x: number): boolean => x === 0 || (x > 1e-140 && x < 1e140)
/**
 * `a * b + c` of f64, rounded once while the operands are in 1e-140..1e140; else with two roundings, which the
 * instruction allows (C13).
 */
export function fma64(a: number, b: number, c: number): number {
  const p = a * b
  if (Math.abs(c) === Number.POSITIVE_INFINITY && Number.isFinite(a) && Number.isFinite(b)) return c
  if (!(safe(Math.abs(a)) && safe(Math.abs(b)) && Math.abs(c) < 1e290)) return p + c
  const pe = productError(a, b, p)
  const s = p + c
  const se = sumError(p, c, s)
  const tail = se + pe
  // Adding 0 would lose the sign of a zero sum.
  return tail === 0 ? s : s + toOdd(tail, sumError(se, pe, tail))
}
