/** @file `table`: data rows, or columns, as a table with types, distributions and what is missing. */
import {
  checkOptions,
  isConcrete,
  isTensor,
  OptionError,
  optionNames,
  type Tensor,
} from "@defnote/core"
import { MIME } from "@defnote/display"
import { valuesOf } from "@defnote/display/document"
import {
  makeTable,
  type TableOptions,
  tableDocument,
  tableHtml,
  tableText,
} from "@defnote/display/table"
import { Output } from "./output.ts"
import { keepTable } from "./table-rows.ts"

/** Data as rows, as CSV and JSON readers give them, or as columns of one length. */
export type TableData =
  | readonly Readonly<Record<string, unknown>>[]
  | Readonly<Record<string, readonly unknown[] | ArrayLike<number> | Tensor>>

/**
 * Data as a table: the type of each column, its range with a small histogram, and how many values are missing (null,
 * undefined, NaN or empty text, shown as ∅). Dates are shown in UTC.
 * @param data - rows as objects, or columns as arrays, typed arrays or tensors of rank 1
 * @throws OptionError for other data, and for a column that is not there
 * @example table([{ species: "Adelie", mass: 3750 }, { species: "Gentoo", mass: null }], { sortBy: "mass" })
 */
export function table(data: TableData, options: TableOptions = {}): Output {
  checkOptions("table", options, TABLE)
  const columns = Array.isArray(data) ? columnsOfRows(data) : columnsOf(data as never)
  for (const name of [...(options.columns ?? []), ...(options.sortBy ? [options.sortBy] : [])])
    if (!columns.has(name))
      throw new OptionError(
        `table: there is no column ${name}; there are ${[...columns.keys()].join(", ") || "none"}`,
      )
  const { limit } = options
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0 && limit <= MOST))
    throw new OptionError(`table: limit is ${limit}; it must be an integer from 0 to ${MOST}`)
  return new Output(() => {
    const made = makeTable(columns, options)
    const text = tableText(made)
    const doc = tableDocument(made, text, limit ?? STORED, (doc) => keepTable(made, doc))
    return { [MIME.table]: doc, "text/html": tableHtml(made), "text/plain": text }
  })
}

const TABLE = optionNames<TableOptions>({
  title: true,
  limit: true,
  columns: true,
  sortBy: true,
  descending: true,
})
/** Rows of one output, and those that are stored where no limit is asked for. */
const MOST = 1000
const STORED = 100

/** @throws OptionError when a row is not an object */
function columnsOfRows(rows: readonly unknown[]): Map<string, unknown[]> {
  const columns = new Map<string, unknown[]>()
  rows.forEach((row, i) => {
    if (typeof row !== "object" || row === null || Array.isArray(row))
      throw new OptionError(
        `table: row ${i} is ${row === null ? "null" : Array.isArray(row) ? "an array" : typeof row}; rows are objects`,
      )
    for (const [name, value] of Object.entries(row)) {
      let column = columns.get(name)
      if (!column) {
        column = new Array(rows.length).fill(undefined)
        columns.set(name, column)
      }
      column[i] = value
    }
  })
  return columns
}

/** @throws OptionError when the columns differ in length, or are no columns */
function columnsOf(data: Readonly<Record<string, unknown>>): Map<string, unknown[]> {
  if (typeof data !== "object" || data === null || isTensor(data))
    throw new OptionError(
      "table: takes rows as an array of objects, or columns as an object of arrays; a tensor shows itself",
    )
  const columns = new Map(
    Object.entries(data).map(([name, column]) => [name, listOf(name, column)]),
  )
  const lengths = new Set([...columns.values()].map((column) => column.length))
  if (lengths.size > 1)
    throw new OptionError(
      `table: the columns have ${[...columns].map(([name, c]) => `${name} ${c.length}`).join(", ")} values; all must have as many`,
    )
  return columns
}

function listOf(name: string, column: unknown): unknown[] {
  if (Array.isArray(column)) return column
  if (ArrayBuffer.isView(column)) return Array.from(column as Float64Array)
  if (isTensor(column) && isConcrete(column) && column.rank === 1)
    return Array.from(valuesOf(column), (v) => (column.dtype === "bool" ? v !== 0 : v))
  throw new OptionError(`table: the column ${name} is no array, typed array or tensor of rank 1`)
}
