/** @file Asks a kernel for parts of the tensors that it keeps. Loaded with the first output. */
import { TILES, type TileReply } from "@defnote/display"
import type { TileSource } from "@defnote/graph-view"
import { askKernel } from "./kernel-questions.ts"
import type { KernelSource } from "./output-widget.ts"

/** A source that asks the kernel that the output belongs to when it is asked. */
export const kernelTiles = (kernelOf: KernelSource): TileSource => ({
  async ask(question) {
    const kernel = kernelOf()
    return kernel ? askKernel<TileReply>(kernel, TILES, question) : null
  },
})
