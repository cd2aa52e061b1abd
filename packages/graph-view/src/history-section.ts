/** @file Gradients over the steps of a run: the picture, and the same as a table for who cannot see it. */
import { type GradientHistory, historyFacts, historyRows, historySvg } from "@defnote/display"
import { element } from "./dom.ts"
import { readTheme } from "./theme.ts"
import type { Translate } from "./view.ts"

export function historySection(
  history: GradientHistory,
  host: Element,
  translate: Translate,
): HTMLElement {
  const svg = historySvg(history, readTheme(host))
  // As an image nothing of the payload becomes markup of the page (D8.4).
  const src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  const alt = [translate("gradient norms by step"), ...historyFacts(history)].join(" ")
  const image = element("img", "dn-history-picture", { src, alt })
  const [head, ...rows] = historyRows(history)
  const table = element(
    "table",
    "dn-history-table",
    {},
    element("thead", "", {}, rowOf(head, "th")),
    element("tbody", "", {}, ...rows.map((cells) => rowOf(cells, "td"))),
  )
  const details = element(
    "details",
    "dn-history-numbers",
    {},
    element("summary", "", {}, translate("Numbers")),
    table,
  )
  return element("section", "dn-history", {}, image, details)
}
const rowOf = (cells: readonly string[], tag: "th" | "td"): HTMLElement =>
  element("tr", "", {}, ...cells.map((cell) => element(tag, "", {}, cell)))
