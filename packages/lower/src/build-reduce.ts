/** @file Reductions of leading or mixed axes as loops: lanes along the last axis, whether it is kept or reduced. */
import type { Tensor } from "@defnote/core"
import { scalarInstructions as s } from "@defnote/core"
import {
  accumulatorOf,
  type Built,
  copiesFor,
  frame,
  type Job,
  reductionLoops,
  resultOf,
  type Turn,
  workOf,
} from "./build.ts"
import { Buffers, Elements } from "./elements.ts"
import { IndexMath } from "./index-math.ts"
import { loop, type Statement, store } from "./loop-ir.ts"
import { roleOf } from "./nodes.ts"

interface Dimension {
  readonly size: number
  readonly reduced: boolean
}
/** The axes of the operand, neighbours of one kind merged. */
function dimensionsOf(n: Tensor): Dimension[] {
  const axes = n.attrs.axes as readonly number[]
  const x = n.inputs[0]
  const merged: { size: number; reduced: boolean }[] = []
  x.shape.forEach((size, i) => {
    if (size === 1) return
    const reduced = axes.includes(i - x.rank)
    const last = merged.at(-1)
    if (last?.reduced === reduced) last.size *= size
    else merged.push({ size, reduced })
  })
  return merged
}

export function buildReduce(job: Job): Built {
  const { group, nodes, roots, members } = job
  const reductions = members.filter((n) => roleOf(n) === "reduce")
  const dims = dimensionsOf(reductions[0])
  const math = new IndexMath(dims.map((d) => d.size))
  const buffers = new Buffers()
  const elements = new Elements(group, nodes, math, buffers, job.names)
  const along = (keep: (d: Dimension) => boolean): s.Scalar =>
    math.simplify(
      dims.reduce<s.Scalar>(
        (at, d, k) => (keep(d) ? s.add(s.mul(at, d.size), s.index(k)) : at),
        s.constant("i32", 0),
      ),
    )
  const accumulators = reductions.map((n, i) =>
    accumulatorOf(
      n,
      i,
      elements.flat(
        n.inputs[0],
        along(() => true),
      ),
    ),
  )
  const whole = along(() => true)
  const isFull = (n: Tensor): boolean => group.members.get(n) === "full"
  const inside = roots
    .filter(isFull)
    .map((n) => store(buffers.write(n), whole, elements.flat(n, whole), n))
  const reduced = turnsOf(dims, copiesFor(accumulators.map((a) => a.update)))
  const { body, results } = reductionLoops(reduced, accumulators, accumulators.length, inside)
  const to = along((d) => !d.reduced)
  for (const a of results) elements.bind(a.node, { at: to, value: () => resultOf(a) })
  const stores = roots
    .filter((n) => !isFull(n))
    .map((n) => store(buffers.write(n), to, elements.flat(n, to), n))
  const nest = keptLoops(dims, [...body, ...stores])
  return {
    buffers,
    kernel: frame(
      job,
      buffers,
      dims.map((d) => d.size),
      nest,
      workOf(job),
    ),
  }
}
function turnsOf(dims: readonly Dimension[], copies: number): Turn[] {
  return dims.flatMap(({ size, reduced }, index) => {
    if (!reduced) return []
    return index === dims.length - 1
      ? [{ index, extent: size, vector: true, copies }]
      : [{ index, extent: size }]
  })
}
/** Copies of the lanes along a kept last axis: as many columns side by side. */
const COLUMNS = 4
function keptLoops(dims: readonly Dimension[], inner: readonly Statement[]): readonly Statement[] {
  const kept = dims.flatMap((d, k) => (d.reduced ? [] : [k]))
  return kept.reduceRight((body: readonly Statement[], k) => {
    const vector = k === dims.length - 1
    return [
      loop(k, dims[k].size, body, { vector, copies: vector ? COLUMNS : 1, ranged: k === kept[0] }),
    ]
  }, inner)
}
