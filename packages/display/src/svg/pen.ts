/** @file What the parts of a tensor picture draw with. */
import type { Item, Text } from "../paint/primitives.ts"
import type { Theme } from "../paint/theme.ts"
import { itemSvg } from "./svg.ts"

/** Width of a tensor picture and its margin, in px. */
export const WIDTH = 640
export const PAD = 16

/** Collects markup. */
export interface Pen {
  readonly theme: Theme
  readonly out: string[]
  readonly add: (...items: Item[]) => void
}

export function newPen(theme: Theme): Pen {
  const out: string[] = []
  return { theme, out, add: (...items) => out.push(...items.map((item) => itemSvg(item, theme))) }
}

/** A monospaced text. */
export const text = (
  x: number,
  y: number,
  size: number,
  content: string,
  fill: Text["fill"] = "ink",
  more: Partial<Text> = {},
): Text => ({ kind: "text", role: "plain", x, y, size, text: content, fill, mono: true, ...more })

/** To a tenth of a px, which keeps pictures small. */
export const round = (value: number): number => Math.round(value * 10) / 10
