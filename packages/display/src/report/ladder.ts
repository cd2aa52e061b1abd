/** @file The rows of the gradient inspector: each op with the statistics of its value and of its gradient. */
import { floatOf, formatConstant } from "../format.ts"
import type { Box } from "../layout/boxes.ts"
import type { Layout } from "../layout/fold.ts"
import { isLeaf, type ModelNode } from "../layout/model.ts"
import { Labels } from "../paint/labels.ts"
import { readStats } from "../paint/marks.ts"
import {
  type Check,
  type FloatValue,
  type GradientDoc,
  type GraphLike,
  HISTOGRAM_BINS,
} from "../payload.ts"

/** Statistics of one tensor; moments are over finite elements, NaN where they were not measured. */
export interface Measures {
  readonly count: number
  readonly zeros: number
  readonly nan: number
  readonly infinite: number
  readonly rms: number
  readonly l2: number
  /** Counts per power of two, first 2⁻²⁶; empty when not measured. */
  readonly histogram: readonly number[]
}

/** One op or closed scope. */
export interface LadderRow {
  readonly box: Box
  /** `h = tanh t₂`, or the name of a scope with `▸`. */
  readonly title: string
  /** The node whose value is measured: of a scope its last. */
  readonly node: number
  readonly value: Measures | undefined
  readonly gradient: Measures | undefined
  /** The constant that an output's gradient begins with; "" elsewhere. */
  readonly seed: string
  /** ‖∂input‖ / ‖∂output‖ over finite entries. */
  readonly gain: number | undefined
  readonly check: Check | undefined
  /** The code of the op; "" when it is not known. */
  readonly expression: string
}

/** The text of a node in its source. */
export function expressionOf(doc: GraphLike, node: number): string {
  const loc = doc.locs[doc.nodes.loc[node]]
  return loc ? doc.sources[loc[0]].text.slice(loc[1], loc[2]) : ""
}

/** Builds the rows, in program order, from the first run of a document. */
export function ladder(layout: Layout): LadderRow[] {
  const { doc, nodes } = layout.model
  const labels = new Labels(layout.model, layout.tree)
  const measures = measuresOf(doc)
  const checks = worstChecks(doc.checks ?? [])
  const uses = new Int32Array(nodes.length)
  for (const node of nodes) if (node.phase === "fwd") for (const i of node.inputs) uses[i]++
  const rowOf = (box: Box): LadderRow => {
    const node =
      box.node >= 0 ? box.node : (box.members.findLast((n) => !isLeaf(nodes[n])) ?? box.members[0])
    const title = labels.of(box).title
    return {
      box,
      node,
      title: box.kind === "scope" ? `▸ ${title}` : title,
      value: measures.get(node),
      gradient: measures.get(doc.nodes.grad?.[node] ?? -1),
      seed: seedOf(doc, node),
      gain: box.kind === "scope" ? undefined : gainOf(doc, node, measures, uses),
      check: checks.get(node),
      expression: expressionOf(doc, node),
    }
  }
  const boxes = layout.rows.flatMap(({ leaves, forward }) => [
    ...leaves.filter((chip) => !chip.again).map((chip) => layout.boxes[chip.box]),
    ...(forward < 0 ? [] : [layout.boxes[forward]]),
  ])
  return boxes.filter((box) => hasRow(doc, layout.model.nodes[box.node], measures)).map(rowOf)
}

/** Data have no row, and neither has a gradient of zeros that the function returns: it is no operation. */
function hasRow(
  doc: GraphLike,
  node: ModelNode | undefined,
  measures: ReadonlyMap<number, Measures>,
): boolean {
  if (!node) return true
  if (isLeaf(node)) return measures.has(doc.nodes.grad?.[node.id] ?? -1)
  return node.info?.fold !== "constant"
}

/**
 * What the gradient of an output begins with, "" for other nodes. An inspection differentiates its
 * first output from the seed `1`; a rule that does not read the seed leaves it out of the graph, and
 * constants are not measured.
 */
export function seedOf(doc: GraphLike, node: number): string {
  if (!doc.outputs?.includes(node) || doc.nodes.phase[node] !== "fwd") return ""
  const gradient = doc.nodes.grad?.[node] ?? -1
  if (gradient < 0) return node === doc.outputs[0] && doc.nodes.phase.includes("bwd") ? "1" : ""
  const value = (doc.nodes.attrs?.[gradient] as { value?: FloatValue } | null | undefined)?.value
  return typeof value === "number" || typeof value === "string"
    ? formatConstant(floatOf(value))
    : ""
}

