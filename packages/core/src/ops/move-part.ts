/** @file Moves that take or add parts with bounds known when tracing: slice, pad, split, unstack. */
import type { DType } from "../dtype.ts"
import { publiclyAs } from "../eager.ts"
import { OptionError, ShapeError } from "../errors.ts"
import { make } from "../make.ts"
import type { Value } from "../number.ts"
import { optionsAt } from "../options.ts"
import * as s from "../scalar.ts"
import {
  type AxisRef,
  axesOf,
  formatType,
  range,
  type Shape,
  split as splitAxes,
  typeOf,
} from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { reshapeTo } from "./move.ts"
import { clamp, f64, move, shortest } from "./move-family.ts"
import { refusal } from "./refusal.ts"
import { constant, isConstant } from "./source.ts"
import { axisFrom, integer, integers } from "./static.ts"

interface Bounds {
  readonly starts: readonly number[]
  readonly stops: readonly number[]
  readonly steps: readonly number[]
}
const countOf = ({ starts, stops, steps }: Bounds, k: number): number =>
  Math.max(0, Math.ceil((stops[k] - starts[k]) / steps[k]))
const dropLead = (b: Bounds, n: number): Bounds => ({
  starts: b.starts.slice(n),
  stops: b.stops.slice(n),
  steps: b.steps.slice(n),
})

/** Every `step`-th element from start to stop of the last axes. */
export const sliceOp = move("slice", {
  code: "slice({0}, {starts|0}, {stops|size}, {steps|1})",
  splat: true,
  normal: (x, a) => {
    const b = a as unknown as Bounds
    const sizes = splitAxes(x.shape, b.starts.length)[1]
    const whole = (k: number): boolean => b.starts[k] === 0 && countOf(b, k) === sizes[k]
    const drop = b.starts.length - shortest(b.starts, (_, k) => whole(k)).length
    if (drop === b.starts.length) return x
    return drop ? make(sliceOp, [x], { ...dropLead(b, drop) }) : undefined
  },
  type: ([t], a) => {
    const b = a as unknown as Bounds
    const [lead, last] = splitAxes(axesOf(t), b.starts.length)
    return typeOf(t.dtype, [...lead, ...last.map((x, k) => ({ ...x, size: countOf(b, k) }))])
  },
  at: (i, load, n) => {
    const { starts, steps } = n.attrs as unknown as Bounds
    const [lead, last] = splitAxes(i, starts.length)
    return load(0, [...lead, ...last.map((x, k) => s.add(s.mul(x, steps[k]), starts[k]))])
  },
  vjp: (g, n) => {
    const { starts, steps } = n.attrs as unknown as Bounds
    const from = splitAxes(n.inputs[0].shape, starts.length)[1]
    const to = splitAxes(n.shape, starts.length)[1]
    const end = from.map((m, k) => m - starts[k] - Math.max(0, (to[k] - 1) * steps[k] + 1))
    const low = to.map((m, k) => (m ? starts[k] : 0))
    const high = to.map((m, k) => (m ? end[k] : from[k]))
    return [padNode(g, { low, high, interior: steps.map((m) => m - 1), value: 0 })]
  },
  samples: [
    { inputs: [f64(5)], attrs: { starts: [1], stops: [5], steps: [2] } },
    { inputs: [f64(3, 4)], attrs: { starts: [0, 1], stops: [2, 4], steps: [1, 1] } },
    { inputs: [{ dtype: "u8", shape: [3, 4] }], attrs: { starts: [1], stops: [4], steps: [3] } },
  ],
  errors: [
    refusal(
      [f64(5)],
      (x) => slice(x, [2], [6]),
      "slice: 2 to 6 of axis 0 of f64[5]; bounds are 0 to 5",
    ),
    refusal([f64(5)], (x) => split(x, 2), "split: axis -1 of f64[5] into 2 equal parts"),
  ],
})
/** Part of the last axes: for rules, with bounds that are known to fit. */
export const sliceNode = (
  x: Tensor,
  starts: Shape,
  stops: Shape,
  steps = starts.map(() => 1),
): Tensor => make(sliceOp, [x], { starts, stops, steps })
/** Elements `start` to `stop` of one axis, counted from the end. */
export function sliceAlong(x: Tensor, axis: number, start: number, stop: number): Tensor {
  const last = x.shape.slice(x.rank + axis)
  return sliceNode(
    x,
    last.map((_, k) => (k ? 0 : start)),
    last.map((m, k) => (k ? m : stop)),
  )
}

function checkBounds(x: Tensor, { starts, stops, steps }: Bounds): void {
  if (starts.length !== x.rank || stops.length !== x.rank || steps.length !== x.rank) {
    throw new ShapeError(
      `slice: starts [${starts}], stops [${stops}], steps [${steps}] of ${formatType(x.type)}; each needs ${x.rank} entries`,
      { op: "slice" },
    )
  }
  x.shape.forEach((n, k) => {
    if (steps[k] < 1) {
      throw new OptionError(
        `slice: step ${steps[k]} of axis ${k}; steps are 1 or more, use reverse for the other way`,
        { op: "slice" },
      )
    }
    if (starts[k] < 0 || starts[k] > stops[k] || stops[k] > n) {
      throw new ShapeError(
        `slice: ${starts[k]} to ${stops[k]} of axis ${k} of ${formatType(x.type)}; bounds are 0 to ${n}, or -${n} to -1 from the end`,
        { op: "slice" },
      )
    }
  })
}

