/** @file Compiles graphs and runs them. */
import {
  type Compiler,
  defaultCompiler,
  type Executable,
  type Graph,
  isParam,
  type Storage,
  type Tensor,
} from "@defnote/core"

/** Keeps the executables of graphs that run again and again, such as the body of a loop. */
export class Runner {
  readonly compiler: Compiler
  readonly #made = new Map<Graph, Executable>()
  constructor(compiler: Compiler = defaultCompiler()) {
    this.compiler = compiler
  }
  /** The outputs of a graph, without its effects. Outputs that are inputs, or come twice, are not computed for it. */
  readonly run = (graph: Graph, inputs: readonly Storage[]): readonly Storage[] => {
    const computed = computedBy(graph)
    const results = computed.length ? this.#executable(graph, computed).run(inputs) : []
    return graph.outputs.map((y) =>
      isParam(y) ? inputs[graph.inputs.indexOf(y)] : results[computed.indexOf(y)],
    )
  }
  /** Compiles what is not compiled yet; whether there was any. */
  prepare(...graphs: readonly Graph[]): boolean {
    const missing = graphs.filter((g) => !this.#made.has(g) && computedBy(g).length > 0)
    for (const g of missing) this.#executable(g, computedBy(g))
    return missing.length > 0
  }
  #executable(graph: Graph, outputs: readonly Tensor[]): Executable {
    const made =
      this.#made.get(graph) ?? this.compiler.compile({ ...graph, outputs, effects: [] }, {})
    this.#made.set(graph, made)
    return made
  }
  dispose(): void {
    for (const e of this.#made.values()) e.dispose()
    this.#made.clear()
  }
}

const computedBy = (graph: Graph): Tensor[] => [
  ...new Set(graph.outputs.filter((y) => !isParam(y))),
]
