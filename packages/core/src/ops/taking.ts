/** @file Choosing slices by tensors of indices, and adding to them: take, takeAlongAxis, gather, indexedAdd (S9). */
import type { DType } from "../dtype.ts"
import { publiclyAs } from "../eager.ts"
import { ShapeError } from "../errors.ts"
import { checkWord, optionsAt } from "../options.ts"
import {
  type Axis,
  type AxisRef,
  axesOf,
  broadcastShapes,
  formatType,
  range,
  sameShape,
  sizeOf,
  strides,
} from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { add, multiply } from "./arithmetic.ts"
import { checkIndices } from "./check.ts"
import { where } from "./choice.ts"
import { less, lessEqual } from "./compare.ts"
import { gatherOp, gather as gatherRows, type Outside, scatterAdd, scatterAddOp } from "./gather.ts"
import { asIndex, sameDType } from "./indexing.ts"
import { logicalAnd } from "./logic.ts"
import { broadcastTo, reshapeTo } from "./move.ts"
import { moved, permute } from "./move-order.ts"
import { sliceNode } from "./move-part.ts"
import { constant, differentiable } from "./source.ts"
import { axesFrom, axisFrom, number } from "./static.ts"

export interface IndexOptions {
  /** Outside: "clamp" to the nearest (default), or "fill" with `value`. */
  readonly mode?: "clamp" | "fill"
  /** What "fill" gives; default NaN for floats, 0 for others. */
  readonly value?: number
}
const TAKE = optionsAt<IndexOptions & { axis?: AxisRef }>(2, {
  axis: true,
  mode: true,
  value: true,
})

/** `x` at `indices` along an axis counted from the end; the axes of the indices take its place. */
export function takeRows(x: Tensor, indices: Tensor, axis: number, outside: Outside): Tensor {
  const k = x.rank + axis
  const axes = axesOf(x.type)
  const others = axes.filter((_, i) => i !== k)
  const rows = gatherRows(
    moved(x, axis, -x.rank),
    reshapeTo(indices, [{ size: indices.size }]),
    x.rank - 1,
    outside,
  )
  const open = reshapeTo(rows, [...axesOf(indices.type), ...others])
  const r = indices.rank
  const order = [
    ...range(k).map((i) => r + i),
    ...range(r),
    ...range(others.length - k).map((i) => r + k + i),
  ]
  return permute(
    open,
    order.map((i) => i - open.rank),
  )
}
/** The value that stands for what is outside. */
function filler(x: Tensor, o: IndexOptions): Tensor {
  const value = o.value ?? (differentiable(x) ? Number.NaN : 0)
  return constant(number("take", "value", value), x.dtype)
}
/** Where an index is on its axis. */
const within = (i: Tensor, size: number): Tensor => logicalAnd(lessEqual(0, i), less(i, size))
/** Puts the filler where the index, spread over the result, was outside. */
function fillOutside(
  y: Tensor,
  inside: Tensor,
  before: number,
  after: number,
  o: IndexOptions,
  x: Tensor,
): Tensor {
  if (o.mode !== "fill") return y
  const ones = (n: number): Axis[] => range(n).map(() => ({ size: 1 }))
  return where(
    reshapeTo(inside, [...ones(before), ...axesOf(inside.type), ...ones(after)]),
    y,
    filler(x, o),
  )
}
/**
 * The slices of `x` at `indices` along an axis (the first by default); the axes of the indices take its place.
 * @throws DTypeError unless the indices are integers
 * @example take(tensor([10, 20, 30]), tensor(Int32Array.of(2, 0))) // [30, 10]
 */
