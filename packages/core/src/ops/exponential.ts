/** @file Exponentials and logarithms: one declaration each. */
import * as e from "../elementary/index.ts"
import { divide, multiply } from "./arithmetic.ts"
import { atom, prefix } from "./notation.ts"
import { floating } from "./pointwise.ts"

/** e to the power x. */
export const exp = floating("exp", {
  reference: Math.exp,
  scalar: e.exp,
  vjp: (g, _, y) => multiply(g, y),
  latex: atom((x) => `e^{${x}}`),
})
/** The natural logarithm: -Infinity at 0, NaN below. */
export const log = floating("log", {
  reference: Math.log,
  scalar: e.log,
  range: [0.2, 3],
  vjp: (g, x) => divide(g, x),
  latex: prefix("\\ln"),
})
