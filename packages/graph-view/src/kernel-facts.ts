/** @file What is said of one kernel beside its code: traffic, why these nodes, why not the next. */
import { formatTime, type GraphLike, type KernelReport } from "@defnote/display"
import { element } from "./dom.ts"
import type { Translate } from "./view.ts"

/** The panel of a kernel. `time` is its text, "" where it was not measured. */
export function kernelFacts(report: KernelReport, time: string, t: Translate): HTMLElement[] {
  const list = element("dl", "dn-facts")
  const facts: readonly (readonly [string, string])[] = [
    [t("reads"), report.reads],
    [t("writes"), report.writes],
    [t("not stored"), report.notStored],
    [t("work"), report.work],
    [t("time"), time],
  ]
  for (const [name, value] of facts)
    if (value) list.append(element("dt", "", {}, name), element("dd", "", {}, value))
  const parts = [element("h3", "dn-kernel-title", {}, report.title), list]
  const why = (heading: string, text: string): void => {
    if (text)
      parts.push(element("h4", "", {}, heading), element("p", "dn-mute", {}, sentence(text)))
  }
  why(t("Why these operations"), report.why)
  why(t("Why not the next one too"), report.whyNotNext)
  return parts
}
const sentence = (text: string): string => `${text[0].toUpperCase()}${text.slice(1)}.`

/** `38 µs, p90 41 µs` of a kernel's samples; "" without any. */
export function kernelTime(doc: GraphLike, kernel: number): string {
  const samples = doc.runs?.find((run) => run.kernelNs)?.kernelNs?.[kernel] ?? []
  if (!samples.length) return ""
  const sorted = [...samples].sort((a, b) => a - b)
  const at = (share: number): string =>
    formatTime(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))])
  return sorted.length < 5 ? at(0.5) : `${at(0.5)} (p10 ${at(0.1)}, p90 ${at(0.9)})`
}
