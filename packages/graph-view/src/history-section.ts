/** @file Gradients over the steps of a run: the picture, and the same as a table for who cannot see it. */
import { type GradientHistory, historyFacts, historyRows, historySvg } from "@defnote/display"
import { element } from "./dom.ts"
import { readTheme } from "./theme.ts"
import type { Translate } from "./view.ts"

/** Widths that a picture is drawn for, in px. */
const [NARROWEST, WIDEST] = [400, 904]

/** The section; its picture comes with `drawHistory`. */
export function historySection(
  history: GradientHistory,
  host: Element,
  translate: Translate,
): HTMLElement {
  const alt = [translate("gradient norms by step"), ...historyFacts(history)].join(" ")
  const image = element("img", "dn-history-picture", { alt })
  drawHistory(image, history, host)
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

/** Draws the picture as wide as the host: a smaller one would have smaller letters. */
export function drawHistory(
  image: HTMLImageElement,
  history: GradientHistory,
  host: Element,
): void {
  const width = Math.min(WIDEST, Math.max(NARROWEST, host.clientWidth || WIDEST))
  if (image.dataset.width === String(width)) return
  image.dataset.width = String(width)
  const svg = historySvg(history, readTheme(host), width)
  // As an image nothing of the payload becomes markup of the page (D8.4).
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
}

const rowOf = (cells: readonly string[], tag: "th" | "td"): HTMLElement =>
  element("tr", "", {}, ...cells.map((cell) => element(tag, "", {}, cell)))
