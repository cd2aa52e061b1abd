/** @file The interactive picture of a graph: picture, toolbar, details, keyboard, screen reader. */
import {
  allKeys,
  type GraphLike,
  type Hit,
  Labels,
  type Layout,
  notedMarks,
  paintGraph,
  type SavedView,
} from "@defnote/display"
import { AriaTree } from "./aria-tree.ts"
import { Details, nodeOfBox } from "./details.ts"
import { element, Lifetime } from "./dom.ts"
import { GraphToolbar } from "./graph-toolbar.ts"
import { LayoutService } from "./layout-service.ts"
import {
  type Anchor,
  type Change,
  closeAround,
  closeScope,
  type Opened,
  toggleBox,
} from "./open-scopes.ts"
import { Picture } from "./picture.ts"
import { english, type Translate, type View, type ViewOptions } from "./view.ts"
import { alongColumn, alongRow, firstBox, partnerOf } from "./walk.ts"

/** Options of a graph view. */
export interface GraphViewOptions extends ViewOptions {
  /** A node was selected, or none. Scopes have no node. */
  readonly onSelect?: (node: number | null) => void
  /** The pointer is on a node, or on none. */
  readonly onHover?: (node: number | null) => void
  /** The user asks for the expression of a node in its cell. */
  readonly onSource?: (node: number) => void
  /** The user changed what is open or selected; for the host to store. */
  readonly onView?: (view: SavedView) => void
  /** Escape was pressed: the host may take the focus. */
  readonly onLeave?: () => void
  /** Shows LaTeX in an element that holds its text until then. */
  readonly typeset?: (element: HTMLElement, latex: string) => void
  /** Makes a worker that runs `answerLayouts`; absent: large graphs are laid out at once, too. */
  readonly createWorker?: () => Worker
  /** Height limit in CSS px, default 480; Infinity fills the host. */
  readonly height?: number
  /** Forward boxes that the first view opens at most, default 44. */
  readonly budget?: number
  /** False leaves out the panel about the selected box, for hosts that say more elsewhere. */
  readonly details?: boolean
}

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
  readonly #picture: Picture
  readonly #tree: AriaTree
  readonly #layouts: LayoutService
  #doc: GraphLike | null = null
  #layout: Layout | null = null
  #labels: Labels | null = null
  #details: Details | null = null
  #opened: Opened = { scopes: undefined, rules: new Set() }
  #selected: string | null = null
  #hovered: string | null = null
  #saved = false
  #kernel: number | "all" | undefined
  #notes: ReadonlyMap<number, string> = new Map()

  constructor(host: HTMLElement, options: GraphViewOptions = {}) {
    this.#options = options
    this.#translate = options.translate ?? english
    this.#layouts = new LayoutService(options.createWorker ?? null)
    this.#toolbar = new GraphToolbar(
      { toggleSaved: () => this.toggleSaved(), zoom: (k) => this.zoom(k), fit: () => this.fit() },
      this.#translate,
    )
    this.#picture = new Picture({
      point: (hit) => this.#hover(hit?.what === "scope" ? null : (hit?.key ?? null)),
      click: (hit) => this.#click(hit),
      doubleClick: (hit) => this.#change(this.#boxOf(hit), toggleBox),
      painted: (row) => this.#toolbar.setPath(this.#pathOf(row)),
    })
    this.#tree = new AriaTree(this.#picture.stage, this.#translate)
    this.#panel.setAttribute("aria-label", this.#translate("details of the selected node"))
    this.#panel.hidden = options.details === false
    this.#body.append(this.#picture.stage, this.#panel)
    this.#root.append(this.#toolbar.node, this.#body, this.#live)
    host.append(this.#root)
    this.#picture.attached()
    this.#life.onResize(this.#root, () => this.resize())
    this.#life.listen(this.#picture.stage, "keydown", (event) => this.#key(event))
  }

  /** The selected node; null when nothing or a scope is selected. */
  get selected(): number | null {
    return this.#nodeAt(this.#selected)
  }

  /** All nodes that the selected box stands for, such as those of a derivative; empty when nothing is selected. */
  get selectedNodes(): readonly number[] {
    return this.#layout?.boxes[this.#boxAt(this.#selected)]?.members ?? []
  }

  setDocument(doc: GraphLike, view: SavedView | undefined = doc.view): void {
    if (this.#doc === null) this.#restore(view)
    this.#doc = doc
    this.#layouts.setDocument(doc)
    this.setStatus(doc.error ? this.#translate("Tracing stopped: %1", doc.error.message) : "")
    this.#relayout()
  }

  /** Selects a node and brings it into view; null selects nothing. Does not call `onSelect`. */
  select(node: number | null): void {
    const box = node === null ? -1 : this.#boxOfNode(node)
    this.#choose(box)
    if (this.#layout && box >= 0) this.#picture.reveal(this.#layout.rowOf[box])
  }

  /** Lights the row of a node, as for a pointer elsewhere; null ends it. */
  hover(node: number | null): void {
    const box = node === null ? -1 : this.#boxOfNode(node)
    this.#setHovered(this.#layout?.boxes[box]?.key ?? null)
  }

  /** Shows a sentence in the toolbar line; "" removes it (VISUAL §12). */
  setStatus(text: string): void {
    this.#toolbar.setStatus(text)
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

  /** Opens every scope. */
  openAll(): void {
    if (!this.#layout) return
    this.#opened = { ...this.#opened, scopes: allKeys(this.#layout.tree) }
    this.#relayout()
    this.#store()
  }

  resize(): void {
    const width = this.#root.clientWidth
    if (!this.#layout || !width) return
    const limit = this.#options.height ?? 480
    const wide = width >= WIDE && !this.#panel.hidden
    this.#body.classList.toggle("dn-mod-wide", wide)
    this.#root.classList.toggle("dn-mod-fill", !Number.isFinite(limit))
    this.#picture.setHeight(wide ? 320 : 120, limit - TOOLBAR)
  }

  dispose(): void {
    this.#life.end()
    this.#picture.dispose()
    this.#layouts.dispose()
    this.#root.remove()
    this.#doc = null
    this.#layout = null
  }

  #restore(view: SavedView | undefined): void {
    if (view?.open) this.#opened = { ...this.#opened, scopes: new Set(view.open) }
    this.#selected = view?.selected ?? null
    this.#saved = view?.overlay === "saved"
    this.#toolbar.setSaved(this.#saved)
  }

  #store(): void {
    this.#options.onView?.({
      open: [...(this.#opened.scopes ?? [])],
      ...(this.#selected === null ? {} : { selected: this.#selected }),
      ...(this.#saved ? { overlay: "saved" } : {}),
    })
  }

  #relayout(anchor?: Anchor): void {
    const { scopes, rules } = this.#opened
    const request = { open: scopes, expanded: rules, budget: this.#options.budget }
    this.#root.classList.add("dn-mod-busy")
    this.#layouts.layout(
      request,
      (layout) => this.#show(layout, anchor),
      (reason) => {
        this.#root.classList.remove("dn-mod-busy")
        this.setStatus(this.#translate("This graph cannot be drawn: %1.", reason))
      },
    )
  }

  #show(layout: Layout, anchor?: Anchor): void {
    const { onSource, typeset } = this.#options
    this.#root.classList.remove("dn-mod-busy")
    this.#layout = layout
    this.#opened = { ...this.#opened, scopes: layout.open }
    this.#labels = new Labels(layout.model, layout.tree)
    const toggle = (box: number) => this.#change(layout.boxes[box], toggleBox)
    const actions = { toggle, source: onSource, typeset }
    this.#details = new Details(layout.model.doc, this.#labels, actions, this.#translate)
    this.#picture.setLayout(layout, anchor)
    this.#keepSelection(layout, anchor)
    this.resize()
    this.#redraw()
  }

  /** What was selected may have opened or closed: then what stands in its place is selected. */
  #keepSelection(layout: Layout, anchor?: Anchor): void {
    if (!anchor || this.#selected === null || this.#boxAt(this.#selected) >= 0) return
    const y = anchor(layout)
    const next = layout.boxes.find((box) => box.column === "forward" && box.y === y)
    this.#selected = next?.key ?? null
  }

  /** Everything that shows the selection: picture, panel, tree, toolbar. */
  #redraw(): void {
    const layout = this.#layout
    if (!layout || !this.#labels) return
    const { doc } = layout.model
    const selected = this.#boxAt(this.#selected)
    const title = doc.title || this.#translate("graph")
    this.#toolbar.setTitle(
      title,
      layout.boxes.length,
      doc.nodes.op.length,
      doc.residuals.length > 0,
    )
    this.#details?.show(this.#panel, layout, selected)
    this.#tree.update(layout, this.#labels, title, selected)
    this.#repaint()
  }

  /** The picture alone: neither panel nor tree follow the pointer. */
  #repaint(): void {
    if (!this.#layout || !this.#labels) return
    const list = paintGraph(this.#layout, {
      selected: this.#selected ?? undefined,
      hovered: this.#hovered ?? undefined,
      residuals: this.#saved ? "all" : "selected",
      kernels: this.#kernel,
      marks: this.#notes.size ? notedMarks(this.#layout, this.#notes) : undefined,
      labels: this.#labels,
    })
    this.#picture.setList(list)
  }

  #pathOf(row: number): string {
    return (this.#layout?.rows[row]?.scope.key ?? "").replaceAll("/", " › ")
  }

  #boxAt(key: string | null): number {
    return key === null ? -1 : (this.#layout?.boxes.findIndex((box) => box.key === key) ?? -1)
  }

  #nodeAt(key: string | null): number | null {
    const box = this.#layout?.boxes[this.#boxAt(key)]
    const node = box && this.#layout ? nodeOfBox(this.#layout, box) : -1
    return node >= 0 ? node : null
  }

  /** The box that shows a node: its own, or that of the label that it is folded into. */
  #boxOfNode(node: number): number {
    const layout = this.#layout
    for (let n = node; layout && n >= 0; n = layout.model.user[n]) {
      if (layout.boxOf[n] >= 0) return layout.boxOf[n]
    }
    return -1
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
    if (this.#setHovered(key)) this.#options.onHover?.(this.#nodeAt(key))
  }

  #click(hit: Hit | undefined): void {
    this.#picture.stage.focus({ preventScroll: true })
    if (hit?.what === "scope") {
      const scope = this.#layout?.tree.scopes.find((s) => s.key === hit.key)
      this.#change(scope, closeScope)
    } else this.#chooseAndTell(hit?.box ?? -1)
  }

  #change<T>(target: T | undefined, how: (opened: Opened, target: T) => Change | null): void {
    const change = target && how(this.#opened, target)
    if (change) this.#apply(change)
  }

  #apply({ opened, anchor }: Change): void {
    this.#opened = opened
    this.#relayout(anchor)
    this.#store()
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#layout) return
    const action = this.#actions(this.#layout).get(event.key)
    if (!action) return
    event.preventDefault()
    event.stopPropagation()
    action()
  }

  /** Keys of VISUAL §9. */
  #actions(layout: Layout): ReadonlyMap<string, () => void> {
    const at = this.#boxAt(this.#selected)
    const walk = (next: (box: number) => number) => () => {
      const box = at < 0 ? firstBox(layout) : next(at)
      if (box < 0) return
      this.#chooseAndTell(box)
      this.#picture.reveal(layout.rowOf[box])
    }
    return new Map<string, () => void>([
      ["ArrowDown", walk((box) => alongColumn(layout, box, 1))],
      ["ArrowUp", walk((box) => alongColumn(layout, box, -1))],
      ["ArrowLeft", walk((box) => alongRow(layout, box, -1))],
      ["ArrowRight", walk((box) => alongRow(layout, box, 1))],
      ["d", walk((box) => partnerOf(layout, box))],
      ["Enter", () => this.#change(layout.boxes[at], toggleBox)],
      ["Backspace", () => this.#change(layout.boxes[at], closeAround)],
      ["s", () => this.toggleSaved()],
      ["+", () => this.zoom(1.2)],
      ["=", () => this.zoom(1.2)],
      ["-", () => this.zoom(1 / 1.2)],
      ["0", () => this.fit()],
      ["c", () => this.#goToSource()],
      ["Escape", () => this.#leave()],
    ])
  }

  #goToSource(): void {
    const node = this.selected
    if (node !== null) this.#options.onSource?.(node)
  }

  #leave(): void {
    this.#picture.stage.blur()
    this.#options.onLeave?.()
  }
}
