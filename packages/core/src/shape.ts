/**
 * @file Tensor types and pure shape functions. An axis carries its size and name together, so names follow the moves (S14).
 */
import type { DType } from "./dtype.ts"
import { internal, ShapeError } from "./errors.ts"

/** Sizes of the axes, row-major; a scalar is `[]`. */
export type Shape = readonly number[]
export interface Axis {
  readonly size: number
  readonly name?: string | null
}
export interface TensorType {
  readonly dtype: DType
  readonly shape: Shape
  /** Axis names; absent when no axis has one. */
  readonly names?: readonly (string | null)[]
}
/** An axis as people write it: a position, negative from the end, or a name. */
export type AxisRef = number | string

export const sizeOf = (shape: Shape): number => shape.reduce((a, b) => a * b, 1)
export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((n, i) => n === b[i])
export const sameNames = (a: TensorType["names"], b: TensorType["names"]): boolean =>
  (a ?? []).every((n, i) => n === (b?.[i] ?? null)) &&
  (b ?? []).every((n, i) => n === (a?.[i] ?? null))
export const sameType = (a: TensorType, b: TensorType): boolean =>
  a.dtype === b.dtype && sameShape(a.shape, b.shape) && sameNames(a.names, b.names)
/** 0, 1, ... n - 1. */
export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

export const axesOf = (t: TensorType): Axis[] =>
  t.shape.map((size, i) => ({ size, name: t.names?.[i] ?? null }))
export function typeOf(dtype: DType, axes: readonly (Axis | number)[]): TensorType {
  const full = axes.map((a) => (typeof a === "number" ? { size: a, name: null } : a))
  const shape = full.map((a) => a.size)
  return full.some((a) => a.name)
    ? { dtype, shape, names: full.map((a) => a.name ?? null) }
    : { dtype, shape }
}

/** `f32[2,3]`; with names `f32[batch 2, feature 3]`. */
export function formatType({ dtype, shape, names }: TensorType): string {
  if (!names?.some((n) => n)) return `${dtype}[${shape.join(",")}]`
  return `${dtype}[${shape.map((n, i) => (names[i] ? `${names[i]} ${n}` : `${n}`)).join(", ")}]`
}

/** The axis as a negative number, counted from the end: the only form that attributes hold (C1). */
export function fromEnd(axis: AxisRef, t: TensorType, op: string): number {
  const rank = t.shape.length
  const i = typeof axis === "string" ? (t.names ?? []).indexOf(axis) : axis
  if (typeof axis === "string" && i < 0) {
    const known = t.names?.filter((n) => n).join(", ")
    throw new ShapeError(
      `${op}: no axis "${axis}" in ${formatType(t)}; its names are ${known || "none"}`,
      { op },
    )
  }
  if (!Number.isInteger(i) || i < -rank || i >= rank) {
    const allowed = rank ? `axes are ${-rank} to ${rank - 1}` : "a scalar has no axes"
    throw new ShapeError(`${op}: axis ${i} of ${formatType(t)}; ${allowed}`, { op })
  }
  return i < 0 ? i : i - rank
}

/** Distinct axes from the end, ascending; all of them by default. */
export function axesFromEnd(
  axes: readonly AxisRef[] | AxisRef | undefined,
  t: TensorType,
  op: string,
): number[] {
  const list =
    axes === undefined ? range(t.shape.length) : Array.isArray(axes) ? axes : [axes as AxisRef]
  const found = list.map((a: AxisRef) => fromEnd(a, t, op))
  if (new Set(found).size < found.length) {
    throw new ShapeError(
      `${op}: axes [${list.join(", ")}] of ${formatType(t)} name one axis twice`,
      { op },
    )
  }
  return found.sort((a, b) => a - b)
}

/** The common shape of operands under broadcasting: sizes equal or 1, aligned from the end. */
export function broadcastShapes(op: string, types: readonly TensorType[]): Shape {
  const rank = Math.max(...types.map((t) => t.shape.length))
  return range(rank).map((i) => types.reduce((n, t) => commonSize(op, types, i - rank, n, t), 1))
}
function commonSize(
  op: string,
  types: readonly TensorType[],
  axis: number,
  n: number,
  t: TensorType,
): number {
  const m =
    t.shape.at(axis) !== undefined && -axis <= t.shape.length ? t.shape[t.shape.length + axis] : 1
  if (n !== 1 && m !== 1 && n !== m) throw broadcastError(op, types, axis)
  return n === 1 ? m : n
}
function broadcastError(op: string, types: readonly TensorType[], axis: number): ShapeError {
  const [a, b] = types.map((t) => t.shape[t.shape.length + axis])
  const printed = types.map(formatType)
  const where =
    types.length === 2
      ? `axis ${axis} is ${a} on the left and ${b} on the right`
      : `axis ${axis} differs`
  return new ShapeError(
    `${op}: cannot broadcast ${printed.join(" with ")}: ${where}; sizes must be equal or 1`,
    {
      op,
      types: printed,
    },
  )
}

/** Axes of equal-shape operands: a name given by any of them; two different names are an error (S14). */
export function unifyAxes(op: string, types: readonly TensorType[]): Axis[] {
  return types[0].shape.map((size, i) => {
    if (types.some((t) => t.shape[i] !== size)) {
      throw internal(`${op}: operands ${types.map(formatType).join(", ")} were not aligned`)
    }
    const names = new Set(types.map((t) => t.names?.[i]).filter((n) => n))
    if (names.size > 1) {
      const axis = i - types[0].shape.length
      throw new ShapeError(
        `${op}: axis ${axis} is named ${[...names].join(" and ")}; rename one of them`,
        { op },
      )
    }
    return { size, name: [...names][0] ?? null }
  })
}

/** Elements between neighbours along each axis, row-major. */
export function strides(shape: Shape): number[] {
  const out = shape.map(() => 1)
  for (let i = shape.length - 2; i >= 0; i--) out[i] = out[i + 1] * shape[i + 1]
  return out
}

/** Splits axes into the leading ones that an op does not speak of, and the last `k`. */
export const split = <T>(axes: readonly T[], k: number): [lead: T[], last: T[]] => [
  axes.slice(0, axes.length - k),
  axes.slice(axes.length - k),
]
