/** @file Statistics as graphs of public functions: mean, variance, standardDeviation, norm, argMax, allClose and more. */
import { type DType, type Floating, floatingOf, isFloat, isHalf } from "../dtype.ts"
import { publicly, publiclyAs } from "../eager.ts"
import { OptionError, ShapeError } from "../errors.ts"
import { make } from "../make.ts"
import type { Hazard, Values } from "../op.ts"
import { type Options, optionsAt } from "../options.ts"
import { axesOf, formatType, range, typeOf } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"
import { align, type Operand } from "./align.ts"
import { abs, add, divide, multiply, sqrt, square, subtract } from "./arithmetic.ts"
import { where } from "./choice.ts"
import { equal, less, lessEqual, notEqual } from "./compare.ts"
import { composite } from "./composite.ts"
import { inSlope, inValue } from "./hazard.ts"
import { logicalAnd, logicalOr } from "./logic.ts"
import { broadcastTo, flatten, reshapeTo } from "./move.ts"
import { called } from "./notation.ts"
import {
  all,
  chosenAxes,
  max,
  min,
  type ReduceOptions,
  reduceOptions,
  requireElements,
  sum,
} from "./reduce.ts"
import { keptAxes, restore } from "./reduce-family.ts"
import { isNaN as isNaNOf } from "./rounding.ts"
import { iotaNode } from "./source.ts"
import { axisFrom, number } from "./static.ts"
import { asType } from "./type.ts"

/** A reduction whose value is a float. */
export interface FloatReduce<O = ReduceOptions> {
  <D extends DType>(x: Tensor<D>, options?: O): Tensor<Floating<D>>
  readonly kind: "toFloat"
}
/** Nodes of `fn` stand in a box of this name. */
const boxed = (name: string, fn: () => Tensor, hazards: readonly Hazard[]): Tensor =>
  currentTrace()?.inScope(name, "named", fn, hazards) ?? fn()
/** Makes a function of one tensor and options; it computes halves in f32, so that sums do not overflow. */
function statistic<O extends ReduceOptions>(
  name: string,
  fn: (x: Tensor, o: O) => Tensor,
  hazards: readonly Hazard[] = [],
  options: Options = reduceOptions(1, {}),
): FloatReduce<O> {
  const call = (x: Tensor, o: O = {} as O): Tensor => {
    const dtype = floatingOf(x.dtype)
    const wide = isHalf(dtype) ? "f32" : dtype
    return boxed(name, () => asType(fn(asType(x, wide), o), dtype), hazards)
  }
  return Object.assign(publicly(name, call, options), {
    kind: "toFloat" as const,
  }) as FloatReduce<O>
}

/** How many elements a reduction takes in, as a number or, where NaN does not count, as a tensor. */
function countOf(x: Tensor, axes: readonly number[], o: ReduceOptions): number | Tensor {
  if (o.nan === "ignore") return sum(asType(equal(x, x), x.dtype), { axes, keepAxes: o.keepAxes })
  return axes.reduce((n, k) => n * x.shape[x.rank + k], 1)
}
/**
 * The sum of the elements along `axes`, divided by their number. Integers give f32; halves are summed in f32. NaN where
 * there are no elements.
 * @example mean(tensor([1, 2, 6])) // f32[] 3
 */
export const mean = statistic(
  "mean",
  (x, o) => divide(sum(x, o), countOf(x, chosenAxes("mean", x, o), o)),
  [
    inValue(
      "mean of no elements",
      ([, n]) => n === 0,
      "The sum is divided by the number of elements, which is 0.",
      "{0}.shape[0] > 0 ? {0}.mean() : 0",
    ),
  ],
)

export interface VarianceOptions extends ReduceOptions {
  /** Subtracted from the number of elements: 0 (default) for the variance of the elements, 1 for an unbiased estimate. */
  readonly degreesOfFreedom?: number
}
const VARIANCE = reduceOptions<VarianceOptions>(1, { degreesOfFreedom: true })
function varianceOf(x: Tensor, o: VarianceOptions): Tensor {
  const axes = chosenAxes("variance", x, o)
  const center = mean(x, { axes, keepAxes: true, nan: o.nan })
  const squares = sum(square(subtract(x, center)), { axes, keepAxes: o.keepAxes, nan: o.nan })
  const count = countOf(x, axes, o)
  return divide(squares, o.degreesOfFreedom ? subtract(count, o.degreesOfFreedom) : count)
}
const tooFew = (name: string): Hazard =>
  inValue(
    `${name} of too few elements`,
    ([, n]) => n <= 0,
    "The sum of squares is divided by the number of elements minus `degreesOfFreedom`, which is 0 here.",
    `{0}.${name}()   // of the elements themselves, or take more of them`,
  )
