/** @file Paints a window of one panel as cells with ticks; NaN, infinities and exact zeros have marks of their own. */
import { FLAG, formatNumber, type Scale } from "@defnote/display"
import { paintColumnTicks, paintRowTicks, scaleOfAxis, type TickLabels } from "./axis-ticks.ts"
import { css, inkOn, mix, parseColor, type Rgb } from "./colors.ts"
import { context2d, sizeCanvas } from "./dom.ts"
import type { PanelSize } from "./panel-size.ts"
import { cellAt, type Patch, type Place, type Window } from "./tensor-data.ts"
import type { PageTheme } from "./theme.ts"

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

/** What a panel is painted from. */
export interface PanelPicture {
  readonly patch: Patch | undefined
  readonly window: Window
  readonly size: PanelSize
  readonly ramp: Ramp
  /** The outlined element. */
  readonly crosshair: Place | null
  readonly labels: TickLabels
}

/** A rectangle on a canvas. */
export type Box = readonly [x: number, y: number, width: number, height: number]

/** Paints a panel with its ticks. */
export function paintPanel(
  canvas: HTMLCanvasElement,
  picture: PanelPicture,
  theme: PageTheme,
): void {
  const { size, patch } = picture
  const ratio = sizeCanvas(canvas, size.left + size.width, size.height + size.bottom)
  const context = context2d(canvas)
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.fillStyle = theme.colours.paper
  context.fillRect(0, 0, size.left + size.width, size.height + size.bottom)
  paintRowTicks(context, picture.window, size, picture.labels, theme)
  paintColumnTicks(context, picture.window, size, picture.labels, theme)
  context.save()
  context.beginPath()
  context.rect(size.left, 0, size.width, size.height)
  context.clip()
  if (patch) paintCells(context, patch, picture, theme)
  else paintMissing(context, size, theme)
  context.restore()
}

function paintCells(
  context: CanvasRenderingContext2D,
  patch: Patch,
  { window, size, ramp, crosshair }: PanelPicture,
  theme: PageTheme,
): void {
  const x = scaleOfAxis(window.columns, size.left, size.width)
  const y = scaleOfAxis(window.rows, 0, size.height)
  const box = (row: number, column: number): Box => {
    const edge = (at: (e: number) => number, axis: 0 | 1, k: number) =>
      Math.round(at(patch.origin[axis] + k * patch.factor[axis]))
    const [left, top] = [edge(x, 1, column), edge(y, 0, row)]
    return [left, top, edge(x, 1, column + 1) - left, edge(y, 0, row + 1) - top]
  }
  const [, , w, h] = box(0, 0)
  const gap = Math.min(w, h) >= 6 ? 1 : 0
  for (let row = 0; row < patch.rows; row++) {
    for (let column = 0; column < patch.columns; column++) {
      const [left, top, width, height] = box(row, column)
      const cell: Box = [left, top, Math.max(1, width - gap), Math.max(1, height - gap)]
      paintCell(context, patch, row * patch.columns + column, cell, theme, ramp)
    }
  }
  if (!crosshair) return
  const { row, column } = cellAt(patch, crosshair)
  outline(context, box(row, column), size, theme)
}

/** Stripes where the payload has no values. */
export function paintMissing(
  context: CanvasRenderingContext2D,
  { left, width, height }: PanelSize,
  theme: PageTheme,
): void {
  context.fillStyle = theme.colours.panel
  context.fillRect(left, 0, width, height)
  context.strokeStyle = theme.colours.line
  context.lineWidth = 1
  context.beginPath()
  for (let x = left - height; x < left + width; x += 9) {
    context.moveTo(x, height)
    context.lineTo(x + height, 0)
  }
  context.stroke()
}

function paintCell(
  context: CanvasRenderingContext2D,
  patch: Patch,
  at: number,
  [x, y, w, h]: Box,
  theme: PageTheme,
  ramp: Ramp,
): void {
  const flags = patch.flags[at]
  const broken = flags & (FLAG.nan | FLAG.posInf | FLAG.negInf)
  context.fillStyle = broken
    ? theme.colours.warn
    : flags & FLAG.zero
      ? ramp.zero
      : ramp.color(patch.mean[at])
  context.fillRect(x, y, w, h)
  if (broken && Math.min(w, h) >= 6) mark(context, flags, [x, y, w, h], theme)
  else if (!broken && w >= 40 && h >= 18) write(context, patch.mean[at], [x, y, w, h], theme)
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
export function mark(
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

/** At least 6 px, also where a cell is smaller. */
export function outline(
  context: CanvasRenderingContext2D,
  [left, top, w, h]: Box,
  size: PanelSize,
  theme: PageTheme,
): void {
  const [ow, oh] = [Math.max(w, 6), Math.max(h, 6)]
  const end = size.left + size.width - ow
  const x = Math.min(end, Math.max(size.left, left + w / 2 - ow / 2))
  const y = Math.min(size.height - oh, Math.max(0, top + h / 2 - oh / 2))
  context.lineWidth = 3
  context.strokeStyle = theme.colours.paper
  context.strokeRect(x + 0.5, y + 0.5, ow - 1, oh - 1)
  context.lineWidth = 1.5
  context.strokeStyle = theme.colours.ink
  context.strokeRect(x + 0.5, y + 0.5, ow - 1, oh - 1)
}
