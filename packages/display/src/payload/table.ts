/** @file The payload of a table of data: its columns described, and the first of its rows as text; types only. */
import type { PayloadHead } from "./head.ts"

/** One column. */
export interface TableColumn {
  readonly name: string
  /** `number`, `integer`, `text number`, `date`, `boolean`, `text`, `object`, `mixed`, `empty`. */
  readonly type: string
  /** Range and distribution, or the most frequent value, in a few words. */
  readonly about: string
  /** Values that are missing in all rows. */
  readonly missing: number
  /** The stored rows as text; null is missing. */
  readonly values: readonly (string | null)[]
  /** Place of each row when they are sorted by this column, equal values at one place; only where every row is stored. */
  readonly rank?: readonly number[]
}

/** The order of rows by a column. */
export interface TableOrder {
  readonly column: string
  readonly descending: boolean
}

/** A table of data. */
export interface TableDoc extends PayloadHead<"table"> {
  readonly title?: string
  /** Rows of the data, and columns that are left out. */
  readonly count: number
  readonly hidden: number
  /** Positions of the stored rows in the data. */
  readonly rows: readonly number[]
  readonly columns: readonly TableColumn[]
  /** The order in which the rows are stored, when it is not that of the data. */
  readonly order?: TableOrder
  /** The kernel that showed the table answers questions for other rows under this name (`TABLES`). */
  readonly live?: { readonly id: string }
  /** The `text/plain` of the same output. */
  readonly text: string
}
