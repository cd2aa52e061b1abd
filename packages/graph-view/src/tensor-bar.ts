/** @file The bar above a tensor: its type and facts, badges, buttons for zoom, scale, order of the axes and table. */
import { formatType, loudWords, type TensorDoc, tensorFacts } from "@defnote/display"
import { button, element } from "./dom.ts"
import type { Translate } from "./view.ts"

/** What the bar shows and does. */
export interface TensorBarOptions {
  readonly doc: TensorDoc
  readonly translate: Translate
  readonly table: boolean
  /** Colours follow the cells in sight. */
  readonly windowScale: boolean
  /** Whether zooming shows more. */
  readonly zoomable: boolean
  onTable(): void
  onZoom(share: number | "all"): void
  onScale(): void
  onSwap(): void
}

/** Title, facts, badges and buttons in one line. */
export function tensorBar(options: TensorBarOptions): HTMLElement {
  const { doc, translate } = options
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
  return line
}

function ratio(doc: TensorDoc, translate: Translate): HTMLElement {
  const value = element("strong", "dn-number", {}, String(Number(doc.ratio).toPrecision(2)))
  const title = translate("size of the update / size of the value")
  return element("span", "dn-mute", { title }, "‖update‖ / ‖value‖ = ", value)
}

function buttons(options: TensorBarOptions): HTMLElement[] {
  const { doc, table, translate, zoomable, windowScale } = options
  const found: HTMLElement[] = []
  if (zoomable && !table)
    found.push(
      button(
        "+",
        translate("Zoom in at the outlined cell"),
        () => options.onZoom(0.5),
        "dn-square",
      ),
      button("−", translate("Zoom out"), () => options.onZoom(2), "dn-square"),
      button(translate("All"), translate("Show the whole panel"), () => options.onZoom("all")),
      pressed(
        button(
          translate("Scale to window"),
          translate("One scale for the whole tensor, or one for the cells in sight (key w)"),
          options.onScale,
        ),
        windowScale,
      ),
    )
  if (doc.shape.length > 1)
    found.push(button("⇄", translate("Swap rows and columns (key t)"), options.onSwap, "dn-square"))
  const view = button(
    table ? translate("Picture") : translate("Table"),
    table ? translate("View as picture") : translate("View as table"),
    options.onTable,
  )
  return [...found, pressed(view, table)]
}

function pressed(node: HTMLButtonElement, on: boolean): HTMLButtonElement {
  node.setAttribute("aria-pressed", String(on))
  return node
}
