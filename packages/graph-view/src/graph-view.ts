/** @file The interactive picture of a graph: canvas, toolbar, details, keyboard, screen reader. */
import {
  allKeys,
  type DisplayList,
  type GraphLike,
  Labels,
  type Layout,
  paintGraph,
  type SavedView,
} from "@defnote/display"
import { AriaTree } from "./aria-tree.ts"
import { Camera } from "./camera.ts"
import { Details, nodeOfBox } from "./details.ts"
import { context2d, element, Lifetime, sizeCanvas } from "./dom.ts"
import { GraphToolbar } from "./graph-toolbar.ts"
import { LayoutService } from "./layout-service.ts"
import { MOST_BOXES, type Motion, motionAt, track } from "./motion.ts"
import { paint, paintHeading } from "./painter.ts"
import { listenToPointer } from "./stage.ts"
import { readTheme, reducedMotion, watchTheme } from "./theme.ts"
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
}

/** The panel stands right of the picture from this width on, else below it. */
const WIDE = 1080

/** Shows `graph` payloads and everything with a graph in it. */
export class GraphView implements View<GraphLike> {
  readonly #options: GraphViewOptions
  readonly #translate: Translate
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-graph")
  readonly #body = element("div", "dn-body")
  readonly #stage = element("div", "dn-stage", { tabindex: 0 })
  readonly #canvas = element("canvas", "", { "aria-hidden": "true" })
  readonly #panel = element("aside", "dn-panel")
  readonly #live = element("div", "dn-hidden", { "aria-live": "polite" })
  readonly #toolbar: GraphToolbar
  readonly #tree: AriaTree
  readonly #layouts: LayoutService
  readonly #camera = new Camera()
  #theme = readTheme(document.body)
  #doc: GraphLike | null = null
  #layout: Layout | null = null
  #labels: Labels | null = null
  #details: Details | null = null
  #list: DisplayList | null = null
  #open: ReadonlySet<string> | undefined
  #expanded: ReadonlySet<string> = new Set()
  #selected: string | null = null
  #hovered: string | null = null
  /** A node whose box the pointer is on elsewhere, as an expression in a cell. */
  #saved = false
  #fitted = false
  #frame = 0
  #motion: Motion | null = null

  constructor(host: HTMLElement, options: GraphViewOptions = {}) {
    this.#options = options
    this.#translate = options.translate ?? english
    this.#layouts = new LayoutService(options.createWorker ?? null)
    this.#toolbar = new GraphToolbar(
      { toggleSaved: () => this.toggleSaved(), zoom: (k) => this.zoom(k), fit: () => this.fit() },
      this.#translate,
    )
    this.#stage.append(this.#canvas)
    this.#tree = new AriaTree(this.#stage, this.#translate)
    this.#panel.setAttribute("aria-label", this.#translate("details of the selected node"))
    this.#body.append(this.#stage, this.#panel)
    this.#root.append(this.#toolbar.node, this.#body, this.#live)
    host.append(this.#root)
    this.#listen()
  }

  /** The selected node; null when nothing or a scope is selected. */
  get selected(): number | null {
    const box = this.#boxAt(this.#selected)
    const node = box >= 0 && this.#layout ? nodeOfBox(this.#layout, this.#layout.boxes[box]) : -1
    return node >= 0 ? node : null
  }

  /** The layout that is shown; null before the first. For tests and hosts that add marks. */
  get layout(): Layout | null {
    return this.#layout
  }

  /** Where a box is on the stage, in CSS px; null when it is not drawn. */
  placeOf(key: string): { x: number; y: number; width: number; height: number } | null {
    const box = this.#layout?.boxes[this.#boxAt(key)]
    if (!box) return null
    const { scale, x, y } = this.#camera
    return {
      x: box.x * scale + x,
      y: box.y * scale + y,
      width: box.w * scale,
      height: box.h * scale,
    }
  }