/**
 * The elements from `starts` up to `stops` (not included) along every axis, every `steps`-th of them. Negative bounds
 * count from the end.
 * @throws ShapeError for bounds outside the axis (S9), OptionError for a step below 1
 * @example slice(arange(6), [1], [6], [2]) // [1, 3, 5]
 */
export const slice = publiclyAs(
  "slice",
  <D extends DType>(x: Tensor<D>, starts: Shape, stops: Shape, steps?: Shape): Tensor<D> => {
    const fromEnd = (b: number[]): number[] => b.map((v, k) => (v < 0 ? v + (x.shape[k] ?? 0) : v))
    const bounds = {
      starts: fromEnd(integers("slice", "starts", starts)),
      stops: fromEnd(integers("slice", "stops", stops)),
      steps: steps ? integers("slice", "steps", steps) : starts.map(() => 1),
    }
    checkBounds(x, bounds)
    return make(sliceOp, [x], bounds) as Tensor<D>
  },
  { op: sliceOp, kind: "move" as const },
)

interface Padding {
  readonly low: readonly number[]
  readonly high: readonly number[]
  readonly interior: readonly number[]
  readonly value: Value
}
const paddedSize = (n: number, p: Padding, k: number): number =>
  p.low[k] + p.high[k] + n + Math.max(0, n - 1) * p.interior[k]

/** Whether an index of the padded axis is an element of the operand, and of which. */
function unpad(
  x: s.Scalar,
  size: number,
  p: Padding,
  k: number,
): [inside: s.Scalar, from: s.Scalar] {
  const step = p.interior[k] + 1
  const j = s.sub(x, p.low[k])
  const q = s.quotient(j, step)
  const within = s.and(s.lessEqual(s.constant("i32", 0), j), s.less(q, size))
  const inside = step > 1 ? s.and(within, s.equal(s.remainder(j, step), 0)) : within
  return [inside, clamp(q, 0, size - 1)]
}

/** Adds `value` before, after and between the elements of the last axes; negative amounts crop. */
export const padOp = move("pad", {
  code: "pad({0}, {low|0}, {high|0}, { interior: {interior|0}, value: {value} })",
  // Affine: the added constant has no tangent, so the jvp comes from the vjp (C4).
  linear: "no",
  normal: (x, a) => {
    const p = a as unknown as Padding
    const none = (k: number): boolean => !p.low[k] && !p.high[k] && !p.interior[k]
    const drop = p.low.length - shortest(p.low, (_, k) => none(k)).length
    if (drop === p.low.length) return x
    const t = padOp.type([x.type], a, [x])[0]
    if (x.size === 0 || isConstant(x, p.value)) return constant(p.value, x.dtype, t.shape, t.names)
    if (!drop) return undefined
    const cut = (v: readonly number[]): number[] => v.slice(drop)
    return make(padOp, [x], {
      low: cut(p.low),
      high: cut(p.high),
      interior: cut(p.interior),
      value: p.value,
    })
  },
  type: ([t], a) => {
    const p = a as unknown as Padding
    const [lead, last] = splitAxes(axesOf(t), p.low.length)
    return typeOf(t.dtype, [
      ...lead,
      ...last.map((x, k) => ({ ...x, size: paddedSize(x.size, p, k) })),
    ])
  },
  at: (i, load, n) => {
    const p = n.attrs as unknown as Padding
    const [lead, last] = splitAxes(i, p.low.length)
    const sizes = splitAxes(n.inputs[0].shape, p.low.length)[1]
    const found = last.map((x, k) => unpad(x, sizes[k], p, k))
    const inside = found.map(([ok]) => ok).reduce((a, b) => s.and(a, b))
    const element = load(0, [...lead, ...found.map(([, from]) => from)])
    return s.select(inside, element, s.constant(n.dtype, p.value))
  },
  vjp: (g, n) => {
    const { low, high, interior } = n.attrs as unknown as Padding
    const negative = (v: readonly number[]): number[] => v.map((m) => -m || 0)
    const none = low.map(() => 0)
    const inner = padNode(g, { low: negative(low), high: negative(high), interior: none, value: 0 })
    const sizes = splitAxes(inner.shape, low.length)[1]
    return [
      sliceNode(
        inner,
        none,
        sizes,
        interior.map((m) => m + 1),
      ),
    ]
  },
  samples: [
    { inputs: [f64(3)], attrs: { low: [1], high: [2], interior: [1], value: 0 } },
    { inputs: [f64(2, 4)], attrs: { low: [0, -1], high: [1, 0], interior: [0, 0], value: 0 } },
    { inputs: [f64(2, 2)], attrs: { low: [1], high: [1], interior: [0], value: 3 } },
    {
      inputs: [{ dtype: "i64", shape: [2] }],
      attrs: { low: [1], high: [1], interior: [0], value: 7n },
    },
  ],
  errors: [refusal([f64(2)], (x) => pad(x, [-3], [0]), "pad: axis 0 of f64[2] by low -3")],
})
/** Padding of the last axes: for rules. */
export const padNode = (x: Tensor, p: Padding): Tensor => make(padOp, [x], { ...p })

