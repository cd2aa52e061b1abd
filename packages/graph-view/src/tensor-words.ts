/** @file What a tensor view says: the outlined cell, the summary, where a finer picture is. Knows no DOM. */
import { formatCount, formatNumber, type TensorDoc } from "@defnote/display"
import { cellAt, leadingAxes, type Patch, type Place, planeOf } from "./tensor-data.ts"
import type { TileState } from "./tensor-tiles.ts"
import type { Translate } from "./view.ts"

/** `−2.1 to 3, mean 0.1, deviation 1.2`. */
export function summaryText(doc: TensorDoc, translate: Translate): string {
  const { min, max, mean, std, count, zeros } = doc.stats
  if (doc.dtype === "bool")
    return translate("%1 of %2 true", formatCount(count - zeros), formatCount(count))
  const [low, high, middle, spread] = [min, max, mean, std].map((v) => formatNumber(Number(v)))
  return translate("%1 to %2, mean %3, deviation %4", low, high, middle, spread)
}

/** `batch 2, head ·, query 8, key 6`: one cell of all panels; a name in place of an index where there is one. */
export function placeText(
  doc: TensorDoc,
  index: readonly number[],
  cell: Place,
  patch: Patch | undefined,
  panels: number,
): string {
  const named = (axis: number, text: string) =>
    doc.names?.[axis] ? `${doc.names[axis]} ${text}` : text
  const last = leadingAxes(doc).length - 1
  const many = panels > 1 && !doc.linked
  const lead = leadingAxes(doc).map((_, axis) =>
    named(axis, axis === last && many ? "·" : String(index[axis])),
  )
  const rank = doc.shape.length
  const [row, column] = spansOf(doc, cell, patch)
  const own = (axis: number, text: string, names: readonly string[] | undefined, at: number) =>
    named(axis, names?.[at] ?? text)
  const rows = rank > 1 ? [own(rank - 2, row, doc.labels?.rows, cell.row)] : []
  return [...lead, ...rows, own(rank - 1, column, doc.labels?.columns, cell.column)].join(", ")
}

/** Which elements the outlined cell stands for: `8`, or `8–11` for a block. */
function spansOf(
  doc: TensorDoc,
  place: Place,
  patch: Patch | undefined,
): readonly [row: string, column: string] {
  if (!patch) return [String(place.row), String(place.column)]
  const cell = cellAt(patch, place)
  const [rows, columns] = planeOf(doc)
  const text = (axis: 0 | 1, at: number, end: number) => {
    const from = patch.origin[axis] + at * patch.factor[axis]
    const to = Math.min(end, from + patch.factor[axis]) - 1
    return to > from ? `${from}–${to}` : String(from)
  }
  return [text(0, cell.row, rows), text(1, cell.column, columns)]
}

/** Where the finer picture is, when it is not there (VISUAL §12). */
export function stateText(doc: TensorDoc, state: TileState, translate: Translate): string {
  if (!doc.tiles && !doc.linked?.some((part) => part.tiles))
    return translate("Only a summary of this tensor was stored, and no kernel keeps it.")
  switch (state) {
    case "waiting":
      return translate("Waiting for the kernel …")
    case "not kept":
      return translate("The kernel no longer keeps this tensor. Run the cell again.")
    case "gone":
      return translate("Saved view. Values beyond the summary need the kernel.")
    default:
      return ""
  }
}
