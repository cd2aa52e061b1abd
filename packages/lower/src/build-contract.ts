/** @file Contractions as loops: lanes along an output axis or along the sum, tiles of several rows and vectors. */
import { scalarInstructions as s, type Tensor } from "@defnote/core"
import { type Built, frame, type Job, reductionLoops, resultOf, type Turn } from "./build.ts"
import { buildTiles } from "./build-tiles.ts"
import {
  axesOf,
  type Contraction,
  contraction,
  contractWork,
  operandAt,
  productSum,
  storesOf,
} from "./contraction.ts"
import { loop, type Statement } from "./loop-ir.ts"
import { roleOf } from "./nodes.ts"
import type { Scalar } from "./scalar-rebuild.ts"

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
