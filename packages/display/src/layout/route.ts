/** @file Where edges run between placed boxes; it moves no box. */
import type { Box, Edge, Point } from "./boxes.ts"
import type { Columns, Size } from "./place.ts"
import type { Tracks } from "./tracks.ts"

const middle = (box: Box): number => box.y + box.h / 2

/** Gives every edge its polyline. `forward` and `backward` are the edges that run on tracks. */
export function routeEdges(
  edges: readonly Edge[],
  boxes: readonly Box[],
  forward: Tracks,
  backward: Tracks,
  columns: Columns,
  size: Size,
): void {
  for (const edge of edges)
    edge.points = direct(edge, boxes[edge.from], boxes[edge.to], columns, size)
  const right = columns.forward + size.forward + size.trackPad
  routeBuses(forward, boxes, (track) => right + track * size.track)
  const left = columns.backward - size.trackPad
  routeBuses(backward, boxes, (track) => left - track * size.track)
}

function direct(edge: Edge, a: Box, b: Box, columns: Columns, size: Size): readonly Point[] {
  const down = a.y <= b.y
  switch (edge.kind) {
    case "forward":
      return vertical(a.x + size.tap, a, b, down)
    case "backward":
      return vertical(a.x + a.w - size.tap, a, b, down)
    case "residual":
      return [
        [a.x + a.w, middle(a)],
        [columns.spine + 6, middle(a)],
        [columns.spineEnd - 6, middle(b)],
        [b.x, middle(b)],
      ]
    case "leaf":
      // further consumers have a chip of their own
      if (Math.abs(middle(a) - middle(b)) > b.h * 2) return []
      return elbow(a.x + a.w, middle(a), b.x, Math.min(b.y + b.h - 9, Math.max(b.y + 9, middle(a))))
    case "update":
      return a.column === "update" ? [] : elbow(a.x + a.w, middle(a), b.x, middle(b))
  }
}

const vertical = (x: number, a: Box, b: Box, down: boolean): readonly Point[] =>
  down
    ? [
        [x, a.y + a.h],
        [x, b.y],
      ]
    : [
        [x, a.y],
        [x, b.y + b.h],
      ]

function elbow(x0: number, y0: number, x1: number, y1: number): readonly Point[] {
  if (Math.abs(y0 - y1) < 1)
    return [
      [x0, y0],
      [x1, y0],
    ]
  const x = (x0 + x1) / 2
  return [
    [x0, y0],
    [x, y0],
    [x, y1],
    [x1, y1],
  ]
}

/**
 * A bus leaves its source on the far half of the box and enters on the near half. Where several enter
 * one box, the inner track enters first, so that no bus crosses another that ends in the same box.
 */
function routeBuses(tracks: Tracks, boxes: readonly Box[], place: (track: number) => number): void {
  const seats = new Map<number, number>()
  for (const bus of tracks.buses)
    for (const edge of bus.edges) seats.set(edge.to, (seats.get(edge.to) ?? 0) + 1)
  const taken = new Map<number, number>()
  const inner = [...tracks.buses].sort((a, b) => a.track - b.track)
  for (const bus of inner) {
    const a = boxes[bus.from]
    const x = place(bus.track)
    for (const edge of bus.edges) {
      const b = boxes[edge.to]
      const down = a.y <= b.y ? 1 : -1
      const seat = taken.get(edge.to) ?? 0
      taken.set(edge.to, seat + 1)
      const gap = Math.min(4, 12 / Math.max(1, seats.get(edge.to)! - 1))
      const y0 = middle(a) + 8 * down
      const y1 = middle(b) + down * (seat * gap - 10)
      const left = x < a.x
      edge.points = [
        [left ? a.x : a.x + a.w, y0],
        [x, y0],
        [x, y1],
        [left ? b.x : b.x + b.w, y1],
      ]
    }
  }
}
