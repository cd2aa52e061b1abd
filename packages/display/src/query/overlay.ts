/** @file Overlays (VISUAL 9): one measure of every box as fill, bar and text, with its scale. Knows no painter. */
import { formatBytes, formatCount, formatNumber, formatPercent, formatTime } from "../format.ts"
import type { Box } from "../layout/boxes.ts"
import type { Layout } from "../layout/fold.ts"
import type { Token } from "../paint/theme.ts"
import type { GraphLike } from "../payload.ts"
import { NodeMeasures } from "./measures.ts"

/** What can be laid over a graph. */
export const OVERLAYS = ["bytes", "flops", "time", "statistics"] as const
export type OverlayName = (typeof OVERLAYS)[number]

/** What a box shows: a colour of data, how strong (0 to 1), and the number as text. */
export interface OverlayMark {
  readonly tone: Token
  readonly share: number
  readonly text: string
}

/** Marks by box key and the ends of the scale. */
export interface Overlay {
  readonly name: OverlayName
  readonly marks: ReadonlyMap<string, OverlayMark>
  /** From the weakest to the strongest, as text; `middle` only where the scale has two sides. */
  readonly scale: { readonly low: string; readonly middle?: string; readonly high: string }
  readonly note: string
}

/** Overlays for which a document has numbers. */
export function overlaysOf(doc: GraphLike): OverlayName[] {
  const measures = new NodeMeasures(doc)
  const has = {
    bytes: doc.nodes.op.length > 0,
    flops: measures.hasFlops,
    time: measures.hasTimes,
    statistics: measures.hasStatistics,
  }
  return OVERLAYS.filter((name) => has[name])
}

/** Measures every box of a layout; boxes without a number have no mark. */
export function overlayOf(layout: Layout, name: OverlayName): Overlay {
  const measures = new NodeMeasures(layout.model.doc)
  const boxes = layout.boxes.filter((box) => box.column !== "update")
  if (name === "statistics") return statistics(boxes, measures)
  const amounts = boxes.flatMap((box) => {
    const amount = AMOUNT[name](box, measures)
    return amount ? [[box.key, amount] as const] : []
  })
  return sequential(name, new Map(amounts))
}

interface Amount {
  readonly value: number
  readonly text: string
}

const own = ({ members }: Box, { doc }: NodeMeasures) =>
  members.filter((node) => node < doc.nodes.op.length)
const total = (nodes: readonly number[], of: (node: number) => number): number =>
  nodes.reduce((sum, node) => sum + of(node), 0)

const AMOUNT: Record<
  Exclude<OverlayName, "statistics">,
  (box: Box, measures: NodeMeasures) => Amount | undefined
> = {
  bytes: (box, measures) => {
    const value = total(own(box, measures), (node) => measures.bytes(node))
    return value > 0 ? { value, text: formatBytes(value) } : undefined
  },
  flops: (box, measures) => {
    const value = total(own(box, measures), (node) => measures.flops(node) ?? 0)
    return value > 0 ? { value, text: `${formatCount(value)} flop` } : undefined
  },
  time: kernelTime,
}

/** The time of all kernels that compute something of a box; a kernel that goes on elsewhere is named as shared. */
function kernelTime(box: Box, measures: NodeMeasures): Amount | undefined {
  const inside = own(box, measures)
  const kernels = [...new Set(inside.flatMap((node) => measures.kernel(node) ?? []))]
  const timed = kernels.filter((kernel) => measures.kernelTime(kernel) !== undefined)
  if (timed.length === 0) return undefined
  const value = timed.reduce((sum, kernel) => sum + (measures.kernelTime(kernel) ?? 0), 0)
  const here = new Set(inside)
  const shared = timed.some((k) => measures.doc.kernels?.[k].nodes.some((node) => !here.has(node)))
  const names =
    timed.length <= 2 ? timed.map((k) => `K${k + 1}`).join(", ") : `${timed.length} kernels`
  return { value, text: `${names} ${formatTime(value)}${shared ? ", shared" : ""}` }
}

const FORMAT = {
  bytes: formatBytes,
  flops: (count: number) => `${formatCount(count)} flop`,
  time: formatTime,
}
const NOTE = {
  bytes: "bytes of the results, logarithmic",
  flops: "floating-point operations, logarithmic",
  time: "median time of the kernels, logarithmic",
}

/** A logarithmic scale from the smallest to the largest amount. */
function sequential(
  name: Exclude<OverlayName, "statistics">,
  amounts: ReadonlyMap<string, Amount>,
): Overlay {
  const values = [...amounts.values()].map(({ value }) => value)
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const high = values.reduce((a, b) => Math.max(a, b), 0)
  const range = Math.log(high / low) || 1
  const marks = [...amounts].map(([key, { value, text }]) => {
    const share = values.length ? Math.log(value / low) / range : 0
    return [key, { tone: "positive", share, text }] as const
  })
  const scale = values.length
    ? { low: FORMAT[name](low), high: FORMAT[name](high) }
    : { low: "", high: "" }
  return { name, marks: new Map(marks), scale, note: NOTE[name] }
}

/** Powers of two at which the colour of an rms is strongest. */
const STRONGEST = 10

/** NaN and infinity first; else the size of a value on both sides of 1. */
function statistics(boxes: readonly Box[], measures: NodeMeasures): Overlay {
  const marks = new Map<string, OverlayMark>()
  for (const box of boxes) {
    const mark = statisticsOf(own(box, measures), measures)
    if (mark) marks.set(box.key, mark)
  }
  return {
    name: "statistics",
    marks,
    scale: { low: "rms 2⁻¹⁰", middle: "1", high: "rms 2¹⁰" },
    note: "size of values; yellow: NaN or Inf",
  }
}

function statisticsOf(nodes: readonly number[], measures: NodeMeasures): OverlayMark | undefined {
  const known = nodes.filter((node) => measures.statistic(node, "n") !== undefined)
  if (known.length === 0) return undefined
  const of = (column: string) => total(known, (node) => measures.statistic(node, column) || 0)
  const [count, nan, zeros] = [of("n"), of("nan"), of("zeros")]
  const infinite = of("posInf") + of("negInf")
  const broken = [
    nan ? `NaN ${formatCount(nan)}` : "",
    infinite ? `Inf ${formatCount(infinite)}` : "",
  ]
  if (nan + infinite > 0)
    return {
      tone: "warn",
      share: 1,
      text: `${broken.filter(Boolean).join(", ")} of ${formatCount(count)}`,
    }
  const sizes = known.flatMap((node) => measures.statistic(node, "rms") ?? [])
  if (sizes.length === 0) return undefined
  const [small, large] = [Math.min(...sizes), Math.max(...sizes)]
  const rms =
    small === large
      ? formatNumber(large, 2)
      : `${formatNumber(small, 2)} … ${formatNumber(large, 2)}`
  const text = `rms ${rms}${zeros > 0 ? `, zeros ${formatPercent(zeros, count)}` : ""}`
  const power = large > 0 ? Math.log2(large) : -STRONGEST
  const share = Math.min(1, Math.abs(power) / STRONGEST)
  return { tone: power < 0 ? "negative" : "positive", share, text }
}
