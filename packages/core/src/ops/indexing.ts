/** @file Indexing by positions and windows, known or computed: at, dynamicSlice, putSlice (S9). */

import type { DType } from "../dtype.ts"
import { isInt } from "../dtype.ts"
import { publiclyAs } from "../eager.ts"
import { DTypeError, OptionError, ShapeError } from "../errors.ts"
import { axesOf, formatType, type Shape } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"
import { needNumber } from "../weak.ts"
import { checkIndices } from "./check.ts"
import { dynamicSliceNode, dynamicSliceOp, putSliceNode, putSliceOp } from "./gather.ts"
import { reshapeTo } from "./move.ts"
import { sliceNode, sliceOp } from "./move-part.ts"
import { constant } from "./source.ts"
import { integer, integers } from "./static.ts"
import { takeRows } from "./taking.ts"
import { asType } from "./type.ts"

/** The indices as i32. @throws DTypeError for floats and bools, StaticNeeded for a traced JavaScript number */
export function asIndex(op: string, x: Tensor): Tensor {
  if (currentTrace()?.weak.has(x)) needNumber(x, op)
  if (isInt(x.dtype)) return asType(x, "i32")
  const bools = x.dtype === "bool" ? " A bool mask has a result of unknown size; use where." : ""
  throw new DTypeError(`${op}: indices are ${formatType(x.type)}; they must be integers.${bools}`, {
    op,
  })
}
/** A position that is known when tracing; negative counts from the end. @throws ShapeError outside (S9) */
function position(op: string, i: number, x: Tensor, axis: number): number {
  const n = x.shape[axis]
  const at = integer(op, `index ${axis}`, i)
  if (at >= -n && at < n) return at < 0 ? at + n : at
  throw new ShapeError(
    `${op}: index ${at} of axis ${axis} of ${formatType(x.type)}; indices are ${-n} to ${n - 1}`,
    { op },
  )
}

/** An index of {@link at}: a number, or a tensor of integers. */
export type Index = number | Tensor
/**
 * The elements at an index along the first axes: numbers (negative from the end) and integer scalars drop their axis; one
 * tensor of indices is put in its place. Inside `defn`, `x[i]` and `x[i, j]` mean this.
 * @throws ShapeError for too many indices, or a number outside its axis; traced indices are clamped (S9)
 * @example at(tensor([[1, 2], [3, 4]]), 1, -1) // f32[] 4
 */
export const at = publiclyAs(
  "at",
  <D extends DType>(x: Tensor<D>, ...indices: Index[]): Tensor<D> => {
    if (indices.length > x.rank) {
      throw new ShapeError(
        `at: ${indices.length} indices of ${formatType(x.type)}, which has ${x.rank} axes`,
        { op: "at" },
      )
    }
    const list = indices.map((i, k) => (isTensor(i) ? asIndex("at", i) : position("at", i, x, k)))
    list.forEach((i, k) => {
      if (isTensor(i)) checkIndices("at", i, [x.shape[k] - 1])
    })
    const y = scalarsAt(x, list)
    const wide = list.flatMap((i, k) => (isTensor(i) && i.rank ? [[k, i] as const] : []))
    if (wide.length > 1) {
      throw new OptionError("at: more than one tensor of indices; use gather for several axes", {
        op: "at",
      })
    }
    const before = wide.length
      ? list.slice(0, wide[0][0]).filter((i) => !isTensor(i) || i.rank === 0).length
      : 0
    return (
      wide.length ? takeRows(y, wide[0][1], wide[0][0] - before - y.rank, "clamp") : y
    ) as Tensor<D>
  },
  { op: sliceOp, kind: "move" as const },
)
/** Drops the axes of the scalar indices. */
function scalarsAt(x: Tensor, list: readonly Index[]): Tensor {
  const axes = axesOf(x.type)
  const isScalar = (k: number): boolean =>
    k < list.length && (!isTensor(list[k]) || list[k].rank === 0)
  const sizes = axes.map((a, k) => (isScalar(k) ? 1 : a.size))
  const rest = axes.filter((_, k) => !isScalar(k))
  if (!list.some((i, k) => isTensor(i) && isScalar(k))) {
    const starts = axes.map((_, k) => (isScalar(k) ? (list[k] as number) : 0))
    return reshapeTo(
      sliceNode(
        x,
        starts,
        starts.map((s, k) => s + sizes[k]),
      ),
      rest,
    )
  }
  const starts = axes.map((_, k) => {
    const i = isScalar(k) ? list[k] : 0
    return isTensor(i) ? i : constant(i, "i32")
  })
  return reshapeTo(dynamicSliceNode(x, starts, sizes), rest)
}

