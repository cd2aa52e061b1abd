/** @file Reductions: one declaration each, over `axes` (all by default), with `keepAxes` and `nan` (S7, S8, S10, S15). */
import { type DType, isFloat, isWide } from "../dtype.ts"
import { publicly } from "../eager.ts"
import { ShapeError } from "../errors.ts"
import { make } from "../make.ts"
import type { Value } from "../number.ts"
import type { Op } from "../op.ts"
import { checkWord, type Options } from "../options.ts"
import * as s from "../scalar.ts"
import { type AxisRef, formatType } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { pullback } from "../transforms/grad.ts"
import { asTensor, type Operand } from "./align.ts"
import { divide, multiply } from "./arithmetic.ts"
import { where } from "./choice.ts"
import { equal } from "./compare.ts"
import { reshapeTo } from "./move.ts"
import { f64 } from "./move-family.ts"
import { permute } from "./move-order.ts"
import { padNode, sliceNode } from "./move-part.ts"
import { highest, larger, lowest, smaller } from "./order.ts"
import {
  keptAxes,
  type Reduction,
  reduction,
  restore,
  sumNode,
  sumOp,
  widened,
} from "./reduce-family.ts"
import { refusal } from "./refusal.ts"
import { isNaN as isNaNOf } from "./rounding.ts"
import { constant } from "./source.ts"
import { axesFrom } from "./static.ts"
import { asType } from "./type.ts"

/** What every reduction takes. */
export interface ReduceOptions {
  /** One axis, by position or name. */
  readonly axis?: AxisRef
  /** Several axes; all by default (S15). */
  readonly axes?: AxisRef | readonly AxisRef[]
  /** Keep the reduced axes at size 1. */
  readonly keepAxes?: boolean
  /** "ignore": elements that are NaN do not count; where all are NaN, `max`, `min` and `mean` give NaN. */
  readonly nan?: "propagate" | "ignore"
}
const REDUCE = { axis: true, axes: true, keepAxes: true, nan: true } as const
/** Where a function takes what every reduction takes, and what it takes besides. */
export const reduceOptions = <T extends ReduceOptions = ReduceOptions>(
  at: number,
  more: { readonly [K in Exclude<keyof T, keyof ReduceOptions>]-?: true },
): Options => ({
  at,
  names: [
    ...Object.keys(REDUCE satisfies { readonly [K in keyof ReduceOptions]-?: true }),
    ...Object.keys(more),
  ],
})
/** The dtype of sums: narrow integers and bools widen (S7). */
export type Widened<D extends DType> = D extends "bool" | "i8" | "i16"
  ? "i32"
  : D extends "u8" | "u16"
    ? "u32"
    : D
export interface Reduce {
  <D extends DType>(x: Tensor<D>, options?: ReduceOptions): Tensor<D>
  (x: Operand, options?: ReduceOptions): Tensor
  readonly op: Op
  readonly kind: "reduce"
}
export interface WideReduce {
  <D extends DType>(x: Tensor<D>, options?: ReduceOptions): Tensor<Widened<D>>
  (x: Operand, options?: ReduceOptions): Tensor
  readonly op: Op
  readonly kind: "wideReduce"
}
export interface BoolReduce {
  (x: Operand, options?: ReduceOptions): Tensor<"bool">
  readonly op: Op
  readonly kind: "boolReduce"
}

/** The axes that the options name, counted from the end. */
export function chosenAxes(op: string, x: Tensor, o: ReduceOptions): number[] {
  checkWord(op, "nan", o.nan, ["propagate", "ignore"])
  return axesFrom(op, o.axes ?? o.axis, x.type)
}
/** The reduced axes put back at size 1 where `keepAxes` asks for it. */
export const keep = (y: Tensor, x: Tensor, axes: readonly number[], o: ReduceOptions): Tensor =>
  o.keepAxes ? reshapeTo(y, keptAxes(x, axes)) : y
const ignoresNaN = (x: Tensor, o: ReduceOptions): boolean => o.nan === "ignore" && isFloat(x.dtype)
/** `x` with NaN replaced by the identity of the reduction. */
const withoutNaN = (x: Tensor, op: Op): Tensor =>
  where(isNaNOf(x), constant(op.fold?.identity(x.dtype) as Value, x.dtype), x)

/** Makes a reduction callable. */
function callable<K extends string>(
  op: Op,
  kind: K,
  prepare: (x: Tensor, axes: number[]) => Tensor = (x) => x,
) {
  const fn = (operand: Operand, o: ReduceOptions = {}): Tensor => {
    const given = asTensor(operand)
    const axes = chosenAxes(op.name, given, o)
    const x = prepare(given, axes)
    const y = make(op, [ignoresNaN(x, o) ? withoutNaN(x, op) : x], { axes })
    return keep(y, x, axes, o)
  }
  return Object.assign(publicly(op.name, fn, reduceOptions(1, {})), { op, kind })
}
const word = (name: string) => ({ level: 3, print: (x: string) => `${name} ${x}` })
const ofKind =
  (zero: number) =>
  (d: DType): Value =>
    isWide(d) ? BigInt(zero) : zero

/**
 * The sum of the elements along `axes`. Bools and narrow integers add up in 32 bits, halves in f32 (S7).
 * @example sum(tensor([[1, 2], [3, 4]]), { axes: [-1] }) // f32[2] [3, 7]
 */