/** How {@link pad} adds elements. */
export interface PadOptions {
  /** Elements between two neighbours, per axis; default none. */
  readonly interior?: Shape
  /** What is added; default 0. */
  readonly value?: number | bigint | boolean
}
function checkPadding(x: Tensor, p: Padding): void {
  const lists = [p.low, p.high, p.interior]
  if (lists.some((v) => v.length !== x.rank)) {
    throw new ShapeError(
      `pad: low [${p.low}], high [${p.high}], interior [${p.interior}] of ${formatType(x.type)}; each needs ${x.rank} entries`,
      { op: "pad" },
    )
  }
  x.shape.forEach((n, k) => {
    const size = paddedSize(n, p, k)
    if (p.interior[k] >= 0 && size >= 0) return
    throw new ShapeError(
      `pad: axis ${k} of ${formatType(x.type)} by low ${p.low[k]}, high ${p.high[k]}, interior ${p.interior[k]} gives size ${size}; it must not be negative, nor interior`,
      { op: "pad" },
    )
  })
}
/**
 * Adds elements before (`low`), after (`high`) and between (`interior`) the elements of every axis; negative `low` and
 * `high` crop.
 * @throws ShapeError when a size would become negative
 * @example pad(tensor([1, 2]), [1], [2], { value: 9 }) // [9, 1, 2, 9, 9]
 */
export const pad = publiclyAs(
  "pad",
  <D extends DType>(x: Tensor<D>, low: Shape, high: Shape, options: PadOptions = {}): Tensor<D> => {
    const { interior = x.shape.map(() => 0), value = 0 } = options
    if (typeof value === "object") integer("pad", "value", value)
    const p = {
      low: integers("pad", "low", low),
      high: integers("pad", "high", high),
      interior: integers("pad", "interior", interior),
      // As a constant of the dtype, so that equal paddings are equal nodes.
      value: constant(typeof value === "boolean" ? Number(value) : value, x.dtype).attrs
        .value as Value,
    }
    checkPadding(x, p)
    return padNode(x, p) as Tensor<D>
  },
  { op: padOp, kind: "move" as const },
  optionsAt<PadOptions>(3, { interior: true, value: true }),
)

/** How {@link split} and {@link unstack} cut. */
export interface AxisOption {
  /** Default the first (S15). */
  readonly axis?: AxisRef
}
/** Sizes of the parts: a number of equal parts, or the sizes themselves. */
function partSizes(x: Tensor, k: number, parts: number | readonly number[]): number[] {
  const n = x.shape[x.rank + k]
  const fail = (what: string): never => {
    throw new ShapeError(`split: axis ${k} of ${formatType(x.type)} ${what}`, { op: "split" })
  }
  if (Array.isArray(parts)) {
    const sizes = integers("split", "sizes", parts)
    if (sizes.some((m) => m < 0) || sizes.reduce((a, b) => a + b, 0) !== n) {
      fail(`into sizes [${sizes}]; they must add up to ${n}`)
    }
    return sizes
  }
  const count = integer("split", "parts", parts)
  if (count < 1 || n % count) fail(`into ${count} equal parts; ${n} must be a multiple of it`)
  return range(count).map(() => n / count)
}
/**
 * Cuts an axis into parts.
 * @param parts - a number of equal parts, or the size of each
 * @returns the parts, in order
 * @throws ShapeError when the sizes do not fit
 * @example split(arange(6), [2, 4]) // [f32[2], f32[4]]
 */
export const split = publiclyAs(
  "split",
  <D extends DType>(
    x: Tensor<D>,
    parts: number | readonly number[],
    options: AxisOption = {},
  ): Tensor<D>[] => {
    const k = axisFrom("split", options.axis ?? 0, x.type)
    let start = 0
    return partSizes(x, k, parts).map((m) => {
      start += m
      return sliceAlong(x, k, start - m, start) as Tensor<D>
    })
  },
  { op: sliceOp, kind: "list" as const },
  optionsAt<AxisOption>(2, { axis: true }),
)
/** The tensors along an axis, without it. @example unstack(zeros([2, 3])) // [f32[3], f32[3]] */
export const unstack = publiclyAs(
  "unstack",
  <D extends DType>(x: Tensor<D>, options: AxisOption = {}): Tensor<D>[] => {
    const k = axisFrom("unstack", options.axis ?? 0, x.type)
    const axes = axesOf(x.type).filter((_, i) => i !== x.rank + k)
    return range(x.shape[x.rank + k]).map(
      (i) => reshapeTo(sliceAlong(x, k, i, i + 1), axes) as Tensor<D>,
    )
  },
  { op: sliceOp, kind: "list" as const },
  optionsAt<AxisOption>(1, { axis: true }),
)
