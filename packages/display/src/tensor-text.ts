/** @file The words for a tensor: one line of facts, or its values where they are few; no pictures. */
import {
  floatOf,
  formatBytes,
  formatCount,
  formatNumber,
  formatPercent,
  formatType,
} from "./format.ts"
import type { TensorDoc } from "./payload.ts"

/** What the words are made of. */
export type TensorFacts = Pick<
  TensorDoc,
  "dtype" | "shape" | "names" | "device" | "bytes" | "stats" | "spread"
>

/** Values that are written out, and those that fit in one line. */
const WRITTEN = 100
const ONE_LINE = 12

/**
 * `f32[3] [3, -0.5, 5]` for up to 100 elements, otherwise the facts in one line:
 * `f32[batch 8, key 14] n=112 448 B cpu x∈[0 █▃▂▁▂ 1] μ=0.071 σ=0.16 zeros 46 % NaN! 1`.
 */
export function tensorLine(doc: TensorFacts, values?: ArrayLike<number | bigint>): string {
  const head = formatType(doc.dtype, doc.shape, doc.names)
  if (!values || values.length > WRITTEN) return [head, ...tensorFacts(doc)].join(" ")
  const gap = values.length > ONE_LINE ? "\n" : " "
  return `${head}${gap}${nested(values, doc)}`
}

/** Count, bytes, device, range with its sparkline, moments, zeros, and the loud words. */
export function tensorFacts(doc: TensorFacts): string[] {
  const size = [`n=${formatCount(doc.stats.count)}`, formatBytes(doc.bytes), doc.device ?? ""]
  return [...size, ...range(doc), ...loudWords(doc.stats)].filter(Boolean)
}

function range({ dtype, stats, spread }: TensorFacts): string[] {
  const { count, zeros } = stats
  const [min, max, mean, std] = [stats.min, stats.max, stats.mean, stats.std].map(floatOf)
  if (count === 0 || Number.isNaN(min)) return []
  if (dtype === "bool") return [`${formatCount(count - zeros)} true`]
  if (count === 1) return [`x = ${formatNumber(min)}`]
  if (min === max) return []
  const line = spread ? `${sparkline(spread)} ` : ""
  const interval = spread ? `${formatNumber(min)} ${line}` : `${formatNumber(min)}, `
  return [
    `x∈[${interval}${formatNumber(max)}]`,
    `μ=${formatNumber(mean)} σ=${formatNumber(std)}`,
    zeros > 0 ? `zeros ${formatPercent(zeros, count)}` : "",
  ]
}

/** What must not be overlooked: `NaN! 3`, `Inf! 1`, `all zero!`, `constant 3!`. */
export function loudWords(stats: TensorDoc["stats"]): string[] {
  const { count, zeros, nan, posInf, negInf } = stats
  const [min, max] = [floatOf(stats.min), floatOf(stats.max)]
  const words = [
    nan ? `NaN! ${formatCount(nan)}` : "",
    posInf ? `Inf! ${formatCount(posInf)}` : "",
    negInf ? `−Inf! ${formatCount(negInf)}` : "",
  ]
  if (count > 1 && zeros === count) words.push("all zero!")
  else if (count > 1 && min === max) words.push(`constant ${formatNumber(min)}!`)
  return words.filter(Boolean)
}

const BLOCKS = [..."▁▂▃▄▅▆▇█"]

/** Counts as blocks; an empty bin is the lowest one and a bin with anything in it is never that low. */
export function sparkline(counts: readonly number[]): string {
  const most = Math.max(1, ...counts)
  return counts.map((n) => BLOCKS[n > 0 ? Math.max(1, Math.round((7 * n) / most)) : 0]).join("")
}

/** Nested values, one row of the last axis a line, columns aligned on the right. */
function nested(values: ArrayLike<number | bigint>, { dtype, shape }: TensorFacts): string {
  const cells = Array.from(values, (v) =>
    dtype === "bool" ? String(Number(v) !== 0) : plainNumber(v),
  )
  const one = cells.length <= ONE_LINE
  const width = one ? 0 : Math.max(...cells.map((c) => c.length))
  let at = 0
  const write = (axis: number): string => {
    if (axis === shape.length) return cells[at++].padStart(width)
    const parts = Array.from({ length: shape[axis] }, () => write(axis + 1))
    const last = axis === shape.length - 1
    const gap =
      one || last
        ? ", "
        : `,${"\n".repeat(Math.max(1, shape.length - 1 - axis))}${" ".repeat(axis + 1)}`
    return `[${parts.join(gap)}]`
  }
  return write(0)
}

/** A number as JavaScript writes it, to four digits: text that can be pasted back. */
function plainNumber(value: number | bigint): string {
  if (typeof value === "bigint") return String(value)
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "Inf")
  if (Object.is(value, -0)) return "-0"
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
}
