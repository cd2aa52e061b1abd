/** @file Element-wise arithmetic: one declaration each. */
import { isFloat, isSigned } from "../dtype.ts"
import * as s from "../scalar.ts"
import type { Tensor } from "../tensor.ts"
import { where } from "./choice.ts"
import { equal, less } from "./compare.ts"
import { flatAt, inSlope, inValue } from "./hazard.ts"
import { atom, product, raised, sum, word } from "./notation.ts"
import { binary, divideLike, floating, unary } from "./pointwise.ts"
import { trunc } from "./rounding.ts"
import { zerosOf } from "./source.ts"

const JUMPS = { flat: "constant between its jumps" }
const isBool = (x: s.Scalar): boolean => x.dtype === "bool"

const infinite = (x: number): boolean => Math.abs(x) === Number.POSITIVE_INFINITY
const NO_LIMIT = "The difference of two infinite numbers has no value."
const AT_ZERO = "nothing passes to the other operand where one is 0"

/** The sum `a + b`; of two bools whether either holds. */
export const add = binary("add", {
  reference: (a, b) => a + b,
  scalar: (a, b) => (isBool(a) ? s.or(a, b) : s.add(a, b)),
  bools: true,
  vjp: (g) => [g, g],
  hazards: [
    inValue(
      "∞ − ∞",
      ([a, b]) => infinite(a) && a === -b,
      NO_LIMIT,
      "{0}.nanToNum() + {1}.nanToNum()",
    ),
  ],
  latex: sum("+"),
})
/** The difference `a - b`. */
export const subtract = binary("subtract", {
  reference: (a, b) => a - b,
  scalar: s.sub,
  vjp: (g) => [g, negate(g)],
  hazards: [
    inValue(
      "∞ − ∞",
      ([a, b]) => infinite(a) && a === b,
      NO_LIMIT,
      "{0}.nanToNum() - {1}.nanToNum()",
    ),
  ],
  latex: sum("-"),
})
/** The product of elements; of two bools whether both hold. */
export const multiply = binary("multiply", {
  reference: (a, b) => a * b,
  exact: (a, b) => a * b,
  scalar: (a, b) => (isBool(a) ? s.and(a, b) : s.mul(a, b)),
  bools: true,
  linear: "each",
  vjp: (g, a, b) => [multiply(g, b), multiply(g, a)],
  hazards: [
    inValue(
      "0 × ∞",
      ([a, b]) => (a === 0 && infinite(b)) || (infinite(a) && b === 0),
      "0 times an infinite number has no value. A mask keeps it only as a choice: `?:` reads what is chosen.",
      "{0} === 0 ? 0 : {0} * {1}",
    ),
    flatAt(
      "multiplied by 0",
      ([, b]) => b === 0,
      `By the product rule ${AT_ZERO}.`,
      "{1} + 1e-3   // if it must learn",
      { operand: 0 },
    ),
    flatAt(
      "multiplied by 0",
      ([a]) => a === 0,
      `By the product rule ${AT_ZERO}.`,
      "{0} + 1e-3   // if it must learn",
      { operand: 1 },
    ),
  ],
  latex: { ...product("\\,"), numberFirst: true },
})
/** The quotient `a / b`; of integers in f32 (S4). */
export const divide = divideLike("divide", {
  reference: (a, b) => a / b,
  scalar: s.div,
  range: [0.5, 2],
  vjp: (g, _, b, y) => [divide(g, b), negate(divide(multiply(g, y), b))],
  hazards: [
    inValue(
      "0 / 0",
      ([a, b]) => a === 0 && b === 0,
      "0 divided by 0 has no value.",
      "{1} === 0 ? 0 : {0} / {1}",
    ),
    inValue(
      "∞ / ∞",
      ([a, b]) => infinite(a) && infinite(b),
      "The quotient of two infinite numbers has no value.",
      "{0}.nanToNum() / {1}.nanToNum()",
    ),
    inValue(
      "division by 0",
      ([, b]) => b === 0,
      "A number divided by 0 is infinite.",
      "{1} === 0 ? 0 : {0} / {1}",
    ),
  ],
  latex: atom((a, b) => `\\frac{${a}}{${b}}`),
})

