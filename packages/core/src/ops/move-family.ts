/**
 * @file The family of moves: ops that only rearrange elements. Their attributes speak of the last axes and are stored in
 * their shortest form (C1, C2), so that a move of a batched operand is the same move. Knows no particular move.
 */
import type { Value } from "../number.ts"
import type { At, ErrorSample, Grad, Latex, Op, Sample } from "../op.ts"
import * as s from "../scalar.ts"
import { type Shape, strides, type TensorType } from "../shape.ts"
import type { Attrs, Tensor } from "../tensor.ts"
import { called } from "./notation.ts"
import { constant, isConstant } from "./source.ts"

/** What a move declares. */
export interface Move {
  readonly type: (types: readonly TensorType[], attrs: Attrs) => TensorType
  readonly at: At
  readonly vjp: (g: Tensor, node: Tensor) => readonly Grad[]
  readonly samples: readonly Sample[]
  readonly errors?: readonly ErrorSample[]
  readonly latex?: Latex
  /** "each" unless said otherwise; "no" where constant elements are added. */
  readonly linear?: "each" | "jointly" | "no"
  readonly batch?: Op["batch"]
  readonly normal?: (x: Tensor, attrs: Attrs) => Tensor | undefined
  /** How the move is called; see {@link Op.code}. */
  readonly code?: string
  /** A move of equal elements is equal elements. */
  readonly splat?: boolean
  /** See {@link Op.evenly}. */
  readonly evenly?: boolean
}

/** The declaration of a move. A function, since the files of moves and reductions refer to each other (D2.2). */
export function move(name: string, spec: Move): Op {
  return {
    name,
    family: "move",
    linear: spec.linear === "no" ? undefined : (spec.linear ?? "each"),
    at: spec.at,
    code: spec.code,
    evenly: spec.evenly,
    samples: spec.samples,
    errors: spec.errors,
    batch: spec.batch,
    latex: spec.latex ?? called(name),
    type: (types, attrs) => [spec.type(types, attrs)],
    normal: ([x], attrs) => {
      if (spec.splat && isConstant(x)) {
        const t = spec.type([x.type], attrs)
        return constant(x.attrs.value as Value, t.dtype, t.shape, t.names)
      }
      return spec.normal?.(x, attrs)
    },
    vjp: ([g], node) => (g ? spec.vjp(g, node) : node.inputs.map(() => null)),
  }
}

/** A sample type: f64, whose differences are exact enough to check gradients. */
export function f64(...shape: number[]): TensorType {
  return { dtype: "f64", shape }
}
export function i32(...shape: number[]): TensorType {
  return { dtype: "i32", shape }
}

/** Drops leading entries while they are trivial: the shortest form. */
export function shortest<T>(list: readonly T[], trivial: (t: T, i: number) => boolean): T[] {
  const at = list.findIndex((t, i) => !trivial(t, i))
  return at < 0 ? [] : list.slice(at)
}

/** The position, row-major, of an index. */
export function linear(i: readonly s.Scalar[], shape: Shape): s.Scalar {
  const zero = s.constant("i32", 0)
  return strides(shape).reduce((sum, n, k) => s.add(sum, s.mul(i[k], n)), zero)
}
/** The index of a position, row-major. */
export function digits(at: s.Scalar, shape: Shape): s.Scalar[] {
  return strides(shape).map((n, k) => {
    if (shape[k] === 1) return s.constant("i32", 0)
    const q = s.quotient(at, n)
    return k === 0 ? q : s.remainder(q, shape[k])
  })
}
/** `x` kept between `low` and `high`. */
export const clamp = (x: s.Scalar, low: number, high: number): s.Scalar =>
  s.max(s.min(x, high), low)
