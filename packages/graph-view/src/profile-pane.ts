/** @file What a pane below the graph of a compiled program may ask of its view, and what it is told. */
import {
  type GraphModel,
  nameNodes,
  type ProfileDoc,
  prepare,
  reference,
  stageOf,
} from "@defnote/display"
import { opName } from "./node-text.ts"
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

/** The program as it was traced, with what its values are called in the picture. */
export function traced(doc: ProfileDoc): {
  readonly model: GraphModel
  readonly nameOf: (node: number) => string
} {
  const { model, tree } = prepare(stageOf(doc, 0).doc, Number.POSITIVE_INFINITY)
  const names = nameNodes(model, tree, true)
  return { model, nameOf: (node) => reference(names, node) || opName(doc, node) }
}
