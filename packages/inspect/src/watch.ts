/** @file Runs a graph with the values of all its float nodes and of their cotangents among the outputs. */
import {
  type Compiler,
  DTYPES,
  type DType,
  defaultCompiler,
  type Graph,
  isElement,
  isFloat,
  isParam,
  postorder,
  type Storage,
  sizeOf,
  type Tensor,
} from "@defnote/core"
import { numbersOf } from "./statistics.ts"

/** Bytes of watched values that one run may hold; a larger program is run in several parts. */
const PART_BYTES = 256 * 2 ** 20

const bytesOf = (x: Tensor): number => sizeOf(x.shape) * DTYPES[x.dtype as DType].bytes
/** Has one value of its own that is a float. */
export const isWatched = (n: Tensor): boolean => n.types.length === 1 && isFloat(n.dtype)

/** Every node of the program that has a float value, inputs first. */
export const watchedNodes = (graph: Graph): Tensor[] =>
  postorder([...graph.effects, ...graph.outputs]).filter(
    (n) => isWatched(n) || (isElement(n) && isFloat(n.dtype)),
  )

/** Integers and bools that these nodes take: indices, choices. They have no statistics. */
export function otherOperands(nodes: readonly Tensor[]): Tensor[] {
  const others = nodes.flatMap((n) => n.inputs).filter((x) => x.types.length === 1)
  return [...new Set(others)].filter((x) => !isFloat(x.dtype))
}

/**
 * Calls `see` with the value of each node, in the order of `nodes`. Values are not kept.
 */
export function watch(
  graph: Graph,
  inputs: readonly Storage[],
  nodes: readonly Tensor[],
  see: (n: Tensor, values: Float64Array) => void,
  compiler: Compiler = defaultCompiler(),
): void {
  for (const part of parts(nodes)) {
    const computed = part.filter((n) => !isParam(n))
    const executable = compiler.compile({ ...graph, outputs: computed, effects: [] }, {})
    const storages = computed.length ? executable.run(inputs) : []
    for (const n of part) {
      const storage = isParam(n) ? inputs[graph.inputs.indexOf(n)] : storages[computed.indexOf(n)]
      see(n, numbersOf(storage, n.dtype))
    }
    executable.dispose()
  }
}
function parts(nodes: readonly Tensor[]): Tensor[][] {
  const all: Tensor[][] = [[]]
  let bytes = 0
  for (const n of nodes) {
    bytes += bytesOf(n)
    if (bytes > PART_BYTES && all[all.length - 1].length) {
      all.push([])
      bytes = bytesOf(n)
    }
    all[all.length - 1].push(n)
  }
  return all
}
