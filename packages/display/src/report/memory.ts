/** @file When each value lives in memory, how much there is at every moment, and who made and reads it (D4.4). */
import { formatBytes } from "../format.ts"
import type { GraphLike } from "../payload.ts"

/** A value that is kept while others are computed; `node` as in the document. Moments are numbered 0, 1, 2 ... */
export interface LiveValue {
  readonly node: number
  readonly bytes: number
  readonly from: number
  /** The last moment, included. */
  readonly to: number
  /** `K1`, "" where no kernel writes it. */
  readonly maker: string
  readonly readers: readonly string[]
}
export interface MemoryReport {
  readonly values: readonly LiveValue[]
  readonly moments: number
  /** Bytes alive at each moment. */
  readonly alive: readonly number[]
  readonly peak: { readonly bytes: number; readonly at: number }
  /** What happens at a moment, `K3`; "" where several kernels or none begin. */
  readonly labels: readonly string[]
}

/** From the columns of a document; undefined when it says nothing of memory. */
export function memoryReport(doc: GraphLike): MemoryReport | undefined {
  const lives = doc.memory ?? []
  if (!lives.length) return undefined
  const moments = [...new Set(lives.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b)
  const number = new Map(moments.map((at, i) => [at, i]))
  const kernels = doc.kernels ?? []
  const named = (use: "read" | "write", node: number): string[] =>
    kernels.flatMap(({ buffers }, k) =>
      buffers?.some((b) => b.use === use && b.node === node) ? [`K${k + 1}`] : [],
    )
  const values = lives.map(
    ({ node, bytes, from, to }): LiveValue => ({
      node,
      bytes,
      from: number.get(from) as number,
      to: number.get(to) as number,
      maker: node < 0 ? "" : named("write", node).join(", "),
      readers: node < 0 ? [] : named("read", node),
    }),
  )
  values.sort((a, b) => a.from - b.from || b.bytes - a.bytes)
  const alive = moments.map((_, t) =>
    values.reduce((sum, v) => sum + (v.from <= t && t <= v.to ? v.bytes : 0), 0),
  )
  const most = Math.max(...alive)
  return {
    values,
    moments: moments.length,
    alive,
    peak: { bytes: most, at: alive.indexOf(most) },
    labels: moments.map((_, t) => {
      const makers = new Set(values.filter((v) => v.from === t).map((v) => v.maker))
      return makers.size === 1 ? ([...makers][0] ?? "") : ""
    }),
  }
}

/** `peak 1.2 MiB of intermediate values at K5`. */
export function peakText({ peak, labels }: MemoryReport): string {
  const at = labels[peak.at]
  return `peak ${formatBytes(peak.bytes)} of intermediate values${at ? ` at ${at}` : ""}`
}
