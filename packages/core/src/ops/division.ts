/** @file Division that leaves whole numbers, what is left of it, and signs: one declaration each. */
import { isFloat, isSigned } from "../dtype.ts"
import * as e from "../elementary/index.ts"
import type { Op } from "../op.ts"
import * as s from "../scalar.ts"
import { divide, multiply, negate, sign } from "./arithmetic.ts"
import { atom, called, product } from "./notation.ts"
import { binary, divideLike, unary } from "./pointwise.ts"
import { floor } from "./rounding.ts"
import { onesOf, zerosOf } from "./source.ts"

const JUMPS = { flat: "constant between its jumps" }

/** Zero and, for signed integers, -1 as a divisor never reach the instruction, which could trap (S6). */
function guarded(b: s.Scalar): s.Scalar {
  const zero = s.equal(b, 0)
  return s.select(isSigned(b.dtype) ? s.or(zero, s.equal(b, -1)) : zero, 1, b)
}
/** Integers: what truncation leaves and gives; by zero both are 0. */
const restOf = (a: s.Scalar, b: s.Scalar): s.Scalar => s.remainder(a, guarded(b))
function quotientOf(a: s.Scalar, b: s.Scalar): s.Scalar {
  const q = s.quotient(a, guarded(b))
  const exact = isSigned(b.dtype) ? s.select(s.equal(b, -1), s.neg(a), q) : q
  return s.select(s.equal(b, 0), 0, exact)
}
/** Whether a remainder that is not zero has the other sign than the divisor. */
const crosses = (rest: s.Scalar, b: s.Scalar): s.Scalar =>
  isFloat(b.dtype) || isSigned(b.dtype)
    ? s.and(s.not(s.equal(rest, 0)), s.xor(s.less(rest, 0), s.less(b, 0)))
    : s.constant("bool", 0)

/** (a - rest) / b is whole but for its rounding, which the nearest whole number undoes. */
const nearestWhole = (a: s.Scalar, rest: s.Scalar, b: s.Scalar): s.Scalar =>
  s.roundEven(s.div(s.sub(a, rest), b))
/** Of floats: by zero, as `a / b`, infinite or NaN. */
const byZero = (a: s.Scalar, b: s.Scalar, y: s.Scalar): s.Scalar =>
  s.select(s.equal(b, 0), s.div(a, b), y)

/** `a / b` towards zero; of integers by zero 0 (S6). */
export const quotient = binary("quotient", {
  reference: (a, b) => (b === 0 ? a / b : Math.round((a - (a % b)) / b)),
  exact: (a, b) => (b === 0n ? 0n : a / b),
  scalar: (a, b) =>
    isFloat(a.dtype) ? byZero(a, b, nearestWhole(a, s.remainder(a, b), b)) : quotientOf(a, b),
  range: [0.3, 3],
  vjp: JUMPS,
  latex: called("quotient"),
})
const floorOfBig = (a: bigint, b: bigint): bigint =>
  b === 0n ? 0n : a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n)
function floorOf(a: number, b: number): number {
  const rest = a % b
  const whole = Math.round((a - rest) / b)
  return rest !== 0 && rest < 0 !== b < 0 ? whole - 1 : whole
}
/** The largest whole number not above `a / b`; of integers by zero 0 (S6). */
export const floorDivide = binary("floorDivide", {
  reference: (a, b) => (b === 0 ? a / b : floorOf(a, b)),
  exact: floorOfBig,
  scalar: (a, b) => {
    const rest = isFloat(a.dtype) ? s.remainder(a, b) : restOf(a, b)
    const whole = isFloat(a.dtype) ? nearestWhole(a, rest, b) : quotientOf(a, b)
    const lower = s.select(crosses(rest, b), s.sub(whole, 1), whole)
    return isFloat(a.dtype) ? byZero(a, b, lower) : s.select(s.equal(b, 0), 0, lower)
  },
  range: [0.3, 3],
  vjp: JUMPS,
  latex: atom((a, b) => `\\lfloor ${a} / ${b} \\rfloor`),
})
function modOf(a: number, b: number): number {
  const rest = a % b
  if (rest === 0) return b < 0 || Object.is(b, -0) ? -0 : 0
  return rest < 0 !== b < 0 ? rest + b : rest
}
/** What {@link floorDivide} leaves, with the sign of `b`; of integers by zero 0 (S6), of floats NaN. */
export const mod = binary("mod", {
  reference: modOf,
  exact: (a, b) => (b === 0n ? 0n : ((a % b) + b) % b),
  scalar: (a, b) => {
    const rest = isFloat(a.dtype) ? s.remainder(a, b) : restOf(a, b)
    const moved = s.select(crosses(rest, b), s.add(rest, b), rest)
    if (!isFloat(a.dtype)) return moved
    return s.select(s.equal(rest, 0), e.copySign(s.constant(a.dtype, 0), b), moved)
  },
  range: [0.3, 3],
  vjp: (g, a, b) => [g, negate(multiply(g, floor(divide(a, b))))],
  latex: product("\\bmod"),
})

const whole: Op["normal"] = ([x]) => (isFloat(x.dtype) ? undefined : zerosOf(x))
/** What is behind the point, `x - trunc(x)`, with the sign of `x`; of integers 0. */
export const fraction = unary("fraction", {
  reference: (x) => x - Math.trunc(x),
  exact: () => 0n,
  scalar: (x) => s.sub(x, s.trunc(x)),
  normal: whole,
  vjp: (g) => g,
  latex: called("frac"),
})
/** The magnitude of `a` with the sign of `b`; a zero of `b` has one too. */
export const copySign = divideLike("copySign", {
  reference: (a, b) => (b < 0 || Object.is(b, -0) ? -Math.abs(a) : Math.abs(a)),
  scalar: e.copySign,
  vjp: (g, a, b) => [multiply(g, multiply(sign(a), copySign(onesOf(b), b))), null],
  latex: called("copysign"),
})
