/** @file Composites that normalise along axes: softmax, logSoftmax, logSumExp, standardize. */
import type { DType, Floating } from "../dtype.ts"
import { floatingOf } from "../dtype.ts"
import { publiclyAs } from "../eager.ts"
import { make } from "../make.ts"
import type { Sample } from "../op.ts"
import { optionsAt } from "../options.ts"
import { type AxisRef, axesOf, typeOf } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { add, divide, multiply, rsqrt, square, subtract } from "./arithmetic.ts"
import { where } from "./choice.ts"
import { composite } from "./composite.ts"
import { stopGradient } from "./custom.ts"
import { exp, log } from "./exponential.ts"
import { flatAt, inValue } from "./hazard.ts"
import { called } from "./notation.ts"
import { chosenAxes, keep, max, type ReduceOptions, reduceOptions, sum } from "./reduce.ts"
import { restore, sumNode } from "./reduce-family.ts"
import { isFinite as isFiniteOf, isNaN as isNaNOf } from "./rounding.ts"
import { axesFrom, number } from "./static.ts"
import { mean, variance } from "./statistics.ts"
import { asType } from "./type.ts"

export interface AxesOption {
  /** One axis, where it is one. */
  readonly axis?: AxisRef
  /** The last axis by default (S15). */
  readonly axes?: AxisRef | readonly AxisRef[]
}
const AXES = optionsAt<AxesOption>(1, { axis: true, axes: true })
const axesOfNode = (n: Tensor): number[] => n.attrs.axes as number[]
const lastAxes = (op: string, x: Tensor, o: AxesOption): number[] =>
  axesFrom(op, o.axes ?? o.axis ?? -1, x.type)
const floating = (x: Tensor): Tensor => asType(x, floatingOf(x.dtype))
const samples = (rest: Sample["attrs"] = {}): Sample[] => [
  ...[[-1], [-2], [-2, -1]].map((axes) => ({
    inputs: [{ dtype: "f64" as const, shape: [2, 3] }],
    attrs: { axes, ...rest },
  })),
  ...(["f32", "f16"] as const).map((dtype) => ({
    inputs: [{ dtype, shape: [2, 3] }],
    attrs: { axes: [-1], ...rest },
  })),
]
/** The largest element, or 0 where that is infinite: subtracting it keeps exponentials small and infinities right. */
function shift(x: Tensor, axes: number[]): Tensor {
  const m = stopGradient(max(x, { axes, keepAxes: true }))
  return where(isFiniteOf(m), m, 0)
}

/** A mask that leaves nothing. */
const emptyRow = (name: string) =>
  inValue(
    `${name} of −∞ alone`,
    ([x], y) => x === Number.NEGATIVE_INFINITY && Number.isNaN(y),
    "Along the axis all elements are −∞, as when a mask leaves nothing: there is no largest one to subtract.",
    `{0}.maximum(-1e9).${name}()`,
  )

export const softmaxOp = composite("softmax", {
  body: ([x], n) => {
    const options = { axes: axesOfNode(n), keepAxes: true }
    const e = exp(subtract(x, max(x, options)))
    return divide(e, sum(e, options))
  },
  vjp: (g, y) => {
    const weighted = sum(multiply(g, y), { axes: axesOfNode(y), keepAxes: true })
    return [multiply(y, subtract(g, weighted))]
  },
  hazards: [
    emptyRow("softmax"),
    flatAt(
      "saturated softmax",
      (_, y) => y === 0 || y === 1,
      "Its values round to 0 and 1, where the curve is flat.",
      "({0} / 10).softmax()   // a higher temperature, or logSoftmax in the loss",
    ),
  ],
  latex: called("softmax"),
  samples: samples(),
})
/**
 * The exponentials along an axis (the last by default), scaled to the sum 1. Does not overflow.
 * @example softmax(tensor([0, 0])) // [0.5, 0.5]
 */
export const softmax = publiclyAs(
  "softmax",
  <D extends DType>(x: Tensor<D>, options: AxesOption = {}): Tensor<Floating<D>> =>
    make(softmaxOp, [floating(x)], { axes: lastAxes("softmax", x, options) }) as Tensor<
      Floating<D>
    >,
  { op: softmaxOp, kind: "toFloat" as const },
  AXES,
)

