/** @file Which operation of a loop, a branch or a block a node of its derivative belongs to. Reads notes, makes no rows. */
import type { Notes, Tensor } from "@defnote/core"
import { type Context, holderOf, type Opened } from "./context.ts"

/** A node, and the graph in whose rows it stands. */
export type Place = [node: Tensor, context: Context]

export class Origins {
  readonly #notes: Notes
  constructor(notes: Notes) {
    this.#notes = notes
  }
  /** What a node computes once more; undefined for others. A graph inside that is not a derivative has none. */
  of(n: Tensor, context: Context): Place | undefined {
    const { graph, backward } = context
    if (graph && !backward) return undefined
    const own = backward?.again.get(n)
    if (own && backward) return [own, backward.forward]
    const node = this.#notes.again.get(n)
    if (!node) return undefined
    if (backward?.forward.values.has(node)) return [node, backward.forward]
    const holder = this.#notes.dual.get(n)
    const part = holder && this.opened(holder, context)?.parts.find((p) => p.values.has(node))
    return part && [node, part]
  }
  /** The node whose rule made this one. */
  dual(n: Tensor, { graph, backward }: Context): Tensor | undefined {
    return graph && !backward ? undefined : this.#notes.dual.get(n)
  }
  /** The node of control flow that was written out: itself, or the one that it computes once more. */
  opened(n: Tensor, context: Context): Opened | undefined {
    const whole = holderOf(n)
    const own = context.opened.get(whole)
    if (own) return own
    const again = this.of(whole, context)
    return again?.[1].opened.get(again[0])
  }
}
