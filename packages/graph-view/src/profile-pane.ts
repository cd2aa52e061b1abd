/** @file What a pane below the graph of a compiled program may ask of its view, and what it is told. */
import type { ProfileDoc } from "@defnote/display"
import type { Translate } from "./view.ts"

/** What panes do to the graph above them. Nodes are numbers of the whole document. */
export interface ProfileHost {
  readonly translate: Translate
  /** Selects a node in the graph and tells the page. */
  choose(node: number): void
  /** Frames the boxes of the kernels, one of them in colour; undefined for none. */
  showKernel(kernel: number | undefined): void
  /** Draws the program after so many passes, with a note on some of its boxes. */
  showStage(passes: number, notes: ReadonlyMap<number, string>): void
}

/** One pane. */
export interface ProfilePane {
  readonly node: HTMLElement
  /** What its tab says; "" while there is nothing to show. */
  readonly title: string
  setDocument(doc: ProfileDoc): void
  /** The pane came into sight: it says what the graph shows. */
  shown(): void
  /** The selection moved to these nodes. */
  follow(nodes: readonly number[]): void
  dispose(): void
}
