/** @file A tensor, or several linked ones, as heat maps with sliders, zoom, a histogram and a readout of one cell. */
import { decodeFloats, formatCount, formatNumber, type TensorDoc } from "@defnote/display"
import { element, Lifetime } from "./dom.ts"
import { histogramChart } from "./histogram.ts"
import type { PanelSize } from "./panel-size.ts"
import { tensorBar } from "./tensor-bar.ts"
import {
  cellAt,
  leadingAxes,
  moved,
  type Part,
  type Place,
  panelIndex,
  partsOf,
  planeOf,
  sameWindow,
  valueText,
  type Window,
  wholeWindow,
  zoomed,
} from "./tensor-data.ts"
import {
  cellFactor,
  FACETS,
  type Facet,
  type FacetState,
  facetCount,
  facetElement,
  facetSize,
  fillFacets,
  makeFacets,
  paintFacets,
  placeAt,
  scalesOf,
} from "./tensor-facets.ts"
import { legend } from "./tensor-legend.ts"
import { tensorTable } from "./tensor-table.ts"
import { type TileSource, Tiles } from "./tensor-tiles.ts"
import { type PageTheme, readTheme, watchTheme } from "./theme.ts"
import { english, type Translate, type View, type ViewOptions } from "./view.ts"

/** Options of a tensor view. */
export interface TensorViewOptions extends ViewOptions {
  /** Who has the parts that the payload lacks. */
  readonly tiles?: TileSource
}

/** Elements of a panel from which on zooming helps. */
const MANY = 400

/** Shows `tensor` payloads. */
export class TensorView implements View<TensorDoc> {
  readonly #host: HTMLElement
  readonly #translate: Translate
  readonly #source: TileSource | undefined
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-tensor")
  readonly #bar = element("div")
  readonly #body = element("div", "dn-tensor-body")
  readonly #readout = element("div", "dn-readout", { role: "status" })
  readonly #state = element("div", "dn-tensor-state dn-mute", { role: "status" })
  readonly #legend = element("div", "dn-legend")
  #theme: PageTheme
  #doc: TensorDoc | null = null
  #parts: readonly Part[] = []
  #tiles: Tiles
  /** Chosen index of each leading axis; the last one is the first facet shown. */
  #index: number[] = []
  #window: Window = { rows: [0, 1], columns: [0, 1] }
  #cell: Place | null = null
  #table = false
  #facets: Facet[] = []
  #size: PanelSize = { width: 1, height: 1, left: 0, bottom: 0, cell: [1, 1] }
  #width = 0

  constructor(host: HTMLElement, options: TensorViewOptions = {}) {
    this.#host = host
    this.#translate = options.translate ?? english
    this.#source = options.tiles
    this.#tiles = new Tiles(this.#source, () => this.#paint())
    this.#root.append(this.#bar, this.#body)
    host.append(this.#root)
    this.#theme = readTheme(this.#root)
    this.#life.add(() => this.#root.remove())
    this.#life.add(() => this.#tiles.end())
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
    this.#parts = partsOf(doc)
    this.#doc = doc
    this.#tiles.end()
    this.#tiles = new Tiles(this.#source, () => this.#paint())
    if (!same) {
      this.#index = leadingAxes(doc).map(() => 0)
      this.#cell = null
      this.#window = wholeWindow(doc)
    }
    this.#build()
  }

  resize(): void {
    const width = this.#root.clientWidth
    if (!this.#doc || !width || width === this.#width) return
    this.#build()
  }

  dispose(): void {
    this.#life.end()
    this.#facets = []
    this.#parts = []
  }

  #build(): void {
    const doc = this.#doc
    if (!doc) return
    this.#width = this.#root.clientWidth || this.#host.clientWidth || 800
    this.#buildBar(doc)
    this.#body.replaceChildren()
    this.#facets = []
    if (doc.stats.count <= 1) {
      const none = this.#translate("This tensor has no elements.")
      const text = doc.stats.count ? this.#single(doc) : none
      this.#body.append(element("p", doc.stats.count ? "dn-code dn-single" : "dn-mute", {}, text))
      return
    }
    this.#body.append(this.#picture(doc), this.#footer(doc))
    this.#paint()
  }

  #buildBar(doc: TensorDoc): void {
    const [rows, columns] = planeOf(doc)
    const bar = tensorBar({
      doc,
      translate: this.#translate,
      table: this.#table,
      index: this.#index,
      step: this.#table || doc.linked ? 1 : FACETS,
      zoomable: rows * columns >= MANY,
      onIndex: () => this.#refill(doc),
      onTable: () => {
        this.#table = !this.#table
        this.#build()
      },
      onZoom: (share) => this.#zoom(share),
    })
    this.#bar.replaceChildren(bar)
  }

