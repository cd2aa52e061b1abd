/** @file How large a panel of cells is: whole, square cells while they fit, and room for ticks. Knows no canvas. */

/** Geometry of the panels of one picture, in px: the cells, and the margins for ticks. */
export interface PanelSize {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly bottom: number
  /** Size of one element of the whole panel. */
  readonly cell: readonly [width: number, height: number]
}

/** Ticks of the rows and columns. */
export interface TickRoom {
  readonly left: number
  readonly bottom: number
}

/** So few columns are made wide enough for their numbers, in px. */
const FEW = 8
const WIDEST = 48
const LARGEST = 24

/** Cells are square while many, wider when there are few columns, and never wider than the room. */
export function panelSize(
  rows: number,
  columns: number,
  room: readonly [width: number, height: number],
  ticks: TickRoom = { left: 0, bottom: 0 },
): PanelSize {
  const width = Math.max(20, room[0] - ticks.left)
  const square = Math.min(LARGEST, width / columns, room[1] / rows)
  const few = columns > FEW ? 0 : Math.min(WIDEST, width / columns)
  const [w, h] =
    square < 1
      ? [atLeast(columns, square, width), atLeast(rows, square, room[1])]
      : [whole(Math.max(square, few)), whole(square)]
  const height = rows === 1 ? 22 : h
  return { width: w * columns, height: height * rows, ...ticks, cell: [w, height] }
}

/** The short side of a long panel, in px. */
const THICK = 60

/** Size of an element whose axis would be thinner than a strip that can be seen. */
const atLeast = (count: number, size: number, room: number) =>
  Math.max(size, Math.min(THICK, room, count * LARGEST) / count)

const whole = (size: number) => (size >= 3 ? Math.floor(size) : size)
