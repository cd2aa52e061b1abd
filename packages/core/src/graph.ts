/** @file Closed graphs: order, substitution, closing a trace (C10). Every walk is iterative (D3.11). */

import { make } from "./make.ts"
import { again } from "./ops/effect.ts"
import { freshParam, isConstant, isLeaf, param } from "./ops/source.ts"
import type { TensorType } from "./shape.ts"
import type { Tensor } from "./tensor.ts"
import { currentTrace, type InternTable, Trace, withTable, withTrace } from "./trace.ts"

/** A closed program: `inputs` are numbered parameters, nothing else is free. Equal graphs of one table are `===`. */
export interface Graph {
  readonly id: number
  readonly inputs: readonly Tensor[]
  readonly outputs: readonly Tensor[]
  /** Run in this order, before the outputs are given back. */
  readonly effects: readonly Tensor[]
  readonly table: InternTable
}

/** Nodes that `outputs` need, inputs first. Where `enter` is false the walk stops above the node. */
export function postorder(
  outputs: readonly Tensor[],
  enter: (n: Tensor) => boolean = () => true,
): Tensor[] {
  const order: Tensor[] = []
  const seen = new Set<Tensor>()
  const stack: Tensor[] = []
  const next: number[] = []
  const push = (n: Tensor): void => {
    seen.add(n)
    stack.push(n)
    next.push(enter(n) ? 0 : n.inputs.length)
  }
  for (const root of outputs) {
    if (!seen.has(root)) push(root)
    while (stack.length) {
      const node = stack[stack.length - 1]
      const i = next[next.length - 1]++
      if (i >= node.inputs.length) {
        order.push(node)
        stack.pop()
        next.pop()
      } else if (!seen.has(node.inputs[i])) push(node.inputs[i])
    }
  }
  return order
}

/** The same op of other inputs; the node itself when they are its own. */
export const rebuild = (n: Tensor, inputs: readonly Tensor[]): Tensor =>
  inputs.every((x, i) => x === n.inputs[i]) ? n : make(n.op, inputs, n.attrs)

/** What each node becomes when the nodes of `map` are replaced, simultaneously. */
export function substitution(
  outputs: readonly Tensor[],
  map: ReadonlyMap<Tensor, Tensor>,
): Map<Tensor, Tensor> {
  const env = new Map(map)
  for (const n of postorder(outputs, (n) => !map.has(n))) {
    if (!env.has(n))
      env.set(
        n,
        rebuild(
          n,
          n.inputs.map((x) => env.get(x) as Tensor),
        ),
      )
  }
  return env
}
export function substitute(outputs: readonly Tensor[], map: ReadonlyMap<Tensor, Tensor>): Tensor[] {
  const env = substitution(outputs, map)
  return outputs.map((x) => env.get(x) as Tensor)
}

/**
 * {@link substitution} into the current trace, for nodes that were traced elsewhere: they keep their sites, scopes and
 * derivative links, and do not get the place where this happens.
 */
export function transplant(
  outputs: readonly Tensor[],
  map: ReadonlyMap<Tensor, Tensor>,
): Map<Tensor, Tensor> {
  const outer = currentTrace() as Trace
  const { site, scope, forward, table } = outer
  const roots = [...outputs, ...table.notes.duals(postorder(outputs, (n) => !map.has(n)))]
  const env = withTable(table, () => substitution(roots, map))
  const become = (n: Tensor): Tensor => env.get(n) ?? n
  outer.moveTo(undefined)
  for (const [from, to] of env) {
    table.notes.carry(from, to, become)
    if (from !== to && !outer.knows(to)) table.notes.complete(to, scope, forward)
    outer.touch(to)
  }
  outer.moveTo(site)
  return env
}

/** The outputs of `graph` for these arguments, as nodes of the current trace; its effects happen once more. */
export function inline(graph: Graph, args: readonly Tensor[]): Tensor[] {
  const watched = graph.effects.flatMap((e) => e.inputs)
  const map = new Map(graph.inputs.map((p, i) => [p, args[i]] as const))
  const env = transplant([...graph.outputs, ...watched], map)
  const become = (n: Tensor): Tensor => env.get(n) as Tensor
  for (const e of graph.effects) make(e.op, e.inputs.map(become), again(e))
  return graph.outputs.map(become)
}

