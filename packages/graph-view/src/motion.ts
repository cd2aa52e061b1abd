/** @file How rows travel when a scope opens: each row slides from where it was, new ones fade in. */
import type { Layout, Row } from "@defnote/display"

/** Durations of VISUAL §8, in ms. */
export const SLIDE = 160
const FADE = 80

/** More boxes than this do not move. */
export const MOST_BOXES = 400

/** Shift and opacity of a point of the picture, by its y, at a moment of the motion. */
export interface Motion {
  shiftAt(y: number): number
  alphaAt(y: number): number
}

/** Rows of the new layout with the distance to where they come from, in px of the picture. */
export interface Track {
  readonly tops: Float64Array
  readonly distance: Float64Array
  readonly isNew: Uint8Array
}

/** Key that a row keeps while scopes open and close around it. */
const rowKey = (layout: Layout, row: Row): string =>
  layout.boxes[row.forward]?.pair ?? layout.boxes[row.leaves[0]?.box]?.pair ?? ""

/**
 * Prepares the motion from one layout to another.
 *
 * @param place where a y of the old picture is now, as a y of the new picture
 */
export function track(from: Layout, to: Layout, place: (y: number) => number): Track {
  const before = new Map(from.rows.map((row) => [rowKey(from, row), row.y]))
  const count = to.rows.length
  const tops = new Float64Array(count)
  const distance = new Float64Array(count)
  const isNew = new Uint8Array(count)
  to.rows.forEach((row, i) => {
    const old = before.get(rowKey(to, row))
    tops[i] = row.top
    isNew[i] = old === undefined ? 1 : 0
    distance[i] = old === undefined ? 0 : place(old) - row.y
  })
  return { tops, distance, isNew }
}

/** The motion at `elapsed` ms; null when it is over. */
export function motionAt(path: Track, elapsed: number): Motion | null {
  if (elapsed >= SLIDE) return null
  const left = (1 - elapsed / SLIDE) ** 3
  const fade = Math.min(1, elapsed / FADE)
  const rowAt = (y: number) => lastAtMost(path.tops, y)
  return {
    shiftAt: (y) => (path.distance[rowAt(y)] ?? 0) * left,
    alphaAt: (y) => (path.isNew[rowAt(y)] ? fade : 1),
  }
}

/** Index of the last entry that is not above `y`. */
function lastAtMost(tops: Float64Array, y: number): number {
  let [low, high] = [0, tops.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (tops[middle] <= y) low = middle + 1
    else high = middle
  }
  return Math.max(0, low - 1)
}
