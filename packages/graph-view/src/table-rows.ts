/** @file Rows of a table in an order: those of the payload where all are stored, else pages from the kernel. No DOM. */
import type { RowsReply, RowsRequest, TableDoc, TableOrder } from "@defnote/display"

/** Who answers questions for rows: null when nobody does. */
export interface RowSource {
  ask(question: Omit<RowsRequest, "request">): Promise<RowsReply | null>
}

/** Rows that are shown: the place of the first in the order, their positions in the data, the texts of each column. */
export interface Page {
  readonly from: number
  readonly rows: readonly number[]
  readonly values: readonly (readonly (string | null)[])[]
}

/** Every row is in the payload. */
export const isComplete = (doc: TableDoc): boolean => doc.rows.length === doc.count

/** The rows as they are stored. */
export const storedPage = ({ rows, columns }: TableDoc): Page => ({
  from: 0,
  rows,
  values: columns.map(({ values }) => values),
})

/** All rows by one column; what is missing comes last, equal ones stay in the order of the data. */
export function sortedPage(doc: TableDoc, { column: name, descending }: TableOrder): Page {
  const column = doc.columns.find((c) => c.name === name)
  if (!column) return storedPage(doc)
  const { rank = [], values } = column
  const sign = descending ? -1 : 1
  const order = [...doc.rows.keys()].sort((a, b) => {
    const absent = Number(values[a] === null) - Number(values[b] === null)
    return absent || sign * (rank[a] - rank[b]) || doc.rows[a] - doc.rows[b]
  })
  return {
    from: 0,
    rows: order.map((i) => doc.rows[i]),
    values: doc.columns.map((c) => order.map((i) => c.values[i])),
  }
}

/** An answer that fits its question, as a page; undefined otherwise: a kernel may say anything. */
export function pageOf(
  reply: RowsReply,
  doc: TableDoc,
  from: number,
  most: number,
): Page | undefined {
  if ("problem" in reply) return undefined
  const { rows, values } = reply
  const fits =
    Array.isArray(rows) &&
    Array.isArray(values) &&
    rows.length <= most &&
    rows.every((row) => Number.isSafeInteger(row)) &&
    values.length === doc.columns.length &&
    values.every((v) => Array.isArray(v) && v.length === rows.length && v.every(isText))
  return fits ? { from, rows, values } : undefined
}

const isText = (value: unknown): boolean => value === null || typeof value === "string"

/** The order after a click on a column: rising, falling, as it came. */
export function nextOrder(now: TableOrder | undefined, column: string): TableOrder | undefined {
  if (now?.column !== column) return { column, descending: false }
  return now.descending ? undefined : { column, descending: true }
}
