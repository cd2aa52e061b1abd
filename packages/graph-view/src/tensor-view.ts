/** @file A tensor, or several linked ones, as heat maps or curves: axes, zoom, scale, a histogram, a readout of one cell. */
import type { TensorDoc, TensorPicture } from "@defnote/display"
import { decodeFloats, formatNumber } from "@defnote/display"
import { element, Lifetime } from "./dom.ts"
import { histogramChart } from "./histogram.ts"
import type { PanelSize } from "./panel-size.ts"
import {
  type Arrangement,
  type AxisRole,
  arrangedDoc,
  arrangedParts,
  plainArrangement,
  transposed,
  withRole,
} from "./tensor-arrangement.ts"
import { tensorAxes } from "./tensor-axes.ts"
import { tensorBar } from "./tensor-bar.ts"
import {
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
  facetTitle,
  fillFacets,
  makeFacets,
  paintFacets,
  placeAt,
  windowScales,
} from "./tensor-facets.ts"
import { legend } from "./tensor-legend.ts"
import { readState, type SavedTensorView, savedState, type TensorState } from "./tensor-saved.ts"
import { type TensorScale, wholeScale } from "./tensor-scale.ts"
import { tensorTable } from "./tensor-table.ts"
import { type TileSource, Tiles } from "./tensor-tiles.ts"
import { placeText, stateText, summaryText } from "./tensor-words.ts"
import { type PageTheme, readTheme, watchTheme } from "./theme.ts"
import { english, type Translate, type View, type ViewOptions } from "./view.ts"

/** Options of a tensor view. */
export interface TensorViewOptions extends ViewOptions {
  /** Who has the parts that the payload lacks. */
  readonly tiles?: TileSource
  /** The reader chose axes, indices, scale or table: to be kept with the notebook. */
  readonly onView?: (view: SavedTensorView) => void
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
  readonly #onView: TensorViewOptions["onView"]
  /** The tensor as it came, and with its axes as they are looked at. */
  #own: TensorDoc | null = null
  #doc: TensorDoc | null = null
  #ownParts: readonly Part[] = []
  #parts: readonly Part[] = []
  #arrangement: Arrangement = plainArrangement(0)
  #tiles: Tiles
  /** Chosen index of each leading axis of what is shown; the last one is the first facet shown. */
  #index: number[] = []
  /** Chosen index of each axis of the tensor, kept while it has no slider. */
  #places: number[] = []
  #scales: ReadonlyMap<TensorPicture, TensorScale> = new Map()
  #windowScale = false
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
    this.#onView = options.onView
    this.#tiles = this.#newTiles()
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

  /** @param saved a view that was kept with the notebook */
  setDocument(doc: TensorDoc, saved?: unknown): void {
    const same = this.#own && String(this.#own.shape) === String(doc.shape)
    this.#ownParts = partsOf(doc)
    this.#own = doc
    this.#scales = new Map(this.#ownParts.map((part) => [part.picture, wholeScale(part)]))
    this.#tiles.end()
    this.#tiles = this.#newTiles()
    if (!same) this.#restore(readState(saved, doc))
    this.#arrange(this.#arrangement, !same)
  }

  #newTiles(): Tiles {
    return new Tiles(this.#source, () => (this.#table ? this.#rebuildTable() : this.#paint()))
  }

