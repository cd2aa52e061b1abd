/** @file Running folds along one axis: cumSum, cumProduct, cumMax, cumMin (S7, S15). */
import { type DType, isFloat, isWide } from "../dtype.ts"
import { publicly } from "../eager.ts"
import { make } from "../make.ts"
import { fit, type Value } from "../number.ts"
import type { EntryFormula, Fold, Op, Sample, Values } from "../op.ts"
import { optionsAt } from "../options.ts"
import * as s from "../scalar.ts"
import { type AxisRef, axesOf, type TensorType, typeOf } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { add, maximum, minimum, multiply } from "./arithmetic.ts"
import { vjpOfBody } from "./composite.ts"
import { padNode, sliceAlong } from "./move-part.ts"
import { called } from "./notation.ts"
import { highest, larger, lowest, smaller } from "./order.ts"
import { accumulator, widened } from "./reduce-family.ts"
import { axisFrom } from "./static.ts"
import { asType } from "./type.ts"

export interface CumulativeOptions {
  /** The last by default (S15). */
  readonly axis?: AxisRef
  /** From the end to the start. */
  readonly reverse?: boolean
}
interface CumulativeAttrs {
  /** From the end. */
  readonly axis: number
  readonly reverse: boolean
}
const attrsOf = (n: Tensor): CumulativeAttrs => n.attrs as unknown as CumulativeAttrs

interface Cumulative {
  readonly fold: Fold
  readonly combine: (a: Value, b: Value, dtype: DType) => Value
  /** The same on tensors. */
  readonly join: (a: Tensor, b: Tensor) => Tensor
  readonly result?: (d: DType) => DType
  readonly vjp?: (g: Tensor, node: Tensor) => Tensor
  readonly linear?: "each"
  /** What an entry gets: `upTo` is the relation of the elements that a value folds, `from` that of the values that fold an element. */
  readonly formula?: (upTo: string, from: string) => EntryFormula["latex"]
}

/**
 * Hillis and Steele's scan: log2(n) steps, in step k every element takes in the one 2^k before it. Every compiler can
 * run it; one that folds in order has less to do.
 */
function doubling(n: Tensor, spec: Cumulative): Tensor {
  const { axis, reverse: backward } = attrsOf(n)
  const dtype = accumulator(n.dtype)
  let x = asType(n.inputs[0], dtype)
  const k = x.rank + axis
  const length = x.shape[k]
  const identity = spec.fold.identity(dtype)
  const amounts = (m: number): number[] => x.shape.slice(k).map((_, i) => (i ? 0 : m))
  for (let step = 1; step < length; step *= 2) {
    const kept = backward
      ? sliceAlong(x, axis, step, length)
      : sliceAlong(x, axis, 0, length - step)
    const [low, high] = backward ? [0, step] : [step, 0]
    const none = amounts(0)
    const earlier = padNode(kept, {
      low: amounts(low),
      high: amounts(high),
      interior: none,
      value: identity,
    })
    x = spec.join(earlier, x)
  }
  return asType(x, n.dtype)
}

/** In order along the axis, every other index in turn. */
function running(x: Values, n: Tensor, spec: Cumulative): Value[] {
  const { axis, reverse: backward } = attrsOf(n)
  const k = n.rank + axis
  const length = n.shape[k]
  const inner = n.shape.slice(k + 1).reduce((a, b) => a * b, 1)
  const dtype = accumulator(n.dtype)
  const enter = (v: Value): Value => (isWide(dtype) ? BigInt(v) : v)
  const out = new Array<Value>(x.length)
  for (let row = 0; row < x.length / (length || 1); row++) {
    const start = Math.floor(row / inner) * length * inner + (row % inner)
    let sum = spec.fold.identity(dtype)
    for (let j = 0; j < length; j++) {
      const at = start + (backward ? length - 1 - j : j) * inner
      const next = spec.combine(sum, enter(x[at]), dtype)
      sum = isFloat(dtype) ? next : fit(dtype, next)
      out[at] = sum
    }
  }
  return out
}
const sample = (dtype: DType, axis: number, back: boolean): Sample => ({
  inputs: [{ dtype, shape: [2, 5] }],
  attrs: { axis, reverse: back },
})
const SAMPLES = [
  sample("f64", -1, false),
  sample("f64", -2, true),
  sample("f64", -1, true),
  sample("f16", -1, false),
  sample("i8", -1, false),
  sample("i64", -1, true),
]

