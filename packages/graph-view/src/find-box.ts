/** @file Finds boxes of a layout by key and by node, and the node of a box. */
import type { Layout } from "@defnote/display"
import { nodeOfBox } from "./details.ts"

/** The box with a key; -1 when there is none. */
export const boxWithKey = (layout: Layout | null, key: string | null): number =>
  key === null ? -1 : (layout?.boxes.findIndex((box) => box.key === key) ?? -1)

/** The node of the box with a key; null for a scope, and when there is no such box. */
export function nodeWithKey(layout: Layout | null, key: string | null): number | null {
  const box = layout?.boxes[boxWithKey(layout, key)]
  const node = box && layout ? nodeOfBox(layout, box) : -1
  return node >= 0 ? node : null
}

/** The box that shows a node: its own, or that of the label that it is folded into; -1 when there is none. */
export function boxOfNode(layout: Layout | null, node: number): number {
  for (let n = node; layout && n >= 0; n = layout.model.user[n]) {
    if (layout.boxOf[n] >= 0) return layout.boxOf[n]
  }
  return -1
}
