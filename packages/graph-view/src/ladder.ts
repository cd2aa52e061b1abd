/** @file The table of the gradient inspector: one row an operation, its value left, its gradient right. */
import {
  application,
  type Check,
  findingsOf,
  formatCount,
  formatFactor,
  formatNumber,
  formatPercent,
  type GradientDoc,
  type Names,
  nameNodes,
  prepare,
  seedOf,
} from "@defnote/display"
import { element, svg } from "./dom.ts"
import { strip } from "./histogram.ts"
import { expressionText, nodeType, oneLine } from "./node-text.ts"
import { powerOfTwo } from "./numbers.ts"
import { gradients, type NodeStatistics, statisticsOf } from "./statistics.ts"
import type { Translate } from "./view.ts"

/** Rows that a table draws at once; the rest is counted below it. */
const MOST_ROWS = 400

/** What the ladder needs of a document, looked up once. */
interface Context {
  readonly doc: GradientDoc
  readonly statistics: ReadonlyMap<number, NodeStatistics>
  readonly gradients: ReadonlyMap<number, number>
  readonly checks: ReadonlyMap<number, Check>
  /** Nodes where trouble begins. */
  readonly origins: ReadonlySet<number>
  readonly names: Names
  readonly translate: Translate
}

/** A table whose rows carry `data-node`. */
export function ladder(doc: GradientDoc, translate: Translate): HTMLElement {
  const context: Context = {
    doc,
    statistics: statisticsOf(doc.runs?.[0]),
    gradients: gradients(doc),
    checks: new Map(doc.checks?.map((check) => [check.node, check])),
    origins: new Set(findingsOf(doc).map((finding) => ownerOf(doc, finding.node))),
    names: namesOf(doc),
    translate,
  }
  const nodes = rowNodes(context)
  const body = element("tbody")
  for (const node of nodes.slice(0, MOST_ROWS)) body.append(rowOf(context, node))
  const label = translate("values and gradients of every operation")
  const table = element("table", "dn-ladder", { "aria-label": label }, head(translate), body)
  const box = element(
    "div",
    "dn-ladder-box",
    { tabindex: 0, role: "region", "aria-label": label },
    table,
  )
  const shown = Math.min(nodes.length, MOST_ROWS)
  const apart = rowsNotStored(doc)
  const rest = apart ? `; ${translate("what is deepest in its scopes is not stored")}` : ""
  if (shown < nodes.length + apart) {
    const text = translate("%1 of %2 rows", shown, nodes.length + apart)
    box.append(element("p", "dn-mute", {}, text + rest))
  }
  return box
}

function namesOf(doc: GradientDoc): Names {
  const { model, tree } = prepare(doc)
  return nameNodes(model, tree)
}

/** The operation whose row a node stands in: of a derivative, what it differentiates. */
function ownerOf(doc: GradientDoc, node: number): number {
  const dual = doc.nodes.phase[node] === "fwd" ? -1 : (doc.nodes.dual?.[node] ?? -1)
  return dual >= 0 ? dual : node
}

/** Operations that a notebook does not store (D8.3). */
const rowsNotStored = ({ summaries = [], nodes }: GradientDoc): number =>
  summaries.reduce((sum, { node, ops }) => sum + (nodes.phase[node] === "fwd" ? ops : 0), 0)

/** Operations and parameters in program order; data and what is folded into labels have no row. */
function rowNodes({ doc, statistics, origins, ...context }: Context): readonly number[] {
  const folded = new Set(doc.ops?.filter((op) => op.fold).map((op) => op.op))
  const leaves = new Set(doc.ops?.filter((op) => op.leaf).map((op) => op.op))
  const rows: number[] = []
  doc.nodes.op.forEach((op, node) => {
    if (doc.nodes.phase[node] !== "fwd") return
    const data = leaves.has(op) && !context.gradients.has(node)
    const shown = !data && !folded.has(op) && statistics.has(node)
    if (shown || origins.has(node)) rows.push(node)
  })
  return rows
}

function head(translate: Translate): HTMLElement {
  const scale = () => {
    const marks = [
      [4, "0"],
      [24, powerOfTwo(-26)],
      [14 + 26 * 3.05, "1"],
      [112, powerOfTwo(8)],
    ] as const
    const chart = svg("svg", { width: 132, height: 12, "aria-hidden": "true" })
    for (const [x, text] of marks) chart.append(svg("text", { x, y: 10, class: "dn-tick" }, text))
    return chart
  }
  const column = (text: string, className = "", ...more: Node[]) =>
    element("th", className, { scope: "col" }, element("span", "", {}, text), ...more)
  const row = element(
    "tr",
    "",
    {},
    column(translate("expression")),
    column(`${translate("value")} ↓`, "dn-fwd", scale()),
    column(translate("rms")),
    column(translate("zeros")),
    column(`${translate("gradient")} ↑`, "dn-bwd", scale()),
    column(translate("rms")),
    column(translate("gain (in / out)")),
    column(""),
    column(translate("rule check")),
  )
  return element("thead", "", {}, row)
}