export const logSoftmaxOp = composite("logSoftmax", {
  body: ([x], n) => {
    const options = { axes: axesOfNode(n), keepAxes: true }
    const low = subtract(x, max(x, options))
    return subtract(low, log(sum(exp(low), options)))
  },
  hazards: [emptyRow("logSoftmax")],
  vjp: (g, y) => [subtract(g, multiply(exp(y), sum(g, { axes: axesOfNode(y), keepAxes: true })))],
  latex: called("logSoftmax"),
  samples: samples(),
})
/** The logarithm of {@link softmax}, exact where that is near 0 or 1. */
export const logSoftmax = publiclyAs(
  "logSoftmax",
  <D extends DType>(x: Tensor<D>, options: AxesOption = {}): Tensor<Floating<D>> =>
    make(logSoftmaxOp, [floating(x)], { axes: lastAxes("logSoftmax", x, options) }) as Tensor<
      Floating<D>
    >,
  { op: logSoftmaxOp, kind: "toFloat" as const },
  AXES,
)

export const logSumExpOp = composite("logSumExp", {
  type: ([t], a) =>
    typeOf(
      t.dtype,
      axesOf(t).filter((_, i) => !(a.axes as number[]).includes(i - t.shape.length)),
    ),
  body: ([x], n) => {
    const axes = axesOfNode(n)
    const m = shift(x, axes)
    const total = log(sum(exp(subtract(x, m)), { axes }))
    return add(total, sumNode(m, axes))
  },
  vjp: (g, y) => {
    const [x] = y.inputs
    const axes = axesOfNode(y)
    const finite = where(isFiniteOf(y), y, 0)
    return [multiply(restore(g, x, axes), exp(subtract(x, restore(finite, x, axes))))]
  },
  latex: called("logSumExp"),
  samples: samples(),
})
/**
 * ln of the sum of exponentials along `axes` (all by default), without overflow; -Infinity where all are.
 * @example logSumExp(tensor([0, 0])) // f32[] 0.6931472
 */
export const logSumExp = publiclyAs(
  "logSumExp",
  <D extends DType>(x: Tensor<D>, options: ReduceOptions = {}): Tensor<Floating<D>> => {
    const axes = chosenAxes("logSumExp", x, options)
    const wide = floating(x)
    const given =
      options.nan === "ignore" ? where(isNaNOf(wide), Number.NEGATIVE_INFINITY, wide) : wide
    return keep(make(logSumExpOp, [given], { axes }), x, axes, options) as Tensor<Floating<D>>
  },
  { op: logSumExpOp, kind: "toFloat" as const },
  reduceOptions(1, {}),
)

export const standardizeOp = composite("standardize", {
  body: ([x], n) => {
    const options = { axes: axesOfNode(n), keepAxes: true }
    const centered = subtract(x, mean(x, options))
    const spread = mean(square(centered), options)
    return multiply(centered, rsqrt(add(spread, n.attrs.epsilon as number)))
  },
  // Without the part along the mean, without the part along the result: neither changes it.
  vjp: (g, y) => {
    const options = { axes: axesOfNode(y), keepAxes: true }
    const along = multiply(y, mean(multiply(g, y), options))
    const scale = rsqrt(add(variance(y.inputs[0], options), y.attrs.epsilon as number))
    return [multiply(scale, subtract(subtract(g, mean(g, options)), along))]
  },
  latex: called("standardize"),
  samples: samples({ epsilon: 1e-3 }),
})
/**
 * Shifted to mean 0 and scaled to variance 1 along axes (the last by default); `epsilon` (default 1e-5) is added to the
 * variance. The layer norm without gain and bias.
 */
export const standardize = publiclyAs(
  "standardize",
  <D extends DType>(
    x: Tensor<D>,
    options: AxesOption & { epsilon?: number } = {},
  ): Tensor<Floating<D>> => {
    const epsilon = number("standardize", "epsilon", options.epsilon ?? 1e-5)
    const axes = lastAxes("standardize", x, options)
    return make(standardizeOp, [floating(x)], { axes, epsilon }) as Tensor<Floating<D>>
  },
  { op: standardizeOp, kind: "toFloat" as const },
  optionsAt<AxesOption & { epsilon?: number }>(1, { axis: true, axes: true, epsilon: true }),
)
