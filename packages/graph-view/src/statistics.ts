/** @file The statistics table of a run, looked up by node and column name; no pictures. */
import { decodeFloats, type GraphLike, HISTOGRAM_BINS } from "@defnote/display"

/** Statistics of one value or gradient. A column that the payload lacks is undefined. */
export class NodeStatistics {
  readonly #row: Float64Array
  readonly #columns: ReadonlyMap<string, number>

  constructor(row: Float64Array, columns: ReadonlyMap<string, number>) {
    this.#row = row
    this.#columns = columns
  }

  /** A column such as `rms`, `zeros`, `gain`. */
  get(column: string): number | undefined {
    const at = this.#columns.get(column)
    return at === undefined ? undefined : this.#row[at]
  }

  /** NaN and infinities together. */
  get broken(): number {
    return (this.get("nan") ?? 0) + (this.get("posInf") ?? 0) + (this.get("negInf") ?? 0)
  }

  /** The histogram over powers of two; all zero when the payload has none. */
  get bins(): readonly number[] {
    return Array.from({ length: HISTOGRAM_BINS }, (_, i) => this.get(`h${i}`) ?? 0)
  }
}

/** Statistics by node; empty when the run has none, or a table that does not fit its columns. */
/** One measured run of a document. */
type Run = NonNullable<GraphLike["runs"]>[number]

export function statisticsOf(run: Run | undefined): ReadonlyMap<number, NodeStatistics> {
  const found = new Map<number, NodeStatistics>()
  const table = run?.stats
  const data = table && decodeFloats(table.data, 8)
  if (!table || !data || data.length !== table.node.length * table.cols.length) return found
  const columns = new Map(table.cols.map((name, i) => [name, i]))
  table.node.forEach((node, i) => {
    const row = data.subarray(i * table.cols.length, (i + 1) * table.cols.length)
    found.set(node, new NodeStatistics(row, columns))
  })
  return found
}

/** The whole cotangent of each forward node. */
export function gradients(doc: GraphLike): ReadonlyMap<number, number> {
  const found = new Map<number, number>()
  doc.nodes.op.forEach((_, node) => {
    const gradient = doc.nodes.grad?.[node] ?? -1
    if (gradient >= 0) found.set(node, gradient)
  })
  return found
}
