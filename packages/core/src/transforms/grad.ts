/** @file Reverse mode on nodes: one walk from the outputs, one rule per op. Knows no particular op (D3.8). */
import { type Graph, graphOf, inline, postorder, transplant, typesOf } from "../graph.ts"
import type { Grad } from "../op.ts"
import { add } from "../ops/arithmetic.ts"
import { differentiable, isElement, zerosOf } from "../ops/source.ts"
import type { Tensor } from "../tensor.ts"
import { currentTrace, withTable } from "../trace.ts"

/** Cotangents on their way down: per node one entry for each of its outputs. */
class Cotangents {
  readonly #of = new Map<Tensor, Grad[]>()
  readonly #active: ReadonlySet<Tensor>
  readonly #stop: ReadonlySet<Tensor>
  constructor(active: ReadonlySet<Tensor>, stop: ReadonlySet<Tensor>) {
    this.#active = active
    this.#stop = stop
  }
  receive(n: Tensor, g: Grad, slot = 0): void {
    if (!g || !this.#active.has(n)) return
    if (isElement(n) && !this.#stop.has(n)) {
      this.receive(n.inputs[0], g, n.attrs.i as number)
      return
    }
    const list = this.#of.get(n) ?? []
    list[slot] = list[slot] ? accumulate(n, list[slot], g) : g
    this.#of.set(n, list)
  }
  at(n: Tensor): readonly Grad[] | undefined {
    return this.#of.get(n)
  }
  forget(n: Tensor): void {
    this.#of.delete(n)
  }
}

/** The sum over two uses belongs to the node that is used. */
function accumulate(n: Tensor, a: Tensor, b: Tensor): Tensor {
  const trace = currentTrace()
  if (!trace) return add(a, b)
  const sum = trace.derivativeOf(n, () => add(a, b))
  trace.table.notes.sums.add(sum)
  return sum
}
/** Notes the whole cotangent of a node with one output, for pictures and statistics. */
function noteCotangent(n: Tensor, g: readonly Grad[] | undefined): void {
  if (g?.[0] && n.types.length === 1) currentTrace()?.table.notes.cotangents.set(n, g[0])
}

/** One entry per output, none missing. */
const complete = (g: readonly Grad[], n: Tensor): Grad[] => n.types.map((_, i) => g[i] ?? null)

/**
 * The cotangent of each of `wrt`, given those of `outputs`; null where none flows. Builds nodes of the current trace,
 * each noted as the derivative of its forward node.
 * @param opaque - nodes that the walk does not enter, besides `wrt`
 */
export function pullback(
  outputs: readonly Tensor[],
  cotangents: readonly Grad[],
  wrt: readonly Tensor[],
  opaque: readonly Tensor[] = [],
): Grad[] {
  const stop = new Set([...wrt, ...opaque])
  const active = new Set(wrt)
  const order = postorder(outputs, (n) => !stop.has(n))
  for (const n of order) if (!stop.has(n) && n.inputs.some((x) => active.has(x))) active.add(n)
  const bars = new Cotangents(active, stop)
  outputs.forEach((y, i) => {
    bars.receive(y, cotangents[i])
  })
  for (let i = order.length - 1; i >= 0; i--) {
    const n = order[i]
    const g = bars.at(n)
    const rule = n.op.vjp
    if (!g || stop.has(n)) continue
    noteCotangent(n, g)
    if ("flat" in rule) continue
    const run = (): readonly Grad[] => rule(complete(g, n), n)
    const inputs = currentTrace()?.derivativeOf(n, run) ?? run()
    currentTrace()?.table.notes.contributions.set(n, inputs)
    n.inputs.forEach((x, k) => {
      bars.receive(x, inputs[k])
    })
    bars.forget(n)
  }
  for (const x of wrt) noteCotangent(x, bars.at(x))
  return wrt.map((x) => bars.at(x)?.[0] ?? null)
}

const derived = new WeakMap<Graph, Graph>()
/**
 * The gradient of a closed graph: its inputs, then cotangents of the float outputs, give cotangents of the float inputs.
 * Computes the forward part again, without its effects.
 */
export function vjpGraph(graph: Graph): Graph {
  const known = derived.get(graph)
  if (known) return known
  const floats = graph.outputs.filter(differentiable)
  const n = graph.inputs.length
  const back = (...x: Tensor[]): readonly Tensor[] => {
    const inputs = x.slice(0, n)
    const wrt = inputs.filter(differentiable)
    const outputs = computedAgain(graph, inputs).filter(differentiable)
    return pullback(outputs, x.slice(n), wrt).map((g, i) => g ?? zerosOf(wrt[i]))
  }
  const types = [...typesOf(graph.inputs), ...typesOf(floats)]
  const g = withTable(graph.table, () => graphOf(types, back, { pure: true }))
  derived.set(graph, g)
  return g
}
/** The outputs for these arguments, with a note of which node each node computes once more. */
function computedAgain(graph: Graph, args: readonly Tensor[]): Tensor[] {
  const { notes } = graph.table
  const env = transplant(graph.outputs, new Map(graph.inputs.map((p, i) => [p, args[i]])))
  for (const [from, to] of env) if (from.inputs.length) notes.again.set(to, from)
  return graph.outputs.map((y) => env.get(y) as Tensor)
}
/** The outputs for these arguments, without the effects. */
export const inlinePure = (graph: Graph, args: readonly Tensor[]): Tensor[] =>
  inline({ ...graph, effects: [] }, args)
