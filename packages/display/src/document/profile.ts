/** @file A compiled program as a profile document: the graph, its kernels, when each value lives in memory (K2, K5). */
import {
  type Executable,
  isElement,
  type KernelInfo,
  type NodePlace,
  type Program,
  type Tensor,
} from "@defnote/core"
import { type Kernel, type ProfileDoc, versionOf } from "../payload.ts"
import { type DocumentOptions, documentOf } from "./document.ts"
import { madeBy, originAcross, outputsAfter, passColumns } from "./passes.ts"

/** Characters of code that a document holds; kernels after that say where their code is. */
const MOST_SOURCE = 100_000

/**
 * The document of `f.kernels(...)`.
 *
 * @param executable what a compiler made of the program; its kernels name nodes of the program's graph
 */
export function profileDocument(
  program: Pick<Program, "name" | "graph" | "inputPaths">,
  executable: Pick<Executable, "kernels" | "memory" | "steps">,
  options: DocumentOptions & {
    readonly compiler: string
    /** Samples in nanoseconds, per kernel. */
    readonly kernelNs?: readonly (readonly number[])[]
  },
): ProfileDoc {
  const { steps } = executable
  const outputs = outputsAfter(program.graph, steps)
  const later = { roots: [...outputs.flat(), ...madeBy(steps)], origin: originAcross(steps) }
  const { doc, nodes, index, rowAt, own } = documentOf(program, { nested: true, ...options, later })
  // Kernels of a loop name nodes of its body, which stand in rows of their own.
  const inner = new Map(nodes.map((n, i) => [n, i] as const).reverse())
  const number = (n: Tensor): number | undefined => {
    const whole = isElement(n) ? n.inputs[0] : n
    return index.get(whole) ?? inner.get(whole)
  }
  /** Where a compiler says in which loop or block a node stands, the row there. */
  const at = (place: NodePlace | undefined, node: Tensor | undefined): number | undefined => {
    if (!place?.within.length) return node && number(node)
    return rowAt(place.node, place.within)
  }
  const rows = (list: readonly (number | undefined)[]): number[] =>
    [...new Set(list.flatMap((n) => n ?? []))].sort((a, b) => a - b)
  let room = MOST_SOURCE
  const kernels = executable.kernels.map((k): Kernel => {
    const fits = k.source.length <= room
    if (fits) room -= k.source.length
    return {
      ...factsOf(k, options.compiler),
      nodes: rows(placesIn(k).map((p) => at(p, p.node))),
      buffers: k.buffers.map(({ node, place, ...b }) => ({ ...b, node: at(place, node) ?? -1 })),
      source: fits ? k.source : `${k.source.length} characters: read .kernels(...)[i].source`,
      lineNodes: fits
        ? linesOf(k).flatMap(([line, p]) => rows([at(p, p.node)]).map((n) => [line, n] as const))
        : [],
    }
  })
  return JSON.parse(
    JSON.stringify({
      ...doc,
      schema: versionOf("profile"),
      kernels,
      ...(options.kernelNs
        ? { runs: [{ id: "profile", device: "cpu", kernelNs: options.kernelNs }] }
        : {}),
      passes: passColumns(steps, outputs, number, own),
      memory: executable.memory.values.map(({ node, place, bytes, from, to }) => ({
        node: at(place, node) ?? -1,
        bytes,
        from,
        to,
      })),
    }),
  )
}

const outside = (node: Tensor): NodePlace => ({ node, within: [] })
const placesIn = (k: KernelInfo): readonly NodePlace[] => k.places ?? k.nodes.map(outside)
const linesOf = (k: KernelInfo): readonly (readonly [number, NodePlace])[] =>
  k.linePlaces ?? k.lineNodes.map(([line, n]) => [line, outside(n)] as const)

function factsOf(k: KernelInfo, compiler: string): Omit<Kernel, "nodes" | "source" | "lineNodes"> {
  const { id, form, language, why, whyNotNext, bytes, flops } = k
  return { id, compiler, form, language, why, whyNotNext, bytes, flops }
}
