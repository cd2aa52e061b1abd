/** @file Runs a graph once and looks at its values. Statistics are made inside the compiled program, where each tensor is. */
import {
  type Graph,
  isConstant,
  isElement,
  isFloat,
  measure,
  postorder,
  type Storage,
  type Tensor,
  withTable,
} from "@defnote/core"
import type { Runner } from "./runner.ts"
import { numbersOf, repeated, type Statistics, statistics, statisticsOf } from "./statistics.ts"

/** Every node of the program that has a float value, inputs first. */
export const watchedNodes = (graph: Graph): Tensor[] =>
  postorder([...graph.effects, ...graph.outputs]).filter(
    (n) => isFloat(n.dtype) && (n.types.length === 1 || isElement(n)),
  )

/** What a graph has to give to be looked at, and whose statistics that is. */
interface Looking {
  readonly graph: Graph
  readonly measured: readonly Tensor[]
}
const known = new WeakMap<Graph, Looking>()
/** One per graph, so that its executable is found again. */
function looking(graph: Graph): Looking {
  const made = known.get(graph)
  if (made) return made
  const originals = new Set(watchedNodes(graph).map(originalOf))
  const measured = [...originals].filter((n) => !isConstant(n))
  const outputs = withTable(graph.table, () => measured.map(measure))
  const all = { graph: { ...graph, outputs, effects: [] }, measured }
  known.set(graph, all)
  return all
}
/** The graph of a look, to be compiled ahead. */
export const lookingGraph = (graph: Graph): Graph => looking(graph).graph

/** The node whose elements a node repeats, all of them equally often; itself where it makes new ones. */
function originalOf(n: Tensor): Tensor {
  let x = n
  while (x.op.evenly) x = x.inputs[0]
  return x
}
/** Of all its elements, without running anything: they are alike. */
export const ofConstant = (n: Tensor): Statistics =>
  repeated(statistics([Number(n.attrs.value)]), n.size)

/**
 * The statistics of every float value of a graph, inputs included. Values that repeat the elements of others are not gone
 * over again.
 */
export function lookAt(
  graph: Graph,
  inputs: readonly Storage[],
  run: Runner["run"],
): ReadonlyMap<Tensor, Statistics> {
  const { graph: measuring, measured } = looking(graph)
  const rows = run(measuring, inputs)
  const stats = new Map(measured.map((n, i) => [n, statisticsOf(numbersOf(rows[i], "f64"))]))
  const of = (n: Tensor): Statistics => {
    const x = originalOf(n)
    const found = stats.get(x) ?? ofConstant(x)
    return x.size ? repeated(found, n.size / x.size) : found
  }
  return new Map(watchedNodes(graph).map((n) => [n, of(n)]))
}