export const take = publiclyAs(
  "take",
  <D extends DType>(
    x: Tensor<D>,
    indices: Tensor,
    options: IndexOptions & { axis?: AxisRef } = {},
  ): Tensor<D> => {
    checkWord("take", "mode", options.mode, ["clamp", "fill"])
    const axis = axisFrom("take", options.axis ?? 0, x.type)
    const i = asIndex("take", indices)
    if (options.mode !== "fill") checkIndices("take", i, [x.shape[x.rank + axis] - 1])
    const y = takeRows(x, i, axis, "clamp")
    return fillOutside(
      y,
      within(i, x.shape[x.rank + axis]),
      x.rank + axis,
      -axis - 1,
      options,
      x,
    ) as Tensor<D>
  },
  { op: gatherOp, kind: "move" as const },
  TAKE,
)

/**
 * For each place, the element of `x` at the index along an axis (the last by default): what `argSort` and `argMax` index.
 * The other axes broadcast.
 * @throws ShapeError when the ranks differ
 */
export const takeAlongAxis = publiclyAs(
  "takeAlongAxis",
  <D extends DType>(
    x: Tensor<D>,
    indices: Tensor,
    options: IndexOptions & { axis?: AxisRef } = {},
  ): Tensor<D> => {
    checkWord("takeAlongAxis", "mode", options.mode, ["clamp", "fill"])
    if (indices.rank !== x.rank) {
      throw new ShapeError(
        `takeAlongAxis: indices ${formatType(indices.type)} for ${formatType(x.type)}; the ranks must be equal`,
        { op: "takeAlongAxis" },
      )
    }
    const axis = axisFrom("takeAlongAxis", options.axis ?? -1, x.type)
    const i = asIndex("takeAlongAxis", indices)
    if (options.mode !== "fill") checkIndices("takeAlongAxis", i, [x.shape[x.rank + axis] - 1])
    const [rows, index] = [moved(x, axis, -1), moved(i, axis, -1)]
    const leads = [rows, index].map((t) => ({ dtype: t.dtype, shape: t.shape.slice(0, -1) }))
    const lead = broadcastShapes("takeAlongAxis", leads)
    const wide = (t: Tensor): Tensor => broadcastTo(t, [...lead, t.shape[t.rank - 1]])
    const y = gatherRows(wide(rows), wide(index), 0)
    const filled = fillOutside(y, within(wide(index), rows.shape[rows.rank - 1]), 0, 0, options, x)
    return moved(filled, -1, axis) as Tensor<D>
  },
  { op: gatherOp, kind: "move" as const },
  TAKE,
)

/** Coordinates `[..., k]` over the chosen axes as rows of one table. */
interface Coordinates {
  /** The chosen axes, from the end, and the others. */
  readonly axes: readonly number[]
  readonly others: readonly number[]
  /** Position of each coordinate in the table. */
  readonly flat: Tensor
  /** Whether all coordinates are inside. */
  readonly inside: Tensor
  readonly rows: number
}
function coordinates(
  op: string,
  x: Tensor,
  indices: Tensor,
  axes: readonly AxisRef[] | undefined,
  mode: string | undefined,
): Coordinates {
  const index = asIndex(op, indices)
  const k = index.shape[index.rank - 1] ?? 0
  const chosen = axesFrom(op, axes ?? range(k), x.type)
  if (index.rank === 0 || chosen.length !== k || k === 0) {
    throw new ShapeError(
      `${op}: indices ${formatType(indices.type)} for axes [${chosen}] of ${formatType(x.type)}; their last axis must hold one coordinate per axis`,
      { op },
    )
  }
  const sizes = chosen.map((a) => x.shape[x.rank + a])
  if (mode === undefined || mode === "clamp")
    checkIndices(
      op,
      index,
      sizes.map((n) => n - 1),
    )
  const lead = axesOf(index.type).slice(0, -1)
  const limits = (values: readonly number[]): Tensor[] =>
    values.map((v) =>
      constant(
        v,
        "i32",
        lead.map((a) => a.size),
      ),
    )
  const part = range(k).map((j) => reshapeTo(sliceNode(index, [j], [j + 1]), lead))
  const steps = limits(strides(sizes))
  return {
    axes: chosen,
    others: range(x.rank)
      .map((i) => i - x.rank)
      .filter((a) => !chosen.includes(a)),
    flat: part
      .map((p, j) => multiply(clampIndex(p, sizes[j]), steps[j]))
      .reduce((a, b) => add(a, b)),
    inside: part.map((p, j) => within(p, sizes[j])).reduce((a, b) => logicalAnd(a, b)),
    rows: sizeOf(sizes),
  }
}
const clampIndex = (i: Tensor, size: number): Tensor =>
  where(less(i, 0), 0, where(less(i, size), i, size - 1))

