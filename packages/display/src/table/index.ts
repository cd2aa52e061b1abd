/** @file Tables of data rows. */
export { type Column, type ColumnType, describeColumn, isMissing, MISSING } from "./columns.ts"
export { tableDocument, textsOf } from "./document.ts"
export {
  escapeHtml,
  inOrder,
  makeTable,
  type Table,
  type TableOptions,
  tableHtml,
  tableText,
} from "./table.ts"
