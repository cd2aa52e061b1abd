/** @file A tensor as facets of heat maps with sliders, a histogram and a readout of one cell. */
import {
  decodeFloats,
  formatCount,
  formatNumber,
  formatType,
  loudWords,
  type TensorDoc,
  tensorFacts,
} from "@defnote/display"
import { button, element, Lifetime } from "./dom.ts"
import { type Cell, type PanelSize, paintPanel, panelSize, rampOf } from "./heat-map.ts"
import { histogramChart } from "./histogram.ts"
import {
  axisName,
  decodeLevel,
  FLAG,
  type Level,
  leadingAxes,
  panelIndex,
  type Scale,
  scaleOf,
} from "./tensor-data.ts"
import { legend } from "./tensor-legend.ts"
import { tensorTable } from "./tensor-table.ts"
import { type PageTheme, readTheme, watchTheme } from "./theme.ts"
import { english, type Translate, type View, type ViewOptions } from "./view.ts"

/** Panels in one row, and in one picture. */
const ACROSS = 4
const FACETS = 8
const GAP = 24
const MARGIN = 44

/** Shows `tensor` payloads. */
export class TensorView implements View<TensorDoc> {
  readonly #host: HTMLElement
  readonly #translate: Translate
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-tensor")
  readonly #bar = element("div", "dn-bar")
  readonly #body = element("div", "dn-tensor-body")
  readonly #readout = element("div", "dn-readout", { role: "status" })
  #theme: PageTheme
  #doc: TensorDoc | null = null
  #levels: readonly Level[] = []
  #scale: Scale = { limit: 1, kind: "positive", clippedFrom: null }
  /** Chosen index of each leading axis; the last one is the first facet shown. */
  #index: number[] = []
  #cell: Cell | null = null
  #table = false
  #panels: { canvas: HTMLCanvasElement; panel: number }[] = []
  #width = 0

  constructor(host: HTMLElement, options: ViewOptions = {}) {
    this.#host = host
    this.#translate = options.translate ?? english
    this.#root.append(this.#bar, this.#body)
    host.append(this.#root)
    this.#theme = readTheme(this.#root)
    this.#life.add(() => this.#root.remove())
    this.#life.add(
      watchTheme(() => {
        this.#theme = readTheme(this.#root)
        this.#paint()
      }),
    )
    this.#life.onResize(this.#root, () => this.resize())
  }

