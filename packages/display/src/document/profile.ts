/** @file A compiled program as a profile document: the graph, its kernels, when each value lives in memory (K2, K5). */
import {
  type Executable,
  isElement,
  type KernelInfo,
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
  const { doc, nodes, index, own } = documentOf(program, { nested: true, ...options, later })
  // Kernels of a loop name nodes of its body, which stand in rows of their own.
  const inner = new Map(nodes.map((n, i) => [n, i] as const).reverse())
  const number = (n: Tensor): number | undefined => {
    const whole = isElement(n) ? n.inputs[0] : n
    return index.get(whole) ?? inner.get(whole)
  }
  const numbers = (list: readonly Tensor[]): number[] =>
    [...new Set(list.flatMap((n) => number(n) ?? []))].sort((a, b) => a - b)
  let room = MOST_SOURCE
  const kernels = executable.kernels.map((k): Kernel => {
    const fits = k.source.length <= room
    if (fits) room -= k.source.length
    return {
      ...factsOf(k, options.compiler),
      nodes: numbers(k.nodes),
      buffers: k.buffers.map(({ node, ...b }) => ({ ...b, node: (node && number(node)) ?? -1 })),
      source: fits ? k.source : `${k.source.length} characters: read .kernels(...)[i].source`,
      lineNodes: fits
        ? k.lineNodes.flatMap(([line, n]) => numbers([n]).map((at) => [line, at] as const))
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
      memory: executable.memory.values.map(({ node, bytes, from, to }) => ({
        node: (node && number(node)) ?? -1,
        bytes,
        from,
        to,
      })),
    }),
  )
}

function factsOf(k: KernelInfo, compiler: string): Omit<Kernel, "nodes" | "source" | "lineNodes"> {
  const { id, form, language, why, whyNotNext, bytes, flops } = k
  return { id, compiler, form, language, why, whyNotNext, bytes, flops }
}
