/** @file One run of one graph, with the values that were asked of it: of a program, of a branch, of a turn of a loop. */
import {
  type Graph,
  isConstant,
  isElement,
  isParam,
  postorder,
  type Storage,
  type Tensor,
} from "@defnote/core"
import { lookAt, watchedNodes } from "./look.ts"
import type { Runner } from "./runner.ts"
import { numbersOf, type Statistics } from "./statistics.ts"

/** The values that a node is made of: those of the node with several outputs, for one of its outputs. */
export const sources = (n: Tensor): readonly Tensor[] =>
  isElement(n) ? n.inputs[0].inputs : n.inputs
export const isBad = (s: Statistics | undefined): boolean =>
  s !== undefined && s.nan + s.posInf + s.negInf > 0

export class Frame {
  readonly graph: Graph
  readonly inputs: readonly Storage[]
  /** Float values, inputs first. */
  readonly order: readonly Tensor[]
  readonly stats: ReadonlyMap<Tensor, Statistics>
  readonly runner: Runner
  readonly #users = new Map<Tensor, Tensor[]>()

  constructor(
    graph: Graph,
    inputs: readonly Storage[],
    runner: Runner,
    stats?: ReadonlyMap<Tensor, Statistics>,
  ) {
    this.graph = graph
    this.inputs = inputs
    this.runner = runner
    this.order = watchedNodes(graph)
    this.stats = stats ?? lookAt(graph, inputs, runner.run)
    for (const n of postorder([...graph.effects, ...graph.outputs]))
      for (const x of new Set(n.inputs)) this.#users.set(x, [...(this.#users.get(x) ?? []), n])
  }
  /** Who reads the value of a node. */
  readonly users = (n: Tensor): readonly Tensor[] => this.#users.get(n) ?? []
  /** Not finite, and not because someone wrote such a number. */
  isBad(n: Tensor): boolean {
    return !isConstant(n) && isBad(this.stats.get(n))
  }
  hasNaN(n: Tensor): boolean {
    return !isConstant(n) && (this.stats.get(n)?.nan ?? 0) > 0
  }
  /** Whether a node can be computed from the inputs of this graph. */
  knows(n: Tensor): boolean {
    return postorder([n]).every((x) => !isParam(x) || this.graph.inputs.includes(x))
  }
  /** The memory of nodes of this graph. */
  storagesOf(nodes: readonly Tensor[]): readonly Storage[] {
    return this.runner.run({ ...this.graph, outputs: nodes }, this.inputs)
  }
  /** The elements of nodes of this graph. */
  valuesOf(nodes: readonly Tensor[]): readonly Float64Array[] {
    return this.storagesOf(nodes).map((s, i) => numbersOf(s, nodes[i].dtype))
  }
}
