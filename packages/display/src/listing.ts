/** @file Documents as plain text (D8.2): for terminals, diffs and screen readers, and never without content. */
import {
  clip,
  formatBytes,
  formatCount,
  formatFactor,
  formatNumber,
  formatPercent,
} from "./format.ts"
import { layoutGraph, prepare } from "./layout/fold.ts"
import { isLeaf } from "./layout/model.ts"
import { allKeys } from "./layout/scopes.ts"
import { cutsOf } from "./paint/cuts.ts"
import { typeOf } from "./paint/labels.ts"
import { nameNodes } from "./paint/names.ts"
import type { GradientDoc, GraphLike } from "./payload.ts"
import { costText } from "./report/cost.ts"
import { historyFacts, historyRows } from "./report/history.ts"
import { kernelCount, kernelReports } from "./report/kernels.ts"
import { ladder, verdictOf } from "./report/ladder.ts"
import { memoryReport, peakText } from "./report/memory.ts"
import { passReports } from "./report/passes.ts"
import { stageOf } from "./report/stages.ts"

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
export function align(rows: readonly (readonly string[])[]): string[] {
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
export function shorten(lines: readonly string[], most = MAX_LINES): string[] {
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

/** The kernels as text: what each is, why, and its code with the names of the values beside the lines. */
export function profileListing(doc: GraphLike): string {
  const { model, tree } = prepare(stageOf(doc, 0).doc, Infinity)
  const memory = memoryReport(model.doc)
  const blocks = kernelReports(model, tree).flatMap((report) => [
    "",
    `${report.title}: ${report.why}`,
    ...[
      ["reads", report.reads],
      ["writes", report.writes],
      ["not stored", report.notStored],
      ["work", report.work],
      ["time", [report.time, report.spread].filter(Boolean).join(", ")],
      ["not the next one too", report.whyNotNext],
    ].flatMap(([what, text]) => (text ? [`  ${what}: ${text}`] : [])),
    ...align(report.lines.map((l) => ["  ", String(l.number).padStart(3), l.name, l.text])),
  ])
  const head = `${doc.title ?? "kernels"}: ${kernelCount(doc)}`
  const peak = memory ? [peakText(memory)] : []
  return [head, ...shorten([...peak, ...passLines(doc), ...blocks])].join("\n")
}

/** What the passes before lowering changed. */
function passLines(doc: GraphLike): string[] {
  return passReports(doc).flatMap((pass) => [
    `pass ${pass.name}: ${pass.summary}`,
    ...align(pass.matches.map((m) => ["  ", m.rule, m.text])),
    ...(pass.more ? [`  … ${formatCount(pass.more)} more`] : []),
  ])
}

/** The inspector as text: verdict, then one line per op. */
export function gradientListing(doc: GraphLike): string {
  const { history } = doc as Partial<GradientDoc>
  if (history) {
    const { title, text } = verdictOf(doc, [])
    return [title, text, ...historyFacts(history), ...align(historyRows(history))]
      .filter(Boolean)
      .join("\n")
  }
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
      row.gain === undefined ? "" : formatFactor(row.gain),
      bad > 0 ? `${formatCount(bad)} NaN or Inf` : "",
      check,
    ]
  })
  const head = ["expression", "value rms", "zeros", "gradient rms", "gain", "not finite", "rule"]
  const text = [verdict.title, verdict.text, verdict.fix ? `Fix: ${verdict.fix}` : ""].filter(
    Boolean,
  )
  const { cost: spent } = doc as Partial<GradientDoc>
  const cost = spent ? [costText(spent)] : []
  const cuts = cutsOf(doc).map((cut) => `✂ ${cut.reason}`)
  const harms = (doc as Partial<GradientDoc>).harms?.map(
    (h, i) =>
      `${i + 1}. ${[h.label, h.measure, h.remedy ? `Fix: ${h.remedy}` : ""].filter(Boolean).join(": ")}`,
  )
  return [...text, ...cuts, ...shorten(align([head, ...table])), ...(harms ?? []), ...cost].join(
    "\n",
  )
}
