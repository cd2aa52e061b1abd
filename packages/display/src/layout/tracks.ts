/** @file Parallel tracks for long edges: one bus per source, tracks shared only by disjoint intervals. */
import type { Edge } from "./boxes.ts"

/** All long edges of one source; positions are rows, with fractions for boxes that share one. */
export interface Bus {
  readonly from: number
  low: number
  high: number
  readonly edges: Edge[]
  track: number
}

export interface Tracks {
  readonly buses: readonly Bus[]
  readonly count: number
}

/** More tracks than this are not drawn: the rest share the outermost, so that the width stays bounded. */
export const MAX_TRACKS = 40

/** Short buses come next to the boxes, long ones outside. n log n in the number of buses. */
export function makeTracks(edges: readonly Edge[], position: ArrayLike<number>): Tracks {
  const buses = new Map<number, Bus>()
  for (const edge of edges) {
    const start = position[edge.from]
    const end = position[edge.to]
    let bus = buses.get(edge.from)
    if (!bus)
      buses.set(
        edge.from,
        (bus = { from: edge.from, low: start, high: start, edges: [], track: 0 }),
      )
    bus.low = Math.min(bus.low, end)
    bus.high = Math.max(bus.high, end)
    bus.edges.push(edge)
  }
  const sorted = [...buses.values()].sort(
    (a, b) => a.high - a.low - (b.high - b.low) || a.low - b.low,
  )
  const tracks: Bus[][] = []
  for (const bus of sorted) {
    let track = tracks.findIndex((candidate) => isFree(candidate, bus))
    if (track < 0 && tracks.length < MAX_TRACKS) track = tracks.push([]) - 1
    if (track >= 0) tracks[track].splice(lowerBound(tracks[track], bus.low), 0, bus)
    bus.track = track >= 0 ? track : MAX_TRACKS - 1
  }
  return { buses: sorted, count: tracks.length }
}

function lowerBound(track: readonly Bus[], low: number): number {
  let a = 0
  let b = track.length
  while (a < b) {
    const middle = (a + b) >> 1
    if (track[middle].low < low) a = middle + 1
    else b = middle
  }
  return a
}

function isFree(track: readonly Bus[], bus: Bus): boolean {
  const at = lowerBound(track, bus.low)
  return !(track[at]?.low <= bus.high) && !(track[at - 1]?.high >= bus.low)
}
