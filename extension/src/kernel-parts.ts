/** @file Asks a kernel for what is not stored of the graphs that it keeps. Loaded with the first output. */
import {
  type GraphLike,
  PARTS,
  type PartReply,
  type PayloadKind,
  readPayload,
} from "@defnote/display"
import type { PartSource } from "@defnote/graph-view"
import { askKernel } from "./kernel-questions.ts"
import type { KernelSource } from "./output-widget.ts"

/** A source that asks the kernel that the output belongs to; its answer is checked like any payload (D8.4). */
export const kernelParts = (
  kind: PayloadKind,
  kernelOf: KernelSource,
  runAgain: () => void,
): PartSource => ({
  async ask(id, scopes) {
    const kernel = kernelOf()
    const reply = kernel && (await askKernel<PartReply>(kernel, PARTS, { id, scopes }))
    if (!reply) return null
    if ("problem" in reply) return reply.problem
    const { doc, problem } = readPayload(kind, reply.doc)
    if (doc && "nodes" in doc) return doc as GraphLike
    console.warn("defnote: a part of a graph cannot be read", problem)
    return "not valid"
  },
  runAgain,
})
