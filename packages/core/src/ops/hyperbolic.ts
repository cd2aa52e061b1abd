/** @file The inverse hyperbolic functions: one declaration each. */
import * as e from "../elementary/index.ts"
import { divide, sqrt, square, subtract } from "./arithmetic.ts"
import { word } from "./notation.ts"
import { floating } from "./pointwise.ts"
import { hypot } from "./roots.ts"

/** The inverse hyperbolic sine. */
export const asinh = floating("asinh", {
  reference: Math.asinh,
  scalar: e.asinh,
  vjp: (g, x) => divide(g, hypot(x, 1)),
  latex: word("arsinh"),
})
/** The inverse hyperbolic cosine, not negative; NaN below 1. */
export const acosh = floating("acosh", {
  reference: Math.acosh,
  scalar: e.acosh,
  range: [1.2, 4],
  vjp: (g, x) => divide(g, sqrt(subtract(square(x), 1))),
  latex: word("arcosh"),
})
/** The inverse hyperbolic tangent; infinite at -1 and 1, NaN beyond. */
export const atanh = floating("atanh", {
  reference: Math.atanh,
  scalar: e.atanh,
  range: [-0.9, 0.9],
  vjp: (g, x) => divide(g, subtract(1, square(x))),
  latex: word("artanh"),
})