function entryFormula(n: Tensor, formula: NonNullable<Cumulative["formula"]>): EntryFormula {
  const [upTo, from] = attrsOf(n).reverse ? ["\\ge", "\\le"] : ["\\le", "\\ge"]
  return { at: "j", latex: formula(upTo, from) }
}
/** The cotangents of the values that are this element; between equal ones they are shared. */
const extremeFormula =
  (name: string): Cumulative["formula"] =>
  (upTo, from) =>
  (x, _, g) =>
    `\\sum_{i ${from} j} [j = \\operatorname{${name}}_{k ${upTo} i} ${x}_{k}] \\, ${g}_{i}`

/** Makes a running fold callable. */
function cumulative<K extends string>(name: string, kind: K, spec: Cumulative) {
  const body = (n: Tensor): readonly Tensor[] => [doubling(n, spec)]
  const rule = spec.vjp
  const { formula } = spec
  const result = (t: TensorType): DType => spec.result?.(t.dtype) ?? t.dtype
  const op: Op = {
    name,
    family: "cumulative",
    linear: spec.linear,
    fold: spec.fold,
    code: `${name}({0}, { axis: {axis}, reverse: {reverse} })`,
    type: ([t]) => [typeOf(result(t), axesOf(t))],
    body,
    vjp: rule ? ([g], n) => [g && rule(g, n)] : vjpOfBody(body),
    evaluate: ([x], n) => [running(x, n, spec)],
    latex: called(name),
    formula: formula && ((n) => entryFormula(n, formula)),
    samples: SAMPLES,
  }
  const fn = (x: Tensor, o: CumulativeOptions = {}): Tensor => {
    const axis = axisFrom(name, o.axis ?? -1, x.type)
    return make(op, [x], { axis, reverse: o.reverse ?? false })
  }
  const options = optionsAt<CumulativeOptions>(1, { axis: true, reverse: true })
  return Object.assign(publicly(name, fn, options), { op, kind })
}
/** A running fold that keeps the dtype. */
export interface Keeps {
  <D extends DType>(x: Tensor<D>, options?: CumulativeOptions): Tensor<D>
  readonly op: Op
  readonly kind: "move"
}
/** A running fold in the dtype of sums. */
export interface Widens {
  <D extends DType>(
    x: Tensor<D>,
    options?: CumulativeOptions,
  ): Tensor<import("./reduce.ts").Widened<D>>
  readonly op: Op
  readonly kind: "widen"
}
const of =
  (zero: number) =>
  (d: DType): Value =>
    isWide(d) ? BigInt(zero) : zero

/** The sums of the elements up to each, itself included; narrow integers widen (S7). @example cumSum(tensor([1, 2, 3])) // [1, 3, 6] */
export const cumSum = cumulative("cumSum", "widen", {
  fold: { identity: of(0), combine: s.add },
  combine: (a, b) => (a as number) + (b as number),
  join: add,
  result: widened,
  linear: "each",
  formula: (_, from) => (_x, _y, g) => `\\sum_{i ${from} j} ${g}_{i}`,
  vjp: (g, n) => cumSum(g, { axis: attrsOf(n).axis, reverse: !attrsOf(n).reverse }),
}) as Widens
/** The products of the elements up to each; narrow integers widen. Zeros have exact gradients (S10). */
export const cumProduct = cumulative("cumProduct", "widen", {
  fold: { identity: of(1), combine: s.mul },
  combine: (a, b, d) =>
    isFloat(d) || isWide(d) ? (a as number) * (b as number) : Math.imul(a as number, b as number),
  join: multiply,
  result: widened,
  formula: (upTo, from) => (x, _, g) =>
    `\\sum_{i ${from} j} ${g}_{i} \\, \\prod_{k ${upTo} i, k \\ne j} ${x}_{k}`,
}) as Widens
/** The largest of the elements up to each; NaN from the first NaN on. */
export const cumMax = cumulative("cumMax", "move", {
  fold: { identity: lowest, combine: s.max },
  combine: larger,
  join: maximum,
  formula: extremeFormula("argmax"),
}) as Keeps
/** The smallest of the elements up to each; NaN from the first NaN on. */
export const cumMin = cumulative("cumMin", "move", {
  fold: { identity: highest, combine: s.min },
  combine: smaller,
  join: minimum,
  formula: extremeFormula("argmin"),
}) as Keeps