/** Starts of a window, one per axis. */
function startNodes(op: string, x: Tensor, starts: readonly Index[], sizes: Shape): Tensor[] {
  if (starts.length !== x.rank || sizes.length !== x.rank) {
    throw new ShapeError(
      `${op}: ${starts.length} starts and ${sizes.length} sizes for ${formatType(x.type)}; each axis needs one`,
      { op },
    )
  }
  return starts.map((start, k) => {
    if (sizes[k] < 0 || sizes[k] > x.shape[k]) {
      throw new ShapeError(
        `${op}: a window of ${sizes[k]} on axis ${k} of ${formatType(x.type)}; it must be 0 to ${x.shape[k]}`,
        { op },
      )
    }
    if (!isTensor(start))
      return constant(windowAt(op, integer(op, `starts[${k}]`, start), x, k, sizes[k]), "i32")
    if (start.rank)
      throw new ShapeError(`${op}: start ${k} is ${formatType(start.type)}; it must be a scalar`, {
        op,
      })
    const i = asIndex(op, start)
    checkIndices(op, i, [x.shape[k] - sizes[k]])
    return i
  })
}
function windowAt(op: string, start: number, x: Tensor, axis: number, size: number): number {
  if (start >= 0 && start + size <= x.shape[axis]) return start
  throw new ShapeError(
    `${op}: ${start} to ${start + size} of axis ${axis} of ${formatType(x.type)}; it must stay within 0 to ${x.shape[axis]}`,
    { op },
  )
}
/**
 * A window of `sizes` that begins at `starts`, which may be traced integers; the window is moved inside (S9).
 * @throws ShapeError for a window larger than the tensor
 */
export const dynamicSlice = publiclyAs(
  "dynamicSlice",
  <D extends DType>(x: Tensor<D>, starts: readonly Index[], sizes: Shape): Tensor<D> => {
    const window = integers("dynamicSlice", "sizes", sizes)
    return dynamicSliceNode(x, startNodes("dynamicSlice", x, starts, window), window) as Tensor<D>
  },
  { op: dynamicSliceOp, kind: "move" as const },
)
/**
 * `x` with the window at `starts` replaced by `update`; the window is moved inside (S9).
 * @throws ShapeError for an update larger than the tensor, DTypeError when its dtype differs
 */
export const putSlice = publiclyAs(
  "putSlice",
  <D extends DType>(x: Tensor<D>, starts: readonly Index[], update: Tensor): Tensor<D> => {
    if (update.rank !== x.rank) {
      throw new ShapeError(
        `putSlice: ${formatType(update.type)} into ${formatType(x.type)}; the ranks must be equal`,
        { op: "putSlice" },
      )
    }
    sameDType("putSlice", x, update)
    return putSliceNode(x, update, startNodes("putSlice", x, starts, update.shape)) as Tensor<D>
  },
  { op: putSliceOp, kind: "move" as const },
)
export function sameDType(op: string, x: Tensor, update: Tensor): void {
  if (x.dtype === update.dtype) return
  throw new DTypeError(
    `${op}: ${formatType(update.type)} into ${formatType(x.type)}; the dtypes must be equal`,
    {
      op,
      remedy: `Write asType(update, "${x.dtype}").`,
    },
  )
}
