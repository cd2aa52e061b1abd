/** @file Colour arithmetic on CSS colours: mixing for heat maps. Knows no theme. */

/** Red, green and blue in 0..255. */
export type Rgb = readonly [number, number, number]

/** Parses `#rgb`, `#rrggbb`, `rgb(...)`; anything else goes through the canvas, which knows all CSS. */
export function parseColor(color: string): Rgb {
  const hex = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(color.trim())?.[1]
  if (hex?.length === 6)
    return [0, 2, 4].map((i) => Number.parseInt(hex.slice(i, i + 2), 16)) as never
  if (hex) return [...hex].map((digit) => Number.parseInt(digit + digit, 16)) as never
  const numbers = /^rgba?\(([^)]+)\)/
    .exec(color)?.[1]
    .split(/[\s,/]+/)
    .map(Number)
  if (numbers && numbers.length >= 3 && numbers.every(Number.isFinite))
    return numbers.slice(0, 3) as never
  return probe(color)
}

function probe(color: string): Rgb {
  const context = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })
  if (!context) return [128, 128, 128]
  context.fillStyle = color
  context.fillRect(0, 0, 1, 1)
  const [r, g, b] = context.getImageData(0, 0, 1, 1).data
  return [r, g, b]
}

/** Mixes two colours, t in 0..1. */
export const mix = (a: Rgb, b: Rgb, t: number): Rgb => [
  Math.round(a[0] + (b[0] - a[0]) * t),
  Math.round(a[1] + (b[1] - a[1]) * t),
  Math.round(a[2] + (b[2] - a[2]) * t),
]

/** CSS text of a colour. */
export const css = (color: Rgb): string => `rgb(${color[0]},${color[1]},${color[2]})`

/** Relative luminance, 0..1 (WCAG 2.2). */
function luminance(color: Rgb): number {
  const [r, g, b] = color.map((byte) => {
    const share = byte / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

/** Contrast of two colours, 1..21 (WCAG 2.2). */
export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}

/** Black or white, whichever is easier to read on a colour: their contrast is at least 4.5. */
export const inkOn = (color: Rgb): string =>
  contrast(color, [0, 0, 0]) >= contrast(color, [255, 255, 255]) ? "#000000" : "#ffffff"
