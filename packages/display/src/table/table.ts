/** @file Data rows as a table: what is shown of them, as HTML with everything escaped, and as text. */
import { clip, formatCount } from "../format.ts"
import { align } from "../listing.ts"
import type { TableOrder } from "../payload.ts"
import { type Column, describeColumn, isMissing, MISSING } from "./columns.ts"

/** Options of a table. */
export interface TableOptions {
  /** Stands above the table. */
  readonly title?: string
  /** Most rows that are shown. */
  readonly limit?: number
  /** Names of the columns that are shown, in this order. */
  readonly columns?: readonly string[]
  /** Column by which the rows are sorted; what is missing comes last. */
  readonly sortBy?: string
  /** Whether the largest come first. */
  readonly descending?: boolean
}

/** What of the data is shown. */
export interface Table {
  readonly title?: string
  readonly columns: readonly Column[]
  /** Positions of the shown rows in the data. */
  readonly rows: readonly number[]
  /** Positions of all rows, in the order in which they are shown. */
  readonly order: readonly number[]
  /** What they are sorted by. */
  readonly sorted?: TableOrder
  readonly count: number
  /** Columns that are left out. */
  readonly hidden: number
}

const LIMIT = 20
const COLUMNS = 40

/** Describes the columns and chooses the rows. */
export function makeTable(
  data: ReadonlyMap<string, readonly unknown[]>,
  options: TableOptions = {},
): Table {
  const names = options.columns ?? [...data.keys()]
  const shown = names.slice(0, COLUMNS)
  const columns = shown.map((name) => describeColumn(name, data.get(name) ?? []))
  const count = data.values().next().value?.length ?? 0
  const plain = Array.from({ length: count }, (_, i) => i)
  const { sortBy: by, descending = false } = options
  const order =
    by === undefined ? plain : inOrder(plain, describeColumn(by, data.get(by) ?? []), descending)
  return {
    ...(options.title ? { title: options.title } : {}),
    columns,
    rows: order.slice(0, options.limit ?? LIMIT),
    order,
    ...(by === undefined ? {} : { sorted: { column: by, descending } }),
    count,
    hidden: names.length - shown.length,
  }
}

/** Rows sorted by a column; what is missing comes last, equal ones stay in their order. */
export function inOrder(
  rows: readonly number[],
  { values, key }: Column,
  descending: boolean,
): number[] {
  const sign = descending ? -1 : 1
  return [...rows].sort((a, b) => {
    const absent = Number(isMissing(values[a])) - Number(isMissing(values[b]))
    if (absent !== 0) return absent
    if (isMissing(values[a])) return a - b
    const [x, y] = [key(values[a]), key(values[b])]
    return (x < y ? -sign : x > y ? sign : 0) || a - b
  })
}

/** `344 rows × 9 columns, 20 shown; ∅ is missing`. */
function captionOf({ columns, rows, count, hidden }: Table): string {
  const size = `${formatCount(count)} rows × ${formatCount(columns.length + hidden)} columns`
  const less = rows.length < count ? [`${rows.length} rows shown`] : []
  const narrow = hidden ? [`${columns.length} columns shown`] : []
  const missing = columns.some((column) => column.missing > 0) ? [`${MISSING} is missing`] : []
  return [size, ...less, ...narrow, ...missing].join(", ")
}

const cellOf = (column: Column, row: number): string =>
  isMissing(column.values[row]) ? MISSING : column.format(column.values[row])

const missingOf = ({ missing }: Column): string =>
  missing ? `${formatCount(missing)} ${MISSING}` : ""

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
}

/** Text that no browser takes for markup. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character])

/** A table without scripts and styles, so that every front end shows it, trusted or not. */
export function tableHtml(table: Table): string {
  const { title, columns, rows } = table
  const cells = (tag: "td" | "th", texts: readonly string[]) =>
    texts.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>`).join("")
  const line = (name: string, texts: readonly string[]) =>
    `<tr><th scope="row">${escapeHtml(name)}</th>${cells("td", texts)}</tr>`
  const about = columns.some((column) => column.missing > 0)
    ? [line("missing", columns.map(missingOf))]
    : []
  const head = [
    `<tr><th></th>${columns.map(({ name }) => `<th scope="col">${escapeHtml(clip(name, 40))}</th>`).join("")}</tr>`,
    line(
      "type",
      columns.map(({ type }) => type),
    ),
    line(
      "range",
      columns.map((column) => column.about),
    ),
    ...about,
  ]
  const body = rows.map((row) =>
    line(
      String(row),
      columns.map((column) => cellOf(column, row)),
    ),
  )
  const caption = [title, captionOf(table)].filter(Boolean).join(": ")
  return `<table><caption>${escapeHtml(caption)}</caption><thead>${head.join("")}</thead><tbody>${body.join("")}</tbody></table>`
}

/** The same table with aligned columns. */
export function tableText(table: Table): string {
  const { title, columns, rows } = table
  const lines = [
    ["", ...columns.map(({ name }) => clip(name, 40))],
    ["type", ...columns.map(({ type }) => type)],
    ["range", ...columns.map(({ about }) => about)],
    ["missing", ...columns.map(missingOf)],
    ...rows.map((row) => [String(row), ...columns.map((column) => cellOf(column, row))]),
  ]
  const caption = [title, captionOf(table)].filter(Boolean).join(": ")
  return [caption, ...align(lines)].join("\n")
}
