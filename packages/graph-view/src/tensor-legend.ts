/** @file The key of a heat map: the ramp with its limits, and the marks for zero, NaN and infinity. */
import { formatNumber, type Scale, type TensorStats } from "@defnote/display"
import { element } from "./dom.ts"
import type { Translate } from "./view.ts"

/** Colours come from CSS classes, so the key follows the theme by itself. */
export function legend(
  scale: Scale,
  stats: TensorStats,
  block: readonly [rows: number, columns: number],
  translate: Translate,
): HTMLElement {
  const { kind, limit, clippedFrom } = scale
  const low = kind === "positive" ? "0" : formatNumber(-limit)
  const high = kind === "negative" ? "0" : formatNumber(limit)
  const ramp = element("span", `dn-ramp dn-ramp-${kind}`, { "aria-hidden": "true" })
  const items: Node[] = [element("span", "dn-legend-item", {}, low, ramp, high)]
  if (stats.zeros) items.push(swatch("dn-swatch-zero", translate("exactly 0")))
  if (stats.nan) items.push(swatch("dn-swatch-broken", "NaN ×"))
  if (stats.posInf + stats.negInf) items.push(swatch("dn-swatch-broken", "Inf + −"))
  if (clippedFrom !== null) {
    const [end, most] = [formatNumber(limit), formatNumber(clippedFrom)]
    const text = translate("colours end at ±%1; the largest is %2", end, most)
    items.push(element("span", "dn-mute", {}, text))
  }
  if (block[0] * block[1] > 1) {
    const text = translate("a cell is the mean of %1 × %2 elements", block[0], block[1])
    items.push(element("span", "dn-mute", {}, text))
  }
  return element("div", "dn-legend-row", {}, ...items)
}

const swatch = (name: string, text: string) =>
  element("span", "dn-legend-item", {}, element("span", `dn-swatch ${name}`), text)
