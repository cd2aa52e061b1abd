/** @file Columns of data rows: their type, what is missing, range and distribution. Knows no markup. */
import { clip, formatCount, formatNumber, formatPercent } from "../format.ts"
import { sparkline } from "../tensor-text.ts"

/** What the values of a column are. `text number`: numbers written as text, as in a CSV file. */
export type ColumnType =
  | "number"
  | "integer"
  | "text number"
  | "date"
  | "boolean"
  | "text"
  | "object"
  | "mixed"
  | "empty"

/** One column, described. */
export interface Column {
  readonly name: string
  readonly type: ColumnType
  readonly values: readonly unknown[]
  readonly missing: number
  /** Range and distribution in a few words: `32.1 ▂▅█▃▁ 59.6`. */
  readonly about: string
  /** A value as text, of at most so many characters; `missing` is asked before. */
  format(value: unknown, most?: number): string
  /** What rows are sorted by. */
  key(value: unknown): number | string
}

/** Text of a value that is not there. */
export const MISSING = "∅"
/** Characters of a cell, and parts of a distribution. */
const CELL = 60
const PARTS = 8

/** Not there: null, undefined, NaN, an invalid date, or empty text, as CSV files have it. */
export function isMissing(value: unknown): boolean {
  if (value === null || value === undefined || value === "") return true
  if (typeof value === "number") return Number.isNaN(value)
  return value instanceof Date && Number.isNaN(value.getTime())
}

/** Describes a column. */
export function describeColumn(name: string, values: readonly unknown[]): Column {
  const present = values.filter((value) => !isMissing(value))
  const type = typeOf(present)
  const key = KEYS[type] ?? String
  const format = formatOf(type, present)
  const about = aboutOf(type, present, key, format)
  return { name, type, values, missing: values.length - present.length, about, format, key }
}

const ISO = /^\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?$/

/** The one type that every value has; numbers and dates that are written as text count as such. */
function typeOf(values: readonly unknown[]): ColumnType {
  if (!values.length) return "empty"
  const all = (test: (value: unknown) => boolean) => values.every(test)
  if (all((v) => typeof v === "bigint" || Number.isInteger(v))) return "integer"
  if (all((v) => typeof v === "number" || typeof v === "bigint")) return "number"
  if (all((v) => typeof v === "boolean")) return "boolean"
  if (all((v) => v instanceof Date || (typeof v === "string" && isDate(v)))) return "date"
  if (all((v) => typeof v === "string" && v.trim() !== "" && Number.isFinite(Number(v))))
    return "text number"
  if (all((v) => typeof v === "string")) return "text"
  return all((v) => typeof v === "object") ? "object" : "mixed"
}

const isDate = (text: string) => ISO.test(text) && !Number.isNaN(timeOf(text))

/** Milliseconds; a date without a zone is taken as UTC, so that a table is the same on every machine. */
function timeOf(value: unknown): number {
  if (value instanceof Date) return value.getTime()
  const text = String(value).replace(" ", "T")
  const zone = /T/.test(text) && !/(Z|[+-]\d{2}:?\d{2})$/.test(text) ? "Z" : ""
  return Date.parse(text + zone)
}

const KEYS: Partial<Record<ColumnType, (value: unknown) => number>> = {
  number: Number,
  integer: Number,
  "text number": Number,
  date: timeOf,
  boolean: Number,
}

function formatOf(
  type: ColumnType,
  values: readonly unknown[],
): (value: unknown, most?: number) => string {
  switch (type) {
    case "number":
      return (value) => formatNumber(Number(value), 4)
    case "integer":
      return (value) => String(value).replace("-", "−")
    case "date": {
      const days = values.every((value) => timeOf(value) % 86_400_000 === 0)
      return (value) => dateText(timeOf(value), days)
    }
    case "object":
    case "mixed":
      return (value, most = CELL) =>
        clip(typeof value === "object" ? jsonOf(value) : String(value), most)
    default:
      return (value, most = CELL) => clip(String(value).replace(/\s+/g, " "), most)
  }
}

/** `2008-11-09`, or with the time of day: `2008-11-09 13:45`. */
const dateText = (time: number, days: boolean): string =>
  new Date(time)
    .toISOString()
    .slice(0, days ? 10 : 16)
    .replace("T", " ")

/** Data may be anything: what JSON cannot say is named. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return Object.prototype.toString.call(value)
  }
}

function aboutOf(
  type: ColumnType,
  values: readonly unknown[],
  key: (value: unknown) => number | string,
  format: (value: unknown) => string,
): string {
  if (type === "empty") return "nothing"
  if (type === "boolean")
    return `${formatPercent(values.filter((v) => v === true).length, values.length)} true`
  if (type in KEYS) return rangeOf(values, key as (value: unknown) => number, format)
  if (type === "object" || type === "mixed") return ""
  return wordsOf(values as readonly string[])
}

/** `32.1 ▂▅█▃▁ 59.6`. */
function rangeOf(
  values: readonly unknown[],
  key: (value: unknown) => number,
  format: (value: unknown) => string,
): string {
  const keys = values.map(key)
  const finite = keys.filter(Number.isFinite)
  if (!finite.length) return ""
  const low = finite.reduce((a, b) => Math.min(a, b))
  const high = finite.reduce((a, b) => Math.max(a, b))
  const text = (of: number) => format(values[keys.indexOf(of)])
  if (low === high) return `all ${text(low)}`
  const counts = new Array<number>(PARTS).fill(0)
  for (const k of finite)
    counts[Math.min(PARTS - 1, Math.floor(((k - low) / (high - low)) * PARTS))]++
  return `${text(low)} ${sparkline(counts)} ${text(high)}`
}

/** `3 values: Adelie 44 %`, and `344 values` where each is another. */
function wordsOf(values: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const [most, times] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a))
  const size = `${formatCount(counts.size)} ${counts.size === 1 ? "value" : "values"}`
  if (times === 1) return size
  return `${size}: ${clip(most, 16)} ${formatPercent(times, values.length)}`
}
