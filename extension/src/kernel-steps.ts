/** @file Asks a kernel to run a stepped function again with other leaves. Loaded with the first output. */
import { readPayload, STEPS, type StepReply } from "@defnote/display"
import type { LiveSteps, Translate } from "@defnote/graph-view"
import { askKernel } from "./kernel-questions.ts"
import type { KernelSource } from "./output-widget.ts"

/** Steps computed by the kernel that the output belongs to; its answer is checked like any payload (D8.4). */
export const kernelSteps = (kernelOf: KernelSource, t: Translate): LiveSteps => ({
  reason: () => (kernelOf() ? "" : t("Saved view. Changing values needs the kernel.")),
  async compute(live, edits) {
    const kernel = kernelOf()
    const reply = kernel && (await askKernel<StepReply>(kernel, STEPS, { live, edits }))
    if (!reply) throw new Error(t("The kernel no longer keeps this run. Run the cell again."))
    if ("problem" in reply) throw new Error(String(reply.problem))
    const { doc, problem } = readPayload("trace", reply.doc)
    if (!doc) throw new Error(problem)
    return doc
  },
})