/** Zero and, for signed integers, -1 as a divisor become 1: the remainder is 0 either way, and no division traps. */
function remainderOf(a: s.Scalar, b: s.Scalar): s.Scalar {
  if (isFloat(a.dtype)) return s.remainder(a, b)
  const zero = s.equal(b, 0)
  return s.remainder(a, s.select(isSigned(b.dtype) ? s.or(zero, s.equal(b, -1)) : zero, 1, b))
}
/** The remainder of the truncated division, with the sign of `a`; of integers by zero 0 (S6), of floats NaN. */
export const remainder = binary("remainder", {
  reference: (a, b) => a % b,
  exact: (a, b) => (b === 0n ? 0n : a % b),
  scalar: remainderOf,
  divisor: 1,
  vjp: (g, a, b) => [g, negate(multiply(g, trunc(divide(a, b))))],
  hazards: [
    inValue(
      "remainder by 0",
      ([, b]) => b === 0,
      "There is no remainder of a division by 0.",
      "{1} === 0 ? 0 : {0} % {1}",
    ),
  ],
  latex: atom((a, b) => `(${a} \\bmod ${b})`),
  range: [0.3, 3],
})

const larger = (a: number, b: number): number =>
  typeof a === "bigint" ? (a > b ? a : b) : Math.max(a, b)
const smaller = (a: number, b: number): number =>
  typeof a === "bigint" ? (a < b ? a : b) : Math.min(a, b)
/** `g` where a > b, half of it where they tie (S10), 0 where a < b. */
const share = (g: Tensor, a: Tensor, b: Tensor): Tensor =>
  where(equal(a, b), multiply(g, 0.5), where(less(b, a), g, zerosOf(g)))
