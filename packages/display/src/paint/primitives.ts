/** @file What a picture is made of; painters need nothing else. Colours are token names or literals. */
import type { Point } from "../layout/boxes.ts"
import type { Token } from "./theme.ts"

export type Colour = Token | `#${string}`

/** What an item is, so that a painter can leave it out when it would be too small to read. */
export type Role =
  | "band"
  | "frame"
  | "box"
  | "bar"
  | "edge"
  | "residual"
  | "arrow"
  | "title"
  | "second"
  | "chip"
  | "badge"
  | "ring"
  | "heading"
  | "plain"

export interface Rect {
  readonly kind: "rect"
  readonly role: Role
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
  readonly radius?: number
  readonly fill?: Colour
  readonly stroke?: Colour
  readonly width?: number
  readonly dash?: readonly number[]
  readonly opacity?: number
}

/** A polyline with rounded corners; `arrow` puts a filled head of 6 px at its end. */
export interface Line {
  readonly kind: "line"
  readonly role: Role
  readonly points: readonly Point[]
  readonly stroke: Colour
  readonly width: number
  readonly radius?: number
  readonly dash?: readonly number[]
  readonly opacity?: number
  readonly arrow?: boolean
}

export interface Text {
  readonly kind: "text"
  readonly role: Role
  readonly x: number
  /** Baseline. */
  readonly y: number
  readonly size: number
  /** Already clipped to its room. */
  readonly text: string
  readonly fill: Colour
  readonly weight?: 600 | 700
  readonly anchor?: "start" | "middle" | "end"
  readonly mono?: boolean
  /** Room of a title, for painters that draw it larger when zoomed out: left, middle, width. */
  readonly room?: readonly [x: number, middle: number, w: number]
}

export type Item = Rect | Line | Text

/** Where a pointer finds something. `key` is a box key, or a scope key when `what` is "scope". */
export interface Hit {
  readonly what: "box" | "chip" | "scope"
  readonly key: string
  /** Index into the layout's boxes, -1 for a scope header. */
  readonly box: number
  readonly x: number
  readonly y: number
  readonly w: number
  readonly h: number
  /** Full text, for a tooltip. */
  readonly title: string
}

/** A painted picture. `heading` is the column heads, which a view may keep in sight while it scrolls. */
export interface DisplayList {
  readonly width: number
  readonly height: number
  readonly heading: readonly Item[]
  readonly headingHeight: number
  /** Below the heading; y = 0 is its lower edge. */
  readonly items: readonly Item[]
  readonly hits: readonly Hit[]
}

/** What is readable at a scale (VISUAL: level of detail). */
export interface Detail {
  readonly second: boolean
  readonly arrows: boolean
  readonly chips: boolean
  readonly parameterHeading: boolean
  /** Font size of box titles in layout px, centred in their boxes unless `second`; 0: none. */
  readonly title: number
  /** An active overlay becomes the fill of the box. */
  readonly overlayFill: boolean
}

const TITLE = 11.5
const CHIP = 10.5
const SMALLEST = 5.2

/** The level of detail at a scale of screen px per layout px. */
export function levelOfDetail(scale: number): Detail {
  const full = scale >= 0.62
  const onScreen = scale >= 0.35 ? 9 : Math.max(0, 9 * ((scale - 0.1) / 0.25))
  return {
    second: full,
    arrows: scale >= 0.35,
    chips: CHIP * scale >= SMALLEST,
    parameterHeading: scale >= 0.7,
    title: full ? TITLE : scale < 0.2 || onScreen < SMALLEST ? 0 : onScreen / scale,
    overlayFill: scale < 0.2,
  }
}

/** Whether an item is drawn at a level of detail. */
export function isShown(item: Item, detail: Detail): boolean {
  switch (item.role) {
    case "second":
    case "badge":
    case "ring":
      return detail.second
    case "arrow":
      return detail.arrows
    case "chip":
      return item.kind !== "text" || detail.chips
    case "title":
      return detail.title > 0
    default:
      return true
  }
}
