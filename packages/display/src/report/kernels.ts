/** @file What is said of a kernel: reads, writes, what never reaches memory, and its code with names beside the lines. */
import { formatBytes, formatCount, formatPercent, formatTime } from "../format.ts"
import type { GraphModel } from "../layout/model.ts"
import type { ScopeTree } from "../layout/scopes.ts"
import { derivativeName, nameNodes, sizeOf } from "../paint/names.ts"
import type { GraphLike, Kernel } from "../payload.ts"
import { bytesOfDtype } from "../query/measures.ts"

/** One kernel in words. Empty strings where there is nothing to say. */
export interface KernelReport {
  /** `K1`. */
  readonly tag: string
  /** `K1 contract`. */
  readonly title: string
  /** `x 48 B, w 24 B`. */
  readonly reads: string
  readonly writes: string
  /** Values that only ever exist in registers, with the traffic that this saves. */
  readonly notStored: string
  /** `180 flop, 104 B moved, 1.7 flop a byte`. */
  readonly work: string
  /** `38 µs, 42 %`: the median of the runs and its share; "" where nothing was measured. */
  readonly time: string
  /** `p10 36 µs, p90 41 µs, 4.7 Gflop/s`. */
  readonly spread: string
  readonly why: string
  readonly whyNotNext: string
  readonly lines: readonly CodeLine[]
}
export interface CodeLine {
  readonly number: number
  readonly text: string
  /** The node that the line computes; -1 for none. */
  readonly node: number
  /** Its name, where the line is the first of it. */
  readonly name: string
}

/** Reports of all kernels of a document. */
export function kernelReports(model: GraphModel, tree: ScopeTree): KernelReport[] {
  const { doc } = model
  const names = nameNodes(model, tree, true)
  const nameOf = (node: number): string => {
    const of = model.gradOf[node]
    if (of >= 0 && doc.nodes.phase[node] !== "fwd") return derivativeName(names, of)
    // A value of a scope that is not stored has no name here.
    return names.of[node] || doc.strings[doc.nodes.op[node]] || "…"
  }
  return (doc.kernels ?? []).map((kernel, k) => report(doc, kernel, k, nameOf))
}

function report(
  doc: GraphLike,
  kernel: Kernel,
  k: number,
  nameOf: (node: number) => string,
): KernelReport {
  const used = (use: string): string =>
    (kernel.buffers ?? [])
      .filter((b) => b.use === use)
      .map((b) => `${b.node >= 0 ? nameOf(b.node) : b.name} ${formatBytes(b.bytes)}`)
      .join(", ")
  const tag = `K${k + 1}`
  return {
    tag,
    title: [tag, kernel.form].filter(Boolean).join(" "),
    reads: used("read"),
    writes: used("write"),
    notStored: notStored(doc, kernel, nameOf),
    work: work(kernel),
    ...timeOf(doc, kernel, k),
    why: kernel.why,
    whyNotNext: kernel.whyNotNext ?? "",
    lines: codeLines(kernel, nameOf),
  }
}

/** A value of the kernel that it neither reads nor writes is never in memory: one write and one read less each. */
function notStored(doc: GraphLike, kernel: Kernel, nameOf: (node: number) => string): string {
  // A kernel that only brings an operand into another order makes no value.
  if (!kernel.buffers?.some((b) => b.use === "write" && b.node >= 0)) return ""
  const stored = new Set(kernel.buffers.map((b) => b.node))
  const kept = kernel.nodes.filter((n) => !stored.has(n) && !isFolded(doc, n))
  if (!kept.length) return ""
  const bytes = kept.reduce((sum, n) => sum + bytesOf(doc, n), 0)
  const shown = kept.slice(0, 6).map(nameOf).join(", ")
  const more = kept.length > 6 ? ` and ${kept.length - 6} more` : ""
  return `${shown}${more} (${formatBytes(2 * bytes)} less traffic)`
}
function isFolded(doc: GraphLike, node: number): boolean {
  return doc.ops?.find((info) => info.op === doc.nodes.op[node])?.fold !== undefined
}

/** Bytes of all outputs of a node whose axes have sizes. */
export function bytesOf(doc: GraphLike, node: number): number {
  return doc.nodes.outs[node].reduce(
    (sum, out) => sum + sizeOf(out) * bytesOfDtype(doc.strings[out.dtype] ?? ""),
    0,
  )
}

function work({ bytes, flops }: Kernel): string {
  const parts = []
  if (flops) parts.push(`${formatCount(flops)} flop`)
  if (bytes) parts.push(`${formatBytes(bytes)} moved`)
  if (flops && bytes) parts.push(`${Number((flops / bytes).toPrecision(2))} flop a byte`)
  return parts.join(", ")
}

/** Median, share of all kernels, spread, and what it amounts to. */
function timeOf(
  doc: GraphLike,
  { flops }: Kernel,
  k: number,
): Pick<KernelReport, "time" | "spread"> {
  const samples = doc.runs?.find((run) => run.kernelNs)?.kernelNs
  if (!samples?.[k]?.length) return { time: "", spread: "" }
  const median = quantile(samples[k], 0.5)
  const all = samples.reduce((sum, of) => sum + quantile(of, 0.5), 0)
  const rate = flops && median ? `, ${Number((flops / median).toPrecision(2))} Gflop/s` : ""
  return {
    time: `${formatTime(median)}, ${formatPercent(median, all)}`,
    spread: `p10 ${formatTime(quantile(samples[k], 0.1))}, p90 ${formatTime(quantile(samples[k], 0.9))}${rate}`,
  }
}
function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
}

function codeLines(kernel: Kernel, nameOf: (node: number) => string): CodeLine[] {
  const nodes = new Map(kernel.lineNodes)
  let before = -1
  return kernel.source.split("\n").map((text, i) => {
    const node = nodes.get(i + 1) ?? -1
    const name = node >= 0 && node !== before ? nameOf(node) : ""
    before = node
    return { number: i + 1, text, node, name }
  })
}

/** What stands beside the title: `11 ops in 5 kernels`. */
export function kernelCount(doc: GraphLike): string {
  const kernels = doc.kernels ?? []
  const nodes = new Set(kernels.flatMap((k) => k.nodes.filter((n) => !isFolded(doc, n))))
  const compilers = [...new Set(kernels.map((k) => k.compiler))].join(", ")
  const count = (n: number, what: string): string =>
    `${formatCount(n)} ${what}${n === 1 ? "" : "s"}`
  return `${count(nodes.size, "op")} in ${count(kernels.length, "kernel")} of ${compilers || "no compiler"}`
}
