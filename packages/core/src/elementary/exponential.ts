/**
 * @file exp, expm1 and exp2 in scalar instructions.
 * @source f64 reduction and rational form: FreeBSD msun e_exp.c, s_expm1.c (Sun Microsystems 1993, freely granted).
 * @source f32 polynomial: S. Moshier, Cephes expf.
 */
import * as s from "../scalar.ts"
import { ascending, by, keepNaN, like, scale } from "./bits.ts"

type Scalar = s.Scalar
export const LOG2_E = Math.LOG2E
/** ln 2 in two parts; a whole number up to 2^11 times the first is exact. */
export const LN2 = {
  f32: [0.693359375, -2.1219444e-4],
  f64: [0.6931471803691238, 1.9082149292705877e-10],
} as const

/** x = n ln 2 + (hi - lo), |hi - lo| <= ln(2) / 2. */
function reduce(x: Scalar): { n: Scalar; hi: Scalar; lo: Scalar } {
  const [high, low] = by<readonly number[]>(x, LN2.f32, LN2.f64)
  const n = s.floor(s.fma(x, LOG2_E, 0.5))
  return { n, hi: s.fma(n, -high, x), lo: s.mul(n, low) }
}
const EXP_F32 = [
  5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3,
  1.98756915e-4,
]
const EXP_F64 = [
  0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6,
  4.1381367970572385e-8,
]

/** e^(hi - lo) for a reduced argument. */
export function expReduced(hi: Scalar, lo: Scalar): Scalar {
  const r = s.sub(hi, lo)
  const z = s.mul(r, r)
  if (by(r, true, false)) return s.add(s.fma(ascending(r, EXP_F32), z, r), 1)
  const c = s.sub(r, s.mul(z, ascending(z, EXP_F64)))
  const tail = s.sub(lo, s.div(s.mul(r, c), s.sub(like(r, 2), c)))
  return s.sub(like(r, 1), s.sub(tail, hi))
}
/** e^x. Beyond the clamp the result is infinite, or 0, as it must be. */
export function exp(x: Scalar): Scalar {
  const { n, hi, lo } = reduce(s.min(s.max(x, by(x, -104, -746)), by(x, 89, 710)))
  return keepNaN(x, scale(expReduced(hi, lo), n))
}
