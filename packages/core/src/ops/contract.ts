/**
 * @file Contraction: sums of products. Axes are labels, not numbers, so the adjoint permutes labels and a batch axis is
 * one more label (C3). Holds the node; dot and the others are in products.ts, einsum in einsum.ts.
 */
import { type DType, isFloat, isWide } from "../dtype.ts"
import { internal, ShapeError } from "../errors.ts"
import { make } from "../make.ts"
import { fit, type Value } from "../number.ts"
import type { Op, Sample, Values } from "../op.ts"
import {
  type Axis,
  axesOf,
  formatType,
  sizeOf,
  strides,
  type TensorType,
  typeOf,
} from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { f64 } from "./move-family.ts"
import { refusal } from "./refusal.ts"

/** The labels of both operands and of the result. */
export const labelsOf = (spec: string): string[] => spec.split(/,|->/)
/** Labels renamed in the order of first appearance, so that equal contractions are equal nodes. */
function canonical(spec: string): string {
  const names = new Map<string, string>()
  return spec.replace(/[^,\->]/g, (c) => {
    const name = names.get(c) ?? String.fromCharCode(97 + names.size)
    names.set(c, name)
    return name
  })
}
/** Any label that {@link canonical} never gives. */
const BATCH = "Z"

function axesByLabel(
  labels: readonly string[],
  operands: readonly TensorType[],
): Map<string, Axis> {
  const map = new Map<string, Axis>()
  operands.forEach((t, k) => {
    axesOf(t).forEach((axis, i) => {
      const label = labels[k][i]
      const old = map.get(label)
      if (old && old.size !== axis.size) throw sizeError(operands, labels, label)
      map.set(label, { size: axis.size, name: mergedName(old?.name, axis.name, label) })
    })
  })
  return map
}
function mergedName(a: Axis["name"], b: Axis["name"], label: string): Axis["name"] {
  if (a && b && a !== b) {
    throw new ShapeError(
      `contract: the axes "${label}" are named ${a} and ${b}; rename one of them`,
      { op: "contract" },
    )
  }
  return a ?? b
}
function sizeError(
  operands: readonly TensorType[],
  labels: readonly string[],
  label: string,
): ShapeError {
  const types = operands.map(formatType)
  const [i, j] = operands.map((_, k) => labels[k].indexOf(label))
  const sizes = `axis ${i} is ${operands[0].shape[i]} on the left, axis ${j} is ${operands[1].shape[j]} on the right`
  return new ShapeError(
    `contract: ${types.join(" with ")} as "${labels[0]},${labels[1]}": ${sizes}; sizes of one label must be equal`,
    {
      op: "contract",
      types,
    },
  )
}

const sample = (spec: string, dtype: DType = "f64"): Sample => {
  const shape = (labels: string): number[] => [...labels].map((c) => 2 + ("abcd".indexOf(c) % 2))
  const [a, b] = labelsOf(spec)
  return { inputs: [a, b].map((l) => ({ dtype, shape: shape(l) })), attrs: { spec } }
}

/** Sum of products over the labels that the result lacks: "ij,jk->ik". Halves accumulate in f32 (S7). */
export const contractOp: Op = {
  name: "contract",
  code: "einsum({spec}, {0}, {1})",
  family: "contract",
  linear: "each",
  type: ([a, b], { spec }) => {
    const labels = labelsOf(spec as string)
    const axes = axesByLabel(labels, [a, b])
    return [
      typeOf(
        a.dtype,
        [...labels[2]].map((c) => axes.get(c) as Axis),
      ),
    ]
  },
  vjp: ([g], n) => {
    const [a, b] = n.inputs
    const [la, lb, lo] = labelsOf(n.attrs.spec as string)
    return g
      ? [contract(g, b, `${lo},${lb}->${la}`), contract(g, a, `${lo},${la}->${lb}`)]
      : [null, null]
  },
  batch: (n, [a, b], [onA, onB]) => {
    const [la, lb, lo] = labelsOf(n.attrs.spec as string)
    const with_ = (on: boolean, l: string): string => (on ? BATCH + l : l)
    return {
      outputs: [contract(a, b, `${with_(onA, la)},${with_(onB, lb)}->${BATCH}${lo}`)],
      batched: [true],
    }
  },
  evaluate: ([a, b], n) => [sumOfProducts(a, b, n)],
  latex: { level: 2, print: (a, b) => `${a} \\cdot ${b}` },
  errors: [
    refusal(
      [f64(2, 3), f64(2, 3)],
      (a, b) => contract(a, b, "ij,jk->ik"),
      "axis 1 is 3 on the left, axis 0 is 2 on the right; sizes of one label must be equal",
    ),
    refusal(
      [f64(2, 3), f64(3)],
      (a, b) => contract(a, b, "ij,k->k"),
      'label "i" is in one operand only; sum that axis first',
    ),
  ],
  samples: [
    ...["ab,bc->ac", "ab,cb->ac", "abc,acd->abd", "a,a->", "a,b->ab"].map((spec) => sample(spec)),
    ...(["f32", "f16", "bf16", "i32", "i64", "u8"] as const).map((dtype) =>
      sample("ab,bc->ac", dtype),
    ),
  ],
}

