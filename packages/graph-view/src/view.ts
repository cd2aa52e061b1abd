/** @file What all views have in common: how they are told about a document and how they speak. */
import type { Translate } from "@defnote/display"

export { english, type Translate } from "@defnote/display"

/** Options of every view. */
export interface ViewOptions {
  readonly translate?: Translate
  /** Puts text on the clipboard; absent: the browser's own. */
  readonly copy?: (text: string) => void
}

/** A view that shows documents of one kind in an element. */
export interface View<Document> {
  /** Shows a document; a later one updates the view in place and keeps what the user chose. */
  setDocument(document: Document): void
  /** The element was attached, shown or resized by its host. */
  resize(): void
  /** Removes everything it made and every listener. */
  dispose(): void
}

/** A view whose parts are nodes of a graph: the host links them with expressions in cells. */
export interface NodeView {
  /** The selected node; null when there is none. */
  readonly selected: number | null
  /** The role of what is shown of it, where the node itself does not say it. */
  readonly direction?: "forward" | "backward"
  /** Selects a node without telling the host; null selects nothing. */
  select(node: number | null): void
  /** Lights a node as for a pointer elsewhere; null ends it. */
  hover(node: number | null): void
  /** Shows a sentence of the host; "" removes it. */
  setStatus(text: string, action?: StatusAction): void
}
export const isNodeView = (view: unknown): view is NodeView =>
  typeof view === "object" && view !== null && "hover" in view && "select" in view

/** What can be done about a state. */
export interface StatusAction {
  readonly label: string
  run(): void
}

/** Copies by the browser; a page without that right leaves the clipboard as it was. */
export function copyText(text: string): void {
  navigator.clipboard?.writeText(text).catch((error: unknown) => {
    console.warn("graph view: the browser refused to copy", error)
  })
}