function rowOf(context: Context, node: number): HTMLElement {
  const { statistics, origins, translate } = context
  const value = statistics.get(node)
  const gradient = statistics.get(context.gradients.get(node) ?? -1)
  const origin = origins.has(node)
  const row = element("tr", origin ? "dn-origin" : "", { "data-node": node, tabindex: -1 })
  row.append(
    titleCell(context, node),
    stripCell(value, "forward", translate),
    textCell(value ? number(value.get("rms")) : ""),
    textCell(value ? zeros(value) : ""),
    ...gradientCells(context, node, gradient),
    checkCell(context.checks.get(node), translate),
  )
  return row
}

/** `h = tanh t₂`, as in the graph; the expression and the type are in the tooltip. */
function titleCell({ doc, names }: Context, node: number): HTMLElement {
  const { text } = application(names, node)
  const name = names.of[node]
  const leaf = doc.nodes.inputs[node].length === 0
  const title = name && leaf ? name : name && name !== text ? `${name} = ${text}` : text
  const tooltip = `${expressionText(doc, node) || title}
${nodeType(doc, node)}`
  return element("th", "dn-code", { scope: "row", title: tooltip }, oneLine(title, 40))
}

function gradientCells(
  { doc, statistics, origins, translate }: Context,
  node: number,
  gradient: NodeStatistics | undefined,
): readonly HTMLElement[] {
  if (!gradient) {
    const seed = seedOf(doc, node)
    const text = seed ? translate("%1 (seed)", seed) : translate("no gradient")
    return [element("td", "dn-mute", { colspan: 4 }, text)]
  }
  const origin = origins.has(node)
  const gain = statistics.get(node)?.get("gain")
  const broken = gradient.broken
  const n = gradient.get("n") ?? 0
  const kind = gradient.get("nan") ? "NaN" : "Inf"
  const mark = element("td")
  if (origin) mark.append(element("strong", "dn-error", {}, `▲ ${translate("starts here")}`))
  else if (broken)
    mark.append(element("span", "dn-badge", {}, `${kind} ${formatCount(broken)}/${formatCount(n)}`))
  const gainCell = element("td", "dn-number")
  if (gain !== undefined && Number.isFinite(gain))
    gainCell.append(gainBar(gain), ` ${formatFactor(gain)}`)
  return [
    stripCell(gradient, "backward", translate),
    textCell(number(gradient.get("rms"))),
    gainCell,
    mark,
  ]
}

function stripCell(
  statistics: NodeStatistics | undefined,
  role: "forward" | "backward",
  translate: Translate,
): HTMLElement {
  const cell = element("td", "dn-histogram")
  if (!statistics) return cell
  const { bins, broken } = statistics
  const zero = statistics.get("zeros") ?? 0
  const n = statistics.get("n") ?? 0
  const label = translate("%1 elements, %2 zeros, %3 NaN, median %4", n, zero, broken, median(bins))
  cell.append(strip(bins, zero, broken, role, label))
  return cell
}

/** Exponent of the median magnitude, for the label. */
function median(bins: readonly number[]): string {
  const half = bins.reduce((a, b) => a + b, 0) / 2
  let sum = 0
  const at = bins.findIndex((count) => (sum += count) > half)
  return at < 0 ? "0" : powerOfTwo(at - 26)
}

/** A bar on a log2 axis of ±5 octaves; the middle is a gain of 1. */
function gainBar(gain: number): SVGElement {
  const [width, middle] = [44, 22]
  const octaves = Math.max(-5, Math.min(5, Math.log2(gain || 2 ** -5)))
  const size = (Math.abs(octaves) / 5) * middle
  const chart = svg("svg", { width, height: 12, "aria-hidden": "true", class: "dn-gain" })
  chart.append(svg("line", { x1: middle, x2: middle, y1: 0, y2: 12, class: "dn-axis" }))
  const x = octaves < 0 ? middle - size : middle
  chart.append(
    svg("rect", { x, y: 3, width: Math.max(1, size), height: 6, class: "dn-bar-backward" }),
  )
  return chart
}

function checkCell(check: Check | undefined, translate: Translate): HTMLElement {
  if (!check) return element("td", "dn-mute", {}, "–")
  const error = formatNumber(Number(check.rel), 1)
  const title = translate(
    "worst relative error of 3 directions, step %1",
    formatNumber(check.eps, 1),
  )
  if (check.verdict === "ok") {
    return element("td", "dn-number", { title }, element("span", "dn-ok", {}, "✓ "), error)
  }
  if (check.verdict === "kink") return element("td", "", { title }, `◇ ${translate("kink")}`)
  return element("td", "dn-error", { title }, `✗ ${error}`)
}

const textCell = (text: string) => element("td", "dn-number", {}, text)
const number = (value: number | undefined) => (value === undefined ? "" : formatNumber(value))

function zeros(statistics: NodeStatistics): string {
  const zero = statistics.get("zeros") ?? 0
  const n = statistics.get("n") ?? 0
  return zero && n ? `${formatPercent(zero, n)} 0` : ""
}
