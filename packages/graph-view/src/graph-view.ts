/** @file The interactive picture of a graph: picture, toolbar, details, keyboard, screen reader. */
import {
  type Box,
  type Direction,
  type GraphLike,
  type Hit,
  isUnstored,
  keysAround,
  Labels,
  type Layout,
  notedMarks,
  type OverlayName,
  paintGraph,
  type SavedView,
} from "@defnote/display"
import { AriaTree } from "./aria-tree.ts"
import { detailSteps } from "./detail-slider.ts"
import { Details } from "./details.ts"
import { element, Lifetime } from "./dom.ts"
import { exportMenu } from "./export-menu.ts"
import { boxOfNode, boxWithKey, nodeWithKey } from "./find-box.ts"
import { type KeyActions, keyMap } from "./graph-keys.ts"
import type { GraphViewOptions } from "./graph-options.ts"
import { GraphParts } from "./graph-parts.ts"
import { GraphToolbar } from "./graph-toolbar.ts"
import { Lenses } from "./lenses.ts"
import { type Anchor, closeAround, closeScope, toggleBox } from "./open-scopes.ts"
import { Picture } from "./picture.ts"
import { StickyHeader } from "./sticky-header.ts"
import { Unfolding } from "./unfolding.ts"
import { copyText, english, type StatusAction, type Translate, type View } from "./view.ts"
import { alongColumn, alongEdge, alongRow, firstBox, partnerOf } from "./walk.ts"

/** The panel stands right of the picture from this width on, else below it. */
const WIDE = 1080
const TOOLBAR = 34

/** Shows `graph` payloads and everything with a graph in it. */
export class GraphView implements View<GraphLike> {
  readonly #options: GraphViewOptions
  readonly #translate: Translate
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-graph")
  readonly #body = element("div", "dn-body")
  readonly #panel = element("aside", "dn-panel")
  readonly #live = element("div", "dn-hidden", { "aria-live": "polite" })
  readonly #toolbar: GraphToolbar
  readonly #lenses: Lenses
  readonly #keys: ReadonlyMap<string, () => void>
  readonly #picture: Picture
  readonly #sticky: StickyHeader
  readonly #tree: AriaTree
  readonly #unfolding: Unfolding
  readonly #parts: GraphParts
  #doc: GraphLike | null = null
  #labels: Labels | null = null
  #details: Details | null = null
  #selected: string | null = null
  #hovered: string | null = null
  #saved = false
  #kernel: number | "all" | undefined
  #notes: ReadonlyMap<number, string> = new Map()
  /** The y of the picture at the upper edge of the stage. */
  #top = 0
  /** What to select once the next layout is there. */
  #wanted = -1
  #failed = -1

