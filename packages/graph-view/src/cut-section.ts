/** @file Where a gradient stops: each cut edge with its reason, and the graph around it as a picture. */
import { cutGraphSvg, cutsOf, type GradientDoc } from "@defnote/display"
import { element, prose } from "./dom.ts"
import { expressionText, nodeName, oneLine } from "./node-text.ts"
import { readTheme } from "./theme.ts"
import type { Translate } from "./view.ts"

/** Cuts that are listed; the text of the output has all. */
const MOST = 6

/** The section; null when no gradient is cut. */
export function cutSection(
  doc: GradientDoc,
  host: Element,
  translate: Translate,
): HTMLElement | null {
  const cuts = cutsOf(doc)
  if (!cuts.length) return null
  const list = element("ul", "dn-cuts-list", {
    "aria-label": translate("where the gradient stops"),
  })
  for (const { from, to, reason } of cuts.slice(0, MOST))
    list.append(
      element(
        "li",
        "",
        { "data-node": to, tabindex: 0 },
        element("code", "dn-code", {}, nameOf(doc, from)),
        element("span", "dn-error", { "aria-hidden": "true" }, " ✂ "),
        element("code", "dn-code", {}, nameOf(doc, to)),
        element("span", "dn-cut-reason", {}, ...prose(reason)),
      ),
    )
  if (cuts.length > MOST)
    list.append(element("li", "dn-mute", {}, translate("%1 more", cuts.length - MOST)))
  return element("section", "dn-cuts", {}, list, ...picture(doc, host, translate))
}
const nameOf = (doc: GradientDoc, node: number): string =>
  oneLine(expressionText(doc, node) || nodeName(doc, node), 40)

/** The graph as an image: nothing of a payload becomes markup of the page (D8.4). */
function picture(doc: GradientDoc, host: Element, translate: Translate): HTMLElement[] {
  const svg = cutGraphSvg(doc, readTheme(host))
  if (!svg) return []
  const src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  const alt = translate("the graph; edges at which the gradient stops are marked with scissors")
  const image = element("img", "dn-cut-picture", { src, alt })
  return [element("div", "dn-cut-graph", { tabindex: 0, role: "region", "aria-label": alt }, image)]
}
