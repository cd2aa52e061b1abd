/** @file Powers: floats by the elementary function, integers by squaring, small whole exponents as products. */
import { DTYPES, isFloat, isSigned } from "../dtype.ts"
import * as e from "../elementary/index.ts"
import * as s from "../scalar.ts"
import type { Tensor } from "../tensor.ts"
import { multiply, reciprocal, square, subtract } from "./arithmetic.ts"
import { where } from "./choice.ts"
import { equal } from "./compare.ts"
import { log } from "./exponential.ts"
import { inSlope, inValue } from "./hazard.ts"
import { raised } from "./notation.ts"
import { binary } from "./pointwise.ts"
import { isConstant, onesOf } from "./source.ts"

/** `a ** b` modulo 2^64, by squaring. */
function powerExact(a: bigint, b: bigint): bigint {
  if (b < 0n) return a === 1n ? 1n : a === -1n ? (b % 2n ? -1n : 1n) : 0n
  let [result, base] = [1n, a]
  for (let n = b; n > 0n; n >>= 1n) {
    if (n & 1n) result = BigInt.asIntN(64, result * base)
    base = BigInt.asIntN(64, base * base)
  }
  return result
}
/** Exponentiation of integers by squaring, one step for each bit of the exponent. */
function powerOfInts(a: s.Scalar, b: s.Scalar): s.Scalar {
  const width = DTYPES[a.dtype].bytes * 8
  let [result, base] = [s.constant(a.dtype, 1), a]
  for (let i = 0; i < width - (isSigned(a.dtype) ? 1 : 0); i++) {
    const bit = s.and(s.shiftRight(b, i), 1)
    result = s.select(s.equal(bit, 0), result, s.mul(result, base))
    base = s.mul(base, base)
  }
  if (!isSigned(a.dtype)) return result
  const sign = s.select(s.equal(s.and(b, 1), 0), s.constant(a.dtype, 1), -1)
  const inverse = s.select(s.equal(a, 1), a, s.select(s.equal(a, -1), sign, 0))
  return s.select(s.less(b, 0), inverse, result)
}
/** Small whole exponents as products; within the error bound up to 4 (two roundings of 1/2 ULP each level). */
function powerOfConstant(a: Tensor, b: Tensor): Tensor | undefined {
  if (!isConstant(b)) return undefined
  switch (Number(b.attrs.value)) {
    case 0:
      return onesOf(a)
    case 1:
      return a
    case 2:
      return square(a)
    case 3:
      return multiply(square(a), a)
    case 4:
      return square(square(a))
    case -1:
      return isFloat(a.dtype) ? reciprocal(a) : undefined
    default:
      return undefined
  }
}
/** The exponent of the derivative, where 0 stands for itself: pow(x, 0)' is 0 everywhere (S10). */
const lowered = (b: Tensor): Tensor => subtract(where(equal(b, 0), 1, b), 1)
/**
 * `a` to the power `b`. Floats as C's pow: `x ** 0` is 1 even for NaN, a negative base needs a whole exponent, else NaN.
 * Of integers it wraps; a negative exponent gives 0 unless the base is 1 or -1. d/db at `a = 0` is taken as 0.
 */
export const power = binary("power", {
  reference: (a, b) =>
    Math.abs(a) === 1 && Math.abs(b) === Number.POSITIVE_INFINITY ? 1 : a === 1 ? 1 : a ** b,
  exact: powerExact,
  scalar: (a, b) => (isFloat(a.dtype) ? e.pow(a, b) : powerOfInts(a, b)),
  normal: ([a, b]) => powerOfConstant(a, b),
  range: [0.2, 3],
  vjp: (g, a, b, y) => [
    multiply(g, multiply(b, power(a, lowered(b)))),
    multiply(g, multiply(y, log(where(equal(a, 0), 1, a)))),
  ],
  hazards: [
    inValue(
      "negative number to a fraction",
      ([a, b]) => a < 0 && !Number.isInteger(b),
      "A negative number has real powers for whole exponents only.",
      "{0}.maximum(1e-12) ** {1}",
    ),
    inValue(
      "0 to a negative power",
      ([a, b]) => a === 0 && b < 0,
      "It is 1 divided by 0.",
      "{0}.maximum(1e-12) ** {1}",
    ),
    inSlope(
      "slope of a power below 1 at 0",
      ([a, b]) => a === 0 && b > 0 && b < 1,
      "0 to a power below 1 is 0, but the curve rises straight up there: the slope is infinite.",
      "{0}.maximum(1e-12) ** {1}",
    ),
  ],
  latex: raised((a, b) => `{${a}}^{${b}}`),
})
