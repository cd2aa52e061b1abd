/** @file One panel of a tensor as a table of numbers, for reading and for screen readers. */
import { type Cells, decodeFloats, formatNumber, type TensorDoc } from "@defnote/display"
import { element } from "./dom.ts"
import type { Translate } from "./view.ts"

/** Most rows and columns of a table; the rest is counted in the caption. */
const ROWS = 100
const COLUMNS = 40

/** A table of one panel: exact numbers where the payload has them, else the means of its cells. */
export function tensorTable(
  doc: TensorDoc,
  level: Cells,
  panel: number,
  translate: Translate,
): HTMLElement {
  const exact = doc.values ? decodeFloats(doc.values, 8) : undefined
  const numbers = exact ?? level.mean
  const shown = [Math.min(ROWS, level.rows), Math.min(COLUMNS, level.columns)]
  const at = (row: number, column: number) =>
    numbers[(panel * level.rows + row) * level.columns + column]
  const head = element("tr", "", {}, element("td"))
  for (let c = 0; c < shown[1]; c++) {
    const label = doc.labels?.columns?.[c] ?? String(c * level.factor[1])
    head.append(element("th", "", { scope: "col" }, label))
  }
  const body = element("tbody")
  for (let r = 0; r < shown[0]; r++) {
    const label = doc.labels?.rows?.[r] ?? String(r * level.factor[0])
    const row = element("tr", "", {}, element("th", "", { scope: "row" }, label))
    for (let c = 0; c < shown[1]; c++) row.append(element("td", "", {}, formatNumber(at(r, c))))
    body.append(row)
  }
  const caption = element(
    "caption",
    "dn-mute",
    {},
    captionOf(level, shown, exact !== undefined, translate),
  )
  const table = element("table", "dn-table", {}, caption, element("thead", "", {}, head), body)
  return element("div", "dn-table-box", { tabindex: 0 }, table)
}

function captionOf(level: Cells, shown: number[], exact: boolean, translate: Translate): string {
  const [rows, columns] = level.factor
  const cells =
    exact || rows * columns === 1 ? "" : translate("means of %1 × %2 elements; ", rows, columns)
  return (
    cells +
    translate("%1 of %2 rows, %3 of %4 columns", shown[0], level.rows, shown[1], level.columns)
  )
}
