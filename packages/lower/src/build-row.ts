/**
 * @file Rows as loops: for each row, one pass per level of reductions; what is expensive and needed again is kept in a
 * scratch row.
 */
import type { Tensor } from "@defnote/core"
import { scalarInstructions as s } from "@defnote/core"
import {
  accumulatorOf,
  type Built,
  copiesFor,
  frame,
  type Job,
  pollOf,
  resultOf,
  workOf,
} from "./build.ts"
import { Buffers, Elements } from "./elements.ts"
import { IndexMath } from "./index-math.ts"
import { type Accumulator, loop, type Statement, store } from "./loop-ir.ts"
import { roleOf } from "./nodes.ts"

/** Arithmetic that is worth a store and a load. */
const EXPENSIVE = 6
const isReduction = (n: Tensor): boolean => roleOf(n) === "reduce"

/** How many passes over the row come before each member's value is known. */
function levelsOf({ members, nodes }: Job): Map<Tensor, number> {
  const levels = new Map<Tensor, number>()
  for (const n of members) {
    const below = nodes.reading(n).accesses.map((a) => levels.get(a.producer) ?? 0)
    levels.set(n, Math.max(0, ...below) + (isReduction(n) ? 1 : 0))
  }
  return levels
}
/** Full members that a later pass needs again, each with the pass that computes it. */
function keptMembers(
  job: Job,
  levels: ReadonlyMap<Tensor, number>,
  passes: number,
): Map<Tensor, number> {
  const { group, nodes, members, roots } = job
  const seen = new Map<Tensor, number>()
  const kept = new Map<Tensor, number>()
  for (let p = 1; p <= passes; p++) {
    const stack = startsOf(members, roots, group.members, levels, p)
    const visited = new Set<Tensor>()
    while (stack.length) {
      const n = stack.pop() as Tensor
      if (visited.has(n)) continue
      visited.add(n)
      if (!isReduction(n) && keeps(job, n, p, seen)) {
        kept.set(n, seen.get(n) as number)
        continue
      }
      for (const a of nodes.reading(n).accesses) {
        if (group.members.has(a.producer) && !isReduction(a.producer)) stack.push(a.producer)
      }
    }
  }
  return kept
}
/** What pass `p` computes: its reductions, and the full results that are known by then. */
function startsOf(
  members: readonly Tensor[],
  roots: readonly Tensor[],
  places: ReadonlyMap<Tensor, string>,
  levels: ReadonlyMap<Tensor, number>,
  p: number,
): Tensor[] {
  const reductions = members.filter((n) => isReduction(n) && levels.get(n) === p)
  const full = roots.filter((n) => places.get(n) === "full" && levels.get(n) === p - 1)
  return [...reductions, ...full]
}
function keeps(job: Job, n: Tensor, pass: number, seen: Map<Tensor, number>): boolean {
  if (job.group.members.get(n) !== "full") return false
  const first = seen.get(n)
  if (first === undefined) {
    seen.set(n, pass)
    return false
  }
  return first < pass && (job.roots.includes(n) || job.nodes.reading(n).cost >= EXPENSIVE)
}

export function buildRow(job: Job): Built {
  const { group, members, roots, nodes } = job
  const rows = group.width ? group.full / group.width : roots[0].size
  const extents = [rows, group.width]
  const math = new IndexMath(extents)
  const buffers = new Buffers()
  const elements = new Elements(group, nodes, math, buffers, job.names)
  const levels = levelsOf(job)
  const passes = Math.max(...levels.values()) + 1
  const row: Row = {
    job,
    math,
    buffers,
    elements,
    levels,
    kept: keptMembers(job, levels, passes),
    results: 0,
  }
  const body: Statement[] = outerStores(row, 0)
  for (let p = 1; p <= passes; p++) body.push(...passOf(row, p), ...outerStores(row, p))
  const outer = loop(0, rows, body, { ranged: true })
  return {
    buffers,
    kernel: frame(job, buffers, extents, [outer], workOf({ ...job, members }), formOf(row, passes)),
  }
}
const formOf = (row: Row, passes: number): string =>
  passes === 2 && !row.job.roots.some((n) => row.job.group.members.get(n) === "full")
    ? "reduce"
    : "row"

interface Row {
  readonly job: Job
  readonly math: IndexMath
  readonly buffers: Buffers
  readonly elements: Elements
  readonly levels: ReadonlyMap<Tensor, number>
  readonly kept: ReadonlyMap<Tensor, number>
  results: number
}
const full = (r: Row): s.Scalar =>
  r.math.simplify(s.add(s.mul(s.index(0), r.job.group.width), s.index(1)))
const outer = (r: Row): s.Scalar => r.math.simplify(s.index(0))

function passOf(r: Row, p: number): Statement[] {
  const { job, elements, buffers } = r
  const at = full(r)
  const reductions = job.members.filter((n) => isReduction(n) && r.levels.get(n) === p)
  const accumulators = reductions.map((n) =>
    accumulatorOf(n, r.results++, elements.flat(n.inputs[0], at)),
  )
  const stores: Statement[] = []
  const afterwards: (() => void)[] = []
  for (const n of job.roots) {
    if (job.group.members.get(n) !== "full" || r.levels.get(n) !== p - 1) continue
    const buffer = buffers.write(n)
    stores.push(store(buffer, at, elements.flat(n, at), n))
    if (r.kept.has(n)) afterwards.push(() => bindKept(r, n, buffer, at))
  }
  for (const [n, pass] of r.kept) {
    if (pass !== p || job.roots.includes(n)) continue
    const buffer = buffers.scratch(n.dtype, job.group.width)
    stores.push(store(buffer, s.index(1), elements.flat(n, at), n))
    afterwards.push(() => bindKept(r, n, buffer, s.index(1)))
  }
  for (const a of accumulators) elements.bind(a.node, { at: outer(r), value: () => resultOf(a) })
  for (const f of afterwards) f()
  if (!accumulators.length && !stores.length) return []
  return [passLoop(r, accumulators, stores)]
}
function bindKept(r: Row, n: Tensor, buffer: number, at: s.Scalar): void {
  r.elements.bind(n, { at: full(r), value: () => s.load(n.dtype, buffer, at) })
}
function passLoop(
  r: Row,
  accumulators: readonly Accumulator[],
  stores: readonly Statement[],
): Statement {
  const { width } = r.job.group
  const values = stores.flatMap((x) => (x.kind === "store" ? [x.value] : []))
  const copies = copiesFor([...accumulators.map((a) => a.update), ...values])
  const body = [...pollOf(1, width), ...stores]
  return loop(1, width, body, { vector: true, copies, accumulators })
}
function outerStores(r: Row, p: number): Statement[] {
  return r.job.roots
    .filter((n) => r.job.group.members.get(n) === "outer" && r.levels.get(n) === p)
    .map((n) => store(r.buffers.write(n), outer(r), r.elements.flat(n, outer(r)), n))
}
