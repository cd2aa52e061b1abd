/** @file Contractions as loops: lanes along an output axis or along the sum, tiles of several rows and vectors. */
import { computeType, isFloat, scalarInstructions as s, type Tensor } from "@defnote/core"
import {
  type Built,
  frame,
  type Job,
  reductionLoops,
  resultOf,
  type Turn,
  workOf,
} from "./build.ts"
import { buildTiles } from "./build-tiles.ts"
import { Buffers, Elements } from "./elements.ts"
import { IndexMath } from "./index-math.ts"
import { type Accumulator, loop, type Statement, store } from "./loop-ir.ts"
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
export function buildContract(job: Job): readonly Built[] {
  const node = job.members.find((n) => roleOf(n) === "contract") as Tensor
  const axes = axesOf(node)
  return buildTiles(job, node, axes) ?? [buildLoops(contraction(job, axes, [...axes.sizes, 1]))]
}

function buildLoops(c: Contraction): Built {
  const { axes, job, buffers } = c
  const values = [0, 1].map((k) => operandAt(c, k, s.index))
  const accumulator = productSum(c.node, values)
  const lane = laneAxis(c, values)
  const summed = axes.sizes.map((_, i) => i).slice(axes.kept)
  const ordered = [...summed.filter((i) => i !== lane), ...summed.filter((i) => i === lane)]
  const turns = ordered.map(
    (index): Turn => ({
      index,
      extent: axes.sizes[index],
      vector: index === lane,
      copies: index === lane ? 4 : 1,
    }),
  )
  const once: Turn[] = turns.length ? turns : [{ index: axes.sizes.length, extent: 1 }]
  const { body, results } = reductionLoops(once, [accumulator], 1)
  const stores = storesOf(c, resultOf(results[0]), s.index)
  const kept = axes.sizes.map((_, i) => i).slice(0, axes.kept)
  const nest = keptLoops(c, kept, lane, [...body, ...stores])
  return { buffers, kernel: frame(job, buffers, [...axes.sizes, 1], nest, contractWork(c)) }
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
function keptLoops(
  c: Contraction,
  kept: readonly number[],
  lane: number,
  inner: readonly Statement[],
): readonly Statement[] {
  const { tile } = c.job.target
  const lanes = kept.includes(lane)
  const order = [...kept.filter((i) => i !== lane), ...kept.filter((i) => i === lane)]
  const rows = lanes ? order.at(-2) : order.at(-1)
  return order.reduceRight((body: readonly Statement[], i) => {
    const copies =
      i === lane
        ? tile.vectors
        : i === rows && c.axes.sizes[i] >= tile.rows && lanes
          ? tile.rows
          : 1
    return [loop(i, c.axes.sizes[i], body, { vector: i === lane, copies, ranged: i === order[0] })]
  }, inner)
}
