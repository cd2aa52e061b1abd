/** @file The tree of a cell as it stands, mistakes and all: read when something asks first, and once. */
import { children, type Node, parseLoosely } from "../tree.ts"

/** The tree of one text; undefined where the text cannot be read at all. */
export type CellTree = () => Node | undefined

export function cellTree(source: string): CellTree {
  let read = false
  let tree: Node | undefined
  return () => {
    if (!read) tree = parseLoosely(source)
    read = true
    return tree
  }
}

/** A node and all below it, outer ones before inner ones. */
export function* nodesOf(n: Node | undefined): Generator<Node> {
  if (!n) return
  yield n
  for (const child of children(n)) yield* nodesOf(child)
}
