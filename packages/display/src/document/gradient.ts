/** @file An inspection as a gradient document: the graph with statistics, verdict, findings and checks. */

import type { Tensor } from "@defnote/core"
import type { Cut, Finding, Inspection, Statistics } from "@defnote/inspect"
import { doublesToBase64 } from "../base64.ts"
import { floatValue, formatFactor } from "../format.ts"
import {
  type Check,
  type Cut as CutRow,
  type Finding as FindingRow,
  type GradientDoc,
  type Harm,
  HISTOGRAM_BINS,
  type Run,
  STAT_COLUMNS,
  type StatTable,
  type Trouble,
  versionOf,
} from "../payload.ts"
import { type DocumentOptions, documentOf } from "./document.ts"

const COLUMNS = [...STAT_COLUMNS, ...Array.from({ length: HISTOGRAM_BINS }, (_, i) => `h${i}`)]

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
    ...findingRows(inspection.findings, index),
  }
  return {
    ...doc,
    schema: versionOf("gradient"),
    runs: [run],
    checks: checksOf(inspection, index),
    verdict: verdictOf(inspection),
    harms: harmsOf(inspection, nodes, index),
    cost: inspection.cost,
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
    const plain = STAT_COLUMNS.map((c) => (c === "gain" ? inspection.gains.of(n) : s[c]))
    data.set([...plain, ...s.histogram], i * COLUMNS.length)
  })
  return {
    node: rows.map((n) => index.get(n) as number),
    cols: COLUMNS,
    data: doublesToBase64(data),
  }
}

function findingRows(
  findings: readonly Finding[],
  index: ReadonlyMap<Tensor, number>,
): Pick<Run, "first" | "trouble"> {
  const first: FindingRow[] = []
  const trouble: Trouble[] = []
  for (const f of findings) {
    const node = index.get(f.node)
    if (node === undefined) continue
    const { kind } = f
    const words = wordsOf(f, node, index)
    const cuts = f.cuts?.flatMap((cut) => cutOf(cut, index)) ?? []
    if (kind === "wrong-rule" || kind === "vanishing" || kind === "exploding")
      trouble.push({ kind, ...words })
    else first.push({ kind, ...words, ...(cuts.length ? { cuts } : {}) })
  }
  return { first, ...(trouble.length ? { trouble } : {}) }
}
const wordsOf = (
  { reason, chain, fix, pattern, expression }: Finding,
  node: number,
  index: ReadonlyMap<Tensor, number>,
): Omit<FindingRow, "kind" | "cuts"> => ({
  node,
  reason,
  chain: chain.flatMap((c) => index.get(c) ?? []),
  ...(fix ? { fix } : {}),
  pattern,
  expression,
})
function cutOf({ from, to, kind, reason }: Cut, index: ReadonlyMap<Tensor, number>): CutRow[] {
  const [a, b] = [from, to].map((n) => index.get(n))
  return a === undefined || b === undefined ? [] : [{ from: a, to: b, kind, reason }]
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

const BEGINNINGS: Readonly<Record<Finding["kind"], string>> = {
  nan: "NaN begins at",
  inf: "An infinite value begins at",
  overflow: "An overflow begins at",
  "zero-grad": "The gradient stops at",
  "wrong-rule": "The derivative is wrong at",
  vanishing: "The gradient vanishes at",
  exploding: "The gradient explodes at",
}
/** An expression on one line; a long one keeps its beginning. */
const shortened = (text: string): string =>
  text.length <= LONGEST_PLACE ? text : `${text.slice(0, LONGEST_PLACE - 1)}…`

/** Direction and pattern, where the sentence does not say them itself. */
const named = ({ kind, direction, pattern }: Finding): string =>
  kind === "vanishing" || kind === "exploding" ? "" : `, ${direction}: ${pattern}`
/** The sentence that stands first. */
function verdictOf({
  findings,
  checks,
  stats,
  cost,
}: Inspection): NonNullable<GradientDoc["verdict"]> {
  const [first, ...more] = findings
  if (first) {
    const others = more.length ? ` ${more.length} more below.` : ""
    return {
      ok: false,
      title: `${BEGINNINGS[first.kind]} ${shortened(first.expression)}${named(first)}`,
      text: first.reason + others,
      ...(first.fix ? { fix: first.fix } : {}),
    }
  }
  const checked =
    cost.checkMs === undefined
      ? "no derivative was checked."
      : `the derivatives of ${checks.size} operations agree with finite differences.`
  return {
    ok: true,
    title: "All values and gradients are finite",
    text: `${stats.size} values looked at; ${checked}`,
  }
}

/** What harms most, worst first. */
function harmsOf(
  inspection: Inspection,
  nodes: readonly Tensor[],
  index: ReadonlyMap<Tensor, number>,
): Harm[] {
  const harms: (Harm & { readonly weight: number })[] = inspection.findings
    .slice(1)
    .flatMap((f, k) => {
      const node = index.get(f.node)
      const remedy = f.fix ? { remedy: f.fix } : {}
      return node === undefined
        ? []
        : [{ node, label: f.pattern, measure: f.reason, ...remedy, weight: 1000 - k }]
    })
  for (const n of nodes) {
    const node = index.get(n) as number
    const g = inspection.gradientOf(n)
    const gain = inspection.gains.of(n)
    if (g && g.n >= 16 && g.zeros > 0.9 * g.n && g.zeros < g.n)
      harms.push({
        node,
        label: `most of the gradient of ${n.op.name} is 0`,
        measure: `${Math.round((100 * g.zeros) / g.n)} %`,
        weight: 20,
      })
    if (gain > STRONG_GAIN || (gain > 0 && gain < 1 / STRONG_GAIN))
      harms.push({
        node,
        label: `${n.op.name} ${gain > 1 ? "enlarges" : "shrinks"} the gradient`,
        measure: formatFactor(gain),
        weight: Math.abs(Math.log10(gain)),
      })
  }
  return harms
    .sort((a, b) => b.weight - a.weight)
    .slice(0, 5)
    .map(({ weight: _, ...harm }) => harm)
}