/** The larger element; NaN if either is. A tie shares the gradient. */
export const maximum = binary("maximum", {
  reference: larger,
  scalar: (a, b) => (isBool(a) ? s.or(a, b) : s.max(a, b)),
  bools: true,
  vjp: (g, a, b) => [share(g, a, b), share(g, b, a)],
  hazards: [
    flatAt(
      "never the larger one",
      ([a, b]) => a < b,
      "maximum passes the gradient to the larger operand only.",
      "{0}.softplus()   // in place of a hard limit",
      { operand: 0 },
    ),
    flatAt(
      "never the larger one",
      ([a, b]) => b < a,
      "maximum passes the gradient to the larger operand only.",
      "{1}.softplus()   // in place of a hard limit",
      { operand: 1 },
    ),
  ],
  latex: atom((a, b) => `\\max(${a}, ${b})`),
})
/** The smaller element; NaN if either is. A tie shares the gradient. */
export const minimum = binary("minimum", {
  reference: smaller,
  scalar: (a, b) => (isBool(a) ? s.and(a, b) : s.min(a, b)),
  bools: true,
  vjp: (g, a, b) => [share(g, b, a), share(g, a, b)],
  hazards: [
    flatAt(
      "never the smaller one",
      ([a, b]) => b < a,
      "minimum passes the gradient to the smaller operand only.",
      "{0}.tanh()   // in place of a hard limit",
      { operand: 0 },
    ),
    flatAt(
      "never the smaller one",
      ([a, b]) => a < b,
      "minimum passes the gradient to the smaller operand only.",
      "{1}.tanh()   // in place of a hard limit",
      { operand: 1 },
    ),
  ],
  latex: atom((a, b) => `\\min(${a}, ${b})`),
})
/** The opposite, `-x`; of unsigned integers modulo 2^n. */
export const negate = unary("negate", {
  reference: (x) => -x,
  scalar: s.neg,
  linear: "each",
  vjp: (g) => negate(g),
  latex: { level: 1, operands: [2], print: (x) => `-${x}` },
})
/** The absolute value; its derivative at 0 is 0 (S10). The smallest signed integer is its own. */
export const abs = unary("abs", {
  reference: (x) => (x < 0 || Object.is(x, -0) ? -x : x),
  scalar: (x) => (isFloat(x.dtype) || isSigned(x.dtype) ? s.abs(x) : x),
  vjp: (g, x) => multiply(g, sign(x)),
  hazards: [
    flatAt(
      "abs at 0",
      ([x]) => x === 0,
      "Its derivative at the kink is taken as 0.",
      "({0}.square() + 1e-12).sqrt()",
    ),
  ],
  latex: atom((x) => `|${x}|`),
})
/** -1, 0 or 1; a zero keeps its sign and NaN is NaN. */
export const sign = unary("sign", {
  reference: (x) => (x > 0 ? 1 : x < 0 ? -1 : x),
  scalar: (x) => {
    const below =
      isSigned(x.dtype) || isFloat(x.dtype) ? s.select(s.less(x, 0), s.constant(x.dtype, -1), x) : x
    return s.select(s.less(s.constant(x.dtype, 0), x), s.constant(x.dtype, 1), below)
  },
  vjp: JUMPS,
  latex: word("sgn"),
})
/** `1 / x`; of integers in f32. */
export const reciprocal = floating("reciprocal", {
  reference: (x) => 1 / x,
  scalar: (x) => s.div(s.constant(x.dtype, 1), x),
  range: [0.3, 2],
  vjp: (g, _, y) => negate(multiply(g, square(y))),
  hazards: [
    inValue(
      "division by 0",
      ([x]) => x === 0,
      "1 divided by 0 is infinite.",
      "{0} === 0 ? 0 : {0}.reciprocal()",
    ),
  ],
  latex: atom((x) => `\\frac{1}{${x}}`),
})
/** `x` times itself. */
export const square = unary("square", {
  reference: (x) => x * x,
  exact: (x) => x * x,
  scalar: (x) => s.mul(x, x),
  vjp: (g, x) => multiply(multiply(x, 2), g),
  hazards: [
    flatAt(
      "square at 0",
      ([x]) => x === 0,
      "A parabola is flat at its lowest point: there is nothing to gain here.",
      "{0}   // begin away from 0",
    ),
  ],
  latex: raised((x) => `{${x}}^2`),
})
/** The square root; NaN below 0, and its derivative at 0 is infinite (S10). */
export const sqrt = floating("sqrt", {
  reference: Math.sqrt,
  scalar: s.sqrt,
  range: [0.2, 3],
  vjp: (g, _, y) => divide(g, multiply(y, 2)),
  hazards: [
    inValue(
      "root of a negative number",
      ([x]) => x < 0,
      "The square root is defined from 0 on.",
      "{0}.maximum(1e-12).sqrt()",
    ),
    inSlope(
      "slope of sqrt at 0",
      ([x]) => x === 0,
      "The square root of 0 is 0, but its curve rises straight up there: the slope is infinite.",
      "{0}.maximum(1e-12).sqrt()",
    ),
  ],
  latex: atom((x) => `\\sqrt{${x}}`),
})
/** `1 / sqrt(x)`. */
export const rsqrt = floating("rsqrt", {
  reference: (x) => 1 / Math.sqrt(x),
  scalar: (x) => s.div(s.constant(x.dtype, 1), s.sqrt(x)),
  range: [0.2, 3],
  vjp: (g, x, y) => multiply(multiply(g, -0.5), divide(y, x)),
  hazards: [
    inValue(
      "rsqrt of 0",
      ([x]) => x === 0,
      "1 divided by the square root of 0 is infinite.",
      "{0}.maximum(1e-12).rsqrt()",
    ),
    inValue(
      "root of a negative number",
      ([x]) => x < 0,
      "The square root is defined from 0 on.",
      "{0}.maximum(1e-12).rsqrt()",
    ),
  ],
  latex: atom((x) => `\\frac{1}{\\sqrt{${x}}}`),
})
