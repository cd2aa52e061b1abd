/** @file The bar above a tensor: its type and facts, sliders over the leading axes, zoom, table. */
import { formatType, loudWords, type TensorDoc, tensorFacts } from "@defnote/display"
import { button, element } from "./dom.ts"
import { axisName, leadingAxes } from "./tensor-data.ts"
import type { Translate } from "./view.ts"

/** What the bar shows and does. */
export interface TensorBarOptions {
  readonly doc: TensorDoc
  readonly translate: Translate
  readonly table: boolean
  /** Chosen index of each leading axis, written by the sliders. */
  readonly index: number[]
  /** Panels that are side by side along the last leading axis. */
  readonly step: number
  /** Whether zooming shows more. */
  readonly zoomable: boolean
  onIndex(): void
  onTable(): void
  onZoom(share: number | "all"): void
}

/** Title, facts, badges, sliders and buttons, in one or two lines. */
export function tensorBar(options: TensorBarOptions): HTMLElement {
  const { doc, translate, table } = options
  const type = formatType(doc.dtype, doc.shape, doc.names)
  const name = element("strong", "dn-title", {}, doc.title || type)
  const linked = doc.linked !== undefined
  const loud = linked ? [] : loudWords(doc.stats)
  const facts = linked ? [] : tensorFacts(doc).filter((fact) => !loud.includes(fact))
  const about = [doc.title ? type : "", ...facts].filter(Boolean).join("  ")
  const text = element("span", "dn-mute dn-code dn-about", { title: about }, about)
  const badges = loud.map((word) => element("span", "dn-badge", {}, word))
  const line = element("div", "dn-bar", {}, name, ...badges, text, element("span", "dn-fill"))
  if (doc.ratio !== undefined) line.append(ratio(doc, translate))
  if (doc.stats.count > 1) line.append(...buttons(options))
  const sliders = leadingAxes(doc).flatMap((size, axis) => slider(options, size, axis))
  const bars = element("div", "dn-tensor-bars", {}, line)
  if (sliders.length) bars.append(element("div", "dn-bar dn-sliders", {}, ...sliders))
  bars.dataset.table = String(table)
  return bars
}

function ratio(doc: TensorDoc, translate: Translate): HTMLElement {
  const value = element("strong", "dn-number", {}, String(Number(doc.ratio).toPrecision(2)))
  const title = translate("size of the update / size of the value")
  return element("span", "dn-mute", { title }, "‖update‖ / ‖value‖ = ", value)
}

function buttons({ table, translate, zoomable, onTable, onZoom }: TensorBarOptions): HTMLElement[] {
  const zoom = [
    button("+", translate("Zoom in at the outlined cell"), () => onZoom(0.5), "dn-square"),
    button("−", translate("Zoom out"), () => onZoom(2), "dn-square"),
    button(translate("All"), translate("Show the whole panel"), () => onZoom("all")),
  ]
  const view = button(
    table ? translate("Picture") : translate("Table"),
    table ? translate("View as picture") : translate("View as table"),
    onTable,
  )
  view.setAttribute("aria-pressed", String(table))
  return zoomable && !table ? [...zoom, view] : [view]
}

/** One slider for every leading axis; the one of the facets pages when there are many. */
function slider(options: TensorBarOptions, size: number, axis: number): HTMLElement[] {
  const { doc, index, translate, onIndex } = options
  const facets = axis === leadingAxes(doc).length - 1 && options.step > 1
  const step = facets ? options.step : 1
  if (size <= step) return []
  const name = axisName(doc, axis)
  const value = () => {
    const at = index[axis]
    if (!facets) return translate("%1 of %2", at, size)
    return translate("%1 to %2 of %3", at, Math.min(size, at + step) - 1, size)
  }
  const shown = element("span", "dn-slider-value", {}, value())
  const max = Math.max(0, Math.ceil(size / step) - 1)
  const attributes = { type: "range", min: 0, max, step: 1, "aria-label": name }
  const input = element("input", "dn-slider", attributes)
  input.value = String(Math.floor(index[axis] / step))
  input.addEventListener("input", () => {
    index[axis] = Number(input.value) * step
    shown.textContent = value()
    input.setAttribute("aria-valuetext", `${name} ${value()}`)
    onIndex()
  })
  return [element("label", "dn-slider-label", {}, name, input, shown)]
}
