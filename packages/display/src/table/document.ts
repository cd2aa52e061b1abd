/** @file A table as a document: the first rows as text, bounded in size, and ranks to sort by where all rows are there. */
import { type TableColumn, type TableDoc, versionOf } from "../payload.ts"
import { type Column, isMissing } from "./columns.ts"
import { inOrder, type Table } from "./table.ts"

/** Characters of a cell, and of all cells together. */
const CELL = 200
const ALL = 200_000

/** Values of some rows as text; null where one is missing. */
export const textsOf = (column: Column, rows: readonly number[]): (string | null)[] =>
  rows.map((row) => {
    const value = column.values[row]
    return isMissing(value) ? null : column.format(value, CELL)
  })

/**
 * The document of a table.
 * @param most rows that are stored; fewer where their text is long
 * @param keep gives the name under which a kernel answers for the other rows
 */
export function tableDocument(
  table: Table,
  text: string,
  most: number,
  keep: (doc: TableDoc) => string | undefined,
): TableDoc {
  const { columns, count, hidden, title, order, sorted } = table
  const wanted = order.slice(0, most)
  const texts = columns.map((column) => textsOf(column, wanted))
  const rows = wanted.slice(0, fitting(texts, wanted.length))
  const all = rows.length === count
  const doc: TableDoc = {
    schema: versionOf("table"),
    strings: [],
    sources: [],
    locs: [],
    ...(title ? { title } : {}),
    count,
    hidden,
    rows,
    columns: columns.map((column, k): TableColumn => {
      const { name, type, about, missing } = column
      const values = texts[k].slice(0, rows.length)
      return { name, type, about, missing, values, ...(all ? { rank: ranksOf(column, rows) } : {}) }
    }),
    ...(sorted ? { order: sorted } : {}),
    text,
  }
  const id = all || !rows.length ? undefined : keep(doc)
  return id === undefined ? doc : { ...doc, live: { id } }
}

/** How many of the rows have no more than {@link ALL} characters together; at least one. */
function fitting(texts: readonly (readonly (string | null)[])[], rows: number): number {
  let characters = 0
  for (let row = 0; row < rows; row++) {
    for (const column of texts) characters += column[row]?.length ?? 1
    if (characters > ALL) return Math.max(1, row)
  }
  return rows
}

/** The place of each row among them when they are sorted by a column; equal values have one place. */
function ranksOf(column: Column, rows: readonly number[]): number[] {
  const key = (row: number) => {
    const value = column.values[row]
    return isMissing(value) ? undefined : column.key(value)
  }
  const sorted = inOrder(rows, column, false)
  const ranks = new Map<number, number>()
  let rank = -1
  sorted.forEach((row, i) => {
    if (i === 0 || key(row) !== key(sorted[i - 1])) rank++
    ranks.set(row, rank)
  })
  return rows.map((row) => ranks.get(row) ?? 0)
}
