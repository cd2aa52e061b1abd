/** @file Documents as plain text (D8.2): for terminals, diffs and screen readers, and never without content. */
import {
  clip,
  floatOf,
  formatBytes,
  formatCount,
  formatNumber,
  formatPercent,
  formatType,
} from "./format.ts"
import { layoutGraph, prepare } from "./layout/fold.ts"
import { isLeaf } from "./layout/model.ts"
import { allKeys } from "./layout/scopes.ts"
import { typeOf } from "./paint/labels.ts"
import { nameNodes } from "./paint/names.ts"
import type { GraphLike, TensorDoc, TensorStats } from "./payload.ts"
import { ladder, verdictOf } from "./report/ladder.ts"

/** Lines of a listing before the middle is left out. */
const MAX_LINES = 400

const PHASE = {
  fwd: "",
  bwd: "backward",
  update: "update",
  recompute: "recompute",
  jvp: "tangent",
} as const

/** Pads columns to equal width; the last is not padded. Glyphs count, not UTF-16 units. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = []
  for (const row of rows)
    row.forEach((cell, k) => {
      widths[k] = Math.max(widths[k] ?? 0, [...cell].length)
    })
  return rows.map((row) =>
    row
      .map((cell, k) => cell + " ".repeat(widths[k] - [...cell].length))
      .join("  ")
      .trimEnd(),
  )
}

/** Leaves out the middle of a list that is too long, and says how much. */
function shorten(lines: readonly string[], most = MAX_LINES): string[] {
  if (lines.length <= most) return [...lines]
  const half = Math.floor(most / 2)
  return [
    ...lines.slice(0, half),
    `… ${formatCount(lines.length - 2 * half)} more lines …`,
    ...lines.slice(-half),
  ]
}

/**
 * One line per node in program order: `name = op inputs`, type, phase, scope. Constants stand where they
 * are used. Backward nodes are marked with the name of what they differentiate.
 */
export function graphListing(doc: GraphLike): string {
  const { model, tree } = prepare(doc, Infinity)
  const names = nameNodes(model, tree, false)
  const called = doc.nodes.op.map((_, id) => names.of[id] || `%${id}`)
  const scopes = scopePaths(doc)
  const rows = doc.nodes.op.flatMap((_, id) => {
    const node = model.nodes[id]
    if (node.info?.fold === "constant" && model.user[id] >= 0) return []
    const inputs = doc.nodes.inputs[id].map((i) =>
      model.nodes[i].info?.fold === "constant" ? constantOf(doc, i) : called[i],
    )
    const of = model.gradOf[id]
    const mark = of >= 0 && node.phase !== "fwd" ? `backward ∂${called[of]}` : PHASE[node.phase]
    const right = isLeaf(node) ? "argument" : [node.op, inputs.join(", ")].join(" ").trim()
    return [
      [
        called[id],
        `= ${clip(right, 60)}`,
        typeOf(model, id),
        mark,
        scopes[doc.nodes.scope[id]] ?? "",
      ],
    ]
  })
  const head = `${doc.title ?? "graph"}: ${formatCount(doc.nodes.op.length)} nodes${sums(doc)}`
  const outputs = doc.outputs?.length
    ? [`returns ${doc.outputs.map((n) => called[n]).join(", ")}`]
    : []
  const error = doc.error ? [`error at ${called[doc.error.node] ?? "?"}: ${doc.error.message}`] : []
  return [head, ...shorten(align(rows).map((line) => `  ${line}`)), ...outputs, ...error].join("\n")
}

function sums(doc: GraphLike): string {
  const back = doc.nodes.phase.filter((p) => p === "bwd").length
  const saved = doc.residuals.reduce((sum, r) => sum + (r.policy === "saved" ? r.bytes : 0), 0)
  const parts = [
    back > 0 ? `${formatCount(back)} backward` : "",
    saved > 0 ? `${formatBytes(saved)} saved for backward` : "",
  ]
  return parts
    .filter(Boolean)
    .map((part) => `, ${part}`)
    .join("")
}

