/** @file Paints a display list on a canvas, with culling and levels of detail. Knows no graph. */
import {
  type Colour,
  type Detail,
  type DisplayList,
  type Item,
  isShown,
  type Line,
  levelOfDetail,
  type Point,
  type Rect,
  type Text,
} from "@defnote/display"
import type { Motion } from "./motion.ts"
import type { PageTheme } from "./theme.ts"

/** Where the picture is: scale and offset in CSS px, size of the stage, device pixels per CSS px. */
export interface Placement {
  readonly scale: number
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly ratio: number
}

/** Part of the picture that is on the stage, in its own px. */
interface Window {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

interface Brush {
  readonly context: CanvasRenderingContext2D
  readonly theme: PageTheme
  readonly detail: Detail
  readonly scale: number
  readonly window: Window
  /** Advance of a glyph of the code font, in em: titles are clipped to their room when they grow. */
  readonly advance: number
}

/** Paints the picture at a place; `motion` moves and fades it by its rows. */
export function paint(
  context: CanvasRenderingContext2D,
  list: DisplayList,
  theme: PageTheme,
  place: Placement,
  motion: Motion | null = null,
): void {
  const { scale, x, y, width, height, ratio } = place
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.fillStyle = theme.colours.paper
  context.fillRect(0, 0, width, height)
  context.setTransform(ratio * scale, 0, 0, ratio * scale, ratio * x, ratio * y)
  const window = {
    left: -x / scale,
    top: -y / scale,
    right: (width - x) / scale,
    bottom: (height - y) / scale,
  }
  const detail = levelOfDetail(scale)
  const brush: Brush = { context, theme, detail, scale, window, advance: 0.6 }
  for (const item of list.items) {
    if (!isShown(item, detail)) continue
    draw(brush, motion ? moved(item, motion) : item, motion ? motion.alphaAt(middleOf(item)) : 1)
  }
  context.globalAlpha = 1
  context.setLineDash([])
}

/** Paints the column heads at the top of the stage; they follow sideways only, and those without room go. */
export function paintHeading(
  context: CanvasRenderingContext2D,
  list: DisplayList,
  theme: PageTheme,
  place: Placement,
): void {
  const { scale, x, width, ratio } = place
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.fillStyle = theme.colours.paper
  context.fillRect(0, 0, width, list.headingHeight)
  context.strokeStyle = theme.colours.line
  context.lineWidth = 1
  context.beginPath()
  context.moveTo(0, list.headingHeight - 0.5)
  context.lineTo(width, list.headingHeight - 0.5)
  context.stroke()
  const texts = list.heading.filter((item) => item.kind === "text")
  texts.forEach((text, i) => {
    const left = text.x * scale + x
    const next = texts[i + 1]
    context.font = `${text.weight ?? 400} ${text.size}px ${theme.uiFont}`
    const room = next ? (next.x - text.x) * scale : Number.POSITIVE_INFINITY
    if (context.measureText(text.text).width + 8 > room) return
    context.fillStyle = theme.colours[text.fill as keyof typeof theme.colours] ?? text.fill
    context.textAlign = "left"
    context.fillText(text.text, left, text.y)
  })
}

function draw(brush: Brush, item: Item, alpha: number): void {
  if (item.kind === "rect") drawRect(brush, item, alpha)
  else if (item.kind === "line") drawLine(brush, item, alpha)
  else drawText(brush, item, alpha)
}

/** The y by which an item belongs to a row. */
function middleOf(item: Item): number {
  if (item.kind === "rect") return item.y + item.h / 2
  return item.kind === "text" ? item.y - 4 : item.points[item.points.length - 1][1]
}

/** An item on its way: a line follows the rows of all its points. */
function moved(item: Item, motion: Motion): Item {
  if (item.kind === "line") {
    return { ...item, points: item.points.map(([x, y]) => [x, y + motion.shiftAt(y)] as const) }
  }
  const shift = motion.shiftAt(middleOf(item))
  if (item.kind === "rect") return { ...item, y: item.y + shift }
  const room = item.room && ([item.room[0], item.room[1] + shift, item.room[2]] as const)
  return { ...item, y: item.y + shift, ...(room ? { room } : {}) }
}

const colourOf = ({ theme }: Brush, colour: Colour): string =>
  colour.startsWith("#") ? colour : theme.colours[colour as keyof typeof theme.colours]

function drawRect(brush: Brush, rect: Rect, alpha: number): void {
  const { context, window, scale, theme } = brush
  const top = rect.y
  if (rect.x > window.right || rect.x + rect.w < window.left) return
  if (top > window.bottom || top + rect.h < window.top) return
  context.beginPath()
  if (rect.radius) context.roundRect(rect.x, rect.y, rect.w, rect.h, rect.radius)
  else context.rect(rect.x, rect.y, rect.w, rect.h)
  context.globalAlpha = (rect.opacity ?? 1) * alpha
  if (rect.fill) {
    context.fillStyle = colourOf(brush, rect.fill)
    context.fill()
  }
  if (!rect.stroke) return
  context.strokeStyle = colourOf(brush, rect.stroke)
  context.lineWidth = Math.max((rect.width ?? 1) + theme.strokeExtra, 0.6 / scale)
  context.setLineDash(rect.dash ? [...rect.dash] : [])
  context.stroke()
}

function drawLine(brush: Brush, line: Line, alpha: number): void {
  const { context, scale, theme, detail } = brush
  if (line.points.length < 2 || !isNear(brush, line.points)) return
  context.globalAlpha = (line.opacity ?? 1) * alpha
  context.strokeStyle = colourOf(brush, line.stroke)
  context.lineWidth = Math.max(line.width + theme.strokeExtra, 0.8 / scale)
  context.setLineDash(line.dash ? [...line.dash] : [])
  context.beginPath()
  tracePath(context, line.points, line.radius ?? 0)
  context.stroke()
  if (line.arrow && detail.arrows) drawHead(brush, line.points, line.stroke)
}

function isNear({ window }: Brush, points: readonly Point[]): boolean {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const [, y] of points) {
    if (y < low) low = y
    if (y > high) high = y
  }
  return low <= window.bottom && high >= window.top
}

