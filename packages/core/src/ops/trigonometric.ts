/** @file Trigonometric functions of radians, and their inverses: one declaration each. */
import * as e from "../elementary/index.ts"
import { add, divide, multiply, negate, sqrt, square, subtract } from "./arithmetic.ts"
import { inSlope, inValue } from "./hazard.ts"
import { atom, prefix } from "./notation.ts"
import { divideLike, floating } from "./pointwise.ts"

/** The sine; exact reduction for angles of any size. */
export const sin = floating("sin", {
  reference: Math.sin,
  scalar: e.sin,
  vjp: (g, x) => multiply(g, cos(x)),
  latex: prefix("\\sin"),
})
/** The cosine; exact reduction for angles of any size. */
export const cos = floating("cos", {
  reference: Math.cos,
  scalar: e.cos,
  vjp: (g, x) => negate(multiply(g, sin(x))),
  latex: prefix("\\cos"),
})
/** The tangent; exact reduction for angles of any size. */
export const tan = floating("tan", {
  reference: Math.tan,
  scalar: e.tan,
  range: [-1.2, 1.2],
  vjp: (g, _, y) => multiply(g, add(square(y), 1)),
  latex: prefix("\\tan"),
})
/** Hazards of asin and acos. */
const domain = (name: string) => [
  inValue(
    `${name} outside [−1, 1]`,
    ([x]) => Math.abs(x) > 1,
    "No angle has such a sine or cosine; rounding alone can lead there.",
    `{0}.clip(-1 + 1e-6, 1 - 1e-6).${name}()`,
  ),
  inSlope(
    `slope of ${name} at ±1`,
    ([x]) => Math.abs(x) === 1,
    "Its curve ends upright at −1 and 1: the slope is infinite.",
    `{0}.clip(-1 + 1e-6, 1 - 1e-6).${name}()`,
  ),
]
/** The inverse sine in [-pi/2, pi/2]; NaN outside [-1, 1]. */
export const asin = floating("asin", {
  reference: Math.asin,
  scalar: e.asin,
  range: [-0.9, 0.9],
  vjp: (g, x) => divide(g, sqrt(subtract(1, square(x)))),
  hazards: domain("asin"),
  latex: prefix("\\arcsin"),
})
/** The inverse cosine in [0, pi]; NaN outside [-1, 1]. */
export const acos = floating("acos", {
  reference: Math.acos,
  scalar: e.acos,
  range: [-0.9, 0.9],
  vjp: (g, x) => negate(divide(g, sqrt(subtract(1, square(x))))),
  hazards: domain("acos"),
  latex: prefix("\\arccos"),
})
/** The inverse tangent in [-pi/2, pi/2]. */
export const atan = floating("atan", {
  reference: Math.atan,
  scalar: e.atan,
  vjp: (g, x) => divide(g, add(square(x), 1)),
  latex: prefix("\\arctan"),
})
/** The angle of the point (`b`, `a`) in (-pi, pi], in radians; `a` is the ordinate. */
export const atan2 = divideLike("atan2", {
  reference: Math.atan2,
  scalar: e.atan2,
  range: [0.3, 2],
  vjp: (g, a, b) => {
    const r = divide(g, add(multiply(a, a), multiply(b, b)))
    return [multiply(r, b), negate(multiply(r, a))]
  },
  hazards: [
    inSlope(
      "angle of the point (0, 0)",
      ([a, b]) => a === 0 && b === 0,
      "The origin has no direction, so the angle has no slope there.",
      "{0}.abs() + {1}.abs() === 0 ? 0 : {0}.atan2({1})",
    ),
  ],
  latex: atom((a, b) => `\\operatorname{atan2}(${a}, ${b})`),
})