function scopePaths(doc: GraphLike): string[] {
  const paths: string[] = []
  for (const { name, parent } of doc.scopes)
    paths.push((paths[parent] ? `${paths[parent]}/` : "") + doc.strings[name])
  return paths
}

function constantOf(doc: GraphLike, id: number): string {
  const value = (doc.nodes.attrs?.[id] as { value?: unknown } | null | undefined)?.value
  return typeof value === "number"
    ? formatNumber(value)
    : value === undefined || typeof value === "object"
      ? "const"
      : String(value)
}

/** The inspector as text: verdict, then one line per op. */
export function gradientListing(doc: GraphLike): string {
  const prepared = prepare(doc, Infinity)
  const rows = ladder(layoutGraph(prepared, { open: allKeys(prepared.tree) }))
  const verdict = verdictOf(doc, rows)
  const table = rows.map((row) => {
    const bad =
      (row.gradient?.nan ?? 0) +
      (row.gradient?.infinite ?? 0) +
      (row.value?.nan ?? 0) +
      (row.value?.infinite ?? 0)
    const check = row.check ? { ok: "✓", kink: "◇ kink", wrong: "✗ wrong" }[row.check.verdict] : ""
    return [
      row.title,
      row.value ? formatNumber(row.value.rms, 2) : "",
      row.value ? formatPercent(row.value.zeros, row.value.count) : "",
      row.gradient ? formatNumber(row.gradient.rms, 2) : "–",
      row.gain === undefined ? "" : `×${formatNumber(row.gain, 2)}`,
      bad > 0 ? `${formatCount(bad)} NaN or Inf` : "",
      check,
    ]
  })
  const head = ["expression", "value rms", "zeros", "gradient rms", "gain", "not finite", "rule"]
  const text = [verdict.title, verdict.text, verdict.fix ? `Fix: ${verdict.fix}` : ""].filter(
    Boolean,
  )
  return [...text, ...shorten(align([head, ...table]))].join("\n")
}

/** What a tensor's line needs to know of it. */
export interface TensorTypeLike {
  readonly dtype: string
  readonly shape: readonly number[]
  readonly names?: readonly (string | null)[]
}

/** Values that are written out. */
const WRITTEN = 100

/**
 * `f32[3] [3, -0.5, 5]` for up to 100 elements, otherwise the facts in one line:
 * `f32[8, 14] n=112 448 B x∈[0, 1] μ=0.071 σ=0.16 zeros 46 % NaN!`.
 */
export function tensorLine(
  type: TensorTypeLike,
  stats: TensorStats,
  values?: ArrayLike<number>,
): string {
  const head = formatType(type.dtype, type.shape, type.names)
  if (values && values.length <= WRITTEN)
    return values.length > 12
      ? `${head}\n${nested(values, type)}`
      : `${head} ${nested(values, type)}`
  return [head, `n=${formatCount(stats.count)}`, ...summary(stats)].join(" ")
}

function summary(stats: TensorStats): string[] {
  const [min, max, mean, std] = [stats.min, stats.max, stats.mean, stats.std].map((v) =>
    formatNumber(floatOf(v)),
  )
  if (stats.count > 0 && stats.zeros === stats.count) return ["all zeros"]
  const moments = min === "NaN" ? [] : [`x∈[${min}, ${max}]`, `μ=${mean} σ=${std}`]
  return [
    ...moments,
    stats.zeros > 0 ? `zeros ${formatPercent(stats.zeros, stats.count)}` : "",
    stats.nan > 0 ? `NaN! ${formatCount(stats.nan)}` : "",
    stats.posInf + stats.negInf > 0 ? `Inf! ${formatCount(stats.posInf + stats.negInf)}` : "",
  ].filter(Boolean)
}

/** Nested values, one row of the last axis a line, columns aligned on the right. */
function nested(values: ArrayLike<number>, { dtype, shape }: TensorTypeLike): string {
  const cells = Array.from(values, (v) => (dtype === "bool" ? String(v !== 0) : plainNumber(v)))
  const one = cells.length <= 12
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
function plainNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "Inf")
  if (Object.is(value, -0)) return "-0"
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)))
}

/** A tensor payload's text, which its writer made. */
export const tensorListing = (doc: TensorDoc): string => doc.text
