/** @file Moves that change the shape only: reshape, broadcastTo and what is made of them; and the names of axes (S14). */
import type { DType } from "../dtype.ts"
import { publiclyAs } from "../eager.ts"
import { internal, OptionError, ShapeError } from "../errors.ts"
import { make } from "../make.ts"
import { optionsAt } from "../options.ts"
import * as s from "../scalar.ts"
import {
  type Axis,
  type AxisRef,
  axesOf,
  broadcastShapes,
  formatType,
  range,
  type Shape,
  sameShape,
  sizeOf,
  split,
  type TensorType,
  typeOf,
} from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { digits, f64, linear, move, shortest } from "./move-family.ts"
import { sumNode } from "./reduce-family.ts"
import { refusal } from "./refusal.ts"
import { axesFrom, integer, integers } from "./static.ts"

type AxisNames = readonly (string | null)[]

interface Regroup {
  readonly last: number
  readonly shape: Shape
}
/** The number of equal leading sizes. A size of 0 stays: without it the other sizes need not have equal products. */
function commonLead(a: Shape, b: Shape): number {
  let i = 0
  while (i < a.length && i < b.length && a[i] === b[i] && a[i] !== 0) i++
  return i
}
/** Drops the leading axes that stay as they are. */
function shorter(
  x: Tensor,
  { last, shape }: Regroup,
  again: (a: Regroup) => Tensor,
): Tensor | undefined {
  const from = split(x.shape, last)[1]
  if (String(from) === String(shape)) return x
  const k = commonLead(from, shape)
  return k ? again({ last: last - k, shape: shape.slice(k) }) : undefined
}

/** The same elements in order, with the last `last` axes regrouped as `shape`. */
export const reshapeOp = move("reshape", {
  code: "reshape({0}, {shape})",
  splat: true,
  evenly: true,
  normal: (x, a) => shorter(x, a as unknown as Regroup, (b) => make(reshapeOp, [x], { ...b })),
  type: ([t], a) => {
    const [lead, last] = split(axesOf(t), a.last as number)
    const shape = a.shape as Shape
    if (sizeOf(last.map((x) => x.size)) !== sizeOf(shape)) {
      throw internal(`reshape of ${formatType(t)}: the last ${last.length} axes to [${shape}]`)
    }
    return typeOf(t.dtype, [...lead, ...shape])
  },
  at: (i, load, n) => {
    const { last, shape } = n.attrs as unknown as Regroup
    const [lead, rest] = split(i, shape.length)
    return load(0, [...lead, ...digits(linear(rest, shape), split(n.inputs[0].shape, last)[1])])
  },
  vjp: (g, n) => [reshapeAs(g, n.inputs[0].type)],
  samples: [
    { inputs: [f64(2, 3)], attrs: { last: 2, shape: [3, 2] } },
    { inputs: [f64(2, 6)], attrs: { last: 1, shape: [3, 2] } },
    { inputs: [f64(2, 3)], attrs: { last: 0, shape: [1] } },
    { inputs: [{ dtype: "i64", shape: [4] }], attrs: { last: 1, shape: [2, 2] } },
  ],
  errors: [
    refusal([f64(2, 3)], (x) => reshape(x, [4]), "reshape: f64[2,3] to [4]: 6 elements against 4"),
  ],
})
const reshapeNode = (x: Tensor, shape: Shape): Tensor =>
  make(reshapeOp, [x], { last: x.rank, shape })

/** The elements of `x` in axes of these sizes and names: for rules, which know both. */
export function reshapeTo(x: Tensor, axes: readonly Axis[]): Tensor {
  const names = axes.map((a) => a.name ?? null)
  return renameNode(
    reshapeNode(
      x,
      axes.map((a) => a.size),
    ),
    names,
  )
}
/** The elements of `x` in the shape and names of `t`. */
export const reshapeAs = (x: Tensor, t: TensorType): Tensor => reshapeTo(x, axesOf(t))

/** The same tensor with other names of its last axes. */
export const renameOp = move("rename", {
  code: "rename({0}, {names})",
  splat: true,
  evenly: true,
  normal: (x, a) => {
    const names = a.names as AxisNames
    const old = split(axesOf(x.type), names.length)[1]
    const short = shortest(names, (name, i) => name === (old[i].name ?? null))
    if (short.length === 0) return x
    return short.length < names.length ? make(renameOp, [x], { names: short }) : undefined
  },
  type: ([t], a) => {
    const names = a.names as AxisNames
    const [lead, last] = split(axesOf(t), names.length)
    return typeOf(t.dtype, [...lead, ...last.map((x, i) => ({ size: x.size, name: names[i] }))])
  },
  at: (i, load) => load(0, i),
  vjp: (g, n) => [
    renameNode(
      g,
      axesOf(n.inputs[0].type).map((x) => x.name ?? null),
    ),
  ],
  samples: [{ inputs: [f64(2, 3)], attrs: { names: ["row", "column"] } }],
  errors: [refusal([f64(2, 3)], (x) => rename(x, ["row"]), 'rename: names ["row"] for axes [2,3]')],
})
const renameNode = (x: Tensor, names: AxisNames): Tensor => make(renameOp, [x], { names })

