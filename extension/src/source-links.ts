/** @file Links drawn nodes with the expressions they came from. Knows editors and views, no widget. */

import type { EditorView } from "@codemirror/view"
import type { CellEditors, EditorPlace, LitRange, Role } from "./editors.ts"

/** The part of a payload that says where nodes come from (K5 `sources`, `locs`). */
export interface SourceTable {
  readonly sources: readonly { readonly cellId?: string; readonly text: string }[]
  readonly locs: readonly (readonly number[])[]
}

/** A view on the page whose nodes have source ranges. */
export interface LinkedView {
  readonly host: HTMLElement
  /** Rises with every run, so that the newest output can be told. */
  readonly order: number
  readonly table: SourceTable
  /** Index into `locs` of a node, or -1. */
  locationOf(node: number): number
  roleOf(node: number): Role
  /** The nodes whose own range is `location`, the forward one first. */
  nodesAt(location: number): readonly number[]
  select(node: number): void
  hover(node: number | null): void
  /** Called when the text of one of its cells begins or ends to differ from what ran. */
  stale?(on: boolean): void
}

/** `lit`: the expression shows; `stale`: the cell's text differs from what ran; `none`: no cell. */
export type LinkState = "lit" | "stale" | "none"

/** Cell ids are data from a file: only what nbformat allows is looked up (D8.4). */
const CELL_ID = /^[A-Za-z0-9_-]{1,64}$/

/** Registry of the linked views of the page. */
export class SourceLinks {
  readonly #editors: CellEditors
  readonly #views = new Set<LinkedView>()
  /** What each view lights now, to light it again when an editor appears. */
  readonly #lit = new Map<LinkedView, { cellId: string; range: LitRange; text: string }>()
  readonly #stops: (() => void)[]
  /** A view selects because the cursor moved: it must not move the cursor's highlight twice. */
  #echo = false

