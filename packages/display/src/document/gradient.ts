/** @file An inspection as a gradient document: the graph with statistics, verdict, findings and checks. */

import type { Tensor } from "@defnote/core"
import { BINS, type Finding, type Inspection, type Statistics } from "@defnote/inspect"
import { doublesToBase64 } from "../base64.ts"
import { floatValue } from "../format.ts"
import {
  type Check,
  type GradientDoc,
  type GraphLike,
  type Harm,
  type Run,
  STAT_COLUMNS,
  type StatTable,
} from "../payload.ts"
import { expressionOf } from "../report/ladder.ts"
import { type DocumentOptions, documentOf } from "./document.ts"

const COLUMNS = [...STAT_COLUMNS, ...Array.from({ length: BINS }, (_, i) => `h${i}`)]

/** Longer expressions are replaced by the op's name, in characters. */
const LONGEST_PLACE = 48

/** A gain beyond this factor at one operation is worth a line. */
const STRONG_GAIN = 100

export function gradientDocument(
  inspection: Inspection,
  options: DocumentOptions = {},
): GradientDoc {
  const { doc, nodes, index } = documentOf(inspection.program, options)
  const rows = nodes.filter((n) => inspection.stats.has(n))
  const run: Run = {
    id: "inspect",
    device: "cpu",
    stats: tableOf(inspection, rows, index),
    first: inspection.findings.flatMap((f) => findingOf(f, index)),
  }
  return {
    ...doc,
    schema: { ...doc.schema, kind: "gradient" },
    runs: [run],
    checks: checksOf(inspection, index),
    verdict: verdictOf(inspection, doc, index),
    harms: harmsOf(inspection, nodes, index),
  }
}

function tableOf(
  inspection: Inspection,
  rows: readonly Tensor[],
  index: ReadonlyMap<Tensor, number>,
): StatTable {
  const data = new Float64Array(rows.length * COLUMNS.length)
  rows.forEach((n, i) => {
    const s = inspection.stats.get(n) as Statistics
    const plain = [
      s.n,
      s.zeros,
      s.nan,
      s.posInf,
      s.negInf,
      s.min,
      s.max,
      s.mean,
      s.std,
      s.rms,
      s.l2,
      gainOf(inspection, n),
    ]
    data.set([...plain, ...s.histogram], i * COLUMNS.length)
  })
  return {
    node: rows.map((n) => index.get(n) as number),
    cols: COLUMNS,
    data: doublesToBase64(data),
  }
}

/** How much larger the gradient is before an operation than after it: the largest ‖∂input‖ / ‖∂output‖. */
function gainOf(inspection: Inspection, n: Tensor): number {
  const after = inspection.gradientOf(n)
  const before = n.inputs.flatMap((x) => inspection.gradientOf(x) ?? [])
  if (!after || !before.length || !(after.l2 > 0)) return Number.NaN
  return Math.max(...before.map((s) => s.l2)) / after.l2
}

const findingOf = (
  { kind, node, reason, chain, fix }: Finding,
  index: ReadonlyMap<Tensor, number>,
) => {
  const at = index.get(node)
  return at === undefined
    ? []
    : [
        {
          kind,
          node: at,
          reason,
          chain: chain.flatMap((c) => index.get(c) ?? []),
          ...(fix ? { fix } : {}),
        },
      ]
}
const checksOf = ({ checks }: Inspection, index: ReadonlyMap<Tensor, number>): Check[] =>
  [...checks].flatMap(([n, c]) => {
    const node = index.get(n)
    return node === undefined
      ? []
      : [
          {
            node,
            kind: "vjp-local" as const,
            verdict: c.verdict,
            rel: floatValue(c.rel),
            eps: c.eps,
          },
        ]
  })

/** The expression in which a node stands, and the direction: `a.sqrt(), backward`. */
function placeOf(node: number, doc: GraphLike, op: string): string {
  const backward = doc.nodes.phase[node] === "bwd"
  const owner = backward ? (doc.nodes.dual?.[node] ?? node) : node
  const text = expressionOf(doc, owner).replace(/\s+/g, " ")
  const shown = text && text.length <= LONGEST_PLACE ? text : op
  return `${shown}, ${backward ? "backward" : "forward"}`
}

const BEGINNINGS: Readonly<Record<Finding["kind"], string>> = {
  nan: "NaN begins",
  inf: "An infinite value begins",
  overflow: "An overflow begins",
  "zero-grad": "The gradient ends",
}

/** The sentence that stands first. */
function verdictOf(
  { findings, checks, stats }: Inspection,
  doc: GraphLike,
  index: ReadonlyMap<Tensor, number>,
): NonNullable<GradientDoc["verdict"]> {
  const [first] = findings
  if (first) {
    const what = BEGINNINGS[first.kind]
    const at = index.get(first.node)
    const op = first.node.op.name
    return {
      ok: false,
      title: `${what} at ${at === undefined ? op : placeOf(at, doc, op)}`,
      text: first.reason,
      ...(first.fix ? { fix: first.fix } : {}),
    }
  }
  const wrong = [...checks].find(([, c]) => c.verdict === "wrong")
  if (wrong) {
    return {
      ok: false,
      title: `The derivative of ${wrong[0].op.name} disagrees with finite differences`,
      text: `Relative error ${wrong[1].rel.toExponential(1)} along a random direction.`,
    }
  }
  return {
    ok: true,
    title: "All values and gradients are finite",
    text: `${stats.size} values looked at; the derivatives of ${checks.size} operations agree with finite differences.`,
  }
}

/** What harms most, worst first. */
function harmsOf(
  inspection: Inspection,
  nodes: readonly Tensor[],
  index: ReadonlyMap<Tensor, number>,
): Harm[] {
  const harms: (Harm & { readonly weight: number })[] = []
  for (const n of nodes) {
    const node = index.get(n) as number
    const g = inspection.gradientOf(n)
    const gain = gainOf(inspection, n)
    if (g && g.n > 1 && g.zeros === g.n)
      harms.push({
        node,
        label: `no gradient reaches ${n.op.name}`,
        measure: `all ${g.n} entries are 0`,
        weight: 50,
      })
    else if (g && g.n >= 16 && g.zeros > 0.9 * g.n)
      harms.push({
        node,
        label: `most of the gradient of ${n.op.name} is 0`,
        measure: `${Math.round((100 * g.zeros) / g.n)} %`,
        weight: 20,
      })
    if (gain > STRONG_GAIN || gain < 1 / STRONG_GAIN)
      harms.push({
        node,
        label: `${n.op.name} ${gain > 1 ? "enlarges" : "shrinks"} the gradient`,
        measure: `× ${gain.toPrecision(2)}`,
        weight: Math.abs(Math.log10(gain)),
      })
  }
  return harms
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 5)
    .map(({ weight: _, ...harm }) => harm)
}
