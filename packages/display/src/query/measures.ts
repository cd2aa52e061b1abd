/** @file What is measured of each node: bytes, operations, time, statistics. Numbers only, no pictures. */
import { decodeFloats } from "../base64.ts"
import { sizeOf } from "../paint/names.ts"
import type { GraphLike, StatTable } from "../payload.ts"

/** Bits of an element by dtype name; names that are not ours take 32. */
const BITS = /(\d+)$/

/** Bytes of one element: `f32` 4, `bool` 1. */
export const bytesOfDtype = (dtype: string): number =>
  dtype === "bool" ? 1 : Math.max(1, Number(BITS.exec(dtype)?.[1] ?? 32) / 8)

/** Reads the measures of a document's nodes. Undefined where something was not measured. */
export class NodeMeasures {
  readonly doc: GraphLike
  readonly #kernels = new Map<number, number>()
  readonly #times: readonly (number | undefined)[]
  readonly #rows = new Map<number, number>()
  readonly #columns: ReadonlyMap<string, number>
  readonly #data: ArrayLike<number>

  constructor(doc: GraphLike) {
    this.doc = doc
    doc.kernels?.forEach((kernel, k) => {
      for (const node of kernel.nodes) this.#kernels.set(node, k)
    })
    const timed = doc.runs?.find((run) => run.kernelNs)
    this.#times = timed?.kernelNs?.map(median) ?? []
    const table: StatTable | undefined = doc.runs?.find((run) => run.stats)?.stats
    const data = table && decodeFloats(table.data, 8)
    this.#data = data ?? []
    this.#columns = new Map(table?.cols.map((name, i) => [name, i]))
    if (data) table.node.forEach((node, row) => this.#rows.set(node, row))
  }

  /** Bytes of all outputs of a node; symbolic sizes count as 1. */
  bytes(node: number): number {
    const given = this.doc.nodes.bytesOut?.[node]
    if (given !== undefined) return given
    const outs = this.doc.nodes.outs[node] ?? []
    return outs.reduce((sum, out) => sum + sizeOf(out) * bytesOfDtype(this.#dtype(out.dtype)), 0)
  }

  /** Floating-point operations, where the document counts them. */
  flops(node: number): number | undefined {
    return this.doc.nodes.flops?.[node]
  }

  /** The kernel that computes a node, by its place in `kernels`. */
  kernel(node: number): number | undefined {
    return this.#kernels.get(node)
  }

  /** Median time of a kernel in nanoseconds. */
  kernelTime(kernel: number): number | undefined {
    return this.#times[kernel]
  }

  /** Median time of the kernel that computes a node, in nanoseconds: the node's own part of it is not known. */
  time(node: number): number | undefined {
    const kernel = this.#kernels.get(node)
    return kernel === undefined ? undefined : this.#times[kernel]
  }

  /** A column of the statistics, such as `nan`, `zeros`, `rms`. */
  statistic(node: number, column: string): number | undefined {
    const row = this.#rows.get(node)
    const at = this.#columns.get(column)
    return row === undefined || at === undefined
      ? undefined
      : this.#data[row * this.#columns.size + at]
  }

  get hasTimes(): boolean {
    return this.#times.some((time) => time !== undefined)
  }
  get hasStatistics(): boolean {
    return this.#rows.size > 0
  }
  get hasFlops(): boolean {
    return this.doc.nodes.flops?.some((count) => count > 0) ?? false
  }

  #dtype(index: number): string {
    return this.doc.strings[index] ?? ""
  }
}

/** The middle of some samples; undefined for none. */
function median(samples: readonly number[]): number | undefined {
  if (samples.length === 0) return undefined
  const sorted = [...samples].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
}
