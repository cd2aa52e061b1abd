/** @file Exponentials and logarithms of other bases, and logarithms of sums: one declaration each. */
import * as e from "../elementary/index.ts"
import type { Tensor } from "../tensor.ts"
import { divide, multiply, negate, subtract } from "./arithmetic.ts"
import { where } from "./choice.ts"
import { equal } from "./compare.ts"
import { sigmoid } from "./exponential.ts"
import { atom, prefix, raised } from "./notation.ts"
import { divideLike, floating } from "./pointwise.ts"

/** 2 to the power x; exact for whole x. */
export const exp2 = floating("exp2", {
  reference: (x) => 2 ** x,
  scalar: e.exp2,
  vjp: (g, _, y) => multiply(g, multiply(y, Math.LN2)),
  latex: raised((x) => `2^{${x}}`, [0]),
})
/** The logarithm to base 10. */
export const log10 = floating("log10", {
  reference: Math.log10,
  scalar: e.log10,
  range: [0.2, 3],
  vjp: (g, x) => divide(g, multiply(x, Math.LN10)),
  latex: prefix("\\log_{10}"),
})
/** `ln(sigmoid(x))`, without overflow. */
export const logSigmoid = floating("logSigmoid", {
  reference: (x) => Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x))),
  scalar: e.logSigmoid,
  vjp: (g, x) => multiply(g, sigmoid(negate(x))),
  latex: atom((x) => `\\ln \\sigma(${x})`),
})

/** Equal operands, infinite ones too, are 0 apart. */
const apart = (a: Tensor, b: Tensor): Tensor => where(equal(a, b), 0, subtract(a, b))
/** `ln(e ** a + e ** b)`, without overflow. */
export const logAddExp = divideLike("logAddExp", {
  reference: (a, b) => Math.max(a, b) + Math.log1p(Math.exp(a === b ? -0 : -Math.abs(a - b))),
  scalar: e.logAddExp,
  range: [0.2, 2],
  vjp: (g, a, b) => [multiply(g, sigmoid(apart(a, b))), multiply(g, sigmoid(apart(b, a)))],
  latex: atom((a, b) => `\\ln(e^{${a}} + e^{${b}})`),
})
