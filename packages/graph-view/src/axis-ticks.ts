/** @file Ticks below and beside a panel of elements, by index or by name. Knows windows, no values. */
import { clip } from "@defnote/display"
import type { PanelSize } from "./panel-size.ts"
import type { Window } from "./tensor-data.ts"
import type { PageTheme } from "./theme.ts"

/** Names of the entries of the last two axes, where they have names. */
export interface TickLabels {
  readonly rows?: readonly string[] | undefined
  readonly columns?: readonly string[] | undefined
}

/** Where elements lie on the canvas: x or y of an element's edge. */
export const scaleOfAxis = ([from, to]: readonly [number, number], start: number, size: number) => {
  const step = size / (to - from)
  return (element: number) => start + (element - from) * step
}

/** Width of a character of a tick, and the room that ticks keep between them, in px. */
const CHARACTER = 6
const ROOM = 8

/** Ticks of the rows, left of the panel. */
export function paintRowTicks(
  context: CanvasRenderingContext2D,
  { rows }: Window,
  size: PanelSize,
  labels: TickLabels,
  theme: PageTheme,
): void {
  if (!size.left) return
  begin(context, theme, "right")
  const down = scaleOfAxis(rows, 0, size.height)
  for (const row of ticksOf(rows, size.height, 14, labels.rows !== undefined)) {
    const text = clip(labels.rows?.[row] ?? String(row), Math.floor(size.left / CHARACTER) - 1)
    const middle = (down(row) + down(row + 1)) / 2
    context.fillText(text, size.left - 5, Math.max(8, middle + 3.5))
  }
}

/** Ticks of the columns, below the panel; the first stays on the canvas. */
export function paintColumnTicks(
  context: CanvasRenderingContext2D,
  { columns }: Window,
  size: PanelSize,
  labels: TickLabels,
  theme: PageTheme,
): void {
  if (!size.bottom) return
  begin(context, theme, "center")
  const right = scaleOfAxis(columns, size.left, size.width)
  const widest = Math.max(
    ...(labels.columns ?? [String(columns[1])]).map((text) => [...text].length),
  )
  const step = size.width / (columns[1] - columns[0])
  const room = labels.columns ? Math.min(widest * CHARACTER + ROOM, Math.max(step, 26)) : 0
  const apart = room || widest * CHARACTER + ROOM
  for (const column of ticksOf(columns, size.width, apart, labels.columns !== undefined)) {
    const text = clip(labels.columns?.[column] ?? String(column), Math.floor(apart / CHARACTER))
    const half = ([...text].length * CHARACTER) / 2
    const middle = (right(column) + right(column + 1)) / 2
    // A number that would be cut off says nothing.
    if (middle + half > size.left + size.width) continue
    context.fillText(text, Math.max(half, middle), size.height + 12)
  }
}

function begin(context: CanvasRenderingContext2D, theme: PageTheme, align: CanvasTextAlign): void {
  context.fillStyle = theme.colours.ink3
  context.font = `10px ${theme.codeFont}`
  context.textAlign = align
}

/** Elements that get a tick: all with names that fit, otherwise round steps. */
function ticksOf(
  [from, to]: readonly [number, number],
  size: number,
  apart: number,
  named: boolean,
): readonly number[] {
  const least = (apart * (to - from)) / size
  const power = 10 ** Math.floor(Math.log10(Math.max(1, least)))
  const rounded = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= least) ?? power
  const step = named ? Math.max(1, Math.ceil(least)) : Math.max(1, rounded)
  const ticks: number[] = []
  for (let k = Math.ceil(from / step) * step; k < to; k += step) ticks.push(k)
  return ticks
}
