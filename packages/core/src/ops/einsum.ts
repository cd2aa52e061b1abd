/** @file einsum: a contraction written in labels, taken apart into contractions of two operands. */
import { shownValue } from "../arguments.ts"
import { type DType, promote } from "../dtype.ts"
import { publiclyAs } from "../eager.ts"
import { OptionError, ShapeError } from "../errors.ts"
import { type Axis, axesOf, formatType, range } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { where } from "./choice.ts"
import { equal } from "./compare.ts"
import { contract, contractOp } from "./contract.ts"
import { broadcastTo, reshapeTo } from "./move.ts"
import { permute } from "./move-order.ts"
import { sumNode } from "./reduce-family.ts"
import { iotaNode, zerosOf } from "./source.ts"
import { asType } from "./type.ts"

/** An operand with one label per axis. */
interface Labelled {
  readonly x: Tensor
  readonly labels: string
}
const fail = (spec: string, what: string): never => {
  throw new OptionError(`einsum: "${spec}": ${what}`, { op: "einsum" })
}

/** Letters that stand for "..." in operands: batch axes, aligned at their ends. */
const DOTS = "0123456789"
/** The labels of the operands, and of the result, with "..." spelled out. */
function parse(spec: string, xs: readonly Tensor[]): { operands: string[]; result: string } {
  const [left, right, more] = spec.replaceAll(" ", "").split("->")
  const parts = left.split(",")
  if (more !== undefined || !/^[a-zA-Z.,]*$/.test(left) || !/^[a-zA-Z.]*$/.test(right ?? "")) {
    fail(spec, 'write letters, ",", "..." and one "->"')
  }
  if (parts.length !== xs.length)
    fail(spec, `${parts.length} operands are named, ${xs.length} are given`)
  const batch = parts.map((part, k) =>
    part.includes("...") ? xs[k].rank - part.replace("...", "").length : 0,
  )
  const dots = (n: number): string => DOTS.slice(10 - n)
  const operands = parts.map((part, k) => part.replace("...", dots(Math.max(0, batch[k]))))
  operands.forEach((labels, k) => {
    if (labels.length !== xs[k].rank)
      fail(spec, `"${parts[k]}" for ${formatType(xs[k].type)}; one letter per axis`)
  })
  const widest = dots(Math.max(0, ...batch))
  const result =
    right === undefined ? widest + implied(operands.join("")) : right.replace("...", widest)
  for (const c of result) {
    if (!operands.join("").includes(c)) fail(spec, `label "${c}" of the result is in no operand`)
    if (result.indexOf(c) !== result.lastIndexOf(c))
      fail(spec, `label "${c}" is twice in the result`)
  }
  return { operands, result }
}
/** Without "->": the letters that are there once, in alphabetical order. */
const implied = (labels: string): string =>
  [...labels]
    .filter((c) => /[a-zA-Z]/.test(c) && labels.indexOf(c) === labels.lastIndexOf(c))
    .sort()
    .join("")

/** Sizes of all labels. @throws ShapeError when one has two; size 1 of "..." broadcasts */
function sizesOf(operands: readonly Labelled[]): Map<string, number> {
  const sizes = new Map<string, number>()
  for (const { x, labels } of operands) {
    x.shape.forEach((n, i) => {
      const known = sizes.get(labels[i]) ?? 1
      const free = DOTS.includes(labels[i]) && (n === 1 || known === 1)
      if (sizes.has(labels[i]) && n !== known && !free) {
        const types = operands.map((o) => formatType(o.x.type)).join(", ")
        throw new ShapeError(
          `einsum: label "${labels[i]}" is ${known} and ${n} in ${types}; it must be one size`,
          { op: "einsum" },
        )
      }
      sizes.set(labels[i], Math.max(n, known))
    })
  }
  return sizes
}