export interface GatherOptions extends IndexOptions {
  /** The axes that the coordinates speak of; the first ones by default. */
  readonly axes?: readonly AxisRef[]
}
/**
 * The slices of `x` at coordinates: the last axis of `indices` holds one coordinate per axis of `axes`.
 * @throws ShapeError when the number of coordinates is not that of the axes
 * @example gather(x, tensor(Int32Array.of(0, 1)).reshape([1, 2])) // x[0, 1], as a list of one
 */
export const gather = publiclyAs(
  "gather",
  <D extends DType>(x: Tensor<D>, indices: Tensor, options: GatherOptions = {}): Tensor<D> => {
    checkWord("gather", "mode", options.mode, ["clamp", "fill"])
    const c = coordinates("gather", x, indices, options.axes, options.mode)
    const others = c.others.map((a) => axesOf(x.type)[x.rank + a])
    const table = reshapeTo(permute(x, [...c.axes, ...c.others]), [{ size: c.rows }, ...others])
    const rows = gatherRows(table, reshapeTo(c.flat, [{ size: c.flat.size }]), others.length)
    const y = reshapeTo(rows, [...axesOf(c.flat.type), ...others])
    return fillOutside(y, c.inside, 0, others.length, options, x) as Tensor<D>
  },
  { op: gatherOp, kind: "move" as const },
  optionsAt<GatherOptions>(2, { axes: true, mode: true, value: true }),
)

export interface IndexedAddOptions {
  /** The axes that the coordinates are about, one for each; the first ones by default. */
  readonly axes?: readonly AxisRef[]
  /** Outside: "clamp" to the nearest (default), or "drop" the update. */
  readonly mode?: "clamp" | "drop"
}
/**
 * `x` with `updates` added at coordinates; several updates of one place add up.
 * @throws ShapeError when the updates do not have the shape of what `gather` would give
 */
export const indexedAdd = publiclyAs(
  "indexedAdd",
  <D extends DType>(
    x: Tensor<D>,
    indices: Tensor,
    updates: Tensor,
    options: IndexedAddOptions = {},
  ): Tensor<D> => {
    checkWord("indexedAdd", "mode", options.mode, ["clamp", "drop"])
    sameDType("indexedAdd", x, updates)
    const c = coordinates("indexedAdd", x, indices, options.axes, options.mode)
    const others = c.others.map((a) => axesOf(x.type)[x.rank + a])
    const shape = [...c.flat.shape, ...others.map((a) => a.size)]
    if (!sameShape(updates.shape, shape)) {
      throw new ShapeError(
        `indexedAdd: updates ${formatType(updates.type)}; for these indices they must have shape [${shape}]`,
        { op: "indexedAdd" },
      )
    }
    const outside = options.mode ?? "clamp"
    const at = outside === "drop" ? where(c.inside, c.flat, -1) : c.flat
    const count = { size: c.flat.size }
    const sums = scatterAdd(
      reshapeTo(at, [count]),
      reshapeTo(updates, [count, ...others]),
      c.rows,
      others.length,
      outside,
    )
    const order = [...c.axes, ...c.others]
    const back = reshapeTo(
      sums,
      order.map((a) => axesOf(x.type)[x.rank + a]),
    )
    return add(x, permute(back, inverse(order))) as Tensor<D>
  },
  { op: scatterAddOp, kind: "move" as const },
  optionsAt<IndexedAddOptions>(3, { axes: true, mode: true }),
)
const inverse = (order: readonly number[]): number[] =>
  range(order.length).map((i) => order.indexOf(i - order.length) - order.length)
