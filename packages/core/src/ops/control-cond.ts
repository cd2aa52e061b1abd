/** @file The conditional node: inputs [p, ...x], two closed graphs; only the chosen one runs (C7). */

import { type DType, isFloat } from "../dtype.ts"
import { ShapeError } from "../errors.ts"
import { type Graph, graphOf, inline, traceGraph, typesOf } from "../graph.ts"
import { make } from "../make.ts"
import { read } from "../number.ts"
import type { Batched, InnerRun, Op, RunGraph } from "../op.ts"
import { formatType, sameType } from "../shape.ts"
import { elementsOf, type Storage } from "../storage.ts"
import type { Tensor } from "../tensor.ts"
import { vjpGraph } from "../transforms/grad.ts"
import { jvpGraph } from "../transforms/jvp.ts"
import { batchGraph, lead } from "../transforms/vmap.ts"
import { filled, keepEffects, perInput } from "./control-shared.ts"
import { constant, elements } from "./source.ts"

interface Branches {
  readonly yes: Graph
  readonly no: Graph
}
const branchesOf = (n: Tensor): Branches => n.attrs as unknown as Branches

/** A scalar predicate runs one branch; one with axes chooses lane by lane, and every operand has its axes in front. */
export const condOp: Op = {
  name: "cond",
  family: "syntax",
  type: (_, a) => typesOf((a as unknown as Branches).yes.outputs),
  turns: (n, inputs, run) => branchTurns(n, inputs, run),
  vjp: (g, n) => {
    const [p, ...x] = n.inputs
    const { yes, no } = branchesOf(n)
    const bars = makeCond(p, [...x, ...filled(g, elements(n))], vjpGraph(yes), vjpGraph(no))
    return [null, ...perInput(x, bars)]
  },
  jvp: (n, [p, ...x], [, ...t]) => {
    const { yes, no } = branchesOf(n)
    const both = makeCond(p, [...x, ...filled(t, x)], pure(jvpGraph(yes)), pure(jvpGraph(no)))
    return both.slice(n.types.length)
  },
  batch: (n, [p, ...x], [onP, ...on], size): Batched => {
    const { yes, no } = branchesOf(n)
    if (onP || p.rank) return lanes(n, [p, ...x], [onP, ...on], size)
    const flags = batchGraph(no, on, size, batchGraph(yes, on, size).batched).batched
    const [y, z] = [yes, no].map((g) => batchGraph(g, on, size, flags).graph)
    return { outputs: makeCond(p, x, y, z), batched: flags }
  },
  reversed: (n, d) =>
    (d.op.nested?.(d).regions ?? []).map((region, of) => {
      const inputs = region.graph.inputs.slice(0, n.inputs.length - 1)
      const seeds = perInput(branchesOf(n).yes.outputs, region.graph.inputs.slice(inputs.length))
      return { of, region, inputs, seeds, cotangents: perInput(inputs, region.graph.outputs) }
    }),
  nested: (n) => {
    const { yes, no } = branchesOf(n)
    const inputs = n.inputs.slice(1).map((_, i) => ({ of: i + 1, as: "same" }) as const)
    const regions = [
      { name: "then", graph: yes, inputs },
      { name: "else", graph: no, inputs },
    ]
    return { kind: "cond", name: "cond", regions }
  },
}
/** The branch that ran; of lanes the branches with a lane of their own that is not finite. */
function* branchTurns(n: Tensor, [p, ...x]: readonly Storage[], run: RunGraph): Iterable<InnerRun> {
  const chosen = elementsOf(p, "bool")
  const { yes, no } = branchesOf(n)
  if (n.inputs[0].rank === 0) yield { graph: chosen[0] ? yes : no, inputs: x, label: "" }
  else
    for (const [graph, taken] of [
      [yes, 1],
      [no, 0],
    ] as const)
      if (run(graph, x).some((y, k) => spoilt(y, n.types[k].dtype, chosen, taken)))
        yield { graph, inputs: x, label: "" }
}
/** A lane of these is not finite. */
function spoilt(y: Storage, dtype: DType, chosen: ArrayLike<unknown>, taken: 0 | 1): boolean {
  if (!isFloat(dtype)) return false
  const all = elementsOf(y, dtype)
  const width = all.length / chosen.length
  for (let i = 0; i < all.length; i++)
    if (Number(chosen[Math.floor(i / width)]) === taken && !Number.isFinite(read(dtype, all, i)))
      return true
  return false
}
/** The graph without its effects: they happened when the node itself ran. */
const pure = (graph: Graph): Graph =>
  graph.effects.length
    ? graphOf(typesOf(graph.inputs), (...x) => inline({ ...graph, effects: [] }, x), { pure: true })
    : graph

/**
 * One choice per lane: both branches run, and it stays a cond. As a `where` its gradient would be 0 * NaN in the lanes
 * that did not take a branch; here the cotangents themselves are chosen. So every operand has the lanes.
 */
function lanes(
  n: Tensor,
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  size: number,
): Batched {
  const everything = (g: Graph): Graph =>
    batchGraph(
      g,
      g.inputs.map(() => true),
      size,
      g.outputs.map(() => true),
    ).graph
  const [p, ...x] = inputs.map((v, i) => lead(v, batched[i], size))
  const { yes, no } = branchesOf(n)
  return {
    outputs: makeCond(p, x, everything(yes), everything(no)),
    batched: n.types.map(() => true),
  }
}

/** The node; gives its outputs. @throws ShapeError when the branches differ in type */
export function makeCond(p: Tensor, x: readonly Tensor[], yes: Graph, no: Graph): Tensor[] {
  const [a, b] = [yes, no].map((g) => typesOf(g.outputs))
  const bad = a.findIndex((t, i) => !b[i] || !sameType(t, b[i]))
  if (a.length !== b.length || bad >= 0) {
    const print = (ts: typeof a): string =>
      bad >= 0 && ts[bad] ? formatType(ts[bad]) : `${ts.length} values`
    throw new ShapeError(
      `cond: one branch gives ${print(a)}, the other ${print(b)}; the types must be equal`,
      { op: "cond" },
    )
  }
  const outputs = elements(make(condOp, [p, ...x], { yes, no }))
  keepEffects(outputs, [yes, no])
  return outputs
}

/**
 * `yes()` where the scalar `p` holds, else `no()`. What the functions use from outside becomes operands.
 * Branches without results may have effects.
 */
export function condNodes(
  p: Tensor,
  yes: () => readonly Tensor[],
  no: () => readonly Tensor[],
): Tensor[] {
  const traced = [yes, no].map((f) => traceGraph([], f))
  const x = [...new Set(traced.flatMap((t) => t.captured))]
  const silent = traced.every((t) => t.graph.outputs.length === 0)
  const graphs = traced.map(({ graph, captured }) =>
    graphOf(typesOf(x), (...args) => {
      const y = inline(
        graph,
        captured.map((c) => args[x.indexOf(c)]),
      )
      return silent ? [constant(0, "bool")] : y
    }),
  )
  const outputs = makeCond(p, x, graphs[0], graphs[1])
  return silent ? [] : outputs
}