function checkNames(op: string, names: unknown, shape: Shape): AxisNames {
  if (!Array.isArray(names) || names.length !== shape.length) {
    throw new OptionError(
      `${op}: names ${JSON.stringify(names)} for axes [${shape}]; one name or null per axis`,
      { op },
    )
  }
  const given = names.filter((n) => n !== null)
  if (given.some((n) => typeof n !== "string" || n === "") || new Set(given).size < given.length) {
    throw new OptionError(
      `${op}: names ${JSON.stringify(names)}; they must be distinct, not empty, or null`,
      { op },
    )
  }
  return names
}

/**
 * The same elements with other axis names, one per axis; null leaves an axis without a name.
 * @throws OptionError unless there is one name or null per axis, all distinct
 * @example rename(zeros([2, 3]), ["row", null]) // f32[row 2, 3]
 */
export const rename = publiclyAs(
  "rename",
  <D extends DType>(x: Tensor<D>, names: AxisNames): Tensor<D> =>
    renameNode(x, checkNames("rename", names, x.shape)) as Tensor<D>,
  { op: renameOp, kind: "move" as const },
)

/** Replaces one -1 by the size that is left. */
function inferred(x: Tensor, shape: readonly number[]): number[] {
  const open = shape.indexOf(-1)
  const rest = sizeOf(shape.filter((_, i) => i !== open))
  const full = shape.map((n, i) => (i === open ? (rest ? x.size / rest : 0) : n))
  if (full.some((n) => n < 0 || !Number.isInteger(n)) || sizeOf(full) !== x.size) {
    const counts = `${x.size} elements against ${sizeOf(shape.map(Math.abs))}`
    throw new ShapeError(
      `reshape: ${formatType(x.type)} to [${shape}]: ${counts}; the counts must agree, and one size may be -1`,
      { op: "reshape", types: [formatType(x.type)] },
    )
  }
  return full
}

/**
 * The same elements, row-major, in another shape. One size may be -1: what is left. Axis names are dropped unless
 * `names` gives new ones (S14).
 * @throws ShapeError when the counts differ
 * @example reshape(arange(6), [2, -1]) // f32[2,3]
 */
export const reshape = publiclyAs(
  "reshape",
  <D extends DType>(x: Tensor<D>, shape: Shape, options: { names?: AxisNames } = {}): Tensor<D> => {
    const full = inferred(x, integers("reshape", "shape", shape))
    const names = options.names ? checkNames("reshape", options.names, full) : full.map(() => null)
    return renameNode(reshapeNode(x, full), names) as Tensor<D>
  },
  {
    op: reshapeOp,
    kind: "move" as const,
  },
)

/** All elements along one axis. @example flatten(zeros([2, 3])) // f32[6] */
export const flatten = publiclyAs(
  "flatten",
  <D extends DType>(x: Tensor<D>): Tensor<D> => reshapeTo(x, [{ size: x.size }]) as Tensor<D>,
  { op: reshapeOp, kind: "move" as const },
  optionsAt<{ names?: AxisNames }>(2, { names: true }),
)

/**
 * Drops axes of size 1: those given, else all of them. The other axes keep their names.
 * @throws ShapeError when a given axis is not of size 1
 */
export const squeeze = publiclyAs(
  "squeeze",
  <D extends DType>(x: Tensor<D>, axes?: AxisRef | readonly AxisRef[]): Tensor<D> => {
    const all = range(x.rank).map((i) => i - x.rank)
    const chosen =
      axes === undefined
        ? all.filter((k) => x.shape.at(k) === 1)
        : axesFrom("squeeze", axes, x.type)
    const wide = chosen.find((k) => x.shape.at(k) !== 1)
    if (wide !== undefined) {
      const size = x.shape.at(wide)
      throw new ShapeError(
        `squeeze: axis ${wide} of ${formatType(x.type)} has size ${size}; only axes of size 1 can be dropped`,
        { op: "squeeze" },
      )
    }
    return reshapeTo(
      x,
      axesOf(x.type).filter((_, i) => !chosen.includes(i - x.rank)),
    ) as Tensor<D>
  },
  { op: reshapeOp, kind: "move" as const },
)

