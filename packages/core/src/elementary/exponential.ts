/**
 * @file exp, expm1, sigmoid and the hyperbolic functions in scalar instructions.
 * @source f64 reduction and rational form: FreeBSD msun e_exp.c (Sun Microsystems 1993, freely granted).
 * @source f32 polynomial of exp; tanh near 0 in f64: S. Moshier, Cephes expf.c, tanh.c.
 */
import * as s from "../scalar.ts"
import { ascending, by, copySign, keepNaN, like, scale } from "./bits.ts"
import * as fast from "./exponential-f32.ts"
import { fastSum, type Pair, twoSum } from "./split.ts"

type Scalar = s.Scalar
/** ln 2 in two parts; the product of the first with a whole number up to 2^11 is exact. */
export const LN2 = {
  f32: [0.693359375, -2.1219444e-4],
  f64: [0.6931471803691238, 1.9082149292705877e-10],
} as const

/** x = n ln 2 + (hi - lo), |hi - lo| <= ln(2) / 2; n is a whole float. */
function reduce(x: Scalar): { n: Scalar; hi: Scalar; lo: Scalar } {
  const [high, low] = by<readonly number[]>(x, LN2.f32, LN2.f64)
  const n = s.floor(s.fma(x, Math.LOG2E, 0.5))
  return { n, hi: s.fma(n, -high, x), lo: s.mul(n, low) }
}
/** (e^r - 1 - r) / r^2. */
const EXP_F32 = [
  5.0000001201e-1, 1.6666665459e-1, 4.1665795894e-2, 8.3334519073e-3, 1.3981999507e-3,
  1.98756915e-4,
]
/** r (e^r + 1) / (e^r - 1) - 2, over r^2. */
const EXP_F64 = [
  0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6,
  4.1381367970572385e-8,
]

/** e^(hi - lo) - 1 for a reduced argument, as a pair. */
function expm1Reduced(hi: Scalar, lo: Scalar): Pair {
  const { hi: r, lo: c } = fastSum(hi, s.neg(lo))
  const z = s.mul(r, r)
  if (by(r, true, false)) return fastSum(r, s.fma(ascending(r, EXP_F32), z, c))
  const t = s.sub(r, s.mul(z, ascending(z, EXP_F64)))
  return fastSum(r, s.add(s.div(s.mul(r, t), s.sub(like(r, 2), t)), c))
}
/** e^x * 2^shift as a pair. Beyond the clamp it is infinite, or 0, as it must be. */
function expPair(x: Scalar, shift = 0): Pair {
  const { n, hi, lo } = reduce(s.min(s.max(x, by(x, -104, -746)), by(x, 90, 711)))
  const u = expm1Reduced(hi, lo)
  const y = fastSum(like(x, 1), u.hi)
  const m = shift ? s.add(n, shift) : n
  return { hi: scale(y.hi, m), lo: scale(s.add(y.lo, u.lo), m) }
}
/** e^x * 2^shift. */
function expScaled(x: Scalar, shift: number): Scalar {
  const { n, hi, lo } = reduce(s.min(s.max(x, by(x, -104, -746)), by(x, 90, 711)))
  const u = expm1Reduced(hi, lo)
  const y = fastSum(like(x, 1), u.hi)
  return keepNaN(x, scale(s.add(y.hi, s.add(y.lo, u.lo)), shift ? s.add(n, shift) : n))
}
/** e^x. */
export const exp = (x: Scalar): Scalar => by(x, fast.exp, expOf64)(x)
const expOf64 = (x: Scalar): Scalar => expScaled(x, 0)

/** e^x - 1: 2^n (1 + u) - 1 with the error of the sum kept. Half of it is formed, since 2^n may overflow. */
export function expm1(x: Scalar): Scalar {
  const { n, hi, lo } = reduce(s.min(s.max(x, by(x, -18, -39)), by(x, 90, 711)))
  const u = expm1Reduced(hi, lo)
  const half = scale(like(x, 0.5), n)
  const sum = twoSum(s.sub(half, 0.5), s.mul(half, u.hi))
  const y = s.mul(s.add(sum.hi, s.fma(half, u.lo, sum.lo)), 2)
  const near = s.select(s.equal(n, 0), s.add(u.hi, u.lo), y)
  const tiny = s.less(s.abs(x), by(x, 2 ** -25, 2 ** -54))
  const over = s.less(like(x, by(x, 88.72283935546875, 709.782712893384)), x)
  return keepNaN(x, s.select(over, like(x, Number.POSITIVE_INFINITY), s.select(tiny, x, near)))
}

/** 1 / (1 + e^-x), written with e^-|x| so that nothing overflows; what the sum loses corrects the quotient. */
export function sigmoid(x: Scalar): Scalar {
  const e = expPair(s.neg(s.abs(x)))
  const sum = fastSum(like(x, 1), e.hi)
  const below = s.less(x, 0)
  const q = s.div(s.select(below, e.hi, 1), sum.hi)
  const lost = s.sub(s.select(below, e.lo, 0), s.mul(q, s.add(sum.lo, e.lo)))
  return keepNaN(x, s.add(q, s.div(lost, sum.hi)))
}

const TANH_P = [-1614.6876844170845, -99.28772310019185, -0.9643991794250523]
const TANH_Q = [4844.063053251255, 2235.4883906010045, 112.81167849163293, 1]
/** tanh x: a rational form near 0, else 1 - 2 / (e^2|x| + 1). */
export const tanh = (x: Scalar): Scalar => by(x, fast.tanh, tanhOf64)(x)
function tanhOf64(x: Scalar): Scalar {
  const a = s.abs(x)
  const z = s.mul(x, x)
  const p = s.div(ascending(z, TANH_P), ascending(z, TANH_Q))
  const near = s.fma(s.mul(p, z), x, x)
  const far = s.sub(like(x, 1), s.div(like(x, 2), s.add(exp(s.add(a, a)), 1)))
  return s.select(s.less(a, 0.625), copySign(near, x), copySign(far, x))
}

/** sinh x / x - 1 over x^2: 1/3!, 1/5!, ... */
const SINH = [
  1 / 6,
  1 / 120,
  1 / 5040,
  1 / 362880,
  1 / 39916800,
  1 / 6227020800,
  1 / 1307674368000,
  1 / 355687428096000,
]
/** sinh x: its series below 1, else e^|x| / 2 - e^-|x| / 2, halved before it overflows. */
export function sinh(x: Scalar): Scalar {
  const h = expScaled(s.abs(x), -1)
  const far = copySign(s.sub(h, s.div(like(x, 0.25), h)), x)
  const z = s.mul(x, x)
  const near = s.fma(s.mul(ascending(z, SINH.slice(0, by(x, 5, 8))), z), x, x)
  return s.select(s.less(s.abs(x), 1), near, far)
}
/** cosh x. */
export function cosh(x: Scalar): Scalar {
  const h = expScaled(s.abs(x), -1)
  return s.add(h, s.div(like(x, 0.25), h))
}
