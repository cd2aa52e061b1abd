/**
 * @file Activation functions of neural networks, element-wise. Those without parameters are ops of their own, so that a
 * picture shows one node and a gradient is one rule; the others are built of ops under their name.
 */
import type { DType, Floating } from "../dtype.ts"
import { publicly } from "../eager.ts"
import * as e from "../elementary/index.ts"
import { optionsAt } from "../options.ts"
import * as s from "../scalar.ts"
import type { Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"
import { asTensor, type Operand } from "./align.ts"
import { add, multiply, subtract } from "./arithmetic.ts"
import { where } from "./choice.ts"
import { greater } from "./compare.ts"
import { erf, expm1, sigmoid, tanh } from "./exponential.ts"
import { flatAt } from "./hazard.ts"
import { called } from "./notation.ts"
import { floating, unary } from "./pointwise.ts"
import { zerosOf } from "./source.ts"

/** A function of a tensor and options, built of ops; `publicly` gave it its name. */
const activation = <O, D extends DType = DType>(
  name: string,
  body: (x: Tensor, options: O) => Tensor,
  every: { readonly [K in keyof O]-?: true },
) => {
  const fn = (x: Operand, options: Partial<O> = {}): Tensor => {
    const build = (): Tensor => body(asTensor(x), options as O)
    return currentTrace()?.inScope(name, "named", build) ?? build()
  }
  type Typed = <E extends D>(x: Tensor<E>, options?: Partial<O>) => Tensor<Floating<E>>
  return Object.assign(publicly(name, fn, optionsAt<O>(1, every)) as unknown as Typed, {
    kind: "toFloat" as const,
  })
}

/** The positive part, `max(x, 0)`; NaN stays NaN, and the derivative at 0 is 0. */
export const relu = unary("relu", {
  reference: (x) => (x <= 0 ? (typeof x === "bigint" ? (0n as unknown as number) : 0) : x),
  scalar: (x) => s.select(s.lessEqual(x, 0), s.constant(x.dtype, 0), x),
  vjp: (g, x) => where(greater(x, 0), g, zerosOf(g)),
  hazards: [
    flatAt(
      "dead relu",
      ([x]) => x <= 0,
      "relu passes no gradient where its operand is not positive.",
      "{0}.leakyRelu()",
    ),
  ],
  latex: called("relu"),
})
/** `x * sigmoid(x)`, also called swish. */
export const silu = floating("silu", {
  reference: (x) => (x === Number.NEGATIVE_INFINITY ? -0 : x / (1 + Math.exp(-x))),
  scalar: (x) =>
    s.select(s.equal(x, Number.NEGATIVE_INFINITY), s.constant(x.dtype, -0), s.mul(x, e.sigmoid(x))),
  vjp: (g, x) => {
    const y = sigmoid(x)
    return multiply(g, multiply(y, add(multiply(x, subtract(1, y)), 1)))
  },
  latex: called("silu"),
})

export interface SlopeOptions {
  /** The factor for negative elements; 0.01 by default. */
  readonly slope: number | Tensor
}
/** `x` where positive, else `slope * x`. */
export const leakyRelu = activation<SlopeOptions>(
  "leakyRelu",
  (x, { slope = 0.01 }) => where(greater(x, 0), x, multiply(x, slope)),
  { slope: true },
)
export interface ScaleOptions {
  /** The limit at minus infinity, negated; 1 by default. */
  readonly alpha: number | Tensor
}
/** e^x - 1 for negative elements; the others are replaced first, so that their gradient meets no overflow. */
const below = (x: Tensor): Tensor => expm1(where(greater(x, 0), zerosOf(x), x))
/** `x` where positive, else `alpha * (e^x - 1)`. */
export const elu = activation<ScaleOptions>(
  "elu",
  (x, { alpha = 1 }) => where(greater(x, 0), x, multiply(below(x), alpha)),
  { alpha: true },
)
/** The scale and alpha of Klambauer et al. 2017, for which mean 0 and variance 1 are a fixed point. */
const SELU_ALPHA = 1.6732632423543772
const SELU_SCALE = 1.0507009873554805
/** elu with the constants that keep activations normalised (Klambauer et al. 2017). */
export const selu = activation<object>(
  "selu",
  (x) => multiply(where(greater(x, 0), x, multiply(below(x), SELU_ALPHA)), SELU_SCALE),
  {},
)
export interface GeluOptions {
  /** The form with tanh instead of erf (Hendrycks and Gimpel 2016); false by default. */
  readonly approximate: boolean
}
const geluExact = (x: Tensor): Tensor =>
  multiply(multiply(x, 0.5), add(erf(multiply(x, Math.SQRT1_2)), 1))
function geluTanh(x: Tensor): Tensor {
  const inner = multiply(x, add(multiply(multiply(x, x), 0.044715), 1))
  return multiply(multiply(x, 0.5), add(tanh(multiply(inner, Math.sqrt(2 / Math.PI))), 1))
}
/** `x` times the normal distribution function of `x`. */
export const gelu = activation<GeluOptions>(
  "gelu",
  (x, { approximate = false }) => (approximate ? geluTanh(x) : geluExact(x)),
  { approximate: true },
)
