/**
 * @file The family of reductions: one fold over axes counted from the end, in an accumulator dtype (S7). Holds `sum`
 * itself, which is the adjoint of broadcasting. Knows nothing of options.
 */
import { computeType, type DType, isFloat, isSigned, isWide } from "../dtype.ts"
import { make } from "../make.ts"
import { fit, type Value } from "../number.ts"
import type { EntryFormula, ErrorSample, Flat, Fold, Latex, Op, Sample, Values } from "../op.ts"
import * as s from "../scalar.ts"
import {
  type Axis,
  axesOf,
  type Shape,
  sizeOf,
  strides,
  type TensorType,
  typeOf,
} from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { broadcastTo, reshapeTo } from "./move.ts"

/** What a reduction declares. */
export interface Reduction {
  readonly fold: Fold
  /** The same as the fold's `combine`, on values of the accumulator dtype: the oracle. */
  readonly combine: (a: Value, b: Value, dtype: DType) => Value
  /** The dtype of the result; default that of the operand. */
  readonly result?: (d: DType) => DType
  readonly vjp: ((g: Tensor, x: Tensor, y: Tensor, axes: readonly number[]) => Tensor) | Flat
  readonly linear?: "each"
  readonly latex: Latex
  readonly formula?: EntryFormula
  readonly samples?: readonly Sample[]
  readonly errors?: readonly ErrorSample[]
}

/** Bools and narrow integers widen to 32 bits, so that sums do not wrap around (S7). */
export function widened(d: DType): DType {
  if (isFloat(d) || isWide(d)) return d
  return isSigned(d) || d === "bool" ? "i32" : "u32"
}

/** The dtype in which a reduction of this result accumulates: halves in f32. */
export function accumulator(result: DType): DType {
  return computeType(result)
}

/** The declaration of a reduction over `attrs.axes`. */
export function reduction(name: string, spec: Reduction): Op {
  const { vjp: rule, formula } = spec
  return {
    name,
    family: "reduce",
    linear: spec.linear,
    latex: spec.latex,
    formula: formula && (() => formula),
    fold: spec.fold,
    code: `${name}({0}, { axes: {axes} })`,
    type: ([t], a) => [typeOf(spec.result?.(t.dtype) ?? t.dtype, remaining(t, a.axes as number[]))],
    normal: ([x], a) => ((a.axes as number[]).length || spec.result ? undefined : x),
    vjp:
      "flat" in rule ? rule : ([g], n) => [g && rule(g, n.inputs[0], n, n.attrs.axes as number[])],
    evaluate: ([x], n) => [foldAxes(x, n, spec)],
    samples: spec.samples ?? defaultSamples(),
    errors: spec.errors,
  }
}
function defaultSamples(): Sample[] {
  const of = (dtype: DType, axes: number[]): Sample => ({
    inputs: [{ dtype, shape: [2, 3] }],
    attrs: { axes },
  })
  const floats = [[-1], [-2], [-2, -1]].map((axes) => of("f64", axes))
  return [...floats, ...(["f32", "f16", "i32", "i8", "u8", "i64"] as const).map((d) => of(d, [-1]))]
}
/** The axes that are left. */
function remaining(t: TensorType, axes: readonly number[]): Axis[] {
  return axesOf(t).filter((_, i) => !axes.includes(i - t.shape.length))
}

/** The axes of `x` with those of `axes` kept at size 1. */
export function keptAxes(x: Tensor, axes: readonly number[]): Axis[] {
  return axesOf(x.type).map((a, i) => (axes.includes(i - x.rank) ? { size: 1, name: a.name } : a))
}
/** The adjoint of dropping axes: puts `axes` back into `y` at the sizes of `x`. */
export function restore(y: Tensor, x: Tensor, axes: readonly number[]): Tensor {
  return broadcastTo(reshapeTo(y, keptAxes(x, axes)), x.shape)
}

function foldAxes(x: Values, n: Tensor, spec: Reduction): Value[] {
  const dtype = accumulator(n.dtype)
  const out = new Array<Value>(sizeOf(n.shape)).fill(spec.fold.identity(dtype))
  const lift: (v: Value) => Value = isWide(dtype) ? (v) => BigInt(v) : (v) => v
  const round: (v: Value) => Value = isFloat(dtype) ? (v) => v : (v) => fit(dtype, v)
  const { shape } = n.inputs[0]
  const steps = outputSteps(shape, n.attrs.axes as number[])
  const index = shape.map(() => 0)
  let o = 0
  for (let i = 0; i < x.length; i++) {
    out[o] = round(spec.combine(out[o], lift(x[i]), dtype))
    for (let k = shape.length - 1; k >= 0; k--) {
      o += steps[k]
      if (++index[k] < shape[k]) break
      o -= steps[k] * shape[k]
      index[k] = 0
    }
  }
  return out
}
/** How far one step along each axis of the operand moves in the result: 0 along the reduced ones. */
function outputSteps(shape: Shape, axes: readonly number[]): number[] {
  const isKept = (k: number): boolean => !axes.includes(k - shape.length)
  const to = strides(shape.filter((_, k) => isKept(k)))
  let at = 0
  return shape.map((_, k) => (isKept(k) ? to[at++] : 0))
}

/** The sum over `axes`: the node of {@link sum}, and the adjoint of `broadcastTo`. */
export const sumOp = reduction("sum", {
  fold: { identity: (d) => (isWide(d) ? 0n : 0), combine: (a, x) => s.add(a, x) },
  combine: (a, b) => (a as number) + (b as number),
  result: widened,
  linear: "each",
  latex: { level: 3, operands: [8], print: (x) => `\\sum ${x}` },
  vjp: (g, x, _, axes) => restore(g, x, axes),
})
/** The sum over these axes, counted from the end; no axes, no node. */
export const sumNode = (x: Tensor, axes: readonly number[]): Tensor =>
  axes.length ? make(sumOp, [x], { axes }) : x
