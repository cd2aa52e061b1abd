/** @file The cube root, and the length of a vector of two elements: one declaration each. */
import * as e from "../elementary/index.ts"
import type { Tensor } from "../tensor.ts"
import { divide, multiply, square } from "./arithmetic.ts"
import { where } from "./choice.ts"
import { equal } from "./compare.ts"
import { atom } from "./notation.ts"
import { divideLike, floating } from "./pointwise.ts"

/** The cube root, of negative numbers too; its derivative at 0 is infinite. */
export const cbrt = floating("cbrt", {
  reference: Math.cbrt,
  scalar: e.cbrt,
  range: [0.3, 3],
  vjp: (g, _, y) => divide(g, multiply(square(y), 3)),
  latex: atom((x) => `\\sqrt[3]{${x}}`),
})
/** The share of one side; at (0, 0) it is 0, as that of abs (S10). */
const share = (g: Tensor, side: Tensor, y: Tensor): Tensor =>
  multiply(g, divide(side, where(equal(y, 0), 1, y)))
/** `sqrt(a ** 2 + b ** 2)` without overflow between; infinite if either is. Its derivative at (0, 0) is 0 (S10). */
export const hypot = divideLike("hypot", {
  reference: Math.hypot,
  scalar: e.hypot,
  range: [0.3, 2],
  vjp: (g, a, b, y) => [share(g, a, y), share(g, b, y)],
  latex: { level: 9, operands: [9, 9], print: (a, b) => `\\sqrt{{${a}}^2 + {${b}}^2}` },
})
