/**
 * @file exp and tanh of f32 in few instructions: one rounding less exact than the forms that keep a remainder, and
 * inside the promised 1.5 ULP with and without fused multiply-add. They decide how fast softmax and activations are.
 * @source polynomials: S. Moshier, Cephes expf.c and tanhf.c.
 */
import * as s from "../scalar.ts"

type Scalar = s.Scalar
const f32 = (v: number): Scalar => s.constant("f32", v)
const bits = (x: Scalar): Scalar => s.bitcast(x, "i32")
const float = (x: Scalar): Scalar => s.bitcast(x, "f32")

/** 1.5 * 2^23: a sum with it is rounded to a whole number, which then stands in its low bits. */
const WHOLE = 12582912
const WHOLE_BITS = 0x4b400000
const ONE_BITS = 0x3f800000
/** ln 2 in two parts; the product of the first with a whole number up to 2^11 is exact. */
const LN2 = [0.693359375, -2.1219444e-4] as const
/** (e^r - 1 - r) / r^2, from the highest power down. */
const EXP = [1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 0.5]
/** (tanh x / x - 1) / x^2 over x^2, from the highest power down. */
const TANH = [
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1,
]

/** x = n ln 2 + r: e^r, and `n` in the low bits of an integer. */
function reduced(x: Scalar): { y: Scalar; n: Scalar } {
  const t = s.fma(x, Math.LOG2E, WHOLE)
  const n = s.sub(t, WHOLE)
  const r = s.fma(n, -LN2[1], s.fma(n, -LN2[0], x))
  return { y: s.add(s.fma(s.polynomial(r, EXP), s.mul(r, r), r), 1), n: bits(t) }
}

/** e^x; the clamps keep NaN. The power of two comes in two factors, so that subnormals are rounded once. */
export function exp(x: Scalar): Scalar {
  const { y, n } = reduced(s.max(s.min(x, 90), -104))
  const k = s.sub(n, WHOLE_BITS)
  const half = s.shiftRight(k, 1)
  const power = (m: Scalar): Scalar => float(s.shiftLeft(s.add(m, 127), 23))
  return s.mul(s.mul(y, power(half)), power(s.sub(k, half)))
}

/** tanh x: a polynomial near 0, else 1 - 2 / (e^2|x| + 1), with the sign of x. */
export function tanh(x: Scalar): Scalar {
  const a = s.abs(x)
  const z = s.mul(x, x)
  const near = s.fma(s.mul(s.polynomial(z, TANH), z), a, a)
  // Beyond 10 the quotient no longer shows; e^20 needs no second factor.
  const { y, n } = reduced(s.min(s.add(a, a), 20))
  const e = s.mul(y, float(s.add(s.shiftLeft(n, 23), ONE_BITS)))
  const far = s.sub(f32(1), s.div(f32(2), s.add(e, 1)))
  const sign = s.and(bits(x), -0x80000000)
  return float(s.or(bits(s.select(s.less(a, 0.625), near, far)), sign))
}