  setDocument(doc: TensorDoc): void {
    const same = this.#doc && String(this.#doc.shape) === String(doc.shape)
    this.#levels = doc.pyramid.map(decodeLevel)
    this.#doc = doc
    if (!same) {
      this.#index = leadingAxes(doc).map(() => 0)
      this.#cell = null
    }
    if (this.#levels.length) this.#scale = scaleOf(this.#levels[0])
    this.#build()
  }

  resize(): void {
    const width = this.#root.clientWidth
    if (!this.#doc || !width || width === this.#width) return
    this.#build()
  }

  dispose(): void {
    this.#life.end()
    this.#panels = []
    this.#levels = []
  }

  #build(): void {
    const doc = this.#doc
    if (!doc) return
    this.#width = this.#root.clientWidth || this.#host.clientWidth || 800
    this.#bar.replaceChildren(...this.#toolbar(doc))
    this.#body.replaceChildren()
    this.#panels = []
    if (doc.stats.count <= 1) {
      const none = this.#translate("This tensor has no elements.")
      const text = doc.stats.count ? this.#single(doc) : none
      this.#body.append(element("p", doc.stats.count ? "dn-code dn-single" : "dn-mute", {}, text))
      return
    }
    if (this.#table)
      this.#body.append(tensorTable(doc, this.#levels[0], this.#panel(0), this.#translate))
    else this.#body.append(this.#facets(doc))
    this.#body.append(this.#footer(doc))
    this.#paint()
    this.#say()
  }

  #toolbar(doc: TensorDoc): Node[] {
    const type = formatType(doc.dtype, doc.shape, doc.names)
    const title = element("strong", "dn-title", {}, doc.title || type)
    const loud = loudWords(doc.stats)
    const facts = tensorFacts(doc).filter((fact) => !loud.includes(fact))
    const about = [doc.title ? type : "", ...facts].filter(Boolean).join("  ")
    const text = element("span", "dn-mute dn-code dn-about", { title: about }, about)
    const table = button(
      this.#table ? this.#translate("Picture") : this.#translate("Table"),
      this.#table ? this.#translate("View as picture") : this.#translate("View as table"),
      () => {
        this.#table = !this.#table
        this.#build()
      },
    )
    table.setAttribute("aria-pressed", String(this.#table))
    table.hidden = doc.stats.count <= 1
    const marks = loud.map((word) => element("span", "dn-badge", {}, word))
    return [title, text, ...marks, ...this.#sliders(doc), element("span", "dn-fill"), table]
  }

  /** The only element, with six digits. */
  #single(doc: TensorDoc): string {
    const exact = doc.values ? decodeFloats(doc.values, 8)?.[0] : undefined
    if (exact !== undefined) return trimZeros(formatNumber(exact, 6))
    return valueText(this.#levels[0], 0, { row: 0, column: 0 })
  }

  /** One slider for every leading axis but the facets'; that one pages when there are many. */
  #sliders(doc: TensorDoc): Node[] {
    const sizes = leadingAxes(doc)
    return sizes.flatMap((size, axis) => {
      const facets = axis === sizes.length - 1 && !this.#table
      const step = facets ? FACETS : 1
      if (size <= step) return []
      const name = axisName(doc, axis)
      const value = () => {
        const at = this.#index[axis]
        const end = Math.min(size, at + step)
        return facets ? `${at}–${end - 1} / ${size}` : `${at} / ${size}`
      }
      const shown = element("span", "dn-slider-value", {}, value())
      const max = Math.max(0, Math.ceil(size / step) - 1)
      const attributes = { type: "range", min: 0, max, step: 1, "aria-label": name }
      const input = element("input", "dn-slider", attributes)
      input.value = String(this.#index[axis] / step)
      input.addEventListener("input", () => {
        this.#index[axis] = Number(input.value) * step
        shown.textContent = value()
        input.setAttribute("aria-valuetext", `${name} ${value()}`)
        this.#refill(doc)
      })
      return [element("label", "dn-slider-label", {}, name, input, shown)]
    })
  }

  /** New panels after a slider moved; the toolbar stays, so that the slider keeps the pointer. */
  #refill(doc: TensorDoc): void {
    const first = this.#body.firstElementChild
    const next = this.#table
      ? tensorTable(doc, this.#levels[0], this.#panel(0), this.#translate)
      : this.#facets(doc)
    first?.replaceWith(next)
    this.#paint()
    this.#say()
  }

  #panel(offset: number): number {
    const sizes = leadingAxes(this.#doc as TensorDoc)
    const index = [...this.#index]
    if (index.length) index[index.length - 1] += offset
    return panelIndex(sizes, index)
  }

  /** How many facets are side by side now. */
  #count(doc: TensorDoc): number {
    const sizes = leadingAxes(doc)
    if (!sizes.length) return 1
    const last = sizes.length - 1
    return Math.min(FACETS, sizes[last] - this.#index[last])
  }

  #facets(doc: TensorDoc): HTMLElement {
    const count = this.#count(doc)
    const { level, size } = this.#fit(count)
    const summary = this.#summary(doc)
    const grid = element("div", "dn-facets", {
      tabindex: 0,
      role: "img",
      "aria-label": summary,
      "aria-roledescription": this.#translate("heat map"),
    })
    grid.append(this.#axisTitle(doc, "rows"))
    this.#panels = []
    for (let offset = 0; offset < count; offset++) {
      grid.append(this.#facet(doc, offset, level, size))
    }
    grid.append(this.#axisTitle(doc, "columns"))
    grid.addEventListener("keydown", (event) => this.#key(event, level))
    return grid
  }

  #fit(count: number): { level: Level; size: PanelSize } {
    const across = Math.min(ACROSS, count)
    const room = (this.#width - 2 * MARGIN - (across - 1) * GAP) / across
    const height = count > ACROSS ? 150 : 260
    const cells = (level: Level) => Math.min(room / level.columns, height / level.rows)
    const level = this.#levels.find((l) => cells(l) >= 1) ?? this.#levels[this.#levels.length - 1]
    return { level, size: panelSize(level, Math.min(room, count === 1 ? 560 : room), height) }
  }

  #axisTitle(doc: TensorDoc, which: "rows" | "columns"): HTMLElement {
    const rank = doc.shape.length
    const axis = which === "rows" ? rank - 2 : rank - 1
    // The title of the rows is written downwards, so its arrow points down as well.
    const text = axis >= 0 && doc.names?.[axis] ? `${doc.names[axis]} →` : ""
    return element("span", `dn-axis-title dn-axis-${which}`, {}, text)
  }

  #facet(doc: TensorDoc, offset: number, level: Level, size: PanelSize): HTMLElement {
    const sizes = leadingAxes(doc)
    const panel = this.#panel(offset)
    const canvas = element("canvas", "", { "aria-hidden": "true" })
    const box = element("figure", "dn-facet")
    if (sizes.length) {
      const axis = sizes.length - 1
      const sign = doc.names?.[axis] ? " " : " = "
      const text = axisName(doc, axis) + sign + String(this.#index[axis] + offset)
      box.append(element("figcaption", "dn-facet-title", {}, text))
    }
    if (panel >= level.panels) {
      const stored = this.#translate("not stored: the output keeps %1 panels", level.panels)
      box.append(element("p", "dn-mute", {}, stored))
      return box
    }
    box.append(canvas)
    this.#panels.push({ canvas, panel })
    const at = (event: PointerEvent): Cell => ({
      row: clamp(Math.floor(event.offsetY / size.cell[1]), level.rows),
      column: clamp(Math.floor(event.offsetX / size.cell[0]), level.columns),
    })
    canvas.addEventListener("pointermove", (event) => this.#point(at(event)))
    return box
  }

  #point(cell: Cell): void {
    if (cell.row === this.#cell?.row && cell.column === this.#cell?.column) return
    this.#cell = cell
    this.#paint()
    this.#say()
  }

  #key(event: KeyboardEvent, level: Level): void {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[
      event.key
    ]
    if (event.key === "Escape") (event.currentTarget as HTMLElement).blur()
    if (!step) return
    event.preventDefault()
    event.stopPropagation()
    const { row, column } = this.#cell ?? { row: -step[0], column: -step[1] }
    this.#point({
      row: clamp(row + step[0], level.rows),
      column: clamp(column + step[1], level.columns),
    })
  }

  #paint(): void {
    const doc = this.#doc
    if (!doc || !this.#levels.length || this.#table) return
    const { level, size } = this.#fit(this.#count(doc))
    const ramp = rampOf(this.#theme, this.#scale)
    for (const { canvas, panel } of this.#panels) {
      paintPanel(canvas, level, panel, size, this.#theme, ramp, this.#cell)
    }
  }

  #footer(doc: TensorDoc): HTMLElement {
    const { stats } = doc
    const histogram = {
      ...doc.histogram,
      zeros: stats.zeros,
      nan: stats.nan,
      infinite: stats.posInf + stats.negInf,
    }
    const label = this.#translate(
      "Histogram over powers of two: %1 elements, %2 zeros, %3 NaN",
      stats.count,
      stats.zeros,
      stats.nan,
    )
    const width = Math.min(400, Math.max(220, this.#width / 2 - 60))
    const right = element("div", "dn-legend")
    const [rows, columns] = this.#levels[0].factor
    right.append(this.#readout, legend(this.#scale, stats, rows * columns > 1, this.#translate))
    return element("div", "dn-tensor-foot", {}, histogramChart(histogram, width, 78, label), right)
  }

  /** `[batch 2, head ·, query 8, key 6] = 0.12 0.065`: one cell in all panels. */
  #say(): void {
    const doc = this.#doc
    if (!doc || !this.#levels.length) return
    const cell = this.#cell
    if (!cell) {
      this.#readout.textContent = this.#summary(doc)
      return
    }
    const { level } = this.#fit(this.#count(doc))
    const values = this.#panels.map(({ panel }) => valueText(level, panel, cell))
    const mean = level.factor[0] * level.factor[1] > 1
    const word = mean ? this.#translate("mean of %1 × %2", level.factor[0], level.factor[1]) : ""
    this.#readout.textContent = `[${this.#place(doc, cell, level)}] = ${values.join("  ")} ${word}`
  }

  #place(doc: TensorDoc, cell: Cell, level: Level): string {
    const named = (axis: number, text: string) =>
      doc.names?.[axis] ? `${doc.names[axis]} ${text}` : text
    const last = leadingAxes(doc).length - 1
    const lead = leadingAxes(doc).map((_, axis) =>
      named(axis, axis === last && this.#panels.length > 1 ? "·" : String(this.#index[axis])),
    )
    const rank = doc.shape.length
    const span = (at: number, factor: number) =>
      factor > 1 ? `${at * factor}–${at * factor + factor - 1}` : String(at)
    const row = rank > 1 ? [named(rank - 2, span(cell.row, level.factor[0]))] : []
    return [...lead, ...row, named(rank - 1, span(cell.column, level.factor[1]))].join(", ")
  }

  #summary(doc: TensorDoc): string {
    const { min, max, mean, std, count, zeros } = doc.stats
    if (doc.dtype === "bool")
      return this.#translate("%1 of %2 true", formatCount(count - zeros), formatCount(count))
    const [low, high, middle, spread] = [min, max, mean, std].map((v) => formatNumber(Number(v)))
    return this.#translate("%1 to %2, mean %3, deviation %4", low, high, middle, spread)
  }
}

/** `3.50000` is `3.5`. */
const trimZeros = (text: string) => text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "")

const clamp = (at: number, count: number) => Math.max(0, Math.min(count - 1, at))

function valueText(level: Level, panel: number, cell: Cell): string {
  const at = (panel * level.rows + cell.row) * level.columns + cell.column
  const flags = level.flags[at]
  if (flags & FLAG.nan) return "NaN"
  if (flags & FLAG.posInf) return "Inf"
  if (flags & FLAG.negInf) return "−Inf"
  return flags & FLAG.zero ? "0" : formatNumber(level.mean[at])
}
