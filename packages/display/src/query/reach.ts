/** @file What a box is computed from and what it leads to, by the nodes and not by the boxes that hide them. */
import type { Layout } from "../layout/fold.ts"

/** Boxes by key with their distance: 0 for the start, 1 for its neighbours. */
export type Reach = ReadonlyMap<string, number>

/** Which way to go: to the values that are read, or to those that read. */
export type Direction = "inputs" | "outputs"

/**
 * Boxes within `limit` hops of a box. A hop leaves one box for the next; views that stand in a label cost
 * nothing. Nodes decide, so a closed scope does not connect what its nodes do not.
 */
export function reachOf(
  layout: Layout,
  start: number,
  direction: Direction,
  limit = Number.POSITIVE_INFINITY,
): Reach {
  const { boxes, boxOf } = layout
  const next = direction === "inputs" ? inputsOf(layout) : usersOf(layout)
  const reached = new Map<string, number>([[boxes[start].key, 0]])
  const seen = new Map<number, number>()
  let level = startNodes(layout, start)
  for (const node of level) seen.set(node, 0)
  for (let hops = 0; level.length > 0; hops++) {
    const further: number[] = []
    for (let i = 0; i < level.length; i++) {
      for (const other of next(level[i])) {
        if (seen.has(other)) continue
        const box = boxOf[other]
        const same = box < 0 || box === boxOf[level[i]] || reached.get(boxes[box].key) === hops
        if (!same && hops >= limit) continue
        seen.set(other, hops)
        if (same) level.push(other)
        else further.push(other)
        if (box >= 0 && !reached.has(boxes[box].key)) reached.set(boxes[box].key, hops + 1)
      }
    }
    level = further
  }
  return reached
}

/** A result chip shows a gradient that another box computed: from there it goes on. */
const startNodes = ({ boxes, model }: Layout, start: number): number[] => {
  const { kind, members } = boxes[start]
  return kind === "result"
    ? members.map((n) => model.cotangent[model.gradOf[n]]).filter((n) => n >= 0)
    : [...members]
}

const inputsOf =
  ({ model }: Layout) =>
  (node: number): readonly number[] =>
    model.nodes[node].inputs

function usersOf({ model }: Layout): (node: number) => readonly number[] {
  const users: number[][] = model.nodes.map(() => [])
  for (const node of model.nodes) for (const input of node.inputs) users[input].push(node.id)
  return (node) => users[node]
}
