/** @file Badges of boxes from what a document knows: NaN, Inf, failed checks, kernels, errors (one a box). */
import { decodeFloats } from "../base64.ts"
import type { Box } from "../layout/boxes.ts"
import type { Layout } from "../layout/fold.ts"
import type { StatTable } from "../payload.ts"
import { kernelGroups } from "./groups.ts"

/** `warn` is for NaN and Inf, `error` for wrong rules and failed nodes, `note` for kernels. */
export interface Mark {
  readonly text: string
  readonly tone: "warn" | "error" | "note"
  /** Lower wins. */
  readonly rank: number
}

/** Marks by box key. Priority: NaN, Inf, rule check failed, tracing error, kernel (at the first box of its group). */
export function marksOf(layout: Layout): Map<string, Mark> {
  const { doc } = layout.model
  const marks = new Map<string, Mark>()
  const putBox = (box: Box | undefined, mark: Mark) => {
    if (box && !((marks.get(box.key)?.rank ?? Infinity) <= mark.rank)) marks.set(box.key, mark)
  }
  const put = (node: number, mark: Mark) => putBox(layout.boxes[layout.boxOf[node]], mark)
  const stats = doc.runs?.[0]?.stats
  if (stats) for (const mark of nonFinite(stats)) put(mark.node, mark)
  for (const check of doc.checks ?? []) {
    if (check.verdict === "wrong") put(check.node, { text: "✗ rule", tone: "error", rank: 2 })
  }
  if (doc.error) put(doc.error.node, { text: "error", tone: "error", rank: 3 })
  for (const { kernel, boxes } of kernelGroups(layout))
    putBox(layout.boxes[boxes[0]], { text: `K${kernel + 1}`, tone: "note", rank: 4 })
  return marks
}

/** {@link marksOf} with words on the boxes of some nodes. */
export function notedMarks(
  layout: Layout,
  notes: ReadonlyMap<number, string>,
): ReadonlyMap<string, Mark> {
  const marks = marksOf(layout)
  for (const [node, text] of notes) {
    const box = layout.boxes[layout.boxOf[node]]
    if (box) marks.set(box.key, { text, tone: "note", rank: -1 })
  }
  return marks
}

type ReadStats = (row: number, column: string) => number
const readers = new WeakMap<StatTable, ReadStats>()
/** One row of a statistics table by column name; NaN for a column that it lacks. A table is decoded once. */
export function readStats(table: StatTable): ReadStats {
  const known = readers.get(table)
  if (known) return known
  const read = decodedStats(table)
  readers.set(table, read)
  return read
}
function decodedStats(table: StatTable): ReadStats {
  const data = decodeFloats(table.data, 8)
  const columns = new Map(table.cols.map((name, i) => [name, i]))
  return (row, column) =>
    data?.[row * table.cols.length + (columns.get(column) ?? Number.NaN)] ?? Number.NaN
}

function nonFinite(table: StatTable): (Mark & { node: number })[] {
  const read = readStats(table)
  return table.node.flatMap((node, row) => {
    if (read(row, "nan") > 0) return [{ node, text: "NaN", tone: "warn" as const, rank: 0 }]
    const infinite = (read(row, "posInf") || 0) + (read(row, "negInf") || 0)
    return infinite > 0 ? [{ node, text: "Inf", tone: "warn" as const, rank: 1 }] : []
  })
}
