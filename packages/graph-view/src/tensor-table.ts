/** @file One panel of a tensor as a table of numbers, for reading and for screen readers. */
import { type Cells, formatNumber, type TensorDoc } from "@defnote/display"
import { element } from "./dom.ts"
import { type Part, planeOf, storedPatch, type Window } from "./tensor-data.ts"
import type { Tiles } from "./tensor-tiles.ts"
import type { Translate } from "./view.ts"

/** Most rows and columns of a table; the rest is counted in the caption. */
const ROWS = 100
const COLUMNS = 40

/** The numbers that a table has: elements, or means of blocks where nothing finer is there. */
interface Numbers {
  readonly rows: number
  readonly columns: number
  readonly factor: readonly [number, number]
  at(row: number, column: number): number
}

/** A table of one panel: the elements, of the payload or from the kernel, else the means of its cells. */
export function tensorTable(
  doc: TensorDoc,
  part: Part,
  panel: number,
  tiles: Tiles,
  translate: Translate,
): HTMLElement {
  const numbers = numbersOf(doc, part, panel, tiles)
  const box = (content: HTMLElement) => element("div", "dn-table-box", { tabindex: 0 }, content)
  if (!numbers) return box(element("p", "dn-mute", {}, translate("These values are not stored.")))
  // A vector is read down.
  const table = doc.shape.length === 1 ? turned(numbers) : numbers
  const names = doc.shape.length === 1 ? { rows: doc.labels?.columns } : (doc.labels ?? {})
  const shown = [Math.min(ROWS, table.rows), Math.min(COLUMNS, table.columns)] as const
  const head = element("tr", "", {}, element("td"))
  for (let c = 0; c < shown[1]; c++)
    head.append(header("col", names.columns?.[c] ?? String(c * table.factor[1])))
  const body = element("tbody")
  for (let r = 0; r < shown[0]; r++) {
    const row = element("tr", "", {}, header("row", names.rows?.[r] ?? String(r * table.factor[0])))
    for (let c = 0; c < shown[1]; c++)
      row.append(element("td", "", {}, textOf(table.at(r, c), doc.dtype)))
    body.append(row)
  }
  const plane = doc.shape.length === 1 ? [doc.shape[0], 1] : planeOf(doc)
  const caption = element("caption", "dn-mute", {}, captionOf(table, shown, plane, translate))
  return box(element("table", "dn-table", {}, caption, element("thead", "", {}, head), body))
}

const header = (scope: string, text: string) => element("th", "", { scope }, text)

const textOf = (value: number, dtype: string): string => {
  if (dtype !== "bool") return formatNumber(value)
  return value ? "true" : "false"
}

function numbersOf(doc: TensorDoc, part: Part, panel: number, tiles: Tiles): Numbers | undefined {
  const [rows, columns] = planeOf(doc)
  const { exact, levels } = part
  if (exact) {
    const at = (row: number, column: number) => exact[(panel * rows + row) * columns + column]
    return { rows, columns, factor: [1, 1], at }
  }
  const window: Window = { rows: [0, Math.min(ROWS, rows)], columns: [0, columnsOf(doc, columns)] }
  const stored = storedPatch(part, panel, window, [1, 1])
  const whole = levels.some(({ factor }) => factor[0] * factor[1] === 1) && stored
  const cells = whole || tiles.patch(part, panel, window, [1, 1]) || stored
  if (!cells) return undefined
  const at = (row: number, column: number) => valueOf(cells, row * cells.columns + column)
  return { rows: cells.rows, columns: cells.columns, factor: cells.factor, at }
}

/** A vector fills the rows of its table. */
const columnsOf = (doc: TensorDoc, columns: number) =>
  Math.min(columns, doc.shape.length === 1 ? ROWS : COLUMNS)

/** The number of a cell, or which of those that are none. */
function valueOf({ mean, flags }: Cells, at: number): number {
  if (flags[at] & 1) return Number.NaN
  if (flags[at] & 6) return flags[at] & 2 ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
  return mean[at]
}

const turned = ({ rows, columns, factor, at }: Numbers): Numbers => ({
  rows: columns,
  columns: rows,
  factor: [factor[1], factor[0]],
  at: (row, column) => at(column, row),
})

function captionOf(
  { factor }: Numbers,
  shown: readonly number[],
  plane: readonly number[],
  translate: Translate,
): string {
  const [down, across] = factor
  const cells = down * across === 1 ? "" : translate("means of %1 × %2 elements; ", down, across)
  const [rows, columns] = [Math.ceil(plane[0] / down), Math.ceil(plane[1] / across)]
  return cells + translate("%1 of %2 rows, %3 of %4 columns", shown[0], rows, shown[1], columns)
}