/** Measures of every node in the first run. */
export function measuresOf(doc: GraphLike): Map<number, Measures> {
  const stats = doc.runs?.[0]?.stats
  const found = new Map<number, Measures>()
  if (!stats) return found
  const read = readStats(stats)
  const bins = stats.cols.includes("h0")
    ? Array.from({ length: HISTOGRAM_BINS }, (_, k) => `h${k}`)
    : []
  stats.node.forEach((node, row) => {
    const at = (column: string) => read(row, column)
    const count = at("n")
    const finite = count - or0(at("nan")) - or0(at("posInf")) - or0(at("negInf"))
    const rms = firstNumber(
      at("rms"),
      at("l2") / Math.sqrt(finite),
      Math.hypot(at("mean"), at("std")),
    )
    found.set(node, {
      count,
      zeros: or0(at("zeros")),
      nan: or0(at("nan")),
      infinite: or0(at("posInf")) + or0(at("negInf")),
      rms,
      l2: firstNumber(at("l2"), rms * Math.sqrt(finite)),
      histogram: bins.map((column) => or0(at(column))),
    })
  })
  return found
}

const or0 = (value: number): number => (Number.isNaN(value) ? 0 : value)
const firstNumber = (...values: number[]): number =>
  values.find((v) => !Number.isNaN(v)) ?? Number.NaN

function worstChecks(checks: readonly Check[]): Map<number, Check> {
  const rank = { ok: 0, kink: 1, wrong: 2 }
  const worst = new Map<number, Check>()
  for (const check of checks) {
    const known = worst.get(check.node)
    if (!known || rank[check.verdict] > rank[known.verdict]) worst.set(check.node, check)
  }
  return worst
}

/** Only where the op alone makes the cotangents of its inputs; a sum over uses says nothing about one op. */
function gainOf(
  doc: GraphLike,
  node: number,
  measures: Map<number, Measures>,
  uses: Int32Array,
): number | undefined {
  const stats = doc.runs?.[0]?.stats
  const row = stats?.node.indexOf(node) ?? -1
  if (stats && row >= 0 && stats.cols.includes("gain")) {
    const gain = readStats(stats)(row, "gain")
    return Number.isNaN(gain) ? undefined : gain
  }
  const out = measures.get(doc.nodes.grad?.[node] ?? -1)
  const inputs = doc.nodes.inputs[node].filter((i) => (doc.nodes.grad?.[i] ?? -1) >= 0)
  const given = inputs.map((i) => measures.get(doc.nodes.grad![i])?.l2)
  const alone = inputs.length > 0 && inputs.every((i) => uses[i] === 1)
  if (!out || !alone || given.includes(undefined) || !(out.l2 > 0)) return undefined
  return Math.hypot(...(given as number[])) / out.l2
}

/** What the inspector says first. */
export interface Verdict {
  readonly ok: boolean
  readonly title: string
  readonly text: string
  readonly fix: string
}

/** The document's verdict, or one made from its findings and checks. */
export function verdictOf(doc: GraphLike, rows: readonly LadderRow[]): Verdict {
  const given = (doc as Partial<GradientDoc>).verdict
  if (given)
    return { ok: given.ok, title: given.title, text: given.text ?? "", fix: given.fix ?? "" }
  const finding = doc.runs?.[0]?.first?.[0]
  if (finding) {
    const what = { nan: "NaN", inf: "Inf", "zero-grad": "A zero gradient", overflow: "Overflow" }[
      finding.kind
    ]
    const back = doc.nodes.phase[finding.node] === "bwd"
    const at = back ? (doc.nodes.dual?.[finding.node] ?? finding.node) : finding.node
    const where =
      expressionOf(doc, at) ||
      rows.find((row) => row.node === at)?.title ||
      doc.strings[doc.nodes.op[at]]
    return {
      ok: false,
      title: `${what} starts at ${where}, ${back ? "backward" : "forward"}.`,
      text: finding.reason,
      fix: finding.fix ?? "",
    }
  }
  const wrong = rows.find((row) => row.check?.verdict === "wrong")
  if (wrong)
    return {
      ok: false,
      title: `The rule of ${wrong.title} disagrees with finite differences.`,
      text: "",
      fix: "",
    }
  if (!rows.some((row) => row.value || row.gradient || row.check)) {
    return { ok: true, title: "Nothing was measured.", text: "", fix: "" }
  }
  const checked = rows.filter((row) => row.check).length
  const text =
    checked > 0 ? `${checked} of ${rows.length} rules agree with finite differences.` : ""
  return { ok: true, title: "Every value and gradient is finite.", text, fix: "" }
}
