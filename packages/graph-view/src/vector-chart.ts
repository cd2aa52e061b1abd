/** @file Paints a window of a vector: bars while there is room, then its curve in the band of its extremes; a value axis. */
import { FAINT, FLAG, formatConstant, roundTicks } from "@defnote/display"
import { paintColumnTicks, scaleOfAxis } from "./axis-ticks.ts"
import { css, mix, parseColor } from "./colors.ts"
import { context2d, sizeCanvas } from "./dom.ts"
import { type Box, mark, outline, type PanelPicture, paintMissing } from "./heat-map.ts"
import { cellAt, type Patch } from "./tensor-data.ts"
import type { PageTheme } from "./theme.ts"

/** What a vector is painted from. */
export interface VectorPicture extends PanelPicture {
  /** Ends of the value axis. */
  readonly range: readonly [low: number, high: number]
  /** Values are integers: so are the ticks. */
  readonly whole: boolean
}

/** Height of a chart, room for the numbers of the value axis, and the narrowest bar, in px. */
export const VECTOR_HEIGHT = 130
export const VECTOR_LEFT = 58
const BAR = 4
/** Room above and below the extremes. */
const INSET = 6

/** Places on the chart. */
interface Axes {
  x(element: number): number
  y(value: number): number
  readonly middle: number
}

/** Paints the chart with its axes. */
export function paintVector(
  canvas: HTMLCanvasElement,
  picture: VectorPicture,
  theme: PageTheme,
): void {
  const { size, patch, window, range, crosshair } = picture
  const [width, height] = [size.left + size.width, size.height + size.bottom]
  const ratio = sizeCanvas(canvas, width + INSET, height)
  const context = context2d(canvas)
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.fillStyle = theme.colours.paper
  context.fillRect(0, 0, width + INSET, height)
  paintColumnTicks(context, window, size, picture.labels, theme)
  if (!patch) return paintMissing(context, size, theme)
  const share = (value: number) => (range[1] - value) / (range[1] - range[0])
  const y = (value: number) => INSET + share(value) * (size.height - 2 * INSET)
  const axes: Axes = { x: scaleOfAxis(window.columns, size.left, size.width), y, middle: y(0) }
  paintValueAxis(context, picture, axes, theme)
  context.save()
  context.beginPath()
  context.rect(size.left, 0, size.width, size.height)
  context.clip()
  const cell = size.width / (window.columns[1] - window.columns[0])
  const whole = patch.factor[1] === 1
  if (whole && cell >= BAR) paintBars(context, patch, axes, theme)
  else paintCurve(context, patch, axes, theme)
  paintBroken(context, patch, axes, size.height, theme)
  context.restore()
  if (!crosshair) return
  const at = cellAt(patch, { row: 0, column: crosshair.column }).column
  const [left, , w] = boxOf(patch, axes, at, size.height)
  outline(context, [left, 0, w, size.height], size, theme)
}

/** The column of a cell of the patch, over the whole height. */
function boxOf(patch: Patch, { x }: Axes, cell: number, height: number): Box {
  const edge = (k: number) => x(patch.origin[1] + k * patch.factor[1])
  return [edge(cell), 0, edge(cell + 1) - edge(cell), height]
}

function paintValueAxis(
  context: CanvasRenderingContext2D,
  { size, range, whole }: VectorPicture,
  { y, middle }: Axes,
  theme: PageTheme,
): void {
  context.font = `10px ${theme.codeFont}`
  context.textAlign = "right"
  context.lineWidth = 1
  const line = (at: number, colour: string) => {
    context.strokeStyle = colour
    context.beginPath()
    context.moveTo(size.left, Math.round(at) + 0.5)
    context.lineTo(size.left + size.width, Math.round(at) + 0.5)
    context.stroke()
  }
  for (const tick of roundTicks(range[0], range[1], 4)) {
    if (whole && !Number.isInteger(tick)) continue
    const value = Math.abs(tick) < 1e-9 * (range[1] - range[0]) ? 0 : tick
    if (value !== 0) line(y(value), theme.colours.line)
    context.fillStyle = theme.colours.ink3
    context.fillText(formatConstant(value), size.left - 6, y(value) + 3.5)
  }
  line(middle, theme.colours.ink3)
}

function paintBars(
  context: CanvasRenderingContext2D,
  patch: Patch,
  axes: Axes,
  theme: PageTheme,
): void {
  const { negative, positive } = theme.colours
  for (let k = 0; k < patch.columns; k++) {
    const value = patch.mean[k]
    if (!Number.isFinite(value) || value === 0) continue
    const [left, , w] = boxOf(patch, axes, k, 0)
    const [a, b] = [axes.y(value), axes.middle]
    context.fillStyle = value < 0 ? negative : positive
    context.fillRect(left + 0.5, Math.min(a, b), Math.max(1, w - 1), Math.max(1, Math.abs(b - a)))
  }
}

/** The band from minimum to maximum, and the mean in it, in pieces where cells have none. */
function paintCurve(
  context: CanvasRenderingContext2D,
  patch: Patch,
  axes: Axes,
  theme: PageTheme,
): void {
  const known = [...patch.mean.keys()].filter((k) => Number.isFinite(patch.mean[k]))
  // Mixed, not let through: neighbours overlap by half a pixel.
  context.fillStyle = css(
    mix(parseColor(theme.colours.paper), parseColor(theme.colours.ink3), FAINT),
  )
  for (const k of known) {
    const [left, , w] = boxOf(patch, axes, k, 0)
    const [top, bottom] = [axes.y(patch.max[k]), axes.y(patch.min[k])]
    context.fillRect(left, top, w + 0.5, Math.max(1, bottom - top))
  }
  context.strokeStyle = theme.colours.ink
  context.lineWidth = 1.25
  context.beginPath()
  let last = Number.NaN
  for (const k of known) {
    const [left, , w] = boxOf(patch, axes, k, 0)
    const point = [left + w / 2, axes.y(patch.mean[k])] as const
    if (k === last + 1) context.lineTo(...point)
    else context.moveTo(...point)
    last = k
  }
  context.stroke()
}

/** What is not finite has the whole height, and its mark where there is room. */
function paintBroken(
  context: CanvasRenderingContext2D,
  patch: Patch,
  axes: Axes,
  height: number,
  theme: PageTheme,
): void {
  patch.flags.forEach((flags, k) => {
    if (!(flags & (FLAG.nan | FLAG.posInf | FLAG.negInf))) return
    const [left, , w] = boxOf(patch, axes, k, height)
    const wide = Math.max(1.5, w - 1)
    context.fillStyle = theme.colours.warn
    context.fillRect(left + 0.5, 0, wide, height)
    if (w >= 6) mark(context, flags, [left + 0.5, 0, wide, height], theme)
  })
}
