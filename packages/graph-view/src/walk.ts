/** @file Where the arrow keys lead: along a column, along a row, to the derivative and back. */
import type { Layout, Row } from "@defnote/display"

/** Boxes of a row from left to right: parameters, operation, derivatives, updates. */
export function cellsOf(row: Row): readonly number[] {
  const leaves = row.leaves.filter((leaf) => !leaf.again).map((leaf) => leaf.box)
  const forward = row.forward >= 0 ? [row.forward] : []
  return [...leaves, ...forward, ...row.backward, ...row.updates]
}

/** The next or previous box of the same column; -1 at its end. */
export function alongColumn(layout: Layout, from: number, step: 1 | -1): number {
  const { boxes, rows, rowOf } = layout
  const { column } = boxes[from]
  const same = (row: Row) => cellsOf(row).filter((box) => boxes[box].column === column)
  const here = same(rows[rowOf[from]])
  const next = here[here.indexOf(from) + step]
  if (next !== undefined) return next
  for (let r = rowOf[from] + step; rows[r]; r += step) {
    const there = same(rows[r])
    if (there.length) return step > 0 ? there[0] : there[there.length - 1]
  }
  return -1
}

/** The box to the left or right in the same row; -1 at its end. */
export function alongRow(layout: Layout, from: number, step: 1 | -1): number {
  const { boxes, rows, rowOf } = layout
  const cells = cellsOf(rows[rowOf[from]])
  const { column } = boxes[from]
  for (let i = cells.indexOf(from) + step; i >= 0 && i < cells.length; i += step) {
    if (boxes[cells[i]].column !== column) return cells[i]
  }
  return -1
}

/** The nearest box that reads this one, or that it reads, first in its own column; `d` is the way to what only saves it. -1 without one. */
export function alongEdge(layout: Layout, from: number, step: 1 | -1): number {
  const { boxes, edges, rowOf } = layout
  const mine = edges.filter(
    ({ kind, from: a, to: b }) => kind !== "residual" && (step > 0 ? a : b) === from,
  )
  const others = mine.map((edge) => (step > 0 ? edge.to : edge.from))
  const across = (box: number) => (boxes[box].column === boxes[from].column ? 0 : boxes.length)
  const far = (box: number) => Math.abs(rowOf[box] - rowOf[from]) + across(box)
  return others.reduce((best, box) => (best < 0 || far(box) < far(best) ? box : best), -1)
}

/** From an operation to its derivative, and from a derivative back; -1 without one. */
export function partnerOf(layout: Layout, from: number): number {
  const { boxes, rows, rowOf } = layout
  const row = rows[rowOf[from]]
  if (boxes[from].column === "backward") return row.forward
  if (boxes[from].column === "forward") return row.backward[0] ?? -1
  const pair = cellsOf(row).filter((box) => box !== from && boxes[box].pair === boxes[from].pair)
  return pair[0] ?? row.backward[0] ?? -1
}

/** The first box to select when nothing is: the first operation, else the first box. */
export function firstBox(layout: Layout): number {
  return layout.rows.find((row) => row.forward >= 0)?.forward ?? (layout.boxes.length ? 0 : -1)
}
