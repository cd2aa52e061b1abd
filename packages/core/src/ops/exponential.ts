/** @file Exponentials, logarithms and hyperbolic functions: one declaration each. */
import * as e from "../elementary/index.ts"
import { add, divide, multiply, negate, square, subtract } from "./arithmetic.ts"
import { flatAt, inValue, isShared, overflow } from "./hazard.ts"
import { softmaxOp } from "./normalize.ts"
import { atom, prefix, raised, word } from "./notation.ts"
import { floating } from "./pointwise.ts"

const AFTER_0 = "rounds to 0, and the logarithm of 0 is −∞."
/** A probability is computed, then its logarithm: both at once lose nothing. */
const underflowed = [
  inValue(
    "log of a probability that became 0",
    ([x]) => x === 0,
    `The softmax of a number far below the largest one ${AFTER_0}`,
    "{0.0}.logSoftmax()",
    { among: (n) => n.inputs[0].op === softmaxOp },
  ),
  inValue(
    "log of a probability that became 0",
    ([x]) => x === 0,
    `The sigmoid of a very negative number ${AFTER_0}`,
    "-(-{0.0}).softplus()",
    { among: (n) => n.inputs[0].op === sigmoid.op },
  ),
]
/** Hazards of the logarithm called `name`, with its pole at `pole`; `safe` keeps the operand above it. */
const logarithm = (name: string, pole: number, safe: string) => [
  inValue(
    `${name} of ${pole}`,
    ([x]) => x === pole,
    `It is −∞ at ${pole}, and its slope infinite.`,
    `${safe}.${name}()`,
  ),
  inValue(
    `${name} ${pole === 0 ? "of a negative number" : `below ${pole}`}`,
    ([x]) => x < pole,
    `It is defined above ${pole} only.`,
    `${safe}.${name}()`,
  ),
]
/** Hazard of a function that grows as e^x. */
const grows = (name: string) =>
  overflow(
    `overflow of ${name}`,
    "It grows as e^x: in f32 it is infinite from about x = 88.7 on, in f16 from about 11.1.",
    `{0}.minimum(10).${name}()   // or stay with the logarithm of it`,
  )
const saturates = (
  pattern: string,
  at: (x: readonly number[], y: number) => boolean,
  why: string,
) => flatAt(pattern, at, why, "{0}.standardize()   // keeps the operand where the curve is steep")

/** e to the power x. */
export const exp = floating("exp", {
  reference: Math.exp,
  scalar: e.exp,
  vjp: (g, _, y) => multiply(g, y),
  hazards: [
    overflow(
      "softmax without a shift",
      "e^x passes the largest number, and the quotient of two infinite numbers has no value. softmax subtracts the largest element first, which changes nothing else.",
      "{0}.softmax()",
      { among: isShared },
    ),
    grows("exp"),
    flatAt(
      "underflow of exp",
      (_, y) => y === 0,
      "e^x rounds to 0 for a very negative x, and its slope is its value.",
      "{0}.maximum(-80).exp()",
    ),
  ],
  latex: raised((x) => `e^{${x}}`, [0]),
})
/** e^x - 1, exact to the last bits near 0. */
export const expm1 = floating("expm1", {
  reference: Math.expm1,
  scalar: e.expm1,
  vjp: (g, _, y) => multiply(g, add(y, 1)),
  hazards: [grows("expm1")],
  latex: atom((x) => `(e^{${x}} - 1)`),
})
/** The natural logarithm: -Infinity at 0, NaN below. */
export const log = floating("log", {
  reference: Math.log,
  scalar: e.log,
  range: [0.2, 3],
  vjp: (g, x) => divide(g, x),
  hazards: [...underflowed, ...logarithm("log", 0, "{0}.maximum(1e-12)")],
  latex: prefix("\\ln"),
})
/** ln(1 + x), exact to the last bits near 0. */
export const log1p = floating("log1p", {
  reference: Math.log1p,
  scalar: e.log1p,
  range: [-0.8, 2],
  vjp: (g, x) => divide(g, add(x, 1)),
  hazards: logarithm("log1p", -1, "{0}.maximum(-1 + 1e-6)"),
  latex: atom((x) => `\\ln(1 + ${x})`),
})
/** The logarithm to base 2; exact for powers of 2. */
export const log2 = floating("log2", {
  reference: Math.log2,
  scalar: e.log2,
  range: [0.2, 3],
  vjp: (g, x) => divide(g, multiply(x, Math.LN2)),
  hazards: logarithm("log2", 0, "{0}.maximum(1e-12)"),
  latex: prefix("\\log_2"),
})
/** 1 / (1 + e^-x), the logistic function. */
export const sigmoid = floating("sigmoid", {
  reference: (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x))),
  scalar: e.sigmoid,
  vjp: (g, _, y) => multiply(g, multiply(y, subtract(1, y))),
  hazards: [
    saturates(
      "saturated sigmoid",
      (_, y) => y === 0 || y === 1,
      "Its value rounds to 0 or 1, where the curve is flat.",
    ),
  ],
  latex: atom((x) => `\\sigma(${x})`),
})
/** ln(1 + e^x), without overflow. */
export const softplus = floating("softplus", {
  reference: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  scalar: e.softplus,
  vjp: (g, x) => multiply(g, sigmoid(x)),
  hazards: [
    flatAt(
      "underflow of softplus",
      (_, y) => y === 0,
      "Its value rounds to 0 for a very negative x, and so does its slope.",
      "{0}.maximum(-80).softplus()",
    ),
  ],
  latex: atom((x) => `\\ln(1 + e^{${x}})`),
})
/** The hyperbolic tangent. */
export const tanh = floating("tanh", {
  reference: Math.tanh,
  scalar: e.tanh,
  vjp: (g, _, y) => multiply(g, subtract(1, square(y))),
  hazards: [
    saturates(
      "saturated tanh",
      (_, y) => Math.abs(y) === 1,
      "Its value rounds to −1 or 1, where the curve is flat.",
    ),
  ],
  latex: prefix("\\tanh"),
})
/** The hyperbolic sine. */
export const sinh = floating("sinh", {
  reference: Math.sinh,
  scalar: e.sinh,
  vjp: (g, x) => multiply(g, cosh(x)),
  hazards: [grows("sinh")],
  latex: prefix("\\sinh"),
})
/** The hyperbolic cosine. */
export const cosh = floating("cosh", {
  reference: Math.cosh,
  scalar: e.cosh,
  vjp: (g, x) => multiply(g, sinh(x)),
  hazards: [grows("cosh")],
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
  vjp: (g, x) => multiply(g, multiply(exp(negate(square(x))), 2 / Math.sqrt(Math.PI))),
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
  vjp: (g, _, y) => multiply(g, multiply(exp(square(y)), Math.sqrt(Math.PI) / 2)),
  hazards: [
    inValue(
      "erfInv at the end of its domain",
      ([x]) => Math.abs(x) === 1,
      "It is infinite at −1 and 1.",
      "{0}.clip(-1 + 1e-6, 1 - 1e-6).erfInv()",
    ),
    inValue(
      "erfInv outside [−1, 1]",
      ([x]) => Math.abs(x) > 1,
      "It is defined between −1 and 1 only.",
      "{0}.clip(-1 + 1e-6, 1 - 1e-6).erfInv()",
    ),
  ],
  latex: atom((x) => `\\operatorname{erf}^{-1} ${x}`),
})