let serial = 0
/** Closes over `free`: they become parameters 0, 1, 2..., so that equal programs are one graph. */
export function close(
  free: readonly Tensor[],
  outputs: readonly Tensor[],
  effects: readonly Tensor[] = [],
): Graph {
  const table = (currentTrace() as Trace).table
  return withTable(table, () => {
    const inputs = free.map((x, i) => param(i, x.type))
    const roots = [...outputs, ...effects.flatMap((e) => e.inputs)]
    const env = substitution(
      [...roots, ...table.notes.duals(postorder(roots))],
      new Map(free.map((x, i) => [x, inputs[i]])),
    )
    const get = (n: Tensor): Tensor => env.get(n) ?? n
    for (const [from, to] of env) table.notes.carry(from, to, get)
    const closedEffects = effects.map((e, i) =>
      make(e.op, e.inputs.map(get), { ...e.attrs, serial: `canonical${i}` }),
    )
    return internGraph(table, inputs, outputs.map(get), closedEffects)
  })
}
/** Whether an attribute is a closed graph. */
export const isGraph = (v: unknown): v is Graph =>
  typeof v === "object" && v !== null && "outputs" in v && "effects" in v
/** The closed graphs that a node holds: branches, bodies. */
export const graphsIn = (n: Tensor): Graph[] => Object.values(n.attrs).filter(isGraph)
/** All nodes of a graph and of the graphs in its nodes, inputs first. */
export function nodesOf(graph: Graph): Set<Tensor> {
  const nodes = new Set<Tensor>()
  const graphs = new Set([graph])
  for (const g of graphs) {
    for (const n of postorder([...g.effects, ...g.outputs], (x) => !nodes.has(x))) {
      nodes.add(n)
      for (const inner of graphsIn(n)) graphs.add(inner)
    }
  }
  return nodes
}
/** The graph over the same inputs with other outputs and effects. */
export const withRoots = (g: Graph, outputs: Tensor[], effects: Tensor[]): Graph =>
  internGraph(g.table, g.inputs, outputs, effects)
function internGraph(
  table: InternTable,
  inputs: readonly Tensor[],
  outputs: Tensor[],
  effects: Tensor[],
): Graph {
  const ids = (xs: readonly Tensor[]): string => xs.map((x) => x.id).join()
  const key = `${ids(inputs)}>${ids(outputs)}>${ids(effects)}`
  let g = table.graphs.get(key)
  if (!g) {
    g = { id: serial++, inputs, outputs, effects, table }
    table.graphs.set(key, g)
  }
  return g
}

/** A trace inside the current one, or the first of a new table. */
const innerTrace = (): Trace => new Trace(currentTrace())

/** A closed graph of a function that captures nothing. Gradients, which run forward parts again, ask for it `pure`: without effects. */
export function graphOf(
  types: readonly TensorType[],
  fn: (...x: Tensor[]) => readonly Tensor[],
  { pure = false } = {},
): Graph {
  const trace = innerTrace()
  return withTrace(trace, () => {
    const free = types.map(freshParam)
    const outputs = fn(...free)
    return close(free, outputs, pure ? [] : trace.effects)
  })
}

/** Traces `fn`; what it captured from outside comes back as extra parameters, in the order met. */
export function traceGraph(
  types: readonly TensorType[],
  fn: (...x: Tensor[]) => readonly Tensor[],
): { graph: Graph; captured: Tensor[] } {
  const outer = currentTrace()
  const trace = innerTrace()
  return withTrace(trace, () => {
    const free = types.map(freshParam)
    const outputs = fn(...free)
    const captured = frontier([...outputs, ...trace.effects], free, outer)
    return { graph: close([...free, ...captured], outputs, trace.effects), captured }
  })
}
/** Nodes of `outer`, and leaves, that the inner graph reaches. */
function frontier(
  roots: readonly Tensor[],
  own: readonly Tensor[],
  outer: Trace | undefined,
): Tensor[] {
  const mine = new Set(own)
  const isOuter = (n: Tensor): boolean =>
    !mine.has(n) && !isConstant(n) && ((outer?.knows(n) ?? false) || isLeaf(n))
  return postorder(roots, (n) => !isOuter(n)).filter(isOuter)
}

export const typesOf = (xs: readonly Tensor[]): TensorType[] => xs.map((x) => x.type)