/**
 * The node of a contraction of two tensors of one dtype.
 * @param spec - one letter per axis: "ij,jk->ik"; no letter twice in one operand
 * @throws ShapeError when a label has two sizes, or is in one operand only and not in the result
 */
export function contract(a: Tensor, b: Tensor, spec: string): Tensor {
  const [la, lb, lo] = labelsOf(spec)
  if (la.length !== a.rank || lb.length !== b.rank || a.dtype !== b.dtype) {
    throw internal(`contract "${spec}" of ${formatType(a.type)} and ${formatType(b.type)}`)
  }
  const lonely =
    [...la].find((c) => !lb.includes(c) && !lo.includes(c)) ??
    [...lb].find((c) => !la.includes(c) && !lo.includes(c))
  if (lonely) {
    throw new ShapeError(
      `contract: "${spec}": label "${lonely}" is in one operand only; sum that axis first`,
      { op: "contract" },
    )
  }
  return make(contractOp, [a, b], { spec: canonical(spec) })
}

type Multiply = (sum: Value, a: Value, b: Value) => Value
/** `sum + a * b` in a dtype; 32-bit products do not fit into a double, hence imul. */
function multiplyAdd(d: DType): Multiply {
  if (isFloat(d)) return (sum, a, b) => (sum as number) + (a as number) * (b as number)
  if (isWide(d)) return (sum, a, b) => fit(d, (sum as bigint) + (a as bigint) * (b as bigint))
  return (sum, a, b) => fit(d, (sum as number) + Math.imul(a as number, b as number))
}
/** For each label: how far one step along it moves in the operands and the result. */
function labelSteps(n: Tensor, labels: readonly string[], all: readonly string[]): number[][] {
  return [...n.inputs, n].map((x, k) => {
    const steps = strides(x.shape)
    return all.map((c) => (labels[k].includes(c) ? steps[labels[k].indexOf(c)] : 0))
  })
}
function sumOfProducts(a: Values, b: Values, n: Tensor): Value[] {
  const labels = labelsOf(n.attrs.spec as string)
  const axes = axesByLabel(
    labels,
    n.inputs.map((x) => x.type),
  )
  const all = [...axes.keys()]
  const sizes = all.map((c) => (axes.get(c) as Axis).size)
  const [sa, sb, so] = labelSteps(n, labels, all)
  const add = multiplyAdd(n.dtype)
  const out = new Array<Value>(sizeOf(n.shape)).fill(isWide(n.dtype) ? 0n : 0)
  const at = sizes.map(() => 0)
  let [i, j, o] = [0, 0, 0]
  for (let left = sizeOf(sizes); left > 0; left--) {
    out[o] = add(out[o], a[i], b[j])
    for (let d = sizes.length - 1; d >= 0; d--) {
      const back = ++at[d] === sizes[d] ? sizes[d] - 1 : -1
      i += back < 0 ? sa[d] : -back * sa[d]
      j += back < 0 ? sb[d] : -back * sb[d]
      o += back < 0 ? so[d] : -back * so[d]
      if (back < 0) break
      at[d] = 0
    }
  }
  return out
}
