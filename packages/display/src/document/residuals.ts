/** @file Which forward values the backward part reads, and what it costs to keep them: the ledger's lines. */
import { DTYPES, isConstant, isParam, sizeOf, type Tensor } from "@defnote/core"
import type { Phase, Residual } from "../payload.ts"
import type { Entries, Entry } from "./entries.ts"

interface Reader {
  /** Outputs that are read. */
  readonly ports: Set<number>
  readonly users: Set<number>
}

/** Of every forward row that a later phase reads. A carry of a loop is kept for each turn, what a turn computes is not. */
export function residualsOf({ list, kept }: Entries, phases: readonly Phase[]): Residual[] {
  const readers = new Map<number, Reader>()
  const again = new Map<number, Set<number>>()
  list.forEach((e, at) => {
    if (phases[at] !== "bwd" && phases[at] !== "recompute") return
    e.inputs.forEach((input, k) => {
      const row = sourceOf(list, input)
      const { phase, dual = -1 } = list[row]
      if (phase === "recompute") again.set(dual, (again.get(dual) ?? new Set()).add(at))
      if (phases[row] !== "fwd" || isFree(list[row])) return
      const reader = readers.get(row) ?? { ports: new Set(), users: new Set() }
      readers.set(row, reader)
      reader.ports.add(row === input ? e.ports[k] : list[input].ports[0])
      reader.users.add(at)
    })
  })
  const saved = [...readers].map(([node, { ports, users }]): Residual => {
    const turns = kept.get(node)
    return {
      node,
      port: Math.min(...ports),
      users: [...users],
      bytes: bytesOf(list[node].node, ports) * (turns ?? 1),
      ...(turns === undefined ? {} : { turns }),
      policy: "saved",
    }
  })
  const computed = [...again].map(([node, users]): Residual => {
    const bytes = bytesOf(list[node].node, new Set([0]))
    return { node, port: 0, users: [...users], bytes, policy: "recomputed" }
  })
  return [...saved, ...computed]
}
/** A slice is read from the operand that is scanned, which is there as a whole. */
const sourceOf = (list: readonly Entry[], row: number): number =>
  list[row].enters === "slice" && !list[row].phase ? sourceOf(list, list[row].inputs[0]) : row
/** What is there anyway: arguments and constants. */
const isFree = ({ node, enters }: Entry): boolean => !enters && (isParam(node) || isConstant(node))
const bytesOf = ({ types }: Tensor, ports: ReadonlySet<number>): number =>
  [...ports].reduce((sum, port) => {
    const { shape, dtype } = types[port]
    return sum + sizeOf(shape) * DTYPES[dtype].bytes
  }, 0)
