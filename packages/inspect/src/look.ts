/**
 * @file Runs a graph once and looks at its values. Statistics are made inside the compiled program, where each tensor is;
 * only small tensors come out whole.
 */
import {
  type Graph,
  isElement,
  isFloat,
  measure,
  postorder,
  type Storage,
  type Tensor,
  withTable,
} from "@defnote/core"
import type { Runner } from "./runner.ts"
import { numbersOf, type Statistics, statisticsOf } from "./statistics.ts"

/** Every node of the program that has a float value, inputs first. */
export const watchedNodes = (graph: Graph): Tensor[] =>
  postorder([...graph.effects, ...graph.outputs]).filter(
    (n) => isFloat(n.dtype) && (n.types.length === 1 || isElement(n)),
  )
/** Integers and bools that these nodes take: indices, choices. They have no statistics. */
export function otherOperands(nodes: readonly Tensor[]): Tensor[] {
  const others = nodes.flatMap((n) => n.inputs).filter((x) => x.types.length === 1)
  return [...new Set(others)].filter((x) => !isFloat(x.dtype))
}

export interface Look {
  /** Of every node with a float value. */
  readonly stats: ReadonlyMap<Tensor, Statistics>
  /** The elements of those with at most `keep` of them. */
  readonly kept: ReadonlyMap<Tensor, Float64Array>
}

const known = new WeakMap<Graph, Map<number, Graph>>()
/** One graph per request, so that its executable is found again. */
function once(graph: Graph, key: number, make: () => Graph): Graph {
  const of = known.get(graph) ?? new Map<number, Graph>()
  known.set(graph, of)
  const made = of.get(key) ?? make()
  of.set(key, made)
  return made
}
/** The program that also gives the statistics of `nodes`. */
const measuring = (graph: Graph, nodes: readonly Tensor[]): Graph =>
  withTable(graph.table, () => ({ ...graph, outputs: nodes.map(measure), effects: [] }))

/** @param keep - the most elements of a tensor that is wanted whole; 0 for none */
export function lookAt(
  graph: Graph,
  inputs: readonly Storage[],
  nodes: readonly Tensor[],
  run: Runner["run"],
  keep = 0,
): Look {
  const floats = nodes.filter((n) => isFloat(n.dtype))
  const small = nodes.filter((n) => n.size <= keep)
  const looked = once(graph, keep, () => {
    const measured = measuring(graph, floats)
    return { ...measured, outputs: [...measured.outputs, ...small] }
  })
  const results = run(looked, inputs)
  const values = small.map((n, i) => [n, numbersOf(results[floats.length + i], n.dtype)] as const)
  return {
    stats: new Map(floats.map((n, i) => [n, statisticsOf(numbersOf(results[i], "f64"))])),
    kept: new Map(values),
  }
}
