/**
 * @file Display items as static SVG (D8.2): presentation attributes only, no style, ids, references or
 * scripts, every fill explicit, so that the picture survives GitHub, nbviewer and an untrusted notebook.
 */
import type { Point } from "../layout/boxes.ts"
import type { Item, Line, Rect, Text } from "../paint/primitives.ts"
import type { Theme, Token } from "../paint/theme.ts"

const MONO = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace"
const SANS = "system-ui,-apple-system,'Segoe UI',Helvetica,Arial,sans-serif"

/** Largest static picture in bytes of UTF-8. */
export const MAX_SVG_BYTES = 60_000

const ENTITY: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }

/** Text as XML: entities for markup, nothing for control characters, which XML cannot hold. */
export const escapeXml = (text: string): string =>
  text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
    .replace(/[&<>"]/g, (c) => ENTITY[c])

const number = (value: number): string => String(Math.round(value * 10) / 10)
const hundredth = (value: number): number => Math.round(value * 100) / 100

/** Path data of a polyline with rounded corners. */
export function roundedPath(points: readonly Point[], radius: number): string {
  const out = [`M${number(points[0][0])} ${number(points[0][1])}`]
  for (let i = 1; i < points.length - 1; i++) {
    const [a, b, c] = [points[i - 1], points[i], points[i + 1]]
    const before = Math.hypot(a[0] - b[0], a[1] - b[1])
    const after = Math.hypot(c[0] - b[0], c[1] - b[1])
    const k = Math.min(radius, before / 2, after / 2)
    const from = towards(b, a, k / (before || 1))
    const to = towards(b, c, k / (after || 1))
    out.push(`L${pair(from)}`, `Q${pair(b)} ${pair(to)}`)
  }
  return `${out.join("")}L${pair(points[points.length - 1])}`
}

const pair = (p: Point): string => `${number(p[0])} ${number(p[1])}`
const towards = (from: Point, to: Point, share: number): Point => [
  from[0] + (to[0] - from[0]) * share,
  from[1] + (to[1] - from[1]) * share,
]

/** Path data of a filled arrow head at the end of a polyline, 6 px long and wide. */
export function arrowHead(points: readonly Point[], length = 6): string {
  const [x, y] = points[points.length - 1]
  const [a, b] = points[points.length - 2]
  const whole = Math.hypot(x - a, y - b) || 1
  const u = (x - a) / whole
  const v = (y - b) / whole
  const left: Point = [x - u * length - v * 3, y - v * length + u * 3]
  const right: Point = [x - u * length + v * 3, y - v * length - u * 3]
  return `M${pair([x, y])}L${pair(left)}L${pair(right)}Z`
}

const attribute = (name: string, value: string | number | undefined): string =>
  value === undefined ? "" : ` ${name}="${value}"`

/** One item as markup. */
export function itemSvg(item: Item, theme: Theme): string {
  const colour = (token: string | undefined): string =>
    token === undefined ? "none" : (theme.colours[token as Token] ?? token)
  switch (item.kind) {
    case "rect":
      return rectSvg(item, colour, theme.strokeExtra)
    case "line":
      return lineSvg(item, colour, theme.strokeExtra)
    case "text":
      return textSvg(item, colour)
  }
}

type Paint = (token: string | undefined) => string

function rectSvg(item: Rect, colour: Paint, extra: number): string {
  const { x, y, w, h, stroke } = item
  const border = stroke
    ? attribute("stroke", colour(stroke)) +
      attribute("stroke-width", hundredth((item.width ?? 1) + extra))
    : ""
  const tail =
    attribute("stroke-dasharray", item.dash?.join(" ")) + attribute("opacity", item.opacity)
  return (
    `<rect x="${number(x)}" y="${number(y)}" width="${number(w)}" height="${number(h)}"` +
    `${attribute("rx", item.radius)} fill="${colour(item.fill)}"${border}${tail}/>`
  )
}

function lineSvg(item: Line, colour: Paint, extra: number): string {
  const stroke = colour(item.stroke)
  const faint = attribute("opacity", item.opacity)
  const dash = attribute("stroke-dasharray", item.dash?.join(" "))
  const path =
    `<path d="${roundedPath(item.points, item.radius ?? 0)}" fill="none" stroke="${stroke}"` +
    ` stroke-width="${hundredth(item.width + extra)}"${dash}${faint}/>`
  return item.arrow ? `${path}<path d="${arrowHead(item.points)}" fill="${stroke}"${faint}/>` : path
}

function textSvg(item: Text, colour: Paint): string {
  const anchor = item.anchor && item.anchor !== "start" ? item.anchor : undefined
  return (
    `<text x="${number(item.x)}" y="${number(item.y)}" font-size="${item.size}" fill="${colour(item.fill)}"` +
    `${attribute("font-weight", item.weight)}${attribute("text-anchor", anchor)}` +
    `${item.mono ? "" : ` font-family="${SANS}"`}>${escapeXml(item.text)}</text>`
  )
}

/** What surrounds the items of a picture. */
export interface Frame {
  readonly width: number
  readonly height: number
  /** Read aloud instead of the picture. */
  readonly title: string
  /** A line below the picture. */
  readonly caption?: string
  readonly theme: Theme
}

const CAPTION = { size: 10.5, advance: 6.1, line: 15, pad: 16 }

/** A whole SVG document with its own background. `body` is markup made by `itemSvg`. */
export function svgDocument(body: string, frame: Frame): string {
  const { theme } = frame
  const w = Math.max(260, Math.ceil(frame.width))
  const lines = captionLines(
    frame.caption ?? "",
    Math.floor((w - 2 * CAPTION.pad) / CAPTION.advance),
  )
  const h = Math.ceil(frame.height + (lines.length > 0 ? lines.length * CAPTION.line + 11 : 0))
  const caption = lines.map((text, i) => {
    const y = frame.height + 14 + i * CAPTION.line
    return itemSvg(
      { kind: "text", role: "plain", x: CAPTION.pad, y, size: CAPTION.size, text, fill: "ink3" },
      theme,
    )
  })
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img"` +
    ` font-family="${MONO}"><title>${escapeXml(frame.title)}</title>` +
    `<rect x="0" y="0" width="${w}" height="${h}" fill="${theme.colours.paper}"/>${body}${caption.join("")}</svg>`
  )
}

/** Breaks a caption between words. */
function captionLines(text: string, characters: number): string[] {
  const lines: string[] = []
  for (const word of text.split(" ")) {
    const last = lines[lines.length - 1]
    if (last !== undefined && last.length + 1 + word.length <= characters)
      lines[lines.length - 1] = `${last} ${word}`
    else if (word) lines.push(word)
  }
  return lines
}

/** Length in bytes of UTF-8. */
export function byteLength(text: string): number {
  let bytes = 0
  for (const glyph of text) {
    const code = glyph.codePointAt(0)!
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}