/**
 * Inserts an axis of size 1 (or `name`d) before position `axis`; -1 makes it the last.
 * @throws ShapeError for a position outside -rank - 1 to rank
 * @example newAxis(zeros([3]), 0) // f32[1,3]
 */
export const newAxis = publiclyAs(
  "newAxis",
  <D extends DType>(x: Tensor<D>, axis: number, options: { name?: string } = {}): Tensor<D> => {
    const k = integer("newAxis", "axis", axis)
    const at = k < 0 ? k + x.rank + 1 : k
    if (at < 0 || at > x.rank) {
      throw new ShapeError(
        `newAxis: axis ${k} of ${formatType(x.type)}; positions are ${-x.rank - 1} to ${x.rank}`,
        { op: "newAxis" },
      )
    }
    const axes = axesOf(x.type)
    return reshapeTo(x, [
      ...axes.slice(0, at),
      { size: 1, name: options.name },
      ...axes.slice(at),
    ]) as Tensor<D>
  },
  { op: reshapeOp, kind: "move" as const },
  optionsAt<{ name?: string }>(2, { name: true }),
)

/** Sizes become those of `to`, aligned at the end; names stay. */
const widen = (last: readonly Axis[], to: Shape): Axis[] =>
  to.map((size, i) => ({ size, name: last[i - to.length + last.length]?.name }))

/** Repeats along axes of size 1 and along new ones: the last `last` axes become `shape`. */
export const broadcastOp = move("broadcastTo", {
  code: "broadcastTo(reshape({0}, {ones}), {shape})",
  splat: true,
  evenly: true,
  normal: (x, a) => {
    const { last, shape } = a as unknown as Regroup
    return shape.length === last
      ? shorter(x, { last, shape }, (b) => make(broadcastOp, [x], { ...b }))
      : undefined
  },
  type: ([t], a) => {
    const [lead, last] = split(axesOf(t), a.last as number)
    return typeOf(t.dtype, [...lead, ...widen(last, a.shape as Shape)])
  },
  at: (i, load, n) => {
    const { last, shape } = n.attrs as unknown as Regroup
    const [lead, to] = split(i, shape.length)
    const from = split(n.inputs[0].shape, last)[1]
    const zero = s.constant("i32", 0)
    return load(0, [
      ...lead,
      ...from.map((m, k) => (m === 1 ? zero : to[k + to.length - from.length])),
    ])
  },
  vjp: (g, n) => {
    const { last, shape } = n.attrs as unknown as Regroup
    const from = split(n.inputs[0].shape, last)[1]
    const axes = range(shape.length).map((k) => k - shape.length)
    const spread = axes.filter((k) => shape.at(k) !== (-k > from.length ? 0 : from.at(k)))
    return [reshapeAs(sumNode(g, spread), n.inputs[0].type)]
  },
  samples: [
    { inputs: [f64(3)], attrs: { last: 1, shape: [2, 3] } },
    { inputs: [f64(3, 1)], attrs: { last: 1, shape: [2] } },
    { inputs: [f64(2)], attrs: { last: 0, shape: [2] } },
    { inputs: [{ dtype: "bool", shape: [1, 2] }], attrs: { last: 2, shape: [3, 2] } },
  ],
  errors: [
    refusal([f64(2)], (x) => broadcastTo(x, [3]), "axis -1 is 2 on the left and 3 on the right"),
  ],
})

/**
 * Repeats `x` along new leading axes and along axes of size 1, so that it has this shape. Costs no memory.
 * @throws ShapeError when a size is neither equal nor 1
 * @example broadcastTo(tensor([1, 2]), [3, 2]) // f32[3,2]
 */
export const broadcastTo = publiclyAs(
  "broadcastTo",
  <D extends DType>(x: Tensor<D>, shape: Shape): Tensor<D> => {
    const to = integers("broadcastTo", "shape", shape)
    if (sameShape(to, x.shape)) return x
    const common = broadcastShapes("broadcastTo", [x.type, { dtype: x.dtype, shape: to }])
    if (!sameShape(common, to)) {
      throw new ShapeError(
        `broadcastTo: ${formatType(x.type)} to [${to}]; sizes must be equal, or 1 in the tensor`,
        { op: "broadcastTo" },
      )
    }
    return make(broadcastOp, [x], { last: x.rank, shape: to }) as Tensor<D>
  },
  { op: broadcastOp, kind: "move" as const },
)
