/** @file A watched training step as a gradient document: its graph, and the norms of its gradients by step. */
import type { StepWatcher } from "@defnote/inspect"
import { doublesToBase64 } from "../base64.ts"
import { type GradientDoc, type TrainingSeries, versionOf } from "../payload.ts"
import { type DocumentOptions, documentOf } from "./document.ts"

/** Undefined before a step was watched. */
export function historyDocument(
  watcher: StepWatcher,
  options: DocumentOptions = {},
): GradientDoc | undefined {
  const { program, rhythm } = watcher
  if (!program) return undefined
  const { doc } = documentOf(program, options)
  const failed = watcher.failed?.step
  return {
    ...doc,
    schema: versionOf("gradient"),
    verdict: verdictOf(watcher),
    history: {
      step: watcher.calls,
      series: seriesOf(watcher),
      events: watcher.events,
      every: rhythm.interval,
      ...(failed === undefined ? {} : { lastGood: watcher.lastGood?.step ?? 0 }),
      ...(rhythm.overhead === undefined
        ? {}
        : { overhead: rhythm.overhead, overheadMs: rhythm.overheadMs }),
      ...(rhythm.budget === undefined ? {} : { budget: rhythm.budget }),
      compileMs: rhythm.compileMs,
    },
  }
}
function verdictOf({ failed, rows }: StepWatcher): NonNullable<GradientDoc["verdict"]> {
  if (!failed)
    return { ok: true, title: `All gradients are finite in ${rows.length} watched steps` }
  return {
    ok: false,
    title: `The run breaks at step ${failed.step.toLocaleString("en")}`,
    text: "The arguments of that step are kept in failed.args: inspect the loss with them to see the operation.",
  }
}
function seriesOf({ names, rows }: StepWatcher): TrainingSeries[] {
  const steps = doublesToBase64(Float64Array.from(rows, (r) => r.step))
  return names.flatMap((name, k) => {
    const of = (role: "gradient" | "update", value: (row: (typeof rows)[number]) => number) => ({
      name,
      role,
      step: steps,
      value: doublesToBase64(Float64Array.from(rows, value)),
    })
    const norm = of("gradient", ({ seen }) => {
      const g = seen[k].gradient
      return g.nan + g.posInf + g.negInf ? Number.NaN : g.l2
    })
    return [norm, of("update", ({ seen }) => seen[k].ratio)]
  })
}
