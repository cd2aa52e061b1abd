/** @file How many characters each node of a graph document takes in JSON; it knows columns, no scopes. */
import type { GraphLike } from "../payload.ts"

/** Base64 of one f64. */
const DOUBLE = 32 / 3

/** Characters of what belongs to each node alone: its row, its name, its place, its statistics. */
export function weightsOf(doc: GraphLike): Float64Array {
  const { nodes, strings, locs } = doc
  const weights = new Float64Array(nodes.op.length)
  for (const column of Object.values(nodes)) {
    for (let n = 0; n < weights.length; n++) weights[n] += textLength(column[n]) + 1
  }
  const first = (column: readonly number[] | undefined, length: (at: number) => number) => {
    const seen = new Set<number>([-1])
    column?.forEach((at, n) => {
      if (!seen.has(at)) weights[n] += length(at)
      seen.add(at)
    })
  }
  first(nodes.name, (at) => textLength(strings[at]) + 1)
  first(nodes.loc, (at) => textLength(locs[at]) + 1)
  for (const residual of doc.residuals) weights[residual.node] += textLength(residual) + 1
  for (const { stats, values } of doc.runs ?? []) {
    for (const n of stats?.node ?? []) weights[n] += (stats?.cols.length ?? 0) * DOUBLE
    for (const value of values ?? []) weights[value.node] += textLength(value) + 1
  }
  for (const check of doc.checks ?? []) weights[check.node] += textLength(check) + 1
  return weights
}

const textLength = (value: unknown): number =>
  typeof value === "number" ? String(value).length : (JSON.stringify(value)?.length ?? 0)