  /** The only element, with six digits. */
  #single(doc: TensorDoc): string {
    const exact = doc.values ? decodeFloats(doc.values, 8)?.[0] : undefined
    if (exact === undefined) return ""
    return doc.dtype === "bool" ? String(exact !== 0) : trimZeros(formatNumber(exact, 6))
  }

  /** New panels after a slider moved; the bar stays, so that the slider keeps the pointer. */
  #refill(doc: TensorDoc): void {
    this.#body.firstElementChild?.replaceWith(this.#picture(doc))
    this.#paint()
  }

  #picture(doc: TensorDoc): HTMLElement {
    if (!this.#table) return this.#grid(doc)
    const panel = panelIndex(leadingAxes(doc), this.#index)
    return tensorTable(doc, this.#parts[0].levels[0], panel, this.#translate)
  }

  #grid(doc: TensorDoc): HTMLElement {
    const grid = element("div", "dn-facets", {
      tabindex: 0,
      role: "img",
      "aria-label": this.#summary(doc),
      "aria-roledescription": this.#translate("heat map"),
      "aria-keyshortcuts": "+ - 0 ArrowUp ArrowDown ArrowLeft ArrowRight",
    })
    this.#size = facetSize(doc, facetCount(doc, this.#index), this.#width)
    this.#facets = makeFacets(doc, this.#parts, this.#index)
    const panels = this.#facets.map((facet, k) => {
      this.#listen(facet.canvas)
      return facetElement(doc, facet, k, this.#index)
    })
    const rank = doc.shape.length
    const title = (axis: number, name: string, arrow: string) =>
      element("span", `dn-axis-title dn-axis-${name}`, {}, axisTitle(doc, axis, arrow))
    const rows = rank > 1 ? [title(rank - 2, "rows", "↓")] : []
    grid.append(
      element("div", "dn-panels", {}, ...panels),
      title(rank - 1, "columns", "→"),
      ...rows,
    )
    grid.addEventListener("keydown", (event) => this.#key(event))
    return grid
  }

  #listen(canvas: HTMLCanvasElement): void {
    let from: { event: PointerEvent; window: Window } | null = null
    const at = (event: MouseEvent) => placeAt(event, this.#size, this.#window)
    canvas.addEventListener("pointerdown", (event) => {
      from = { event, window: this.#window }
    })
    canvas.addEventListener("pointermove", (event) => {
      if (from && event.buttons === 1 && this.#isZoomed()) this.#drag(from, event)
      else this.#point(at(event))
    })
    canvas.addEventListener("pointerup", () => {
      from = null
    })
    canvas.addEventListener("dblclick", (event) => {
      this.#cell = at(event)
      this.#zoom(0.5)
    })
    canvas.addEventListener(
      "wheel",
      (event) => {
        // As everywhere in the lab, the plain wheel scrolls the notebook.
        if (!event.ctrlKey && !event.metaKey) return
        event.preventDefault()
        this.#cell = at(event)
        this.#zoom(event.deltaY < 0 ? 0.8 : 1.25)
      },
      { passive: false },
    )
  }

  #drag(from: { event: PointerEvent; window: Window }, event: PointerEvent): void {
    const doc = this.#doc
    if (!doc) return
    const { window } = from
    const rows = ((from.event.clientY - event.clientY) / this.#size.height) * span(window.rows)
    const columns = ((from.event.clientX - event.clientX) / this.#size.width) * span(window.columns)
    this.#window = moved(window, rows, columns, wholeWindow(doc))
    this.#paint()
  }

  #isZoomed(): boolean {
    return this.#doc !== null && !sameWindow(this.#window, wholeWindow(this.#doc))
  }

  #zoom(share: number | "all"): void {
    const doc = this.#doc
    if (!doc) return
    const all = wholeWindow(doc)
    const middle = {
      row: Math.floor((this.#window.rows[0] + this.#window.rows[1]) / 2),
      column: Math.floor((this.#window.columns[0] + this.#window.columns[1]) / 2),
    }
    this.#window = share === "all" ? all : zoomed(this.#window, this.#cell ?? middle, share, all)
    this.#tiles.retry()
    this.#paint()
  }

  #point(cell: Place): void {
    if (cell.row === this.#cell?.row && cell.column === this.#cell?.column) return
    this.#cell = cell
    this.#paint()
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const zoom = { "+": 0.5, "=": 0.5, "-": 2, "0": "all" } as const
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }
    if (event.key === "Escape") (event.currentTarget as HTMLElement).blur()
    const direction = step[event.key as keyof typeof step]
    if (!(event.key in zoom) && !direction) return
    event.preventDefault()
    event.stopPropagation()
    if (direction) this.#step(direction[0], direction[1], event.shiftKey ? 10 : 1)
    else this.#zoom(zoom[event.key as keyof typeof zoom])
  }

  /** Moves the crosshair by cells of the picture; the window follows when it leaves. */
  #step(down: number, right: number, cells: number): void {
    const doc = this.#doc
    if (!doc) return
    const [rows, columns] = planeOf(doc)
    const [h, w] = cellFactor(this.#facets, this.#facetState(doc))
    const from = this.#cell ?? { row: this.#window.rows[0], column: this.#window.columns[0] }
    const first = this.#cell === null
    const cell = {
      row: clamp(from.row + (first ? 0 : down * h * cells), rows),
      column: clamp(from.column + (first ? 0 : right * w * cells), columns),
    }
    const beyond = (at: number, [a, b]: readonly [number, number]) =>
      at < a ? at - a : at >= b ? at - b + 1 : 0
    const away = [beyond(cell.row, this.#window.rows), beyond(cell.column, this.#window.columns)]
    this.#window = moved(this.#window, away[0], away[1], wholeWindow(doc))
    this.#point(cell)
  }

  #paint(): void {
    const doc = this.#doc
    if (!doc || !this.#facets.length || this.#table) return this.#say()
    const state = this.#facetState(doc)
    fillFacets(this.#facets, state)
    const scales = scalesOf(this.#facets)
    paintFacets(this.#facets, state, scales, this.#theme)
    this.#say()
    const scale = scales.get(doc) ?? scales.get(this.#parts[0].picture)
    if (!scale) return
    const [down, across] = this.#facets[0].patch?.factor ?? [1, 1]
    const key = doc.linked ? [] : [legend(scale, doc.stats, down * across > 1, this.#translate)]
    this.#legend.replaceChildren(this.#readout, ...key, this.#state)
  }

  #facetState(doc: TensorDoc): FacetState {
    const [size, window, crosshair, tiles] = [this.#size, this.#window, this.#cell, this.#tiles]
    return { doc, size, window, crosshair, tiles }
  }

  #footer(doc: TensorDoc): HTMLElement {
    const { stats } = doc
    if (doc.linked) return element("div", "dn-tensor-foot", {}, this.#legend)
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
    this.#legend.replaceChildren(this.#readout)
    const chart = histogramChart(histogram, width, 78, label)
    return element("div", "dn-tensor-foot", {}, chart, this.#legend)
  }

  /** `[batch 2, head ·, query 8, key 6] = 0.12 0.065`: one cell in all panels. */
  #say(): void {
    const doc = this.#doc
    if (!doc) return
    this.#state.textContent = this.#stateText()
    const cell = this.#cell
    if (!cell || this.#table) {
      this.#readout.textContent = doc.linked
        ? this.#translate("One crosshair in all panels.")
        : this.#summary(doc)
      return
    }
    const place = `[${this.#place(doc, cell)}]`
    const values = this.#facets.map(({ patch, part }) =>
      patch ? valueText(patch, cell, part.picture.dtype) : "–",
    )
    this.#readout.textContent = doc.linked ? place : `${place} = ${values.join("  ")}`
  }

  /** Where the finer picture is, when it is not there (VISUAL §12). */
  #stateText(): string {
    const missing = this.#facets.some(({ patch }) => !patch)
    const coarse = this.#facets.some(({ patch }) => patch && patch.factor[0] * patch.factor[1] > 1)
    if (!missing && !(coarse && this.#isZoomed())) return ""
    if (!this.#doc?.tiles && !this.#doc?.linked?.some((part) => part.tiles))
      return this.#translate("Only a summary of this tensor was stored, and no kernel keeps it.")
    switch (this.#tiles.state) {
      case "waiting":
        return this.#translate("Waiting for the kernel …")
      case "not kept":
        return this.#translate("The kernel no longer keeps this tensor. Run the cell again.")
      case "gone":
        return this.#translate("Saved view. Values beyond the summary need the kernel.")
      default:
        return ""
    }
  }

  #place(doc: TensorDoc, cell: Place): string {
    const named = (axis: number, text: string) =>
      doc.names?.[axis] ? `${doc.names[axis]} ${text}` : text
    const last = leadingAxes(doc).length - 1
    const many = this.#facets.length > 1 && !doc.linked
    const lead = leadingAxes(doc).map((_, axis) =>
      named(axis, axis === last && many ? "·" : String(this.#index[axis])),
    )
    const rank = doc.shape.length
    const [row, column] = this.#spans(cell)
    const own = (axis: number, text: string, names: readonly string[] | undefined, at: number) =>
      named(axis, names?.[at] ?? text)
    const rows = rank > 1 ? [own(rank - 2, row, doc.labels?.rows, cell.row)] : []
    return [...lead, ...rows, own(rank - 1, column, doc.labels?.columns, cell.column)].join(", ")
  }

  /** Which elements the outlined cell stands for: `8`, or `8–11` for a block. */
  #spans(place: Place): readonly [row: string, column: string] {
    const patch = this.#facets.find((facet) => facet.patch)?.patch
    if (!patch || !this.#doc) return [String(place.row), String(place.column)]
    const cell = cellAt(patch, place)
    const [rows, columns] = planeOf(this.#doc)
    const text = (axis: 0 | 1, at: number, end: number) => {
      const from = patch.origin[axis] + at * patch.factor[axis]
      const to = Math.min(end, from + patch.factor[axis]) - 1
      return to > from ? `${from}–${to}` : String(from)
    }
    return [text(0, cell.row, rows), text(1, cell.column, columns)]
  }

  #summary(doc: TensorDoc): string {
    const { min, max, mean, std, count, zeros } = doc.stats
    if (doc.dtype === "bool")
      return this.#translate("%1 of %2 true", formatCount(count - zeros), formatCount(count))
    const [low, high, middle, spread] = [min, max, mean, std].map((v) => formatNumber(Number(v)))
    return this.#translate("%1 to %2, mean %3, deviation %4", low, high, middle, spread)
  }
}

const axisTitle = (doc: TensorDoc, axis: number, arrow: string) =>
  doc.names?.[axis] ? `${doc.names[axis]} ${arrow}` : ""

const span = ([from, to]: readonly [number, number]) => to - from

/** `3.50000` is `3.5`. */
const trimZeros = (text: string) => text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "")

const clamp = (at: number, count: number) => Math.max(0, Math.min(count - 1, at))
