/** @file A compiled program as a profile document: the graph, its kernels, when each value lives in memory (K2, K5). */
import type { Executable, KernelInfo, Program, Tensor } from "@defnote/core"
import type { Kernel, ProfileDoc } from "../payload.ts"
import { type DocumentOptions, documentOf } from "./document.ts"

/** Characters of code that a document holds; kernels after that say where their code is. */
const MOST_SOURCE = 100_000

/**
 * The document of `f.kernels(...)`.
 *
 * @param executable what a compiler made of the program; its kernels name nodes of the program's graph
 */
export function profileDocument(
  program: Pick<Program, "name" | "graph" | "inputPaths">,
  executable: Pick<Executable, "kernels" | "memory">,
  options: DocumentOptions & { readonly compiler: string },
): ProfileDoc {
  const { doc, nodes, index } = documentOf(program, options)
  const numbers = (list: readonly Tensor[]): number[] =>
    [...new Set(list.flatMap((n) => index.get(n) ?? []))].sort((a, b) => a - b)
  let room = MOST_SOURCE
  const kernels = executable.kernels.map((k): Kernel => {
    const fits = k.source.length <= room
    if (fits) room -= k.source.length
    return {
      ...factsOf(k, options.compiler),
      nodes: numbers(k.nodes),
      buffers: k.buffers.map(({ node, ...b }) => ({ ...b, node: (node && index.get(node)) ?? -1 })),
      source: fits ? k.source : `${k.source.length} characters: read .kernels(...)[i].source`,
      lineNodes: fits
        ? k.lineNodes.flatMap(([line, n]) => (index.has(n) ? [[line, index.get(n)!] as const] : []))
        : [],
    }
  })
  return JSON.parse(
    JSON.stringify({
      ...doc,
      schema: { ...doc.schema, kind: "profile" },
      kernels,
      nodes: { ...doc.nodes, alive: aliveOf(nodes, executable) },
    }),
  )
}

function factsOf(k: KernelInfo, compiler: string): Omit<Kernel, "nodes" | "source" | "lineNodes"> {
  const { id, form, language, why, whyNotNext, bytes, flops } = k
  return { id, compiler, form, language, why, whyNotNext, bytes, flops }
}

/** From and to in the schedule, `[0, 0]` for values that are never in scratch memory. */
function aliveOf(
  nodes: readonly Tensor[],
  { memory }: Pick<Executable, "memory">,
): [number, number][] | undefined {
  if (!memory.values.length) return undefined
  const lives = new Map(memory.values.map((v) => [v.node, v]))
  return nodes.map((n) => {
    const life = lives.get(n)
    return life ? [life.from, life.to] : [0, 0]
  })
}
