/** @file What is laid over a graph: search, marks, a trace, an overlay; with the line that shows them. */
import {
  type Direction,
  type GraphLike,
  type Labels,
  type Layout,
  OVERLAYS,
  type Overlay,
  type OverlayName,
  overlayOf,
  overlaysOf,
  type PaintOptions,
  type SavedView,
} from "@defnote/display"
import { Finder } from "./finder.ts"
import { Tracing } from "./graph-trace.ts"
import { legendOf } from "./overlay-legend.ts"
import { SearchBar } from "./search-bar.ts"
import type { Translate } from "./view.ts"

/** What lenses ask of their view. */
export interface LensHost {
  /** Something that is drawn changed. */
  repaint(): void
  /** Something that is saved changed. */
  store(): void
  /** Selects a node and brings it into sight. */
  goTo(node: number): void
  /** Gives the focus to the picture. */
  focus(): void
  /** The box that shows a node, by its place in the layout. */
  boxOf(node: number): number
  /** Which overlays there are, and the one that is on. */
  overlays(names: readonly OverlayName[], on: OverlayName | null): void
}

/** The lenses of one view. */
export class Lenses {
  readonly bar: SearchBar
  readonly #host: LensHost
  readonly #translate: Translate
  readonly #finder = new Finder()
  readonly #tracing = new Tracing()
  #layout: Layout | null = null
  #labels: Labels | null = null
  #found: ReadonlyMap<string, number> | undefined
  #overlayName: OverlayName | null = null
  #overlay: Overlay | null = null

  constructor(host: LensHost, translate: Translate) {
    this.#host = host
    this.#translate = translate
    this.bar = new SearchBar(
      {
        search: (text) => this.#search(text),
        step: (by) => this.#step(by),
        close: () => this.endSearch(),
        setRules: (texts) => this.setMarks(texts),
        endTrace: () => this.trace(null, null),
      },
      this.#finder,
      translate,
    )
  }

  /** Boxes that the search found, by key. */
  get found(): ReadonlyMap<string, number> | undefined {
    return this.#found
  }
  get searching(): boolean {
    return this.#finder.text !== ""
  }
  get tracing(): boolean {
    return this.#tracing.on
  }

  setDocument(doc: GraphLike): void {
    this.#finder.setDocument(doc)
    this.bar.show()
  }

  setLayout(layout: Layout, labels: Labels): void {
    this.#layout = layout
    this.#labels = labels
    this.#measure()
  }

  restore(view: SavedView | undefined): void {
    this.#overlayName = OVERLAYS.find((name) => name === view?.overlay) ?? null
    this.#finder.keepRules(view?.marks ?? [])
  }

  /** The part of a saved view that is ours. */
  saved(): SavedView {
    return {
      ...(this.#overlayName ? { overlay: this.#overlayName } : {}),
      ...(this.#finder.rules.length ? { marks: this.#finder.rules } : {}),
    }
  }

  /** What the painter must know. */
  paintOptions(layout: Layout): PaintOptions {
    const boxOf = (node: number) => this.#host.boxOf(node)
    this.#found = this.#finder.foundBoxes(boxOf, layout)
    return {
      found: this.#found,
      foundNow: layout.boxes[boxOf(this.#finder.node)]?.key,
      rules: this.#finder.ruledBoxes(boxOf, layout),
      overlay: this.#overlay?.marks,
      reach: this.#tracing.reach(layout),
    }
  }

  setMarks(queries: readonly string[]): void {
    this.#finder.setRules(queries)
    this.bar.show()
    this.#host.repaint()
    this.#host.store()
  }

  endSearch(): void {
    this.bar.close()
    this.#search("")
    this.#host.focus()
  }

  /** Traces from a box, or ends the trace. */
  trace(direction: Direction | null, key: string | null, limit = Number.POSITIVE_INFINITY): void {
    if (direction) this.#tracing.begin(direction, key, limit)
    else this.#tracing.end()
    this.#traced()
  }

  limitHops(hops: number): void {
    this.#tracing.limit(hops)
    this.#traced()
  }

  setOverlay(name: OverlayName | null): void {
    this.#overlayName = name
    this.#measure()
    this.#host.repaint()
    this.#host.store()
  }

  nextOverlay(): void {
    const names = this.#layout ? overlaysOf(this.#layout.model.doc) : []
    const at = this.#overlayName ? names.indexOf(this.#overlayName) : -1
    this.setOverlay(names[at + 1] ?? null)
  }

  #search(text: string): void {
    this.#finder.setText(text)
    this.bar.show()
    this.#host.repaint()
  }

  #step(by: 1 | -1): void {
    const node = this.#finder.step(by)
    this.bar.show()
    if (node >= 0) this.#host.goTo(node)
  }

  #traced(): void {
    if (!this.#layout || !this.#labels) return
    this.bar.setTrace(this.#tracing.words(this.#layout, this.#labels, this.#translate))
    this.#host.repaint()
  }

  /** The overlay of what is drawn now, with its legend. */
  #measure(): void {
    if (!this.#layout) return
    const names = overlaysOf(this.#layout.model.doc)
    const name = names.find((known) => known === this.#overlayName) ?? null
    this.#overlay = name && overlayOf(this.#layout, name)
    this.#host.overlays(names, name)
    this.bar.setLegend(this.#overlay && legendOf(this.#overlay, this.#translate))
  }
}
