/** @file Asks a kernel for rows of the tables that it keeps. Loaded with the first output. */
import { type RowsReply, TABLES } from "@defnote/display"
import type { RowSource } from "@defnote/graph-view"
import { askKernel } from "./kernel-questions.ts"
import type { KernelSource } from "./output-widget.ts"

/** A source that asks the kernel that the output belongs to when it is asked. */
export const kernelRows = (kernelOf: KernelSource): RowSource => ({
  async ask(question) {
    const kernel = kernelOf()
    return kernel ? askKernel<RowsReply>(kernel, TABLES, question) : null
  },
})
