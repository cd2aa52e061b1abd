/** @file The CodeMirror editors on the page by cell id. Knows no payload and no notebook widget. */
import { type Extension, StateEffect, StateField } from "@codemirror/state"
import { Decoration, type DecorationSet, EditorView, ViewPlugin } from "@codemirror/view"

/** One lit range of a cell: source offsets in UTF-16 units, and the role that colours it. */
export interface LitRange {
  readonly from: number
  readonly to: number
  readonly role: Role
}

/** Roles of VISUAL §6 that an expression in a cell can be lit with. */
export type Role = "forward" | "backward" | "update" | "error"

/** What the pointer or the cursor is on, in a cell. */
export interface EditorPlace {
  readonly cellId: string
  readonly view: EditorView
  readonly offset: number
  /** The cursor stays (select); the pointer passes (hover); `null` offset is sent as `leave`. */
  readonly kind: "cursor" | "pointer" | "leave"
}

const light = StateEffect.define<readonly LitRange[]>()

const litField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(lit, transaction) {
    for (const effect of transaction.effects) if (effect.is(light)) return marks(effect.value)
    // A highlight speaks about the text that ran: any edit ends it (VISUAL §12, stale source).
    return transaction.docChanged ? Decoration.none : lit
  },
  provide: (field) => EditorView.decorations.from(field),
})

function marks(ranges: readonly LitRange[]): DecorationSet {
  const sorted = ranges.filter((range) => range.to > range.from).sort((a, b) => a.from - b.from)
  return Decoration.set(
    sorted.map((range) =>
      Decoration.mark({ class: `jp-Defnote-lit jp-mod-${range.role}` }).range(range.from, range.to),
    ),
  )
}

/** Every editor that shows a cell, so that a view can light an expression in it. */
export class CellEditors {
  readonly #views = new Map<string, Set<EditorView>>()
  readonly #listeners = new Set<(place: EditorPlace) => void>()
  readonly #arrivals = new Set<(cellId: string, view: EditorView) => void>()

  readonly #edits = new Set<(cellId: string) => void>()

  /** The extension for the editor of one cell. */
  extension(cellId: string): Extension {
    const edits = EditorView.updateListener.of(({ docChanged }) => {
      if (docChanged) for (const listener of this.#edits) listener(cellId)
    })
    return [litField, this.#plugin(cellId), this.#pointer(cellId), this.#cursor(cellId), edits]
  }

  /** Editors of a cell; those inside `root` (one notebook) when it holds any. */
  of(cellId: string, root: Element | null): readonly EditorView[] {
    const all = [...(this.#views.get(cellId) ?? [])]
    const near = root ? all.filter((view) => root.contains(view.dom)) : []
    return near.length ? near : root ? [] : all
  }

  /** Lights ranges of one editor; an empty list clears it. */
  light(view: EditorView, ranges: readonly LitRange[]): void {
    const end = view.state.doc.length
    view.dispatch({ effects: light.of(ranges.filter((range) => range.to <= end)) })
  }

  /** Clears every highlight on the page. */
  clear(): void {
    for (const views of this.#views.values()) {
      for (const view of views) if (view.state.field(litField).size) this.light(view, [])
    }
  }

  /** Calls back when the cursor or the pointer moves in a cell; returns the way to stop. */
  onPlace(listener: (place: EditorPlace) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Calls back when an editor appears (a cell scrolled into view, a notebook opened). */
  onArrival(listener: (cellId: string, view: EditorView) => void): () => void {
    this.#arrivals.add(listener)
    return () => this.#arrivals.delete(listener)
  }

  /** Calls back when the text of a cell changes; returns the way to stop. */
  onEdit(listener: (cellId: string) => void): () => void {
    this.#edits.add(listener)
    return () => this.#edits.delete(listener)
  }

  #plugin(cellId: string): Extension {
    return ViewPlugin.define((view) => {
      const views = this.#views.get(cellId) ?? new Set()
      this.#views.set(cellId, views.add(view))
      // Dispatching is not allowed while the editor is being built.
      const timer = setTimeout(
        () => this.#arrivals.forEach((listener) => listener(cellId, view)),
        0,
      )
      return {
        destroy: () => {
          clearTimeout(timer)
          views.delete(view)
          if (!views.size) this.#views.delete(cellId)
        },
      }
    })
  }

  #cursor(cellId: string): Extension {
    return EditorView.updateListener.of((update) => {
      if (!update.selectionSet || update.docChanged || !update.view.hasFocus) return
      const range = update.state.selection.main
      this.#emit({ cellId, view: update.view, offset: range.head, kind: "cursor" })
    })
  }

  #pointer(cellId: string): Extension {
    let last = -1
    return EditorView.domEventHandlers({
      mousemove: (event, view) => {
        if (event.buttons) return
        const offset = view.posAtCoords({ x: event.clientX, y: event.clientY }) ?? -1
        if (offset === last) return
        last = offset
        this.#emit({ cellId, view, offset, kind: offset < 0 ? "leave" : "pointer" })
      },
      mouseleave: (_event, view) => {
        last = -1
        this.#emit({ cellId, view, offset: -1, kind: "leave" })
      },
    })
  }

  #emit(place: EditorPlace): void {
    for (const listener of this.#listeners) listener(place)
  }
}
