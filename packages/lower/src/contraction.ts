/** @file A contraction while its loops are written: axes from labels, operands, the sum, what is stored. Knows no loop order. */
import { computeType, isFloat, scalarInstructions as s, type Tensor } from "@defnote/core"
import { type Job, workOf } from "./build.ts"
import { Buffers, Elements } from "./elements.ts"
import { IndexMath } from "./index-math.ts"
import { type Accumulator, type Statement, store } from "./loop-ir.ts"
import { roleOf } from "./nodes.ts"
import type { Scalar } from "./scalar-rebuild.ts"

/** The axes of a contraction: those of the result in its order, then those that are summed. */
export interface Axes {
  readonly sizes: readonly number[]
  /** How many belong to the result. */
  readonly kept: number
  /** For each operand, the numbers of its axes. */
  readonly operands: readonly (readonly number[])[]
}
/** Reads "ij,jk->ik"; labels that always stand side by side become one axis. */
export function axesOf(n: Tensor): Axes {
  const texts = merged((n.attrs.spec as string).split(/,|->/))
  const sizes = new Map<string, number>()
  texts.slice(0, 2).forEach((text, k) => {
    let at = 0
    for (const group of text) {
      const size = [...group].reduce((p, _, i) => p * n.inputs[k].shape[at + i], 1)
      sizes.set(group, size)
      at += group.length
    }
  })
  const out = texts[2]
  const labels = [...new Set([...out, ...texts[0], ...texts[1]])]
  const numbers = (text: readonly string[]): number[] => text.map((c) => labels.indexOf(c))
  return {
    sizes: labels.map((c) => sizes.get(c) as number),
    kept: out.length,
    operands: [numbers(texts[0]), numbers(texts[1])],
  }
}
/** Each text as groups of labels: two labels are in one group when all texts with one have both, in this order. */
function merged(texts: readonly string[]): string[][] {
  const groups = texts.map((t) => [...t])
  for (;;) {
    const pair = groups
      .flatMap((g) => g.slice(1).map((b, i) => [g[i], b]))
      .find(([a, b]) => groups.every((g) => together(g, a, b)))
    if (!pair) return groups
    const [a, b] = pair
    for (const g of groups) {
      const i = g.indexOf(a)
      if (i >= 0) g.splice(i, 2, a + b)
    }
  }
}
function together(g: readonly string[], a: string, b: string): boolean {
  const [i, j] = [g.indexOf(a), g.indexOf(b)]
  return i < 0 ? j < 0 : j === i + 1
}

export interface Contraction {
  readonly job: Job
  readonly node: Tensor
  readonly axes: Axes
  readonly math: IndexMath
  readonly buffers: Buffers
  readonly elements: Elements
  /** Where the roots are written, when several loops write them. */
  outputs?: readonly number[]
}
/** A contraction whose loops have these extents, by index number; those of `axes` first. */
export function contraction(job: Job, axes: Axes, extents: readonly number[]): Contraction {
  const node = job.members.find((n) => roleOf(n) === "contract") as Tensor
  const math = new IndexMath(extents)
  const buffers = new Buffers()
  const elements = new Elements(job.group, job.nodes, math, buffers, job.names)
  return { job, node, axes, math, buffers, elements }
}
/** The element of an operand at these axes. */
export function operandAt(c: Contraction, k: number, index: (axis: number) => Scalar): Scalar {
  const x = c.node.inputs[k]
  const flat = c.axes.operands[k].reduce<Scalar>(
    (sum, axis) => s.add(s.mul(sum, c.axes.sizes[axis]), index(axis)),
    s.constant("i32", 0),
  )
  return c.elements.flat(x, flat)
}
export const contractWork = ({ job, axes }: Contraction): number =>
  workOf(job) + 2 * axes.sizes.reduce((a, b) => a * b, 1)
/** The stores of everything that follows the sum, where it stands. */
export function storesOf(
  c: Contraction,
  result: Scalar,
  index: (axis: number) => Scalar,
): Statement[] {
  const { axes, math, job } = c
  const sizes = axes.sizes.slice(0, axes.kept)
  const at = math.simplify(
    sizes.reduce<Scalar>((sum, n, k) => s.add(s.mul(sum, n), index(k)), s.constant("i32", 0)),
  )
  c.elements.bind(c.node, { at, value: () => result })
  return job.roots.map((n, i) =>
    store(c.outputs?.[i] ?? c.buffers.write(n), at, c.elements.flat(n, at), n),
  )
}
export function productSum(n: Tensor, [a, b]: readonly Scalar[], number = 0): Accumulator {
  const dtype = computeType(n.dtype)
  const carry = s.argument(dtype, 2 * number + 1)
  const [x, y] = [s.convert(a, dtype), s.convert(b, dtype)]
  const update = isFloat(dtype) ? s.fma(x, y, carry) : s.add(carry, s.mul(x, y))
  return {
    node: n,
    dtype,
    result: 2 * number,
    carry: 2 * number + 1,
    identity: dtype === "i64" || dtype === "u64" ? 0n : 0,
    update,
    combine: s.add,
  }
}
