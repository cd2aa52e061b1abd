/** @file A tensor payload as cells that can be looked up: parts, windows, what of them is stored; no pictures. */
import {
  type Cells,
  decodeFloats,
  decodeLevel,
  FLAG,
  formatNumber,
  partOf,
  type TensorDoc,
  type TensorPicture,
} from "@defnote/display"

/** A range of elements of the last two axes; half open. */
export interface Window {
  readonly rows: readonly [from: number, to: number]
  readonly columns: readonly [from: number, to: number]
}

/** Cells of one panel whose first element is at `origin`. */
export interface Patch extends Cells {
  readonly origin: readonly [row: number, column: number]
}

/** An element of a panel. */
export interface Place {
  readonly row: number
  readonly column: number
}

/** One tensor of the output with its levels. */
export interface Part {
  readonly picture: TensorPicture
  readonly levels: readonly Cells[]
  /** All elements as f64, where the payload has them. */
  readonly exact?: Float64Array
  /** The order of its axes, when it is not the tensor's own. */
  readonly order?: readonly number[]
}

/** The document's own tensor and those linked with it. */
export const partsOf = (doc: TensorDoc): readonly Part[] =>
  [doc, ...(doc.linked ?? [])].map((picture) => {
    const exact = picture.values === undefined ? undefined : decodeFloats(picture.values, 8)
    return { picture, levels: picture.pyramid.map(decodeLevel), ...(exact ? { exact } : {}) }
  })

/** Number of axes before the last two. */
export const leadingAxes = (doc: TensorDoc): readonly number[] => doc.shape.slice(0, -2)

/** Rows and columns of a panel. */
export const planeOf = (doc: TensorDoc): readonly [rows: number, columns: number] => [
  doc.shape.at(-2) ?? 1,
  doc.shape.at(-1) ?? 1,
]

/** All of a panel. */
export const wholeWindow = (doc: TensorDoc): Window => {
  const [rows, columns] = planeOf(doc)
  return { rows: [0, rows], columns: [0, columns] }
}

/** Row-major index of a panel. */
export function panelIndex(sizes: readonly number[], index: readonly number[]): number {
  return sizes.reduce((at, size, axis) => at * size + (index[axis] ?? 0), 0)
}

/** A document whose axes stand in another order. */
export interface ArrangedDoc extends TensorDoc {
  /** Which axis of the tensor each is. */
  readonly axes?: readonly number[]
}

/** Name of an axis, or `axis 2`, by its number in the tensor. */
export function axisName(doc: ArrangedDoc, axis: number): string {
  return doc.names?.[axis] ?? `axis ${doc.axes?.[axis] ?? axis}`
}

const length = ([from, to]: readonly [number, number]) => to - from

/** Elements that become one cell, so that at most so many rows and columns are drawn. */
export const factorFor = (
  { rows, columns }: Window,
  most: readonly [rows: number, columns: number],
): readonly [number, number] => [
  Math.max(1, Math.ceil(length(rows) / most[0])),
  Math.max(1, Math.ceil(length(columns) / most[1])),
]

/** The stored cells of a window by blocks of about `factor` elements; undefined for a panel that is not stored. */
export function storedPatch(
  { levels }: Part,
  panel: number,
  { rows, columns }: Window,
  factor: readonly [number, number],
): Patch | undefined {
  const level = levels.find((l) => l.factor[0] <= factor[0] && l.factor[1] <= factor[1])
  const cells = level ?? levels[0]
  if (!cells || panel >= cells.panels) return undefined
  const [down, across] = cells.factor
  const range = {
    rows: [Math.floor(rows[0] / down), Math.ceil(rows[1] / down)],
    columns: [Math.floor(columns[0] / across), Math.ceil(columns[1] / across)],
  } as const
  const blocks = [
    Math.max(1, Math.floor(factor[0] / down)),
    Math.max(1, Math.floor(factor[1] / across)),
  ] as const
  const origin = [range.rows[0] * down, range.columns[0] * across] as const
  return { ...partOf(cells, panel, range, blocks), origin }
}

/** Row and column of the cell that holds an element, kept inside the patch. */
export function cellAt(patch: Patch, { row, column }: Place): Place {
  const at = (place: number, origin: number, factor: number, count: number) =>
    Math.max(0, Math.min(count - 1, Math.floor((place - origin) / factor)))
  return {
    row: at(row, patch.origin[0], patch.factor[0], patch.rows),
    column: at(column, patch.origin[1], patch.factor[1], patch.columns),
  }
}

/** A window that is `share` times as large around a place, inside the panel, of at least so many elements. */
export function zoomed(window: Window, { row, column }: Place, share: number, all: Window): Window {
  return {
    rows: around(window.rows, row, share, all.rows[1]),
    columns: around(window.columns, column, share, all.columns[1]),
  }
}

const LEAST = 8

function around(
  range: readonly [number, number],
  at: number,
  share: number,
  end: number,
): readonly [number, number] {
  const wanted = Math.round(length(range) * share)
  const size = Math.min(end, Math.max(Math.min(LEAST, end), wanted))
  const place = (at + 0.5 - range[0]) / length(range)
  const from = Math.max(0, Math.min(end - size, Math.round(at + 0.5 - place * size)))
  return [from, from + size]
}

/** A window moved by so many elements, as far as the panel goes. */
export function moved(window: Window, rows: number, columns: number, all: Window): Window {
  const shift = ([from, to]: readonly [number, number], by: number, end: number) => {
    const step = Math.max(-from, Math.min(end - to, Math.round(by)))
    return [from + step, to + step] as const
  }
  return {
    rows: shift(window.rows, rows, all.rows[1]),
    columns: shift(window.columns, columns, all.columns[1]),
  }
}

/** Both windows hold the same elements. */
export const sameWindow = (a: Window, b: Window): boolean =>
  String([a.rows, a.columns]) === String([b.rows, b.columns])

/** What a cell says: `0.12`, `NaN`, and for a block its extremes: `0.12 (−1 … 3)`. */
export function valueText(patch: Patch, place: Place, dtype: string): string {
  const { row, column } = cellAt(patch, place)
  const at = row * patch.columns + column
  const flags = patch.flags[at]
  const block = patch.factor[0] * patch.factor[1] > 1
  if (flags & FLAG.nan) return "NaN"
  if (flags & FLAG.posInf) return "Inf"
  if (flags & FLAG.negInf) return "−Inf"
  if (dtype === "bool" && !block) return flags & FLAG.zero ? "false" : "true"
  if (flags & FLAG.zero) return "0"
  const mean = formatNumber(patch.mean[at])
  if (!block) return mean
  return `${mean} (${formatNumber(patch.min[at])} … ${formatNumber(patch.max[at])})`
}
