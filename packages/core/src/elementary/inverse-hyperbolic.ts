/**
 * @file asinh, acosh and atanh in scalar instructions: logarithms of one plus a number that is formed without
 * cancellation, with what the sum loses carried into the logarithm.
 * @source the arguments: FreeBSD msun s_asinh.c, e_acosh.c, e_atanh.c (Sun Microsystems 1993, freely granted).
 */
import * as s from "../scalar.ts"
import { by, copySign, isNaN, like } from "./bits.ts"
import { logOfSum } from "./logarithm.ts"
import { fastSum, twoProduct, twoSum } from "./split.ts"

type Scalar = s.Scalar
/** Beyond this the root of x^2 + 1 is x. */
const large = (x: Scalar): number => by(x, 2 ** 13, 2 ** 28)

/** asinh x: ln(1 + |x| + x^2 / (1 + sqrt(1 + x^2))), or ln |x| + ln 2 for large x. */
export function asinh(x: Scalar): Scalar {
  const a = s.abs(x)
  const far = s.less(like(x, large(x)), a)
  const square = s.mul(a, a)
  const rest = s.div(square, s.add(s.sqrt(s.add(square, 1)), 1))
  const t = twoSum(a, rest)
  const u = twoSum(t.hi, like(x, 1))
  const y = logOfSum(s.select(far, a, u.hi), s.select(far, like(x, 0), s.add(u.lo, t.lo)))
  const whole = s.add(y, s.select(far, like(x, Math.LN2), 0))
  const tiny = s.less(a, by(x, 2 ** -13, 2 ** -27))
  return s.select(s.or(tiny, isNaN(x)), x, copySign(whole, x))
}
/** acosh x for x >= 1: ln(1 + t + sqrt(2 t + t^2)) for t = x - 1, or ln x + ln 2 for large x; NaN below 1. */
export function acosh(x: Scalar): Scalar {
  const far = s.less(like(x, large(x)), x)
  const t = s.sub(x, 1)
  const root = s.sqrt(s.add(s.add(t, t), s.mul(t, t)))
  const near = twoSum(t, root)
  const u = twoSum(near.hi, like(x, 1))
  const y = logOfSum(s.select(far, x, u.hi), s.select(far, like(x, 0), s.add(u.lo, near.lo)))
  const whole = s.add(y, s.select(far, like(x, Math.LN2), 0))
  return s.select(s.lessEqual(like(x, 1), x), whole, like(x, Number.NaN))
}
/** atanh x: ln(1 + 2|x| / (1 - |x|)) / 2, with what the quotient lost; infinite at -1 and 1, NaN beyond. */
export function atanh(x: Scalar): Scalar {
  const a = s.abs(x)
  const twice = s.add(a, a)
  const below = fastSum(like(x, 1), s.neg(a))
  const q = s.div(twice, below.hi)
  const product = twoProduct(q, below.hi)
  const missing = s.sub(s.sub(s.sub(twice, product.hi), product.lo), s.mul(q, below.lo))
  const u = fastSum(s.max(q, 1), s.min(q, 1))
  const y = s.mul(logOfSum(u.hi, s.add(u.lo, s.div(missing, below.hi))), 0.5)
  const inside = s.select(s.equal(a, 1), like(x, Number.POSITIVE_INFINITY), y)
  const tiny = s.less(a, by(x, 2 ** -13, 2 ** -27))
  const signed = s.select(tiny, x, copySign(inside, x))
  return s.select(s.lessEqual(a, 1), signed, like(x, Number.NaN))
}
