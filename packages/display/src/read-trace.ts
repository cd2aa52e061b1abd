/** @file Checks what the schema of a trace cannot say: every index, and the length of every column. */
import { fromBase64 } from "./base64.ts"
import type { TraceDoc, TraceJacobian, TraceKinks, TraceStep } from "./payload.ts"

/** The first thing of a trace that is out of range, as a sentence; undefined for none. */
export function traceProblem(doc: TraceDoc): string | undefined {
  return valuesProblem(doc) ?? stepsProblem(doc) ?? extrasProblem(doc)
}

const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)
const lengthOf = (column: string, width: number): number =>
  (fromBase64(column)?.length ?? Number.NaN) / width

function valuesProblem({ values, nodes }: TraceDoc): string | undefined {
  for (const [i, { node, shape, data, width = 8 }] of values.entries()) {
    if (node >= nodes.op.length) return `values[${i}]: node ${node} is not in the graph`
    if (width !== 4 && width !== 8) return `values[${i}]: width ${width}; it is 4 or 8`
    if (data === undefined) continue
    const length = lengthOf(data, width)
    if (length !== elements(shape))
      return `values[${i}]: ${length} numbers; the shape has ${elements(shape)}`
  }
  return undefined
}

function stepsProblem(doc: TraceDoc): string | undefined {
  for (const [i, step] of doc.steps.entries()) {
    const bad = stepProblem(doc, step)
    if (bad) return `steps[${i}]: ${bad}`
  }
  return undefined
}
function stepProblem({ values, nodes }: TraceDoc, step: TraceStep): string | undefined {
  const { node, value, operands, names, back, parts = [] } = step
  const used = back
    ? [back.upstream, back.output, back.sum, back.differences ?? 0, ...back.terms]
    : []
  if (node >= nodes.op.length || (back?.of ?? 0) >= nodes.op.length) return "a node is out of range"
  if ([value, ...operands, ...parts, ...used].some((v) => v >= values.length))
    return "a value is out of range"
  if (names.length !== operands.length + 1)
    return `${names.length} names; there are ${operands.length} operands`
  if (!back) return undefined
  if (back.input >= operands.length) return "it has no such operand"
  if (back.kinks && !kinksFit(back.kinks, elements(values[value].shape), nodes.op.length))
    return "a kink is out of range"
  const from = elements(values[back.upstream].shape)
  const to = elements(values[value].shape)
  return jacobianProblem(back.jacobian, from, to, values.length)
}
function kinksFit({ node = 0, entries, left, right }: TraceKinks, size: number, nodes: number) {
  const sides = [left, right].every((column) => lengthOf(column, 4) === entries.length)
  return sides && node < nodes && entries.every((at) => at < size)
}
function jacobianProblem(j: TraceJacobian, from: number, to: number, values: number) {
  if ((j.value ?? 0) >= values) return "a value is out of range"
  if (j.kind === "diagonal" && (j.value === undefined || from !== to)) return "no diagonal"
  if (j.kind === "contraction" && !/^[^,>]*,[^,>]*->[^,>]*$/.test(j.spec ?? ""))
    return "no contraction"
  if (j.kind !== "entries") return undefined
  const [row, column] = [shorts(j.row), shorts(j.column)]
  if (!row || !column || row.length !== column.length) return "the columns of entries differ"
  if (j.data !== undefined && lengthOf(j.data, 4) !== row.length) return "entries without a value"
  return row.some((r) => r >= from) || column.some((c) => c >= to)
    ? "an entry is out of range"
    : undefined
}

/** A little-endian u16 column; undefined when it is none. */
export function shorts(column: string | undefined): Uint16Array | undefined {
  const bytes = column === undefined ? undefined : fromBase64(column)
  if (!bytes || bytes.length % 2) return undefined
  return Uint16Array.from(
    { length: bytes.length / 2 },
    (_, i) => bytes[2 * i] | (bytes[2 * i + 1] << 8),
  )
}

function extrasProblem(doc: TraceDoc): string | undefined {
  const { nodes, values, leaves, loss, eps, sweeps = [], tangents = [] } = doc
  const numbers = [loss, ...leaves.flatMap((l) => [l.value, l.gradient])]
  const rows = [...leaves, ...sweeps, ...tangents].map((x) => x.node)
  if ([...numbers, ...tangents.flatMap((t) => t.values)].some((v) => v >= values.length))
    return "a value of a leaf or of a tangent is out of range"
  if (rows.some((n) => n >= nodes.op.length)) return "a node of a leaf or sweep is out of range"
  const points = eps === undefined ? 0 : lengthOf(eps, 4)
  const bad = sweeps.find((s) => s.curves.some((c) => lengthOf(c.error, 4) !== points))
  return bad ? `a sweep of node ${bad.node} has not ${points} points` : undefined
}
