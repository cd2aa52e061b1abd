/**
 * @file exp and tanh of f32 in few instructions: one rounding less exact than the forms that keep a remainder, and
 * inside the promised 1.5 ULP with and without fused multiply-add. They decide how fast softmax and activations are.
 * @source polynomials: least largest error on the reduced interval (Lawson's iteration), coefficients rounded one by one.
 */
import * as s from "../scalar.ts"

type Scalar = s.Scalar
const f32 = (v: number): Scalar => s.constant("f32", v)
const bits = (x: Scalar): Scalar => s.bitcast(x, "i32")
const float = (x: Scalar): Scalar => s.bitcast(x, "f32")

/** 1.5 * 2^23: a sum with it is rounded to a whole number, which then stands in its low bits. */
const WHOLE = 12582912
const ONE_BITS = 0x3f800000
const SIGN = -0x80000000
/** Bits that add to an exponent what the low bits of `n` say; those of WHOLE fall out at the top, halved too. */
const exponent = (n: Scalar): Scalar => s.shiftLeft(n, 23)
/** ln 2 in two parts; the product of the first with a whole number up to 2^11 is exact. */
const LN2 = [0.693359375, -2.1219444e-4] as const
/** e^r for |r| <= ln(2) / 2, from the highest power down; the error is 0.05 of half an ULP. */
const EXP = [
  0.0013820633757859468, 0.008368673734366894, 0.04166826605796814, 0.1666652113199234,
  0.4999999403953552, 1, 1,
]
/** The same of 2 r. */
const EXP_TWICE = EXP.map((c, i) => c * 2 ** (EXP.length - 1 - i))
/** (tanh x / x - 1) / x^2 over x^2 for |x| <= 0.625, from the highest power down. */
const TANH = [
  -0.0056922961957752705, 0.02062816731631756, -0.05373651534318924, 0.13331405818462372,
  -0.3333328068256378,
]

/** e^x; the clamps keep NaN. The power of two comes in two factors, so that subnormals are rounded once. */
export function exp(x: Scalar): Scalar {
  const clamped = s.max(s.min(x, 90), -104)
  const t = s.fma(clamped, Math.LOG2E, WHOLE)
  const n = s.sub(t, WHOLE)
  const r = s.fma(n, -LN2[1], s.fma(n, -LN2[0], clamped))
  const half = s.shiftRight(bits(t), 1)
  const rest = s.sub(bits(t), half)
  const y = float(s.add(bits(s.polynomial(r, EXP)), exponent(rest)))
  return s.mul(y, float(s.add(exponent(half), ONE_BITS)))
}

/** tanh x: a polynomial near 0, else 1 - 2 / (e^2|x| + 1), with the sign of x. */
export function tanh(x: Scalar): Scalar {
  const sign = s.and(bits(x), SIGN)
  const a = float(s.xor(bits(x), sign))
  const z = s.mul(x, x)
  const near = s.fma(s.mul(s.polynomial(z, TANH), z), a, a)
  // Beyond 10 the quotient no longer shows.
  const clamped = s.min(a, 10)
  const t = s.fma(clamped, 2 * Math.LOG2E, WHOLE)
  const n = s.sub(t, WHOLE)
  const r = s.fma(n, -Math.LN2 / 2, clamped)
  const e = float(s.add(bits(s.polynomial(r, EXP_TWICE)), exponent(bits(t))))
  const far = s.sub(f32(1), s.div(f32(2), s.add(e, 1)))
  return float(s.or(bits(s.select(s.less(a, 0.625), near, far)), sign))
}