/** The mean of the squared distances to the mean. @example variance(tensor([1, 3])) // f32[] 1 */
export const variance = statistic<VarianceOptions>(
  "variance",
  varianceOf,
  [tooFew("variance")],
  VARIANCE,
)
/** The square root of the variance. */
export const standardDeviation = statistic<VarianceOptions>(
  "standardDeviation",
  (x, o) => sqrt(varianceOf(x, o)),
  [
    tooFew("standardDeviation"),
    inSlope(
      "spread of equal numbers",
      ([v]) => v === 0,
      "Where all elements are equal the deviation is 0, and the square root has an infinite slope there.",
      "({0}.variance() + 1e-12).sqrt()",
    ),
  ],
  VARIANCE,
)

export interface NormOptions extends ReduceOptions {
  /** 2 (default), 1, or Infinity for the largest absolute value. */
  readonly order?: number
}
function lengthOf(x: Tensor, { order: given = 2, ...o }: NormOptions): Tensor {
  const order = number("norm", "order", given)
  if (order === 2) return sqrt(sum(square(x), o))
  if (order === 1) return sum(abs(x), o)
  if (order === Number.POSITIVE_INFINITY) return max(abs(x), o)
  throw new OptionError(`norm: order ${order}; orders are 1, 2 and Infinity`, { op: "norm" })
}
/**
 * The length of the elements along `axes` as a vector: sqrt of the sum of squares, or of another order.
 * @throws OptionError for another order than 1, 2, Infinity
 */
export const norm = statistic<NormOptions>(
  "norm",
  lengthOf,
  [
    inSlope(
      "length of the zero vector",
      ([squares]) => squares === 0,
      "At the origin the length is 0, and no direction is the steepest: the square root in it has an infinite slope.",
      "({0}.square().sum() + 1e-12).sqrt()",
    ),
  ],
  reduceOptions<NormOptions>(1, { order: true }),
)

interface ArgAttrs {
  /** From the end. */
  readonly axis: number
}
/** 0, 1, 2, ... along one axis of `x`. */
function positions(x: Tensor, axis: number): Tensor {
  const k = x.rank + axis
  const line = reshapeTo(
    iotaNode(x.shape[k], "i32"),
    x.shape.map((n, i) => ({ size: i === k ? n : 1 })),
  )
  return broadcastTo(line, x.shape)
}
/** The first index of the best element that is a number; 0 where none is. */
function firstNumber(x: Tensor, axis: number, best: typeof max): Tensor {
  const size = x.shape[x.rank + axis]
  const hit = equal(x, restore(best(x, { axis, nan: "ignore" }), x, [axis]))
  const first = min(where(hit, positions(x, axis), size), { axis })
  return where(equal(first, size), 0, first)
}
/** The first index of the element that `best` finds; NaN is found first (S8). */
function argument(
  name: string,
  best: typeof max,
  wins: (a: number | bigint, b: number | bigint) => boolean,
) {
  const op = composite(name, {
    flat: "its value is an index",
    type: ([t], a) =>
      typeOf(
        "i32",
        axesOf(t).filter((_, i) => i - t.shape.length !== (a as unknown as ArgAttrs).axis),
      ),
    body: ([x], n) => {
      const { axis } = n.attrs as unknown as ArgAttrs
      const hit = logicalOr(equal(x, restore(best(x, { axis }), x, [axis])), isNaNOf(x))
      return min(where(hit, positions(x, axis), x.shape[x.rank + axis]), { axis })
    },
    evaluate: ([x], n) => firstBest(x, n, wins),
    latex: called(name),
    samples: [
      { inputs: [{ dtype: "f64", shape: [2, 5] }], attrs: { axis: -1 } },
      { inputs: [{ dtype: "i32", shape: [3, 2] }], attrs: { axis: -2 } },
      { inputs: [{ dtype: "i64", shape: [3, 2] }], attrs: { axis: -1 } },
    ],
  })
  const fn = (x: Tensor, o: Omit<ReduceOptions, "axes"> = {}): Tensor => {
    const flat = o.axis === undefined ? flatten(x) : x
    const axis = o.axis === undefined ? -1 : axisFrom(name, o.axis, x.type)
    requireElements(name, flat, [axis])
    const ignores = o.nan === "ignore" && isFloat(x.dtype)
    const y = ignores ? firstNumber(flat, axis, best) : make(op, [flat], { axis })
    if (!o.keepAxes) return y
    return reshapeTo(
      y,
      o.axis === undefined ? x.shape.map(() => ({ size: 1 })) : keptAxes(x, [axis]),
    )
  }
  const options = optionsAt<Omit<ReduceOptions, "axes">>(1, {
    axis: true,
    keepAxes: true,
    nan: true,
  })
  return Object.assign(publicly(name, fn, options), { op, kind: "index" as const })
}
function firstBest(
  x: Values,
  n: Tensor,
  wins: (a: number | bigint, b: number | bigint) => boolean,
): Values {
  const { shape } = n.inputs[0]
  const k = shape.length + (n.attrs as unknown as ArgAttrs).axis
  const inner = shape.slice(k + 1).reduce((a, b) => a * b, 1)
  const isNumber = (v: number | bigint): boolean => typeof v === "bigint" || !Number.isNaN(v)
  return range(n.size).map((o) => {
    const start = Math.floor(o / inner) * shape[k] * inner + (o % inner)
    const at = (i: number): number | bigint => x[start + i * inner]
    let found = 0
    for (let i = 1; i < shape[k] && isNumber(at(found)); i++) {
      if (!isNumber(at(i)) || wins(at(i), at(found))) found = i
    }
    return found
  })
}
/**
 * The index of the largest element along `axis`, as i32; of all elements in row-major order without one. The first of
 * equal ones; the first NaN if there is one (S8).
 * @throws ShapeError when there are no elements
 */