/** A polyline whose corners are rounded as far as their segments allow. */
function tracePath(
  context: CanvasRenderingContext2D,
  points: readonly Point[],
  radius: number,
): void {
  context.moveTo(points[0][0], points[0][1])
  for (let i = 1; i < points.length - 1; i++) {
    const [before, corner, after] = [points[i - 1], points[i], points[i + 1]]
    const k = Math.min(radius, distance(before, corner) / 2, distance(corner, after) / 2)
    const from = toward(corner, before, k)
    const to = toward(corner, after, k)
    context.lineTo(from[0], from[1])
    context.quadraticCurveTo(corner[0], corner[1], to[0], to[1])
  }
  const last = points[points.length - 1]
  context.lineTo(last[0], last[1])
}

const distance = (a: Point, b: Point) => Math.hypot(a[0] - b[0], a[1] - b[1])

function toward(from: Point, to: Point, length: number): Point {
  const whole = distance(from, to) || 1
  return [
    from[0] + ((to[0] - from[0]) * length) / whole,
    from[1] + ((to[1] - from[1]) * length) / whole,
  ]
}

function drawHead(brush: Brush, points: readonly Point[], stroke: Colour): void {
  const { context } = brush
  const tip = points[points.length - 1]
  const back = points[points.length - 2]
  const length = distance(tip, back) || 1
  const [u, v] = [(tip[0] - back[0]) / length, (tip[1] - back[1]) / length]
  context.fillStyle = colourOf(brush, stroke)
  context.beginPath()
  context.moveTo(tip[0], tip[1])
  context.lineTo(tip[0] - u * 6 - v * 3, tip[1] - v * 6 + u * 3)
  context.lineTo(tip[0] - u * 6 + v * 3, tip[1] - v * 6 - u * 3)
  context.fill()
}

function drawText(brush: Brush, text: Text, alpha: number): void {
  const { context, window, detail, theme } = brush
  if (text.y < window.top - 20 || text.y - text.size > window.bottom + 20) return
  const grown = text.role === "title" && text.room !== undefined && !detail.second
  const size = grown ? detail.title : text.size
  if (size * brush.scale < 4.2) return
  context.globalAlpha = alpha
  context.fillStyle = colourOf(brush, text.fill)
  context.font = `${text.weight ?? 400} ${size}px ${text.mono ? theme.codeFont : theme.uiFont}`
  if (grown && text.room) {
    const [left, middle, width] = text.room
    context.textAlign = "left"
    context.fillText(clipTo(text.text, width / (size * brush.advance)), left, middle + size * 0.35)
    return
  }
  const align = { start: "left", middle: "center", end: "right" } as const
  context.textAlign = align[text.anchor ?? "start"]
  context.fillText(text.text, text.x, text.y)
}

function clipTo(text: string, glyphs: number): string {
  const room = Math.floor(glyphs)
  return text.length <= room ? text : `${text.slice(0, Math.max(0, room - 1))}…`
}
