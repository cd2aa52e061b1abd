/** @file What the builders of all kernel forms share: estimates, grains, the frame of a kernel. */
import { computeType, DTYPES, scalarInstructions as s, type Tensor } from "@defnote/core"
import type { Buffers } from "./elements.ts"
import type { Group } from "./group.ts"
import {
  type Accumulator,
  type Kernel,
  type Loop,
  loop,
  type Poll,
  type Statement,
  statements,
} from "./loop-ir.ts"
import type { Nodes } from "./nodes.ts"
import { order, type Scalar } from "./scalar-rebuild.ts"

/** What a compiler tells lowering about its machine. */
export interface Target {
  readonly name: string
  /** Elements per vector. */
  readonly lanes: number
  /** Registers of a matrix tile: rows, and vectors per row. */
  readonly tile: { readonly rows: number; readonly vectors: number }
  /** Nodes that the compiler has a kernel of its own for. */
  readonly claims: (n: Tensor) => boolean
}
/** Everything a builder needs. */
export interface Job {
  readonly group: Group
  readonly nodes: Nodes
  /** Members whose values are stored, inputs first. */
  readonly roots: readonly Tensor[]
  /** All members, inputs first. */
  readonly members: readonly Tensor[]
  readonly target: Target
  readonly names: Map<Scalar, Tensor>
}

/** A kernel and what its buffers hold. */
export interface Built {
  readonly kernel: Kernel
  readonly buffers: Buffers
}

/** Work per call between two polls, in instructions on single elements; well under a millisecond. */
const GRAIN = 1_500_000
export function grainFor(extent: number, workPerTurn: number, multiple: number): number {
  const turns = Math.max(1, Math.floor(GRAIN / Math.max(1, workPerTurn)))
  return Math.min(extent, Math.max(multiple, Math.floor(turns / multiple) * multiple))
}
/** Copies of a loop body: few where the body is long, since registers are few. */
export function copiesFor(roots: readonly Scalar[]): number {
  const work = order(roots).filter(
    (e) => e.args.length && e.op !== "load" && e.dtype !== "i32",
  ).length
  return work <= 6 ? 4 : work <= 36 ? 2 : 1
}
export const pollOf = (index: number, extent: number): Poll[] =>
  extent > 131072 ? [{ kind: "poll", index, every: 65536 }] : []

/** The accumulator of a reduction; results are numbered two by two. */
export function accumulatorOf(n: Tensor, number: number, value: Scalar): Accumulator {
  const fold = n.op.fold as NonNullable<typeof n.op.fold>
  const dtype = computeType(n.dtype)
  const carry = s.argument(dtype, 2 * number + 1)
  return {
    node: n,
    dtype,
    result: 2 * number,
    carry: 2 * number + 1,
    identity: fold.identity(dtype),
    update: fold.combine(carry, s.convert(value, dtype)),
    combine: fold.combine,
  }
}
export const resultOf = (a: Accumulator): Scalar =>
  s.convert(s.argument(a.dtype, a.result), a.node.dtype)

/** The kernel around its loops. */
export function frame(
  job: Job,
  buffers: Buffers,
  extents: readonly number[],
  body: readonly Statement[],
  work: number,
  form: string = job.group.form,
  speed = 1,
): Kernel {
  const outer = [...statements(body)].find((x): x is Loop => x.kind === "loop" && x.ranged)
  const multiple = outer ? (outer.vector ? job.target.lanes : 1) * outer.copies * outer.unroll : 1
  return {
    form,
    buffers: buffers.list,
    extents,
    body,
    range: outer && {
      extent: outer.extent,
      multiple,
      grain: grainFor(outer.extent, work / speed / Math.max(1, outer.extent), multiple),
    },
    nodes: job.members,
    why: whyOf(job),
    whyNotNext: job.group.whyNotNext,
    flops: work,
    bytes: buffers.list.reduce(
      (sum, b) => sum + (b.use === "scratch" ? 0 : b.size * DTYPES[b.dtype].bytes),
      0,
    ),
  }
}
const WHY: Record<Group["form"], string> = {
  map: "every element is computed from elements already at hand; nothing is stored between",
  row: "a row stays in the cache while it is reduced and used again",
  reduce: "what goes into the reduction and what follows each result need no memory between",
  scan: "what goes into the running fold and what follows it need no memory between",
  contract: "what follows each sum of products is done while it is in a register",
}
const whyOf = (job: Job): string =>
  job.members.length === 1 ? "one operation" : WHY[job.group.form]

/** Arithmetic of the members over their domains, roughly. */
export function workOf({ group, nodes, members }: Job): number {
  let work = 0
  for (const n of members) {
    const place = group.members.get(n)
    const times = n.op.fold
      ? n.inputs[0].size
      : place === "outer"
        ? n.size
        : Math.max(n.size, group.full)
    work += times * (1 + nodes.reading(n).cost)
  }
  return work
}

/** One loop of a reduction. */
export interface Turn {
  readonly index: number
  readonly extent: number
  readonly vector?: boolean
  readonly copies?: number
}
/**
 * Nested loops, outer ones first, over which `accumulators` run; each outer loop joins the results of the inner one.
 * Gives the loops and the accumulators whose results stand after them. `number` is the first free accumulator;
 * `innermost` is done in every turn.
 */
export function reductionLoops(
  turns: readonly Turn[],
  accumulators: readonly Accumulator[],
  number: number,
  innermost: readonly Statement[] = [],
): { body: readonly Statement[]; results: readonly Accumulator[] } {
  let body: readonly Statement[] = innermost
  let results = accumulators
  turns.toReversed().forEach((t, depth) => {
    if (depth) {
      const joined = results.map((a, i) => outerAccumulator(a, number + i))
      number += results.length
      results = joined
    }
    const inside = [...pollOf(t.index, t.extent), ...body]
    body = [loop(t.index, t.extent, inside, { ...t, accumulators: results })]
  })
  return { body, results }
}
function outerAccumulator(inner: Accumulator, number: number): Accumulator {
  const carry = s.argument(inner.dtype, 2 * number + 1)
  const update = inner.combine(carry, s.argument(inner.dtype, inner.result))
  return { ...inner, result: 2 * number, carry: 2 * number + 1, update }
}