export const argMax = argument("argMax", max, (a, b) => a > b)
/** The index of the smallest element, as i32; ties and NaN as in {@link argMax}. */
export const argMin = argument("argMin", min, (a, b) => a < b)

/** The number of elements along `axes` that are not zero, as i32. */
export const countNonzero = publiclyAs(
  "countNonzero",
  (x: Tensor, options: ReduceOptions = {}): Tensor<"i32"> => {
    const counts = notEqual(x, 0)
    // NaN is not zero; what is left out does not count either.
    const counted = options.nan === "ignore" ? logicalAnd(counts, equal(x, x)) : counts
    return sum(counted, options) as Tensor<"i32">
  },
  { kind: "index" as const },
  reduceOptions(1, {}),
)

export interface CloseOptions {
  /** Allowed difference as a part of |b|; default 1e-5. */
  readonly relative?: number
  /** Allowed difference besides; default 1e-8. */
  readonly absolute?: number
  /** Count NaN as equal to NaN; default false. */
  readonly equalNaN?: boolean
}
/**
 * Whether all elements are equal or |a - b| <= absolute + relative |b|.
 * @example allClose(tensor([1]), tensor([1.000001])) // bool[] true
 */
export const allClose = publiclyAs(
  "allClose",
  (a: Tensor, b: Operand, options: CloseOptions = {}): Tensor<"bool"> => {
    const { relative = 1e-5, absolute = 1e-8, equalNaN = false } = options
    const [x, y] = align("allClose", [a, b], floatingOf)
    const near = lessEqual(abs(subtract(x, y)), add(multiply(relative, abs(y)), absolute))
    const finite = logicalAnd(near, less(abs(y), Number.POSITIVE_INFINITY))
    const same = logicalOr(equal(x, y), finite)
    return all(equalNaN ? logicalOr(same, logicalAnd(isNaNOf(x), isNaNOf(y))) : same)
  },
  { kind: "predicateOfTwo" as const },
  optionsAt<CloseOptions>(2, { relative: true, absolute: true, equalNaN: true }),
)

/** Weights of {@link weightedMean} broadcast to the elements. */
export const weightedMean = publiclyAs(
  "weightedMean",
  <D extends DType>(
    x: Tensor<D>,
    weights: Tensor,
    options: ReduceOptions = {},
  ): Tensor<Floating<D>> => {
    const [v, w] = align("weightedMean", [x, weights], floatingOf)
    if (v.rank !== x.rank) {
      throw new ShapeError(
        `weightedMean: weights ${formatType(weights.type)} for ${formatType(x.type)}; they must broadcast to it`,
        { op: "weightedMean" },
      )
    }
    return divide(sum(multiply(v, w), options), sum(w, options)) as Tensor<Floating<D>>
  },
  { kind: "toFloat" as const },
  reduceOptions(2, {}),
)