/** A label twice in one operand: its diagonal. */
function diagonals({ x, labels }: Labelled): Labelled {
  for (let i = 0; i < labels.length; i++) {
    const j = labels.indexOf(labels[i], i + 1)
    if (j < 0) continue
    const line = (axis: number): Tensor => {
      const axes: Axis[] = x.shape.map((n, k) => ({ size: k === axis ? n : 1 }))
      return broadcastTo(reshapeTo(iotaNode(x.shape[axis], "i32"), axes), x.shape)
    }
    const kept = where(equal(line(i), line(j)), x, zerosOf(x))
    const rest = labels.slice(0, j) + labels.slice(j + 1)
    return diagonals({ x: sumKept(kept, j - x.rank), labels: rest })
  }
  return { x, labels }
}
/** Sums one axis in the dtype of the operand: einsum keeps the promoted dtype (S4). */
const sumKept = (x: Tensor, axis: number): Tensor => asType(sumNode(x, [axis]), x.dtype)
/** Sums the labels that nothing else needs. */
function dropped({ x, labels }: Labelled, needed: string): Labelled {
  const i = [...labels].findIndex((c) => !needed.includes(c))
  if (i < 0) return { x, labels }
  return dropped(
    { x: sumKept(x, i - x.rank), labels: labels.slice(0, i) + labels.slice(i + 1) },
    needed,
  )
}
/** Axes of size 1 that stand for a wider batch are dropped; the label comes back with the other operand. */
function narrowed({ x, labels }: Labelled, sizes: ReadonlyMap<string, number>): Labelled {
  const keep = range(x.rank).filter((i) => x.shape[i] === sizes.get(labels[i]))
  return {
    x: reshapeTo(
      x,
      keep.map((i) => axesOf(x.type)[i]),
    ),
    labels: keep.map((i) => labels[i]).join(""),
  }
}

/** Contracts the first two of the list, keeping what the others and the result need. */
function joinTwo([a, b, ...rest]: readonly Labelled[], result: string): Labelled[] {
  const later = result + rest.map((r) => r.labels).join("")
  const [p, q] = [dropped(a, b.labels + later), dropped(b, a.labels + later)]
  const kept = [...new Set(p.labels + q.labels)].filter((c) => later.includes(c)).join("")
  return [{ x: contract(p.x, q.x, `${p.labels},${q.labels}->${kept}`), labels: kept }, ...rest]
}

/**
 * The sum of products in labels: "ij,jk->ik" is the matrix product, "ii->i" the diagonal, "ij->" the sum. Labels that
 * the result lacks are summed; "..." stands for batch axes, which broadcast; without "->" the labels that are there once
 * remain. Operands are taken in pairs from the left; the dtype is the promoted one.
 * @throws OptionError when the labels do not fit the operands, ShapeError when one label has two sizes
 * @example einsum("ij,kj->ik", x, y)
 */
export const einsum = publiclyAs(
  "einsum",
  (spec: string, ...operands: Tensor[]): Tensor => {
    if (typeof spec !== "string" || !operands.length)
      throw new OptionError("einsum: takes the labels and at least one tensor", { op: "einsum" })
    const other = operands.findIndex((x) => !isTensor(x))
    if (other >= 0)
      throw new OptionError(
        `einsum: operand ${other + 1} is ${shownValue(operands[other])}; operands are tensors`,
        { op: "einsum" },
      )
    const { operands: labels, result } = parse(spec, operands)
    const dtype = operands.map((x): DType => x.dtype).reduce(promote)
    const given = operands.map((x, k) => ({ x: asType(x, dtype), labels: labels[k] }))
    const sizes = sizesOf(given)
    let list: Labelled[] = given.map((o) => narrowed(diagonals(o), sizes))
    while (list.length > 1) list = joinTwo(list, result)
    const last = dropped(list[0], result)
    const order = [...result].map((c) => last.labels.indexOf(c) - last.labels.length)
    return permute(last.x, order)
  },
  { op: contractOp, kind: "create" as const },
)