  constructor(host: HTMLElement, options: GraphViewOptions = {}) {
    this.#options = options
    this.#translate = options.translate ?? english
    this.#unfolding = this.#makeUnfolding()
    this.#parts = this.#makeParts()
    this.#toolbar = new GraphToolbar(
      {
        toggleSaved: () => this.toggleSaved(),
        find: () => this.find(),
        overlay: (name) => this.setOverlay(name),
        detail: (budget) => this.setDetail(budget),
        zoom: (k) => this.zoom(k),
        fit: () => this.fit(),
      },
      detailSteps(this.#unfolding.budget),
      this.#exportMenu(),
      this.#translate,
    )
    this.#toolbar.setDetail(this.#unfolding.budget)
    this.#lenses = new Lenses(
      {
        repaint: () => this.#repaint(),
        store: () => this.#store(),
        goTo: (node) => this.#goTo(node),
        focus: () => this.#picture.stage.focus({ preventScroll: true }),
        boxOf: (node) => boxOfNode(this.#layout, node),
        overlays: (names, on) => this.#toolbar.setOverlays(names, on),
      },
      this.#translate,
    )
    this.#keys = keyMap(this.#keyActions())
    this.#picture = new Picture({
      point: (hit) => this.#hover(hit?.what === "scope" ? null : (hit?.key ?? null)),
      click: (hit) => this.#click(hit),
      doubleClick: (hit) => this.#toggle(this.#boxOf(hit)),
      painted: (layout, top) => {
        this.#top = top
        this.#sticky.update(layout, top)
      },
      found: () => this.#lenses.found,
    })
    this.#sticky = new StickyHeader((scope) => {
      const frame = this.#layout?.frames.find((f) => f.scope.key === scope.key)
      if (frame) this.#picture.scrollTo(frame.y)
    }, this.#translate)
    this.#tree = new AriaTree(this.#picture.stage, this.#translate)
    this.#panel.setAttribute("aria-label", this.#translate("details of the selected node"))
    this.#panel.hidden = options.details === false
    this.#body.append(this.#picture.stage, this.#sticky.node, this.#panel)
    this.#root.append(this.#toolbar.node, this.#lenses.bar.node, this.#body, this.#live)
    host.append(this.#root)
    this.#picture.attached()
    this.#life.onResize(this.#root, () => this.resize())
    this.#life.listen(this.#picture.stage, "keydown", (event) => this.#key(event))
  }

  get #layout(): Layout | null {
    return this.#unfolding.layout
  }

  /** The selected node; null when nothing or a scope is selected. */
  get selected(): number | null {
    return nodeWithKey(this.#layout, this.#selected)
  }

  /** All nodes that the selected box stands for, such as those of a derivative; empty when nothing is selected. */
  get selectedNodes(): readonly number[] {
    return this.#layout?.boxes[boxWithKey(this.#layout, this.#selected)]?.members ?? []
  }

  setDocument(doc: GraphLike, view: SavedView | undefined = doc.view): void {
    if (this.#doc === null) this.#restore(view)
    this.#doc = doc
    this.#parts.setDocument(doc)
    this.#lenses.setDocument(doc)
    this.setStatus("")
    if (doc.error && this.#selected === null) this.#failed = doc.error.node
    this.#unfolding.setDocument(doc)
  }

  /** Selects a node and brings it into view; null selects nothing. Does not call `onSelect`. */
  select(node: number | null): void {
    const box = node === null ? -1 : boxOfNode(this.#layout, node)
    this.#choose(box)
    if (this.#layout && box >= 0) this.#picture.reveal(this.#layout.rowOf[box])
  }

  /** Lights the row of a node, as for a pointer elsewhere; null ends it. */
  hover(node: number | null): void {
    const box = node === null ? -1 : boxOfNode(this.#layout, node)
    this.#setHovered(this.#layout?.boxes[box]?.key ?? null)
  }

  /** Shows a sentence in the toolbar line, with what can be done; "" brings back the document's own state. */
  setStatus(text: string, action?: StatusAction, quiet = false): void {
    const failed = this.#doc?.error?.message.split("\n", 1)[0]
    const stopped = failed ? this.#translate("Tracing stopped: %1", failed) : ""
    const known = text || stopped
    const apart = this.#doc ? this.#parts.sentence(this.#doc) : ""
    this.#toolbar.setStatus(known || apart, action, quiet || known === "")
  }

  /** Frames the boxes of each kernel, those of one in colour; undefined removes the frames. */
  setKernel(kernel: number | "all" | undefined): void {
    if (kernel === this.#kernel) return
    this.#kernel = kernel
    this.#repaint()
  }

  /** Short words on the boxes of some nodes, such as "new"; they go before other badges. */
  setNotes(notes: ReadonlyMap<number, string>): void {
    if (notes.size === 0 && this.#notes.size === 0) return
    this.#notes = notes
    this.#repaint()
  }

  /** What stands beside the title, in place of the number of boxes. */
  setCount(text: string): void {
    this.#toolbar.setCount(text)
  }

  /** Fits the width of the picture. */
  fit(): void {
    this.#picture.fit()
  }

  /** Zooms around the middle of the stage. */
  zoom(factor: number): void {
    this.#picture.zoom(factor)
  }

  /** Draws all edges of values saved for the backward pass, or only those of the selection. */
  toggleSaved(): void {
    this.#saved = !this.#saved
    this.#toolbar.setSaved(this.#saved)
    this.#repaint()
    this.#store()
  }

  /** Opens the search and takes the focus there (`/`). */
  find(): void {
    this.#lenses.bar.open()
  }

  /** Marks what queries find, each with a letter and a colour; no queries remove all marks. */
  setMarks(queries: readonly string[]): void {
    this.#lenses.setMarks(queries)
  }

  /**
   * Lights what the selected box is computed from (`inputs`) or what it leads to; null ends it.
   *
   * @param limit number of hops, 1 to 9; absent: all
   */
  trace(direction: Direction | null, limit = Number.POSITIVE_INFINITY): void {
    this.#lenses.trace(direction, this.#selected, limit)
  }

  /** Lays one measure over the boxes; null for none. */
  setOverlay(name: OverlayName | null): void {
    this.#lenses.setOverlay(name)
  }

  /** Opens more scopes or fewer; what the user opened by hand stays open. */
  setDetail(budget: number): void {
    if (!this.#layout) return
    this.#toolbar.setDetail(budget)
    this.#unfolding.setBudget(budget, this.#top, () => this.#picture.showWhole())
  }

  /** Opens every scope. */
  openAll(): void {
    this.#unfolding.openAll()
  }

  resize(): void {
    const width = this.#root.clientWidth
    if (!this.#layout || !width) return
    const limit = this.#options.height ?? 480
    const wide = width >= WIDE && !this.#panel.hidden
    this.#body.classList.toggle("dn-mod-wide", wide)
    this.#root.classList.toggle("dn-mod-fill", !Number.isFinite(limit))
    this.#picture.setHeight(wide ? 200 : 120, limit - TOOLBAR)
  }

  dispose(): void {
    this.#life.end()
    this.#picture.dispose()
    this.#unfolding.dispose()
    this.#parts.end()
    this.#root.remove()
    this.#doc = null
  }

  #restore(view: SavedView | undefined): void {
    this.#unfolding.restore(view)
    this.#selected = view?.selected ?? null
    this.#saved = view?.saved === true || view?.overlay === "saved"
    this.#toolbar.setSaved(this.#saved)
    this.#lenses.restore(view)
    this.#toolbar.setDetail(this.#unfolding.budget)
  }

  #store(): void {
    this.#options.onView?.({
      ...this.#unfolding.saved(),
      ...(this.#selected === null ? {} : { selected: this.#selected }),
      ...this.#lenses.saved(),
      ...(this.#saved ? { saved: true } : {}),
    })
  }

  /** Opens or closes a box; what is not stored has to come first. */
  #toggle(box: Box | undefined): void {
    if (box && this.#layout && isUnstored(box)) void this.#parts.open(box.scope, this.#layout)
    else this.#unfolding.change(box, toggleBox)
  }

  #makeParts(): GraphParts {
    return new GraphParts(
      this.#options.parts,
      {
        busy: (on) => this.#root.classList.toggle("dn-mod-busy", on),
        say: (text, action) => this.setStatus(text, action),
        wait: (text) => this.setStatus(text, undefined, true),
        show: (doc, scope) => {
          this.#doc = doc
          this.#lenses.setDocument(doc)
          this.setStatus("")
          this.#unfolding.setLarger(doc, scope)
          this.#options.onPart?.(doc)
        },
        missing: () => {
          if (this.#layout) this.#labels = this.#label(this.#layout)
          this.#redraw()
        },
      },
      this.#translate,
    )
  }

  #makeUnfolding(): Unfolding {
    const { createWorker, budget } = this.#options
    const host = {
      busy: () => this.#root.classList.add("dn-mod-busy"),
      show: (layout: Layout, anchor?: Anchor) => this.#show(layout, anchor),
      failed: (reason: string) => {
        this.#root.classList.remove("dn-mod-busy")
        this.setStatus(this.#translate("This graph cannot be drawn: %1.", reason))
      },
      store: () => this.#store(),
    }
    return new Unfolding(host, createWorker ?? null, budget)
  }

  #show(layout: Layout, anchor?: Anchor): void {
    this.#root.classList.remove("dn-mod-busy")
    this.#labels = this.#label(layout)
    this.#picture.setLayout(layout, anchor)
    this.#keepSelection(layout, anchor)
    this.#lenses.setLayout(layout, this.#labels)
    this.resize()
    this.#redraw()
    if (this.#wanted >= 0) this.#reveal(this.#wanted)
    else if (this.#failed >= 0) this.#showFailure(layout)
  }

  /** Texts of boxes and of the panel. */
  #label(layout: Layout): Labels {
    const labels = new Labels(layout.model, layout.tree, this.#parts.kept)
    const { onSource: source, typeset } = this.#options
    const toggle = (box: number) => this.#toggle(layout.boxes[box])
    const actions = { toggle, source, typeset }
    this.#details = new Details(layout.model.doc, labels, actions, this.#translate)
    return labels
  }

  /** The row where tracing failed is selected and in sight; nothing of that is saved. */
  #showFailure(layout: Layout): void {
    const node = this.#failed
    this.#failed = -1
    const around = keysAround(layout.tree.scopeOf[node]).filter((key) => !layout.open.has(key))
    if (around.length === 0) {
      this.select(node)
      return
    }
    this.#failed = node
    this.#unfolding.reveal(around)
  }

  /** What was selected may have opened or closed: then what stands in its place is selected. */
  #keepSelection(layout: Layout, anchor?: Anchor): void {
    if (!anchor || this.#selected === null || boxWithKey(this.#layout, this.#selected) >= 0) return
    const y = anchor(layout)
    const next = layout.boxes.find((box) => box.column === "forward" && box.y === y)
    this.#selected = next?.key ?? null
  }

  /** Everything that shows the selection: picture, panel, tree, toolbar. */
  #redraw(): void {
    const layout = this.#layout
    if (!layout || !this.#labels) return
    const { doc } = layout.model
    const selected = boxWithKey(this.#layout, this.#selected)
    const title = doc.title || this.#translate("graph")
    const nodes = doc.whole?.nodes ?? doc.nodes.op.length
    const has = { saved: doc.residuals.length > 0, scopes: layout.tree.scopes.length > 0 }
    this.#toolbar.setTitle(title, layout.boxes.length, nodes, has)
    this.#details?.show(this.#panel, layout, selected)
    this.#tree.update(layout, this.#labels, title, selected)
    this.#repaint()
  }

  /** The picture alone: neither panel nor tree follow the pointer. */
  #repaint(): void {
    if (!this.#layout || !this.#labels) return
    const notes = new Map([...this.#parts.notes(this.#layout), ...this.#notes])
    const list = paintGraph(this.#layout, {
      selected: this.#selected ?? undefined,
      hovered: this.#hovered ?? undefined,
      residuals: this.#saved ? "all" : "selected",
      kernels: this.#kernel,
      marks: notes.size ? notedMarks(this.#layout, notes) : undefined,
      labels: this.#labels,
      ...this.#lenses.paintOptions(this.#layout),
    })
    this.#picture.setList(list)
  }

  /** Selects a node and brings it into sight, opening what is closed around it. */
  #goTo(node: number): void {
    const layout = this.#layout
    if (!layout) return
    const box = layout.boxes[boxOfNode(this.#layout, node)]
    if (box?.kind !== "scope") {
      this.#reveal(node)
      return
    }
    this.#wanted = node
    this.#unfolding.reveal(keysAround(layout.tree.scopeOf[node]))
  }

  #reveal(node: number): void {
    this.#wanted = -1
    const box = boxOfNode(this.#layout, node)
    this.#chooseAndTell(box)
    if (this.#layout && box >= 0) this.#picture.reveal(this.#layout.rowOf[box])
    this.#repaint()
  }

  #boxOf = (hit: Hit | undefined) =>
    hit && hit.box >= 0 ? this.#layout?.boxes[hit.box] : undefined

  #choose(box: number): void {
    const target = this.#layout?.boxes[box]
    const key = target?.key ?? null
    if (key === this.#selected) return
    this.#selected = key
    this.#redraw()
    if (target) this.#live.textContent = this.#labels?.of(target).title ?? ""
  }

  #chooseAndTell(box: number): void {
    this.#choose(box)
    this.#options.onSelect?.(this.selected)
    this.#store()
  }

  #setHovered(key: string | null): boolean {
    if (key === this.#hovered) return false
    this.#hovered = key
    this.#repaint()
    return true
  }

  #hover(key: string | null): void {
    if (this.#setHovered(key)) this.#options.onHover?.(nodeWithKey(this.#layout, key))
  }

  #click(hit: Hit | undefined): void {
    this.#picture.stage.focus({ preventScroll: true })
    if (hit?.what === "scope") {
      const scope = this.#layout?.tree.scopes.find((s) => s.key === hit.key)
      this.#unfolding.change(scope, closeScope)
    } else this.#chooseAndTell(hit?.box ?? -1)
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#layout) return
    const along = event.shiftKey && event.key.startsWith("Arrow")
    const action = this.#keys.get(along ? `Shift+${event.key}` : event.key)
    if (!action) return
    event.preventDefault()
    event.stopPropagation()
    action()
  }

  #keyActions(): KeyActions {
    const selectedBox = () => this.#layout?.boxes[boxWithKey(this.#layout, this.#selected)]
    return {
      column: (step) => this.#walk((layout, box) => alongColumn(layout, box, step)),
      row: (step) => this.#walk((layout, box) => alongRow(layout, box, step)),
      edge: (step) => this.#walk((layout, box) => alongEdge(layout, box, step)),
      partner: () => this.#walk(partnerOf),
      toggle: () => this.#toggle(selectedBox()),
      close: () => this.#unfolding.change(selectedBox(), closeAround),
      saved: () => this.toggleSaved(),
      overlay: () => this.#lenses.nextOverlay(),
      find: () => this.find(),
      trace: (direction) => this.trace(direction),
      hops: (limit) => this.#lenses.limitHops(limit),
      zoom: (factor) => this.zoom(factor),
      fit: () => this.fit(),
      source: () => this.#goToSource(),
      leave: () => this.#leave(),
    }
  }

  #walk(next: (layout: Layout, box: number) => number): void {
    const layout = this.#layout
    if (!layout) return
    const at = boxWithKey(this.#layout, this.#selected)
    const box = at < 0 ? firstBox(layout) : next(layout, at)
    if (box < 0) return
    this.#chooseAndTell(box)
    this.#picture.reveal(layout.rowOf[box])
  }

  #exportMenu(): HTMLElement {
    return exportMenu(
      {
        document: () => this.#doc,
        picture: () => this.#picture.shown,
        copy: this.#options.copy ?? copyText,
        say: (text) => {
          this.setStatus(text)
          setTimeout(() => this.setStatus(""), 4_000)
        },
      },
      this.#translate,
    )
  }

  #goToSource(): void {
    const node = this.selected
    if (node !== null) this.#options.onSource?.(node)
  }

  /** Escape ends what is on first: the trace, the search; then it leaves the view. */
  #leave(): void {
    if (this.#lenses.tracing) {
      this.trace(null)
      return
    }
    if (this.#lenses.searching) {
      this.#lenses.endSearch()
      return
    }
    this.#picture.stage.blur()
    this.#options.onLeave?.()
  }
}