export const sum = callable(sumOp, "wideReduce") as WideReduce

/**
 * The product of the elements along `axes`. Its gradient is that of the tree of products, so any number of zeros is
 * right, for higher derivatives too (S10).
 */
export const product = callable(
  reduction("product", {
    fold: { identity: ofKind(1), combine: s.mul },
    combine: (a, b, d) =>
      isFloat(d) || isWide(d) ? (a as number) * (b as number) : Math.imul(a as number, b as number),
    result: widened,
    latex: word("\\prod"),
    formula: { at: "j", latex: (x, _, g) => `${g} \\, \\prod_{k \\ne j} ${x}_{k}` },
    vjp: (g, x, _, axes) => pullback([productTree(x, axes)], [g], [x])[0] as Tensor,
  }),
  "wideReduce",
) as WideReduce

/** The product by halves: log2(n) multiplications of shrinking tensors, O(n) in all. */
function productTree(x: Tensor, axes: readonly number[]): Tensor {
  const others = x.shape.map((_, i) => i - x.rank).filter((k) => !axes.includes(k))
  const front = permute(x, [...others, ...axes])
  const kept = keptAxes(x, []).filter((_, i) => others.includes(i - x.rank))
  const count = axes.reduce((n, k) => n * x.shape[x.rank + k], 1)
  let y = reshapeTo(front, [...kept, { size: count }])
  for (let n = count; n > 1; n = Math.ceil(n / 2)) {
    if (n % 2) y = padNode(y, { low: [0], high: [1], interior: [0], value: 1 })
    const halves = [0, 1].map((i) => sliceNode(y, [i], [n + (n % 2)], [2]))
    y = multiply(halves[0], halves[1])
  }
  return count
    ? reshapeTo(y, kept)
    : constant(
        1,
        x.dtype,
        kept.map((a) => a.size),
      )
}

/** The elements that reach the extreme share its gradient evenly (S10). */
function shareTies(g: Tensor, x: Tensor, y: Tensor, axes: readonly number[]): Tensor {
  const hit = asType(equal(x, restore(y, x, axes)), x.dtype)
  return multiply(hit, restore(divide(g, sumNode(hit, axes)), x, axes))
}
/** @throws ShapeError for axes without elements, which have no largest one */
export function requireElements(op: string, x: Tensor, axes: readonly number[]): void {
  if (axes.every((k) => x.shape[x.rank + k] > 0)) return
  throw new ShapeError(
    `${op}: axes [${axes}] of ${formatType(x.type)} have no elements; at least one is needed`,
    { op },
  )
}
const extreme = (name: string, spec: Pick<Reduction, "fold" | "combine">) => {
  const op = reduction(name, {
    ...spec,
    latex: word(`\\${name}`),
    vjp: shareTies,
    errors: [refusal([f64(0)], (x) => plain(x), `${name}: axes [-1] of f64[0] have no elements`)],
    samples: [
      ...[[-1], [-2], [-2, -1]].map((axes) => ({
        inputs: [{ dtype: "f64" as const, shape: [2, 3] }],
        attrs: { axes },
      })),
      ...(["f32", "bf16", "i32", "u8", "i64", "bool"] as const).map((dtype) => ({
        inputs: [{ dtype, shape: [2, 3] }],
        attrs: { axes: [-1] },
      })),
    ],
  })
  const plain = callable(op, "reduce", (x, axes) => {
    requireElements(name, x, axes)
    return x
  })
  const fn = (operand: Operand, o: ReduceOptions = {}): Tensor => {
    const x = asTensor(operand)
    const y = plain(x, o)
    if (!ignoresNaN(x, o)) return y
    return where(all(isNaNOf(x), { ...o, nan: "propagate" }), Number.NaN, y)
  }
  return Object.assign(publicly(name, fn, reduceOptions(1, {})), {
    op,
    kind: "reduce" as const,
  }) as Reduce
}
/**
 * The largest element along `axes`; NaN if there is one (S8). Ties share the gradient evenly (S10).
 * @throws ShapeError when there are no elements
 */
export const max = extreme("max", { fold: { identity: lowest, combine: s.max }, combine: larger })
/** The smallest element along `axes`; NaN if there is one. Ties share the gradient evenly. @throws ShapeError when there are no elements */
export const min = extreme("min", { fold: { identity: highest, combine: s.min }, combine: smaller })

const FLAT = { flat: "its value is a bool" }
const truth = (x: Tensor): Tensor => asType(x, "bool")
const boolSamples = [[-1], [-2, -1]].map((axes) => ({
  inputs: [{ dtype: "bool" as const, shape: [2, 3] }],
  attrs: { axes },
}))
/** Whether all elements along `axes` are true; numbers count as true where they are not zero. */
export const all = callable(
  reduction("all", {
    fold: { identity: () => 1, combine: s.and },
    combine: (a, b) => (a && b ? 1 : 0),
    result: () => "bool",
    latex: word("\\forall"),
    vjp: FLAT,
    samples: boolSamples,
  }),
  "boolReduce",
  truth,
) as BoolReduce
/** Whether any element along `axes` is true. */
export const any = callable(
  reduction("any", {
    fold: { identity: () => 0, combine: s.or },
    combine: (a, b) => (a || b ? 1 : 0),
    result: () => "bool",
    latex: word("\\exists"),
    vjp: FLAT,
    samples: boolSamples,
  }),
  "boolReduce",
  truth,
) as BoolReduce
