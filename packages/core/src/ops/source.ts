/** @file Leaves: parameter, constant (a splat), value (a storage), iota; and element, which picks one output of a node. */
import { noteLarge } from "../budget.ts"
import { type DType, isFloat } from "../dtype.ts"
import { make } from "../make.ts"
import { cast, type Value } from "../number.ts"
import type { Op } from "../op.ts"
import * as s from "../scalar.ts"
import type { Shape, TensorType } from "../shape.ts"
import type { Storage } from "../storage.ts"
import { type Attrs, Tensor } from "../tensor.ts"

const NO_GRADIENT = { flat: "a leaf has no inputs" }
const leaf = (name: string, type: Op["type"], rest: Partial<Op> = {}): Op => ({
  name,
  family: "source",
  type,
  vjp: NO_GRADIENT,
  ...rest,
})
const ownType = (_: unknown, a: Attrs): TensorType[] => [a.type as TensorType]

export const paramOp = leaf("param", ownType)
const typeAttr = (t: TensorType): TensorType => t
/** Parameter `index` of a closed graph. */
export const param = (index: number, type: TensorType): Tensor =>
  make(paramOp, [], { index, type: typeAttr(type) })
let serial = 0
/** A parameter equal to no other: for tracing, where an inner function may capture an outer one's. */
export const freshParam = (type: TensorType): Tensor =>
  make(paramOp, [], { index: `fresh${serial++}`, type })
export const isParam = (x: Tensor): boolean => x.op === paramOp

export const constantOp = leaf(
  "constant",
  (_, a) => [
    {
      dtype: a.dtype as DType,
      shape: a.shape as Shape,
      ...(a.names ? { names: a.names as string[] } : {}),
    },
  ],
  {
    code: "full({shape}, {value}, { dtype: {dtype} })",
    at: (_, __, n) => s.constant(n.dtype, n.attrs.value as Value),
  },
)
/** Every element `value`, rounded to the dtype. Costs no memory inside a program. */
export const constant = (
  value: Value,
  dtype: DType,
  shape: Shape = [],
  names?: TensorType["names"],
): Tensor =>
  make(constantOp, [], {
    value: cast(
      value,
      typeof value === "bigint" ? (dtype === "u64" ? "u64" : "i64") : "f64",
      dtype,
    ),
    dtype,
    shape,
    names,
  })
export const isConstant = (x: Tensor, value?: Value): boolean =>
  x.op === constantOp && (value === undefined || Object.is(x.attrs.value, value))
/** Zeros in the type of `x`, as a splat. */
export const zerosOf = (x: Tensor): Tensor => constant(0, x.dtype, x.shape, x.names)
export const onesOf = (x: Tensor): Tensor => constant(1, x.dtype, x.shape, x.names)

export const valueOp = leaf("value", ownType)
/** A concrete tensor over elements in memory. Never interned: two tensors of equal elements are two nodes. */
export const fromStorage = <D extends DType = DType>(
  storage: Storage,
  type: TensorType,
): Tensor<D> => {
  noteLarge(storage, type)
  return new Tensor<D>(valueOp, [], { storage, type }, [type])
}
/** A parameter or a concrete tensor: where a capture may stand. */
export const isLeaf = (x: Tensor): boolean => x.op === paramOp || x.op === valueOp

/** 0, 1, 2, ... along the only axis. */
export const iotaOp = leaf(
  "iota",
  (_, a) => [{ dtype: a.dtype as DType, shape: [a.size as number] }],
  { code: "iota({shape}, { dtype: {dtype} })", at: (i, _, n) => s.convert(i[0], n.dtype) },
)
export const iotaNode = (n: number, dtype: DType): Tensor => make(iotaOp, [], { size: n, dtype })

export const elementOp: Op = {
  name: "element",
  family: "syntax",
  type: (_, a, [node]) => [node.types[a.i as number]],
  vjp: { flat: "it belongs to the node with several outputs" },
}
/** Output `i` of a node with several outputs (C6). */
export const element = (node: Tensor, i: number): Tensor => make(elementOp, [node], { i })
/** All outputs of a node; the node itself when it has one. */
export const elements = (node: Tensor): Tensor[] =>
  node.types.length === 1 ? [node] : node.types.map((_, i) => element(node, i))
export const isElement = (x: Tensor): boolean => x.op === elementOp
/** Carries a gradient: floats do. */
export const differentiable = (x: { readonly dtype: DType }): boolean => isFloat(x.dtype)
export const SOURCES = [paramOp, constantOp, valueOp, iotaOp, elementOp] as const
