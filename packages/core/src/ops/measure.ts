/**
 * @file The node that inspections add to a program: counts, moments and a histogram of the elements along the last axis,
 * as one row of f64. So the statistics are made where the tensor is, and only they come out.
 */
import { make } from "../make.ts"
import { MEASURED, type Measured, SIGN_EXPONENT_BINS } from "../measured.ts"
import type { Op, Values } from "../op.ts"
import { axesOf, sizeOf, typeOf } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { divide, maximum, minimum, square, subtract } from "./arithmetic.ts"
import { rightShift } from "./bitwise.ts"
import { where } from "./choice.ts"
import { equal } from "./compare.ts"
import { declare } from "./declare.ts"
import { maxFinite } from "./limits.ts"
import { logicalOr } from "./logic.ts"
import { newAxis, reshapeTo } from "./move.ts"
import { concatenate, stack } from "./move-join.ts"
import { called } from "./notation.ts"
import { max, min, sum } from "./reduce.ts"
import { isFinite as isFiniteOf, isNaN as isNaNOf } from "./rounding.ts"
import { iotaNode } from "./source.ts"
import { asType, bitcast } from "./type.ts"

const WIDTH = MEASURED.length + SIGN_EXPONENT_BINS
/** Bits of an f32 below its exponent. */
const FRACTION = 23

export const measureOp: Op = declare({
  name: "measure",
  family: "routine",
  type: ([t]) => [typeOf("f64", [...axesOf(t).slice(0, -1), { size: WIDTH }])],
  vjp: { flat: "it is looked at, not computed with" },
  evaluate: ([x], n) => [measureRows(x, n.inputs[0])],
  body: (n) => [written(n.inputs[0])],
  latex: called("measure"),
  samples: [
    // None of f64: their gradients are held against differences, and this has none.
    { inputs: [{ dtype: "f32", shape: [3, 9] }] },
    { inputs: [{ dtype: "f32", shape: [7] }], range: [-1e38, 1e38] },
    { inputs: [{ dtype: "f16", shape: [6] }] },
    { inputs: [{ dtype: "bf16", shape: [6] }] },
  ],
})
/** Statistics of all elements of a float tensor. */
export const measure = (x: Tensor): Tensor => make(measureOp, [reshapeTo(x, [{ size: x.size }])])

/** The bin of a finite number: beyond the range of f32 it counts as the largest, or as 0. */
const bits = new DataView(new ArrayBuffer(4))
export function signExponentBin(x: number): number {
  const limit = maxFinite("f32")
  bits.setFloat32(0, Math.max(-limit, Math.min(limit, x)))
  return bits.getUint32(0) >>> FRACTION
}

/** The oracle: row by row, fact by fact. */
function measureRows(x: Values, of: Tensor): Values {
  const length = of.shape[of.rank - 1]
  const rows = sizeOf(of.shape.slice(0, -1))
  return Array.from({ length: rows }, (_, r) => {
    const row = Array.from({ length }, (_, i) => Number(x[r * length + i]))
    return measureRow(row)
  }).flat()
}
function measureRow(row: readonly number[]): number[] {
  const finite = row.filter(Number.isFinite)
  const count = (is: (v: number) => boolean): number => row.filter(is).length
  const total = (f: (v: number) => number): number => finite.reduce((s, v) => s + f(v), 0)
  const mean = total((v) => v) / finite.length
  const bins = new Array<number>(SIGN_EXPONENT_BINS).fill(0)
  for (const v of finite) bins[signExponentBin(v)]++
  const facts: Record<Measured, number> = {
    n: row.length,
    zeros: count((v) => v === 0),
    nan: count(Number.isNaN),
    posInf: count((v) => v === Number.POSITIVE_INFINITY),
    negInf: count((v) => v === Number.NEGATIVE_INFINITY),
    min: finite.reduce((a, v) => Math.min(a, v), Number.POSITIVE_INFINITY),
    max: finite.reduce((a, v) => Math.max(a, v), Number.NEGATIVE_INFINITY),
    mean,
    m2: total((v) => (v - mean) ** 2),
    squares: total((v) => v * v),
  }
  return [...MEASURED.map((fact) => facts[fact]), ...bins]
}

/** The same in public functions, for compilers without a kernel of it. */
function written(x: Tensor): Tensor {
  const last = { axis: -1 }
  const wide = asType(x, "f64")
  const finite = isFiniteOf(wide)
  const v = where(finite, wide, 0)
  const count = (c: Tensor): Tensor => sum(asType(c, "f64"), last)
  const mean = divide(sum(v, last), count(finite))
  const off = where(finite, subtract(wide, newAxis(mean, -1)), 0)
  const facts: Record<Measured, Tensor> = {
    n: count(logicalOr(equal(wide, wide), isNaNOf(wide))),
    zeros: count(equal(wide, 0)),
    nan: count(isNaNOf(wide)),
    posInf: count(equal(wide, Number.POSITIVE_INFINITY)),
    negInf: count(equal(wide, Number.NEGATIVE_INFINITY)),
    min: min(where(finite, wide, Number.POSITIVE_INFINITY), last),
    max: max(where(finite, wide, Number.NEGATIVE_INFINITY), last),
    mean,
    m2: sum(square(off), last),
    squares: sum(square(v), last),
  }
  const moments = stack(
    MEASURED.map((fact) => facts[fact]),
    { axis: -1 },
  )
  return concatenate([moments, histogram(v, finite)], { axis: -1 })
}
function histogram(v: Tensor, finite: Tensor): Tensor {
  const limit = maxFinite("f32")
  const narrow = asType(maximum(minimum(v, limit), -limit), "f32")
  const bin = asType(rightShift(bitcast(narrow, "u32"), FRACTION), "i32")
  const hit = equal(newAxis(where(finite, bin, -1), -1), iotaNode(SIGN_EXPONENT_BINS, "i32"))
  return sum(asType(hit, "f64"), { axis: -2 })
}