  setDocument(doc: GraphLike, view: SavedView | undefined = doc.view): void {
    const first = this.#doc === null
    this.#doc = doc
    if (first && view?.open) this.#open = new Set(view.open)
    if (first && view?.selected) this.#selected = view.selected
    if (first && view?.overlay === "saved") this.#saved = true
    this.#toolbar.setSaved(this.#saved)
    this.#layouts.setDocument(doc)
    this.setStatus(doc.error ? this.#translate("Tracing stopped: %1", doc.error.message) : "")
    this.#relayout(null)
  }

  /** Selects a node and brings it into view; null selects nothing. Does not call `onSelect`. */
  select(node: number | null): void {
    const box = node === null ? -1 : this.#boxOfNode(node)
    this.#choose(box, false)
    if (box >= 0) this.#reveal(box)
  }

  /** Lights the row of a node, as for a pointer elsewhere; null ends it. */
  hover(node: number | null): void {
    const box = node === null ? -1 : this.#boxOfNode(node)
    this.#setHovered(box >= 0 ? (this.#layout?.boxes[box].key ?? null) : null)
  }

  /** Shows a sentence in the toolbar line; "" removes it (VISUAL §12). */
  setStatus(text: string): void {
    this.#toolbar.setStatus(text)
  }

  /** Fits the width of the picture. */
  fit(): void {
    this.#fitNow()
    this.#repaint()
  }

  /** Zooms around the middle of the stage. */
  zoom(factor: number): void {
    const { width, height } = this.#stageSize()
    this.#camera.zoomAt(width / 2, height / 2, factor)
    this.#afterMove()
  }

  /** Draws all edges of values saved for the backward pass, or only those of the selection. */
  toggleSaved(): void {
    this.#saved = !this.#saved
    this.#toolbar.setSaved(this.#saved)
    this.#redraw()
    this.#store()
  }

  /** Opens every scope. */
  openAll(): void {
    if (!this.#layout) return
    this.#open = allKeys(this.#layout.tree)
    this.#relayout(null)
    this.#store()
  }

  resize(): void {
    if (!this.#layout || !this.#root.clientWidth) return
    this.#arrange()
    if (!this.#fitted) this.#fitNow()
    this.#repaint()
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame)
    this.#life.end()
    this.#layouts.dispose()
    this.#root.remove()
    this.#canvas.width = 0
    this.#doc = null
    this.#layout = null
    this.#list = null
  }

  #listen(): void {
    this.#theme = readTheme(this.#root)
    this.#life.add(
      watchTheme(() => {
        this.#theme = readTheme(this.#root)
        this.#repaint()
      }),
    )
    this.#life.onResize(this.#root, () => this.resize())
    this.#life.listen(this.#stage, "keydown", (event) => this.#key(event))
    listenToPointer(this.#stage, this.#life, {
      pan: (dx, dy) => {
        this.#camera.pan(dx, dy)
        this.#afterMove()
      },
      zoom: (x, y, factor) => {
        this.#camera.zoomAt(x, y, factor)
        this.#afterMove()
      },
      point: (x, y) => this.#point(x, y),
      leave: () => this.#setHovered(null, true),
      click: (x, y) => this.#click(x, y),
      doubleClick: (x, y) => this.#toggle(this.#hit(x, y)?.box ?? -1),
    })
  }

  // Layout and painting.

  /** Lays out again. `anchor` finds, in a layout, the y that must stay where it is on the screen. */
  #relayout(anchor: ((layout: Layout) => number | undefined) | null): void {
    const request = { open: this.#open, expanded: this.#expanded, budget: this.#options.budget }
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

  #show(layout: Layout, anchor: ((layout: Layout) => number | undefined) | null): void {
    const before = this.#layout
    this.#root.classList.remove("dn-mod-busy")
    this.#layout = layout
    this.#open = layout.open
    this.#labels = new Labels(layout.model, layout.tree)
    this.#details = this.#makeDetails(this.#labels)
    const [from, to] = [before && anchor?.(before), anchor?.(layout)]
    const moved = from != null && to != null ? from - to : 0
    this.#camera.y += moved * this.#camera.scale
    const still = !anchor || !before || layout.boxes.length > MOST_BOXES || reducedMotion()
    if (before && !still) this.#travel(before, layout, moved)
    this.#arrange()
    if (!this.#fitted) this.#fitNow()
    this.#redraw()
  }

  #makeDetails(labels: Labels): Details {
    const { onSource, typeset } = this.#options
    const actions = { toggle: (box: number) => this.#toggle(box), source: onSource, typeset }
    return new Details(this.#doc as GraphLike, labels, actions, this.#translate)
  }

  #travel(before: Layout, after: Layout, moved: number): void {
    const path = track(before, after, moved)
    const start = performance.now()
    const step = () => {
      if (this.#life.over || this.#layout !== after) return
      this.#motion = motionAt(path, performance.now() - start)
      this.#paintNow()
      if (this.#motion) requestAnimationFrame(step)
    }
    this.#motion = motionAt(path, 0)
    requestAnimationFrame(step)
  }

  /** Chooses where the panel stands and how tall the stage is. */
  #arrange(): void {
    const list = this.#layout
    if (!list) return
    const wide = this.#root.clientWidth >= WIDE
    this.#body.classList.toggle("dn-mod-wide", wide)
    const limit = this.#options.height ?? 480
    const fills = limit === Number.POSITIVE_INFINITY
    this.#root.classList.toggle("dn-mod-fill", fills)
    const scale = Math.min(1, this.#stage.clientWidth / list.width || 1)
    const wanted = Math.ceil(list.height * scale) + 30
    this.#stage.style.height = fills ? "" : `${Math.max(120, Math.min(wanted, limit - 34))}px`
  }

  #stageSize() {
    return { width: this.#stage.clientWidth, height: this.#stage.clientHeight }
  }

  #fitNow(): void {
    const stage = this.#stageSize()
    if (!this.#layout || !stage.width) return
    this.#camera.fitWidth(this.#layout, stage, this.#list?.headingHeight ?? 30)
    this.#fitted = true
  }

  #afterMove(): void {
    if (!this.#layout) return
    this.#camera.clamp(this.#layout, this.#stageSize(), this.#list?.headingHeight ?? 0)
    this.#repaint()
  }

  /** A new display list, then a new picture. */
  #redraw(): void {
    const layout = this.#layout
    const labels = this.#labels
    if (!layout || !labels) return
    this.#list = paintGraph(layout, {
      selected: this.#selected ?? undefined,
      hovered: this.#hovered ?? undefined,
      residuals: this.#saved ? "all" : "selected",
      labels,
    })
    const selected = this.#boxAt(this.#selected)
    const title = this.#doc?.title || this.#translate("graph")
    const nodes = this.#doc?.nodes.op.length ?? 0
    this.#toolbar.setTitle(
      title,
      layout.boxes.length,
      nodes,
      (this.#doc?.residuals.length ?? 0) > 0,
    )
    this.#details?.show(this.#panel, layout, selected)
    this.#tree.update(layout, labels, title, selected)
    this.#repaint()
  }

