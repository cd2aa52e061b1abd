/** @file Paints one panel of numbers as cells; NaN, infinities and exact zeros have marks of their own. */
import { formatNumber } from "@defnote/display"
import { css, inkOn, mix, parseColor, type Rgb } from "./colors.ts"
import { context2d, sizeCanvas } from "./dom.ts"
import { FLAG, type Level, type Scale } from "./tensor-data.ts"
import type { PageTheme } from "./theme.ts"

/** A cell of a panel. */
export interface Cell {
  readonly row: number
  readonly column: number
}

/** The colours of a scale in one theme. */
export interface Ramp {
  color(value: number): string
  readonly zero: string
}

/** Violet for negative, green for positive (VISUAL §6: data never uses role colours). */
export function rampOf(theme: PageTheme, scale: Scale): Ramp {
  const { negative, zero: middleColour, positive, exactZero } = theme.colours
  const [low, middle, high] = [negative, middleColour, positive].map(parseColor) as [Rgb, Rgb, Rgb]
  const color = (value: number) => {
    const share = Math.min(1, Math.abs(value) / scale.limit) ** 0.8
    return css(mix(middle, value < 0 ? low : high, 0.08 + 0.92 * share))
  }
  return { color, zero: exactZero }
}

/** Geometry of the panels of one picture: all alike. */
export interface PanelSize {
  readonly width: number
  readonly height: number
  readonly cell: readonly [width: number, height: number]
}

/** So few columns are made wide enough for their numbers, in px. */
const FEW = 8
const WIDEST = 48

/** Cells are square while many, wider when there are few columns, and never wider than the room. */
export function panelSize(level: Level, room: number, roomHeight: number): PanelSize {
  const square = Math.min(24, room / level.columns, roomHeight / level.rows)
  const few = level.columns > FEW ? 0 : Math.min(WIDEST, room / level.columns)
  const w = square < 1 ? Math.min(24, room / level.columns) : whole(Math.max(square, few))
  const h =
    level.rows === 1 ? 22 : square < 1 ? Math.min(24, roomHeight / level.rows) : whole(square)
  return { width: w * level.columns, height: h * level.rows, cell: [w, h] }
}

const whole = (size: number) => (size >= 3 ? Math.floor(size) : size)

/** Paints a panel; `crosshair` is outlined. */
export function paintPanel(
  canvas: HTMLCanvasElement,
  level: Level,
  panel: number,
  size: PanelSize,
  theme: PageTheme,
  ramp: Ramp,
  crosshair: Cell | null,
): void {
  const ratio = sizeCanvas(canvas, size.width, size.height)
  const context = context2d(canvas)
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.fillStyle = theme.colours.paper
  context.fillRect(0, 0, size.width, size.height)
  const [w, h] = size.cell
  const gap = Math.min(w, h) >= 6 ? 1 : 0
  const first = panel * level.rows * level.columns
  for (let row = 0; row < level.rows; row++) {
    for (let column = 0; column < level.columns; column++) {
      const at = first + row * level.columns + column
      paintCell(context, level, at, [column * w, row * h, w - gap, h - gap], theme, ramp)
    }
  }
  if (crosshair) outline(context, crosshair, size, theme)
}

type Box = readonly [x: number, y: number, width: number, height: number]

function paintCell(
  context: CanvasRenderingContext2D,
  level: Level,
  at: number,
  [x, y, w, h]: Box,
  theme: PageTheme,
  ramp: Ramp,
): void {
  const flags = level.flags[at]
  const broken = flags & (FLAG.nan | FLAG.posInf | FLAG.negInf)
  context.fillStyle = broken
    ? theme.colours.warn
    : flags & FLAG.zero
      ? ramp.zero
      : ramp.color(level.mean[at])
  context.fillRect(x, y, w, h)
  if (broken && Math.min(w, h) >= 6) mark(context, flags, [x, y, w, h], theme)
  else if (!broken && w >= 40 && h >= 18) write(context, level.mean[at], [x, y, w, h], theme)
}

/** The number itself, where the cell has room for it. */
function write(
  context: CanvasRenderingContext2D,
  value: number,
  [x, y, w, h]: Box,
  theme: PageTheme,
): void {
  context.fillStyle = inkOn(parseColor(String(context.fillStyle)))
  context.font = `11px ${theme.codeFont}`
  context.textAlign = "center"
  context.fillText(formatNumber(value), x + w / 2, y + h / 2 + 4, w - 4)
}

/** A cross for NaN, a plus or a minus for an infinity: told apart without colour. */
function mark(
  context: CanvasRenderingContext2D,
  flags: number,
  [x, y, w, h]: Box,
  theme: PageTheme,
): void {
  const [cx, cy, r] = [x + w / 2, y + h / 2, Math.min(w, h) / 4]
  context.strokeStyle = theme.colours.warnInk
  context.lineWidth = 1.25
  context.strokeRect(x + 0.5, y + 0.5, w - 1, h - 1)
  context.beginPath()
  if (flags & FLAG.nan) {
    context.moveTo(cx - r, cy - r)
    context.lineTo(cx + r, cy + r)
    context.moveTo(cx + r, cy - r)
    context.lineTo(cx - r, cy + r)
  } else {
    context.moveTo(cx - r, cy)
    context.lineTo(cx + r, cy)
    if (flags & FLAG.posInf) {
      context.moveTo(cx, cy - r)
      context.lineTo(cx, cy + r)
    }
  }
  context.stroke()
}

function outline(
  context: CanvasRenderingContext2D,
  cell: Cell,
  size: PanelSize,
  theme: PageTheme,
): void {
  const [w, h] = size.cell
  const [ow, oh] = [Math.max(w, 6), Math.max(h, 6)]
  const x = Math.min(size.width - ow, Math.max(0, cell.column * w + w / 2 - ow / 2))
  const y = Math.min(size.height - oh, Math.max(0, cell.row * h + h / 2 - oh / 2))
  context.lineWidth = 3
  context.strokeStyle = theme.colours.paper
  context.strokeRect(x + 0.5, y + 0.5, ow - 1, oh - 1)
  context.lineWidth = 1.5
  context.strokeStyle = theme.colours.ink
  context.strokeRect(x + 0.5, y + 0.5, ow - 1, oh - 1)
}
