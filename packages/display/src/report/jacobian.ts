/** @file Which entries of an operation's Jacobian are not zero, and what their pattern is called. Knows no picture. */
import { decodeFloats } from "../base64.ts"
import type { TraceStep } from "../payload.ts"
import { shorts } from "../read-trace.ts"
import { positionOf, type TraceNumbers } from "./steps.ts"

export type Pattern =
  | "diagonal"
  | "triangle"
  | "permutation"
  | "row"
  | "column"
  | "dense"
  | "sparse"
  | "zero"

/** Rows are entries of the output, columns those of the input. */
export interface JacobianShape {
  readonly rows: number
  readonly columns: number
  readonly entries: readonly {
    readonly row: number
    readonly column: number
    readonly value: number
  }[]
  readonly pattern: Pattern
}

/** Entries beyond which a Jacobian is not written out. */
const LIMIT = 65_536

/** Undefined where the trace does not hold it. */
export function jacobianOf(step: TraceStep, numbers: TraceNumbers): JacobianShape | undefined {
  const { back } = step
  if (!back) return undefined
  const size = (value: number): number => numbers.shape(value).reduce((a, b) => a * b, 1)
  const [rows, columns] = [size(back.upstream), size(step.value)]
  const entries = entriesOf(step, numbers)?.filter((e) => e.value !== 0)
  return entries && { rows, columns, entries, pattern: patternOf(rows, columns, entries) }
}

type Entries = JacobianShape["entries"]

function entriesOf(step: TraceStep, numbers: TraceNumbers): Entries | undefined {
  const back = step.back as NonNullable<TraceStep["back"]>
  const { kind, value, spec, row, column, data } = back.jacobian
  if (kind === "diagonal") {
    const values = numbers.of(value)
    return values && Array.from(values, (v, i) => ({ row: i, column: i, value: v }))
  }
  if (kind === "entries") {
    const [at, to] = [shorts(row), shorts(column)]
    const values = data === undefined ? undefined : decodeFloats(data, 4)
    if (!at || !to) return undefined
    return Array.from(at, (r, e) => ({ row: r, column: to[e], value: values?.[e] ?? 1 }))
  }
  return kind === "contraction" && spec ? contracted(spec, step, numbers) : undefined
}

/** The derivative of a sum of products by one factor is the other factor, where their labels agree. */
function contracted(spec: string, step: TraceStep, numbers: TraceNumbers): Entries | undefined {
  const back = step.back as NonNullable<TraceStep["back"]>
  const other = 1 - back.input
  const values = numbers.of(step.operands[other])
  const labels = spec.split(/,|->/)
  const shapes = [0, 1, 2].map((k) =>
    numbers.shape(k === 2 ? back.upstream : k === back.input ? step.value : step.operands[k]),
  )
  const sizes = new Map<string, number>()
  labels.forEach((l, k) => {
    for (const [axis, c] of [...l].entries()) sizes.set(c, shapes[k][axis])
  })
  const all = [...sizes.keys()]
  const count = [...sizes.values()].reduce((a, b) => a * b, 1)
  if (!values || count > LIMIT) return undefined
  const flat = (k: number, place: ReadonlyMap<string, number>): number =>
    [...labels[k]].reduce((at, c, axis) => at * shapes[k][axis] + (place.get(c) as number), 0)
  return Array.from({ length: count }, (_, i) => {
    const position = positionOf(i, [...sizes.values()])
    const place = new Map(all.map((c, k) => [c, position[k]]))
    return {
      row: flat(2, place),
      column: flat(back.input, place),
      value: values[flat(other, place)],
    }
  })
}

function patternOf(rows: number, columns: number, entries: Entries): Pattern {
  if (!entries.length) return "zero"
  if (rows === columns && entries.every((e) => e.row === e.column)) return "diagonal"
  if (rows === 1) return "row"
  if (columns === 1) return "column"
  if (entries.length === rows * columns) return "dense"
  const below = entries.every((e) => e.column <= e.row)
  const above = entries.every((e) => e.column >= e.row)
  // Half of all cells at least, or it is a pattern that happens to lie there.
  if (rows === columns && (below || above) && entries.length > (rows * columns) / 2)
    return "triangle"
  const once = (of: "row" | "column"): boolean =>
    new Set(entries.map((e) => e[of])).size === entries.length
  return rows === columns && once("row") && once("column") ? "permutation" : "sparse"
}
