/** @file What is said of one kernel beside its code: traffic, why these nodes, why not the next. */
import type { KernelReport } from "@defnote/display"
import { element } from "./dom.ts"
import type { Translate } from "./view.ts"

/** The panel of a kernel. */
export function kernelFacts(report: KernelReport, t: Translate): HTMLElement[] {
  const list = element("dl", "dn-facts")
  const facts: readonly (readonly [string, string])[] = [
    [t("reads"), report.reads],
    [t("writes"), report.writes],
    [t("not stored"), report.notStored],
    [t("work"), report.work],
    [t("time"), report.time],
    [t("spread"), report.spread],
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
