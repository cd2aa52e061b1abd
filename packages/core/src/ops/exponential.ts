/** @file Exponentials, logarithms and hyperbolic functions: one declaration each. */
import * as e from "../elementary/index.ts"
import { add, divide, multiply, subtract } from "./arithmetic.ts"
import { atom, prefix, word } from "./notation.ts"
import { floating } from "./pointwise.ts"

/** e to the power x. */
export const exp = floating("exp", {
  reference: Math.exp,
  scalar: e.exp,
  vjp: (g, _, y) => multiply(g, y),
  latex: atom((x) => `e^{${x}}`),
})
/** e^x - 1, exact to the last bits near 0. */
export const expm1 = floating("expm1", {
  reference: Math.expm1,
  scalar: e.expm1,
  vjp: (g, _, y) => multiply(g, add(y, 1)),
  latex: atom((x) => `(e^{${x}} - 1)`),
})
/** The natural logarithm: -Infinity at 0, NaN below. */
export const log = floating("log", {
  reference: Math.log,
  scalar: e.log,
  range: [0.2, 3],
  vjp: (g, x) => divide(g, x),
  latex: prefix("\\ln"),
})
/** ln(1 + x), exact to the last bits near 0. */
export const log1p = floating("log1p", {
  reference: Math.log1p,
  scalar: e.log1p,
  range: [-0.8, 2],
  vjp: (g, x) => divide(g, add(x, 1)),
  latex: atom((x) => `\\ln(1 + ${x})`),
})
/** The logarithm to base 2; exact for powers of 2. */
export const log2 = floating("log2", {
  reference: Math.log2,
  scalar: e.log2,
  range: [0.2, 3],
  vjp: (g, x) => divide(g, multiply(x, Math.LN2)),
  latex: prefix("\\log_2"),
})
/** 1 / (1 + e^-x), the logistic function. */
export const sigmoid = floating("sigmoid", {
  reference: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  scalar: e.sigmoid,
  vjp: (g, _, y) => multiply(g, multiply(y, subtract(1, y))),
  latex: atom((x) => `\\sigma(${x})`),
})
/** ln(1 + e^x), without overflow. */
export const softplus = floating("softplus", {
  reference: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  scalar: e.softplus,
  vjp: (g, x) => multiply(g, sigmoid(x)),
  latex: atom((x) => `\\ln(1 + e^{${x}})`),
})
/** The hyperbolic tangent. */
export const tanh = floating("tanh", {
  reference: Math.tanh,
  scalar: e.tanh,
  vjp: (g, _, y) => multiply(g, subtract(1, multiply(y, y))),
  latex: prefix("\\tanh"),
})
/** The hyperbolic sine. */
export const sinh = floating("sinh", {
  reference: Math.sinh,
  scalar: e.sinh,
  vjp: (g, x) => multiply(g, cosh(x)),
  latex: prefix("\\sinh"),
})
/** The hyperbolic cosine. */
export const cosh = floating("cosh", {
  reference: Math.cosh,
  scalar: e.cosh,
  vjp: (g, x) => multiply(g, sinh(x)),
  latex: prefix("\\cosh"),
})

/** e^(-x^2), with the part of the square that its rounding loses. */
function gaussian(x: number): number {
  const head = Math.fround(x)
  return Math.exp(-head * head) * Math.exp(-(x - head) * (x + head))
}
/** erf by its series, or by the continued fraction of erfc beyond 2.5 (Abramowitz and Stegun 7.1.6, 7.1.14). */
function erfOf(x: number): number {
  const a = Math.abs(x)
  if (Number.isNaN(x) || a > 6) return Number.isNaN(x) ? x : Math.sign(x)
  if (a < 2.5) {
    let [sum, term] = [a, a]
    for (let n = 1; term > sum * 1e-18; n++) sum += term *= (2 * x * x) / (2 * n + 1)
    return (Math.sign(x) * sum * 2 * gaussian(x)) / Math.sqrt(Math.PI)
  }
  let f = 0
  for (let k = 100; k > 0; k--) f = k / 2 / (a + f)
  return Math.sign(x) * (1 - gaussian(x) / Math.sqrt(Math.PI) / (a + f))
}
/** The error function, 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x. */
export const erf = floating("erf", {
  reference: (x) => (x === 0 ? x : erfOf(x)),
  scalar: e.erf,
  vjp: (g, x) => multiply(g, multiply(exp(multiply(multiply(x, x), -1)), 2 / Math.sqrt(Math.PI))),
  latex: word("erf"),
})
/** The inverse of {@link erfOf} by bisection, which needs nothing but erf itself; near 0 erf is linear. */
function erfInvOf(x: number): number {
  const a = Math.abs(x)
  if (a < 1e-8) return (x * Math.sqrt(Math.PI)) / 2
  if (!(a < 1)) return a === 1 ? x * Number.POSITIVE_INFINITY : Number.NaN
  let [low, high] = [0, 6]
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2
    if (erfOf(middle) < a) low = middle
    else high = middle
  }
  return Math.sign(x) * low
}
/** The inverse of {@link erf} on (-1, 1); infinite at -1 and 1, NaN beyond. */
export const erfInv = floating("erfInv", {
  reference: erfInvOf,
  scalar: e.erfInv,
  range: [-0.9, 0.9],
  vjp: (g, _, y) => multiply(g, multiply(exp(multiply(y, y)), Math.sqrt(Math.PI) / 2)),
  latex: atom((x) => `\\operatorname{erf}^{-1} ${x}`),
})
