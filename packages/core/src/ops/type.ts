/** @file Changing the element type: `asType` converts values (S6), `bitcast` keeps the bits. */
import { computeType, DTYPE_NAMES, DTYPES, type DType, isFloat, view } from "../dtype.ts"
import { publicly } from "../eager.ts"
import { DTypeError } from "../errors.ts"
import { make } from "../make.ts"
import { cast, read, type Value, write } from "../number.ts"
import type { Op, Sample, Values } from "../op.ts"
import * as s from "../scalar.ts"
import { axesOf, formatType, typeOf } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { constant, isConstant } from "./source.ts"

function checkDType(op: string, d: DType): void {
  if (d in DTYPES) return
  throw new DTypeError(`${op}: no dtype "${d}"; dtypes are ${DTYPE_NAMES.join(" ")}`, { op })
}
const sample = (from: DType, to: DType, range?: readonly [number, number]): Sample => ({
  inputs: [{ dtype: from, shape: [2, 3] }],
  attrs: { dtype: to },
  range,
})

export const asTypeOp: Op = {
  name: "asType",
  family: "unary",
  code: "asType({0}, {dtype})",
  linear: "each",
  type: ([t], a) => [typeOf(a.dtype as DType, axesOf(t))],
  normal: ([x], { dtype }) => {
    if (x.dtype === dtype) return x
    if (!isConstant(x)) return undefined
    return constant(
      cast(x.attrs.value as Value, x.dtype, dtype as DType),
      dtype as DType,
      x.shape,
      x.names,
    )
  },
  vjp: ([g], n) => [g && isFloat(n.inputs[0].dtype) ? asType(g, n.inputs[0].dtype) : null],
  at: (i, load, n) => {
    const x = load(0, i)
    return s.convert(s.convert(x, computeType(x.dtype)), n.dtype)
  },
  evaluate: ([x], n) => [Array.from(x, (v) => cast(v, n.inputs[0].dtype, n.dtype))],
  latex: { level: 3, print: (x) => `\\operatorname{asType} ${x}` },
  samples: [
    sample("f32", "f64"),
    sample("f64", "f32"),
    sample("f32", "f16"),
    sample("f32", "bf16"),
    sample("f16", "f32"),
    sample("f32", "i32", [-100, 100]),
    sample("f32", "u8", [-300, 300]),
    sample("f64", "i64", [-1e6, 1e6]),
    sample("i32", "f32", [-100, 100]),
    sample("i32", "i8", [-1000, 1000]),
    sample("i64", "u32", [-1000, 1000]),
    sample("u8", "bool"),
    sample("f32", "bool"),
    sample("bool", "f32"),
  ],
}

/**
 * The elements converted to `dtype` (S6): float to int truncates towards zero and saturates, NaN becomes 0; int to int
 * wraps; to bool is "not zero"; narrower floats round to nearest even.
 * @throws DTypeError for an unknown dtype
 * @example asType(tensor([1.7, -2.7]), "i32") // i32[2] [1, -2]
 */
export const asType = Object.assign(
  publicly("asType", <D extends DType>(x: Tensor, dtype: D): Tensor<D> => {
    checkDType("asType", dtype)
    return make(asTypeOp, [x], { dtype }) as Tensor<D>
  }),
  { op: asTypeOp, kind: "asType" as const },
)

/** Reads the bits of values of `from` as values of `to`, which has the same width. */
function reread(x: Values, from: DType, to: DType): Value[] {
  const bytes = new ArrayBuffer(DTYPES[from].bytes)
  const [input, output] = [view(from, bytes), view(to, bytes)]
  return Array.from(x, (v) => {
    write(from, input, 0, v)
    return read(to, output, 0)
  })
}

const bitcastOp: Op = {
  name: "bitcast",
  family: "unary",
  code: "bitcast({0}, {dtype})",
  type: ([t], a) => [typeOf(a.dtype as DType, axesOf(t))],
  normal: ([x], { dtype }) => (x.dtype === dtype ? x : undefined),
  vjp: { flat: "bits have no derivative" },
  at: (i, load, n) => s.bitcast(load(0, i), n.dtype),
  evaluate: ([x], n) => [reread(x, n.inputs[0].dtype, n.dtype)],
  latex: { level: 3, print: (x) => `\\operatorname{bits} ${x}` },
  samples: [
    sample("f32", "i32"),
    sample("u32", "f32", [1e6, 1e9]),
    sample("f64", "u64"),
    sample("i8", "u8"),
    sample("f16", "u16"),
  ],
}

/**
 * The same bits read as another dtype of the same width.
 * @throws DTypeError when the widths differ, or for bool
 * @example bitcast(tensor([1]), "i32") // i32[1] [1065353216]
 */
export const bitcast = Object.assign(
  publicly("bitcast", <D extends DType>(x: Tensor, dtype: D): Tensor<D> => {
    checkDType("bitcast", dtype)
    const widths = [x.dtype, dtype].map((d) => DTYPES[d as DType].bytes)
    if (widths[0] !== widths[1] || (x.dtype === "bool") !== (dtype === "bool")) {
      const rule = "dtypes must have the same width, and bool is only itself"
      throw new DTypeError(`bitcast: ${formatType(x.type)} as ${dtype}; ${rule}`, { op: "bitcast" })
    }
    return make(bitcastOp, [x], { dtype }) as Tensor<D>
  }),
  { op: bitcastOp, kind: "asType" as const },
)