  constructor(editors: CellEditors) {
    this.#editors = editors
    this.#stops = [
      editors.onPlace((place) => this.#follow(place)),
      editors.onArrival((cellId, view) => {
        this.#relight(cellId, view)
        this.#compare(cellId)
      }),
      editors.onEdit((cellId) => this.#compare(cellId)),
    ]
  }

  /** Adds a view; the function that comes back removes it and its highlights. */
  add(view: LinkedView): () => void {
    this.#views.add(view)
    if (this.staleCells(view).length) view.stale?.(true)
    return () => {
      this.clear(view)
      this.#views.delete(view)
    }
  }

  /** Lights the expression of a node in its cell; what other views lit goes out. */
  show(view: LinkedView, node: number): LinkState {
    for (const other of [...this.#lit.keys()]) this.clear(other)
    const place = expressionOf(view, node)
    if (!place) return "none"
    const range = { from: place.from, to: place.to, role: view.roleOf(node) }
    const editors = this.#editorsOf(view, place.cellId)
    if (editors.length && editors.every((editor) => editor.state.doc.toString() !== place.text)) {
      return "stale"
    }
    this.#lit.set(view, { cellId: place.cellId, range, text: place.text })
    for (const editor of editors) this.#light(editor, range, place.text)
    return editors.length ? "lit" : "none"
  }

  /** Cells of a view whose text differs from what ran. */
  staleCells(view: LinkedView): readonly HTMLElement[] {
    const cells = new Set<HTMLElement>()
    for (const { cellId, text } of view.table.sources) {
      if (!cellId || !CELL_ID.test(cellId)) continue
      const [editor, ...others] = this.#editorsOf(view, cellId)
      const same = [editor, ...others].some((e) => e?.state.doc.toString() === text)
      const cell = editor?.dom.closest<HTMLElement>(".jp-Cell")
      if (cell && !same) cells.add(cell)
    }
    return [...cells]
  }

  /** Moves the keyboard focus to the expression of a node; false when it is not on the page. */
  reveal(view: LinkedView, node: number): boolean {
    const place = expressionOf(view, node)
    const editor = place && this.#editorsOf(view, place.cellId)[0]
    if (!place || !editor || editor.state.doc.toString() !== place.text) return false
    editor.focus()
    editor.dispatch({ selection: { anchor: place.from, head: place.to }, scrollIntoView: true })
    return true
  }

  /** Ends the highlight of a view. */
  clear(view: LinkedView): void {
    const lit = this.#lit.get(view)
    if (!lit) return
    this.#lit.delete(view)
    for (const editor of this.#editorsOf(view, lit.cellId)) this.#editors.light(editor, [])
  }

  /** Ends every highlight and stops listening. */
  dispose(): void {
    for (const stop of this.#stops) stop()
    this.#editors.clear()
    this.#views.clear()
    this.#lit.clear()
  }

  #light(editor: EditorView, range: LitRange, text: string): void {
    if (editor.state.doc.toString() === text) this.#editors.light(editor, [range])
  }

  #relight(cellId: string, editor: EditorView): void {
    for (const [view, lit] of this.#lit) {
      if (lit.cellId !== cellId) continue
      const mine = this.#editorsOf(view, cellId).includes(editor)
      if (mine) this.#light(editor, lit.range, lit.text)
    }
  }

  #compare(cellId: string): void {
    for (const view of this.#views)
      if (view.stale && view.table.sources.some((source) => source.cellId === cellId))
        view.stale(this.staleCells(view).length > 0)
  }

  #editorsOf(view: LinkedView, cellId: string): readonly EditorView[] {
    return this.#editors.of(cellId, view.host.closest(".jp-Notebook"))
  }

  /** The cursor or the pointer is in a cell: choose the node there in the newest output. */
  #follow(place: EditorPlace): void {
    if (this.#echo) return
    const text = place.view.state.doc.toString()
    const views = [...this.#views].filter((view) => this.#isAbout(view, place, text))
    if (place.kind === "leave") {
      for (const view of views) view.hover(null)
      return
    }
    const view = newest(views, place.view.dom)
    const node = view ? nodeAt(view, place, text) : -1
    if (!view) return
    this.#echo = true
    try {
      if (place.kind === "cursor" && node >= 0) view.select(node)
      else if (place.kind === "pointer") view.hover(node >= 0 ? node : null)
    } finally {
      this.#echo = false
    }
  }

  #isAbout(view: LinkedView, place: EditorPlace, text: string): boolean {
    const known = view.table.sources.some((s) => s.cellId === place.cellId && s.text === text)
    return known && this.#editorsOf(view, place.cellId).includes(place.view)
  }
}

interface Expression {
  readonly cellId: string
  readonly text: string
  readonly from: number
  readonly to: number
}

/** The checked range of a node: a known source, a legal cell id, offsets inside the stored text. */
function expressionOf(view: LinkedView, node: number): Expression | null {
  const location = view.table.locs[view.locationOf(node)]
  const source = location && view.table.sources[location[0]]
  if (!source?.cellId || !CELL_ID.test(source.cellId)) return null
  const [, from, to] = location
  const inside = from >= 0 && to > from && to <= source.text.length
  return inside ? { cellId: source.cellId, text: source.text, from, to } : null
}

/** The output of the cell itself before outputs elsewhere; then the newest. */
function newest(views: readonly LinkedView[], editor: Element): LinkedView | null {
  const cell = editor.closest(".jp-Cell")
  const own = views.filter((view) => cell?.contains(view.host))
  const best = (list: readonly LinkedView[]) =>
    list.reduce<LinkedView | null>((a, b) => (a && a.order > b.order ? a : b), null)
  return best(own.length ? own : views)
}

/** The node with the smallest range around an offset, or -1. */
function nodeAt(view: LinkedView, place: EditorPlace, text: string): number {
  let best = -1
  let width = Number.POSITIVE_INFINITY
  view.table.locs.forEach(([source, from, to], location) => {
    const home = view.table.sources[source]
    if (home?.cellId !== place.cellId || home.text !== text) return
    if (from > place.offset || to < place.offset || to - from >= width) return
    const node = view.nodesAt(location)[0]
    if (node === undefined) return
    best = node
    width = to - from
  })
  return best
}