  #restore({ arrangement, index, table, windowScale }: TensorState): void {
    this.#arrangement = arrangement
    this.#places = [...index]
    this.#table = table
    this.#windowScale = windowScale
  }

  /** Shows the axes in an order; other axes are another panel, so the window and the cell begin anew. */
  #arrange(arrangement: Arrangement, anew = true): void {
    const own = this.#own
    if (!own) return
    this.#arrangement = arrangement
    const doc = arrangedDoc(own, arrangement)
    this.#doc = doc
    this.#parts = arrangedParts(this.#ownParts, own.shape, arrangement)
    this.#index = leadingAxes(doc).map((_, at) => this.#places[arrangement.order[at]])
    if (anew) {
      this.#cell = null
      this.#window = wholeWindow(doc)
    }
    const last = this.#index.length - 1
    // The first of the panels side by side is a whole page from the start.
    if (last >= 0 && this.#page() > 1) this.#index[last] -= this.#index[last] % this.#page()
    this.#build()
  }

  /** Panels that are side by side along the last leading axis. */
  #page(): number {
    return this.#table || this.#own?.linked || !this.#arrangement.facets ? 1 : FACETS
  }

  #chose(): void {
    for (const [at, index] of this.#index.entries())
      this.#places[this.#arrangement.order[at]] = index
    const state = { arrangement: this.#arrangement, index: this.#places, table: this.#table }
    this.#onView?.(savedState({ ...state, windowScale: this.#windowScale }))
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
    const own = this.#own
    if (!own) return
    const [rows, columns] = planeOf(doc)
    const translate = this.#translate
    const bar = tensorBar({
      doc: own,
      translate,
      table: this.#table,
      windowScale: this.#windowScale,
      zoomable: rows * columns >= MANY,
      onTable: () => this.#toggleTable(),
      onZoom: (share) => this.#zoom(share),
      onScale: () => this.#toggleScale(),
      onSwap: () => this.#choose(transposed(this.#arrangement)),
    })
    const axes =
      doc.stats.count > 1 &&
      tensorAxes({
        doc: own,
        shown: doc,
        arrangement: this.#arrangement,
        translate,
        index: this.#index,
        step: this.#page(),
        onRole: (role, axis) => this.#choose(withRole(this.#arrangement, role, axis), role),
        onIndex: (done) => (done ? this.#chose() : this.#refill(doc)),
      })
    this.#bar.replaceChildren(bar, ...(axes ? [axes] : []))
  }

  /** Another order of the axes; the selector that chose it keeps the focus. */
  #choose(arrangement: Arrangement, role?: AxisRole): void {
    this.#chose()
    this.#arrange(arrangement)
    this.#chose()
    if (role) this.#bar.querySelector<HTMLElement>(`select[data-role="${role}"]`)?.focus()
    else this.#body.querySelector<HTMLElement>(".dn-facets")?.focus({ preventScroll: true })
  }

  #toggleTable(): void {
    this.#table = !this.#table
    this.#arrange(this.#arrangement, false)
    this.#chose()
  }

  #toggleScale(): void {
    this.#windowScale = !this.#windowScale
    if (this.#doc) this.#buildBar(this.#doc)
    this.#paint()
    this.#chose()
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
    return element(
      "div",
      "dn-tables",
      {},
      ...this.#parts.map((part) => this.#oneTable(doc, part, panel)),
    )
  }

  #oneTable(doc: TensorDoc, part: Part, panel: number): HTMLElement {
    const table = tensorTable(doc, part, panel, this.#tiles, this.#translate)
    if (!doc.linked) return table
    return element("figure", "dn-table-figure", {}, facetTitle(part.picture), table)
  }

  #rebuildTable(): void {
    if (this.#doc) this.#refill(this.#doc)
  }

  #grid(doc: TensorDoc): HTMLElement {
    const grid = element("div", "dn-facets", {
      tabindex: 0,
      role: "img",
      "aria-label": summaryText(doc, this.#translate),
      "aria-roledescription": this.#translate(doc.shape.length > 1 ? "heat map" : "chart"),
      "aria-keyshortcuts": "+ - 0 t w ArrowUp ArrowDown ArrowLeft ArrowRight",
    })
    const count = facetCount(doc, this.#index, this.#arrangement.facets)
    this.#size = facetSize(doc, count, this.#width)
    this.#facets = makeFacets(doc, this.#parts, this.#index, count)
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
    if (event.key === "t" && (this.#doc?.shape.length ?? 0) > 1) {
      event.stopPropagation()
      return this.#choose(transposed(this.#arrangement))
    }
    if (event.key === "w") {
      event.stopPropagation()
      return this.#toggleScale()
    }
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
    const scales = this.#windowScale ? windowScales(this.#facets) : this.#scales
    paintFacets(this.#facets, state, scales, this.#theme)
    this.#say()
    const scale = scales.get(this.#parts[0].picture)
    if (!scale) return
    const block = this.#facets[0].patch?.factor ?? [1, 1]
    const heat = !doc.linked && doc.shape.length > 1
    const key = heat ? [legend(scale, doc.stats, block, this.#translate)] : []
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
    const missing = !this.#table && this.#facets.some(({ patch }) => !patch)
    const coarse = this.#facets.some(({ patch }) => patch && patch.factor[0] * patch.factor[1] > 1)
    const incomplete = missing || (coarse && this.#isZoomed())
    this.#state.textContent = incomplete ? stateText(doc, this.#tiles.state, this.#translate) : ""
    const cell = this.#cell
    if (!cell || this.#table) {
      this.#readout.textContent = doc.linked
        ? this.#translate("One crosshair in all panels.")
        : summaryText(doc, this.#translate)
      return
    }
    const patch = this.#facets.find((facet) => facet.patch)?.patch
    const place = `[${placeText(doc, this.#index, cell, patch, this.#facets.length)}]`
    const values = this.#facets.map(({ patch, part }) =>
      patch ? valueText(patch, cell, part.picture.dtype) : "–",
    )
    this.#readout.textContent = doc.linked ? place : `${place} = ${values.join("  ")}`
  }
}

const axisTitle = (doc: TensorDoc, axis: number, arrow: string) =>
  doc.names?.[axis] ? `${doc.names[axis]} ${arrow}` : ""

const span = ([from, to]: readonly [number, number]) => to - from

/** `3.50000` is `3.5`. */
const trimZeros = (text: string) => text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "")

const clamp = (at: number, count: number) => Math.max(0, Math.min(count - 1, at))
