/** @file Contractions as loops: lanes along an output axis or along the sum, tiles of several rows and vectors. */
import { computeType, isFloat, type Tensor } from "@defnote/core"
import { scalarInstructions as s } from "@defnote/core"
import { frame, type Job, reductionLoops, resultOf, type Turn, workOf } from "./build.ts"
import { Buffers, Elements } from "./elements.ts"
import { IndexMath } from "./index-math.ts"
import { type Accumulator, type Kernel, loop, type Statement, store } from "./loop-ir.ts"
import { roleOf } from "./nodes.ts"
import type { Scalar } from "./scalar-rebuild.ts"

/** The axes of a contraction: those of the result in its order, then those that are summed. */
export interface Axes {
  readonly labels: readonly string[]
  readonly sizes: readonly number[]
  /** How many belong to the result. */
  readonly kept: number
  readonly operands: readonly (readonly number[])[]
}
/** Reads "ij,jk->ik": for each operand, the numbers of its axes among all labels. */
export function axesOf(n: Tensor): Axes {
  const [left, right, out] = (n.attrs.spec as string).split(/,|->/)
  const labels = [...new Set([...out, ...left, ...right])]
  const sizes = labels.map((c) => {
    const [operand, text] = left.includes(c) ? [n.inputs[0], left] : [n.inputs[1], right]
    return operand.shape[text.indexOf(c)]
  })
  const numbers = (text: string): number[] => [...text].map((c) => labels.indexOf(c))
  return { labels, sizes, kept: out.length, operands: [numbers(left), numbers(right)] }
}

export interface Contraction {
  readonly job: Job
  readonly node: Tensor
  readonly axes: Axes
  readonly math: IndexMath
  readonly buffers: Buffers
  readonly elements: Elements
}
export function buildContract(job: Job): { kernel: Kernel; buffers: Buffers } {
  const node = job.members.find((n) => roleOf(n) === "contract") as Tensor
  const axes = axesOf(node)
  const math = new IndexMath(axes.sizes)
  const buffers = new Buffers()
  const elements = new Elements(job.group, job.nodes, math, buffers, job.names)
  return buildLoops({ job, node, axes, math, buffers, elements })
}

function buildLoops(c: Contraction): { kernel: Kernel; buffers: Buffers } {
  const { axes, job, buffers } = c
  const values = c.node.inputs.map((x, k) => c.elements.at(x, axes.operands[k].map((i) => s.index(i))))
  const accumulator = productSum(c.node, values)
  const lane = laneAxis(c, values)
  const summed = axes.sizes.map((_, i) => i).slice(axes.kept)
  const ordered = [...summed.filter((i) => i !== lane), ...summed.filter((i) => i === lane)]
  const turns = ordered.map((index): Turn => ({ index, extent: axes.sizes[index], vector: index === lane, copies: index === lane ? 4 : 1 }))
  const once: Turn[] = turns.length ? turns : [{ index: axes.sizes.length, extent: 1 }]
  const { body, results } = reductionLoops(once, [accumulator], 1)
  const stores = storesOf(c, resultOf(results[0]))
  const kept = axes.sizes.map((_, i) => i).slice(0, axes.kept)
  const nest = keptLoops(c, kept, lane, [...body, ...stores])
  const work = workOf(job) + 2 * axes.sizes.reduce((a, b) => a * b, 1)
  const extents = [...axes.sizes, 1]
  return { buffers, kernel: frame(job, buffers, extents, nest, work) }
}
/** The stores of everything that follows the sum, where it stands. */
export function storesOf(c: Contraction, result: Scalar): Statement[] {
  const { axes, math, job } = c
  const sizes = axes.sizes.slice(0, axes.kept)
  const at = math.simplify(
    sizes.reduce<Scalar>((sum, n, k) => s.add(s.mul(sum, n), s.index(k)), s.constant("i32", 0)),
  )
  c.elements.bind(c.node, { at, value: () => result })
  return job.roots.map((n) => store(c.buffers.write(n), at, c.elements.flat(n, at), n))
}
export function productSum(n: Tensor, [a, b]: readonly Scalar[]): Accumulator {
  const dtype = computeType(n.dtype)
  const carry = s.argument(dtype, 1)
  const [x, y] = [s.convert(a, dtype), s.convert(b, dtype)]
  const update = isFloat(dtype) ? s.fma(x, y, carry) : s.add(carry, s.mul(x, y))
  return { node: n, dtype, result: 0, carry: 1, identity: dtype === "i64" || dtype === "u64" ? 0n : 0, update, combine: s.add }
}

/** How far apart in memory the loads of an expression are along an index; Infinity where no line describes it. */
function strideAlong(c: Contraction, value: Scalar, index: number): number {
  if (value.op === "convert") return strideAlong(c, value.args[0], index)
  if (value.op !== "load") return Number.POSITIVE_INFINITY
  const { terms } = c.math.linear(value.args[0])
  let stride = 0
  for (const [atom, k] of terms) {
    if (atom.op === "index" && Number(atom.value) === index) stride = k
    else if (atom.op !== "index") return Number.POSITIVE_INFINITY
  }
  return Math.abs(stride)
}
/** The axis that the lanes run along: one whose loads are neighbours or equal. */
function laneAxis(c: Contraction, values: readonly Scalar[]): number {
  const { sizes, kept } = c.axes
  const cost = (i: number): number => {
    const strides = values.map((v) => strideAlong(c, v, i))
    const scattered = strides.filter((n) => n > 1).length
    const narrow = sizes[i] < c.job.target.lanes ? 4 : 0
    const horizontal = i >= kept ? 0.5 + (sizes[i] < 32 ? 2 : 0) : i === kept - 1 ? 0 : 1.5
    return 3 * scattered + narrow + horizontal
  }
  const all = sizes.map((_, i) => i)
  if (!all.length) return -1
  return all.reduce((best, i) => (cost(i) < cost(best) ? i : best))
}
/** Tiles: several rows side by side, several vectors of columns. */
function keptLoops(c: Contraction, kept: readonly number[], lane: number, inner: readonly Statement[]): readonly Statement[] {
  const { tile } = c.job.target
  const lanes = kept.includes(lane)
  const order = [...kept.filter((i) => i !== lane), ...kept.filter((i) => i === lane)]
  const rows = lanes ? order.at(-2) : order.at(-1)
  return order.reduceRight((body: readonly Statement[], i) => {
    const copies = i === lane ? tile.vectors : i === rows && c.axes.sizes[i] >= tile.rows && lanes ? tile.rows : 1
    return [loop(i, c.axes.sizes[i], body, { vector: i === lane, copies, ranged: i === order[0] })]
  }, inner)
}
