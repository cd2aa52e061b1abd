/** @file Coordinates of columns, rows and scope frames from the grid (VISUAL: grid and type). */
import type { Box } from "./boxes.ts"
import type { Row } from "./rows.ts"
import type { ScopeNode } from "./scopes.ts"

/** The grid in CSS px. */
export const SIZE = {
  pad: 16,
  indent: 14,
  /** Deeper levels are not indented further, so that nesting cannot push the picture off the page. */
  maxIndent: 8,
  leaf: 118,
  forward: 196,
  backward: 220,
  update: 118,
  boxHeight: 36,
  chip: 18,
  chipGap: 3,
  rowGap: 14,
  header: 24,
  columnGap: 26,
  track: 9,
  trackPad: 12,
  spine: 44,
  subGap: 8,
  /** Distance of straight edges from the outer edge of a box. */
  tap: 26,
} as const

export type Size = { readonly [K in keyof typeof SIZE]: number }

/** Left edges of the columns; `spine` to `spineEnd` is the free strip between forward and backward. */
export interface Columns {
  readonly leaf: number
  readonly forward: number
  readonly spine: number
  readonly spineEnd: number
  readonly backward: number
  readonly update: number
  readonly width: number
  readonly hasLeaf: boolean
  readonly hasForward: boolean
  readonly hasBackward: boolean
  readonly hasUpdate: boolean
}

/** A bracket in the margin from the header to the last row of an open scope. */
export interface ScopeFrame {
  readonly scope: ScopeNode
  readonly x: number
  readonly y: number
  bottom: number
}

export function placeColumns(
  rows: readonly Row[],
  forwardTracks: number,
  backwardTracks: number,
  s: Size,
): Columns {
  const depth = Math.min(
    s.maxIndent,
    rows.reduce((most, row) => Math.max(most, row.scope.depth), 0),
  )
  const hasLeaf = rows.some((row) => row.leaves.length > 0)
  const hasForward = rows.some((row) => row.forward >= 0)
  const hasBackward = rows.some((row) => row.backward.length > 0)
  const hasUpdate = rows.some((row) => row.updates.length > 0)
  const leaf = s.pad + depth * s.indent
  const forward = leaf + (hasLeaf ? s.leaf + s.columnGap : 0)
  const forwardEnd = hasForward
    ? forward + s.forward + trackRoom(forwardTracks, s)
    : forward - s.columnGap
  const spineEnd = forwardEnd + s.spine
  const backward = spineEnd + trackRoom(backwardTracks, s)
  const backwardEnd = hasBackward ? backward + s.backward : forwardEnd
  const update = backwardEnd + s.columnGap
  const width = (hasUpdate ? update + s.update : backwardEnd) + s.pad
  return {
    leaf,
    forward,
    spine: forwardEnd,
    spineEnd,
    backward,
    update,
    width,
    hasLeaf,
    hasForward,
    hasBackward,
    hasUpdate,
  }
}

const trackRoom = (tracks: number, s: Size): number =>
  tracks > 0 ? s.trackPad + tracks * s.track : 0

/** Places rows and boxes; returns the height of the picture. */
export function placeRows(
  rows: readonly Row[],
  boxes: readonly Box[],
  c: Columns,
  s: Size,
): number {
  let y = s.pad
  for (const row of rows) {
    row.top = y
    row.y = y + row.headers.length * s.header
    row.height = Math.max(
      s.boxHeight,
      stackHeight(row.backward.length, s.boxHeight, s.subGap),
      stackHeight(row.leaves.length, s.chip, s.chipGap),
      stackHeight(row.updates.length, s.chip, s.chipGap),
    )
    placeRow(row, boxes, c, s)
    y = row.y + row.height + s.rowGap
  }
  return rows.length > 0 ? y - s.rowGap + s.pad : 2 * s.pad
}

const stackHeight = (count: number, each: number, gap: number): number =>
  count > 0 ? count * (each + gap) - gap : 0

function placeRow(row: Row, boxes: readonly Box[], c: Columns, s: Size): void {
  const middle = row.y + row.height / 2
  if (row.forward >= 0) {
    put(boxes[row.forward], c.forward, middle - s.boxHeight / 2, s.forward, s.boxHeight)
  }
  const chips = (count: number) => middle - stackHeight(count, s.chip, s.chipGap) / 2
  row.leaves.forEach((chip, k) => {
    const y = chips(row.leaves.length) + k * (s.chip + s.chipGap)
    put(chip, c.leaf, y, s.leaf, s.chip)
    if (!chip.again) put(boxes[chip.box], c.leaf, y, s.leaf, s.chip)
  })
  const top = middle - stackHeight(row.backward.length, s.boxHeight, s.subGap) / 2
  row.backward.forEach((box, k) => {
    put(boxes[box], c.backward, top + k * (s.boxHeight + s.subGap), s.backward, s.boxHeight)
  })
  row.updates.forEach((box, k) => {
    put(
      boxes[box],
      c.update,
      chips(row.updates.length) + k * (s.chip + s.chipGap),
      s.update,
      s.chip,
    )
  })
}

function put(
  at: { x: number; y: number; w: number; h: number },
  x: number,
  y: number,
  w: number,
  h: number,
): void {
  at.x = x
  at.y = y
  at.w = w
  at.h = h
}

/** Frames of the open scopes. */
export function frameScopes(rows: readonly Row[], s: Size): ScopeFrame[] {
  const frames: ScopeFrame[] = []
  const current = new Map<ScopeNode, ScopeFrame>()
  for (const row of rows) {
    row.headers.forEach((scope, k) => {
      const x = s.pad - 6 + (Math.min(scope.depth, s.maxIndent + 1) - 1) * s.indent
      const frame = { scope, x, y: row.top + k * s.header, bottom: 0 }
      frames.push(frame)
      current.set(scope, frame)
    })
    for (let scope: ScopeNode | undefined = row.scope; scope?.parent; scope = scope.parent) {
      const frame = current.get(scope)
      if (frame) frame.bottom = row.y + row.height
    }
  }
  return frames
}
