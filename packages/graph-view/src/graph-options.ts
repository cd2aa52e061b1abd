/** @file What a host asks of a graph view, and what it is told. */
import type { GraphLike, SavedView } from "@defnote/display"
import type { PartSource } from "./graph-parts.ts"
import type { ViewOptions } from "./view.ts"

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
  /** Who has what is not stored of a large graph. */
  readonly parts?: PartSource
  /** More of a large graph came: its nodes have other places now. */
  readonly onPart?: (doc: GraphLike) => void
  /** False leaves out the panel about the selected box, for hosts that say more elsewhere. */
  readonly details?: boolean
}
