/** @file A stepped run as text: the trace table, forward and then backward, the gradients, what both modes cost. */
import { formatCount, formatNumber, formatShape } from "./format.ts"
import { align, shorten } from "./listing.ts"
import type { TraceDoc, TraceStep } from "./payload.ts"
import { agreement } from "./report/agreement.ts"
import { TraceNumbers } from "./report/steps.ts"

/** Numbers that are written out in one cell of the table. */
const WRITTEN = 8
/** A value in one cell: `[0.1, −0.2]`; of more elements the range. */
export function shortValue(values: Float64Array | undefined, shape: readonly number[]): string {
  if (!values) return "too large"
  if (!shape.length) return formatNumber(values[0])
  if (values.length <= WRITTEN) return nested(values, shape)
  const finite = values.filter(Number.isFinite)
  const bad = values.length - finite.length
  const ends = finite.length
    ? [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))]
    : []
  const range = [...new Set(ends.map((v) => formatNumber(v)))].join(" … ")
  return `${range}${bad ? ` ${formatCount(bad)} NaN or Inf` : ""}`.trim()
}
function nested(values: Float64Array, shape: readonly number[]): string {
  let at = 0
  const write = (axis: number): string => {
    if (axis === shape.length) return formatNumber(values[at++])
    return `[${Array.from({ length: shape[axis] }, () => write(axis + 1)).join(", ")}]`
  }
  return write(0)
}

/** The trace table. */
export function traceListing(doc: TraceDoc): string {
  const numbers = new TraceNumbers(doc)
  const forward = doc.steps.filter((s) => s.phase === "fwd").length
  const title = doc.title ?? "stepThrough"
  const asked = doc.task ? [doc.task.text] : []
  const head = `${title}: ${doc.steps.length} steps, ${forward} forward, ${doc.steps.length - forward} backward`
  const rows = doc.steps.map((s, i) => row(doc, s, i, numbers))
  const lines = align(rows).map((line) => `  ${line}`)
  const table = [
    "forward",
    ...shorten(lines.slice(0, forward)),
    "backward",
    ...shorten(lines.slice(forward)),
  ]
  return [head, ...asked, ...table, ...gradients(doc, numbers), costLine(doc)].join("\n")
}

function row(doc: TraceDoc, step: TraceStep, at: number, numbers: TraceNumbers): string[] {
  const { shape } = doc.values[step.value]
  const hidden = isHidden(doc, step)
  const value = hidden ? "" : shortValue(numbers.of(step.value), shape)
  const text = hidden ? `${step.label} = ?` : step.text
  return [String(at + 1).padStart(3), text, formatShape(shape), value, remark(step)]
}
/** In an exercise the backward steps, but not the 1 that they begin with, are for the reader to find. */
export const isHidden = (doc: TraceDoc, step: TraceStep): boolean =>
  doc.exercise === true && step.back !== undefined
function remark(step: TraceStep): string {
  const { back, inside } = step
  const uses = back && back.uses > 1 ? `use ${back.use} of ${back.uses}` : ""
  return [turnsOfStep(step), inside ?? uses].filter(Boolean).join(", ")
}
/** `turn 3 of 10`; of loops in loops the outermost first. */
export const turnsOfStep = ({ turns = [] }: TraceStep): string =>
  turns.map(([turn, of]) => `turn ${turn} of ${of}`).join(", ")

const CHECKED = {
  ok: "✓ finite differences",
  kink: "◇ a kink: the function has two slopes here",
  wrong: "✗ finite differences disagree",
} as const

function gradients(doc: TraceDoc, numbers: TraceNumbers): string[] {
  const rows = doc.leaves.map((leaf) => {
    if (leaf.gradient < 0) return [`∂${leaf.name}`, "no gradient reaches it"]
    const { shape } = doc.values[leaf.gradient]
    if (doc.exercise) return [`∂${leaf.name}`, formatShape(shape), "predict it"]
    const last = doc.steps.find((s) => s.back?.of === leaf.node && s.back.use === s.back.uses)
    const found = last && agreement(doc, last, numbers)
    const check = found ? CHECKED[found.verdict] : ""
    return [
      `∂${leaf.name}`,
      formatShape(shape),
      shortValue(numbers.of(leaf.gradient), shape),
      check,
    ]
  })
  return ["gradients", ...align(rows).map((line) => `  ${line}`)]
}

/** `reverse mode: 1 pass, 310 operations; forward mode: 10 passes, 2,100 operations`. */
export function costLine({ cost }: TraceDoc): string {
  const { inputs, value, reverse, tangent, counted } = cost
  const passes = (n: number): string => `${formatCount(n)} pass${n === 1 ? "" : "es"}`
  const operations = (n: number): string => (counted ? `, ${formatCount(n)} operations` : "")
  const head = `${formatCount(inputs)} input${inputs === 1 ? "" : "s"}, 1 output`
  const back = `reverse mode ${passes(1)}${operations(value + reverse)}`
  return `${head}: ${back}; forward mode ${passes(inputs)}${operations(value + inputs * tangent)}`
}
