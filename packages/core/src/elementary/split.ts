/**
 * @file Values of twice the precision as pairs, without relying on fma: sums whose rounding error is kept, and heads of
 * few bits whose products are exact.
 */
import * as s from "../scalar.ts"
import { bitsOf, by } from "./bits.ts"

type Scalar = s.Scalar
/** An unevaluated sum; `lo` is below half a unit in the last place of `hi`. */
export interface Pair {
  readonly hi: Scalar
  readonly lo: Scalar
}

/** The leading 12 bits (f32) or 21 bits (f64): the product of two heads is exact. */
export const head = (x: Scalar): Scalar =>
  s.bitcast(s.and(bitsOf(x), by(x, -4096n, -4294967296n)), x.dtype)
/** a + b exactly, when |a| >= |b| or a = 0 (Dekker). */
export function fastSum(a: Scalar, b: Scalar): Pair {
  const hi = s.add(a, b)
  return { hi, lo: s.sub(b, s.sub(hi, a)) }
}
/** a + b exactly (Knuth). */
export function twoSum(a: Scalar, b: Scalar): Pair {
  const hi = s.add(a, b)
  const c = s.sub(hi, a)
  return { hi, lo: s.add(s.sub(a, s.sub(hi, c)), s.sub(b, c)) }
}
/** a * b as a pair, from the heads of both (Dekker); exact in f32. */
export function twoProduct(a: Scalar, b: Scalar): Pair {
  const hi = s.mul(a, b)
  const [x, y] = [head(a), head(b)]
  const [u, v] = [s.sub(a, x), s.sub(b, y)]
  const cross = s.add(s.add(s.sub(s.mul(x, y), hi), s.mul(x, v)), s.mul(u, y))
  return { hi, lo: s.add(cross, s.mul(u, v)) }
}
