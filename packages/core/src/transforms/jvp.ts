/**
 * @file Forward mode on nodes, derived: a linear op is its own jvp, any other op the transpose of its vjp. Only control
 * flow declares one (C4).
 */
import { type Graph, graphOf, inline, postorder, typesOf } from "../graph.ts"
import { make } from "../make.ts"
import type { Grad } from "../op.ts"
import { add } from "../ops/arithmetic.ts"
import { differentiable, freshParam, isElement, zerosOf } from "../ops/source.ts"
import type { Tensor } from "../tensor.ts"
import { currentTrace, withTable } from "../trace.ts"
import { pullback } from "./grad.ts"

/** The tangents of `outputs`, given those of `inputs`; null is zero, and always so for integers. */
export function pushforward(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  tangents: readonly Grad[],
): Grad[] {
  const stop = new Set(inputs)
  const dots = new Map<Tensor, readonly Grad[]>(inputs.map((x, i) => [x, [tangents[i]]]))
  const dotOf = (x: Tensor): Grad => {
    if (isElement(x) && !stop.has(x)) return dots.get(x.inputs[0])?.[x.attrs.i as number] ?? null
    return dots.get(x)?.[0] ?? null
  }
  for (const n of postorder(outputs, (n) => !stop.has(n))) {
    if (stop.has(n) || isElement(n)) continue
    const given = n.inputs.map(dotOf)
    if (!given.some((t) => t)) continue
    const run = (): readonly Grad[] => tangentsOf(n, given)
    dots.set(n, currentTrace()?.derivativeOf(n, run) ?? run())
  }
  return outputs.map(dotOf)
}

function tangentsOf(n: Tensor, tangents: readonly Grad[]): readonly Grad[] {
  if (n.op.jvp) return n.op.jvp(n, n.inputs, tangents)
  return n.op.linear && differentiable(n) ? linear(n, tangents) : transposed(n, tangents)
}

/** Linear in each input: the sum of the op with one input replaced. Jointly linear: the op of the tangents. */
function linear(n: Tensor, tangents: readonly Grad[]): Grad[] {
  if (n.op.linear === "jointly") {
    return [
      make(
        n.op,
        n.inputs.map((x, i) => tangents[i] ?? zerosOf(x)),
        n.attrs,
      ),
    ]
  }
  const replaced = (i: number, t: Tensor): Tensor =>
    make(
      n.op,
      n.inputs.map((x, k) => (k === i ? t : x)),
      n.attrs,
    )
  return [tangents.flatMap((t, i) => (t ? [replaced(i, t)] : [])).reduce((a, b) => add(a, b))]
}

/**
 * J t, for the J^T g of the op's rule: the rule is linear in g, so its own vjp is its transpose. The node and its inputs
 * are opaque, else each op walks the whole graph.
 */
export function transposed(n: Tensor, tangents: readonly Grad[]): Grad[] {
  if ("flat" in n.op.vjp) return n.types.map(() => null)
  const g = n.types.map((t) => (differentiable(t) ? freshParam(t) : null))
  const bars = n.op.vjp(g, n)
  const on = bars.map((_, i) => i).filter((i) => bars[i] && tangents[i])
  const wrt = g.filter((x) => x !== null)
  const outputs = on.map((i) => bars[i] as Tensor)
  const dots = pullback(
    outputs,
    on.map((i) => tangents[i]),
    wrt,
    [n, ...n.inputs],
  )
  return g.map((x) => x && dots[wrt.indexOf(x)])
}

const derived = new WeakMap<Graph, Graph>()
/**
 * Forward mode of a closed graph: its inputs, then tangents of the float inputs, give its outputs, then one tangent per
 * output, zeros for integers.
 */
export function jvpGraph(graph: Graph): Graph {
  const known = derived.get(graph)
  if (known) return known
  const n = graph.inputs.length
  const both = (...x: Tensor[]): readonly Tensor[] => {
    const inputs = x.slice(0, n)
    const outputs = inline(graph, inputs)
    const dots = pushforward(outputs, inputs.filter(differentiable), x.slice(n))
    return [...outputs, ...outputs.map((y, i) => dots[i] ?? zerosOf(y))]
  }
  const types = [...typesOf(graph.inputs), ...typesOf(graph.inputs.filter(differentiable))]
  const g = withTable(graph.table, () => graphOf(types, both))
  derived.set(graph, g)
  return g
}