  #repaint(): void {
    if (this.#frame) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.#paintNow()
    })
  }

  #paintNow(): void {
    const { width, height } = this.#stageSize()
    if (!this.#list || !this.#layout || !width || !height) return
    const { scale, x, y } = this.#camera
    const place = { scale, x, y, width, height, ratio: sizeCanvas(this.#canvas, width, height) }
    const context = context2d(this.#canvas)
    paint(context, this.#list, this.#theme, place, this.#motion)
    if (this.#list.headingHeight) paintHeading(context, this.#list, this.#theme, place)
    const top = (this.#list.headingHeight - y) / scale
    const row = this.#layout.rows.find((r) => r.y + r.height > top)
    this.#toolbar.setPath((row?.scope.key ?? "").replaceAll("/", " › "))
  }

  // Selection.

  #boxAt(key: string | null): number {
    return key === null ? -1 : (this.#layout?.boxes.findIndex((box) => box.key === key) ?? -1)
  }

  /** The box that shows a node: its own, or that of the label or the scope it is folded into. */
  #boxOfNode(node: number): number {
    const layout = this.#layout
    if (!layout) return -1
    for (let n = node; n >= 0; n = layout.model.user[n]) {
      if (layout.boxOf[n] >= 0) return layout.boxOf[n]
    }
    return -1
  }

  #choose(box: number, tell: boolean): void {
    const key = this.#layout?.boxes[box]?.key ?? null
    if (key !== this.#selected) {
      this.#selected = key
      this.#redraw()
      if (this.#labels && key !== null) {
        this.#live.textContent = this.#labels.of((this.#layout as Layout).boxes[box]).title
      }
    }
    if (!tell) return
    this.#options.onSelect?.(this.selected)
    this.#store()
  }

  #setHovered(key: string | null, tell = false): void {
    if (key === this.#hovered) return
    this.#hovered = key
    this.#redrawHover()
    if (!tell) return
    const box = this.#layout?.boxes[this.#boxAt(key)]
    const node = box && this.#layout ? nodeOfBox(this.#layout, box) : -1
    this.#options.onHover?.(node >= 0 ? node : null)
  }

  /** The picture only: neither panel nor tree follow the pointer. */
  #redrawHover(): void {
    if (!this.#layout || !this.#labels) return
    this.#list = paintGraph(this.#layout, {
      selected: this.#selected ?? undefined,
      hovered: this.#hovered ?? undefined,
      residuals: this.#saved ? "all" : "selected",
      labels: this.#labels,
    })
    this.#repaint()
  }

  #reveal(box: number): void {
    const layout = this.#layout
    if (!layout) return
    const row = layout.rows[layout.rowOf[box]]
    const header = this.#list?.headingHeight ?? 0
    this.#camera.reveal(row.y, row.y + row.height, this.#stageSize(), header)
    this.#repaint()
  }

  #store(): void {
    this.#options.onView?.({
      open: [...(this.#open ?? [])],
      ...(this.#selected === null ? {} : { selected: this.#selected }),
      ...(this.#saved ? { overlay: "saved" } : {}),
    })
  }

  // Pointer and keyboard.

  #hit(x: number, y: number) {
    const list = this.#list
    if (!list || y < list.headingHeight) return undefined
    const [px, py] = this.#camera.toPicture(x, y)
    const inside = (h: DisplayList["hits"][number]) =>
      px >= h.x && px <= h.x + h.w && py >= h.y && py <= h.y + h.h
    return list.hits.findLast(inside)
  }

  #point(x: number, y: number): void {
    const hit = this.#hit(x, y)
    this.#stage.style.cursor = hit ? "pointer" : "grab"
    this.#stage.title = hit?.title ?? ""
    this.#setHovered(hit?.what === "scope" ? null : (hit?.key ?? null), true)
  }

  #click(x: number, y: number): void {
    this.#stage.focus({ preventScroll: true })
    const hit = this.#hit(x, y)
    if (hit?.what === "scope") this.#close(hit.key)
    else this.#choose(hit?.box ?? -1, true)
  }

  /** Opens or closes what a box stands for. */
  #toggle(box: number): void {
    const target = this.#layout?.boxes[box]
    if (!target?.opens || !this.#layout) return
    if (target.kind === "rule" || target.kind === "op") this.#toggleRule(target.opens)
    else
      this.#openScope(target.opens, target.run && !target.rest ? target.run.members[0].key : null)
  }

  #toggleRule(key: string): void {
    const next = new Set(this.#expanded)
    if (!next.delete(key)) next.add(key)
    this.#expanded = next
    const base = key.split("#")[0]
    this.#relayout((layout) => {
      const box = layout.boxes.find((b) => b.pair === base && b.column === "forward")
      return box?.y
    })
  }

  #openScope(key: string, first: string | null): void {
    const next = new Set(this.#open)
    next.add(key)
    if (first) next.add(first)
    this.#open = next
    this.#relayout(scopeTop(key, first ?? key))
    this.#store()
  }

  /** Closes a scope, given by its key; the run around the first member of one closes with it. */
  #close(key: string): void {
    const scope = this.#layout?.tree.scopes.find((s) => s.key === key)
    if (!scope) return
    const next = new Set(this.#open)
    next.delete(key)
    if (scope.run && scope.runIndex === 0) next.delete(scope.run.key)
    this.#open = next
    this.#relayout(scopeTop(scope.run && scope.runIndex === 0 ? scope.run.key : key, key))
    this.#store()
  }

  #closeAround(box: number): void {
    const target = this.#layout?.boxes[box]
    if (!target) return
    if (target.kind === "op" && target.opens) return this.#toggleRule(target.opens)
    const scope = target.kind === "scope" ? target.scope.parent : target.scope
    if (scope?.parent) this.#close(scope.key)
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.#layout) return
    const selected = this.#boxAt(this.#selected)
    const action = this.#action(event.key, this.#layout, selected)
    if (!action) return
    event.preventDefault()
    event.stopPropagation()
    action()
  }

  #action(key: string, layout: Layout, selected: number): (() => void) | undefined {
    const go = (box: number) => () => {
      if (box < 0) return
      this.#choose(box, true)
      this.#reveal(box)
    }
    const from = (walk: (box: number) => number) =>
      go(selected < 0 ? firstBox(layout) : walk(selected))
    const actions: Record<string, () => void> = {
      ArrowDown: from((box) => alongColumn(layout, box, 1)),
      ArrowUp: from((box) => alongColumn(layout, box, -1)),
      ArrowLeft: from((box) => alongRow(layout, box, -1)),
      ArrowRight: from((box) => alongRow(layout, box, 1)),
      d: from((box) => partnerOf(layout, box)),
      Enter: () => this.#toggle(selected),
      Backspace: () => this.#closeAround(selected),
      s: () => this.toggleSaved(),
      "+": () => this.zoom(1.2),
      "=": () => this.zoom(1.2),
      "-": () => this.zoom(1 / 1.2),
      "0": () => this.fit(),
      c: () => this.#goToSource(),
      Escape: () => this.#leave(),
    }
    return Object.hasOwn(actions, key) ? actions[key] : undefined
  }

  #goToSource(): void {
    const node = this.selected
    if (node !== null) this.#options.onSource?.(node)
  }

  #leave(): void {
    this.#stage.blur()
    this.#options.onLeave?.()
  }
}

/** The y of a scope: of its closed box, or of the first row inside once it is open. */
function scopeTop(closed: string, open: string): (layout: Layout) => number | undefined {
  const inside = (key: string) => key === open || key.startsWith(`${open}/`)
  return (layout) => {
    const box = layout.boxes.find((b) => b.opens === closed && b.column === "forward")
    if (box) return box.y
    const row = layout.rows.find((r) => inside(r.scope.key) || r.headers.some((s) => inside(s.key)))
    const first = row && layout.boxes[row.forward]
    return first?.y ?? row?.y
  }
}
