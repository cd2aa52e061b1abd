/** @file What a loop carries: the parts of the state that a turn changes, in types that a turn keeps. */
import { flatten } from "../container.ts"
import { TraceError } from "../errors.ts"
import { traceGraph } from "../graph.ts"
import type { Operand } from "../ops/align.ts"
import { freshParam } from "../ops/source.ts"
import { sameType } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { type Merged, merge, toType } from "./merge.ts"

/** The values of the variables that a loop assigns. */
export type State = readonly unknown[]

/** How often the types of the carried variables may widen before they must agree. */
const WIDENINGS = 4

/** Which parts of the state a turn changes, in types that a turn keeps. */
export function carried(state: State, turn: (s: State) => State, what: string): Merged {
  let merged = merge(state, probe(state, turn), what)
  for (let widenings = 0; widenings < WIDENINGS; ) {
    const any = merged.fill(marks(merged)) as State
    const next = merge(any, probe(any, turn), what)
    const settled =
      next.pairs.length <= merged.pairs.length &&
      next.pairs.every((p, k) => sameType(p.type, merged.pairs[k]?.type ?? p.type))
    if (settled) return merged
    // Each place joins once, so that only the changes of types need a limit.
    if (next.pairs.length <= merged.pairs.length) widenings++
    merged = widened(state, merged, next, what)
  }
  throw new TraceError(`${what}: the types of the variables that the loop changes do not settle`, {
    remedy: "Give them their final dtype before the loop, for example with asType.",
  })
}
/** The same places in the wider types; places that joined are found by comparing once more. */
function widened(state: State, merged: Merged, next: Merged, what: string): Merged {
  if (next.pairs.length !== merged.pairs.length) return merge(state, next.fill(marks(next)), what)
  return {
    ...merged,
    pairs: merged.pairs.map(({ values }, i) => ({
      values,
      type: next.pairs[i].type,
      weak: next.pairs[i].weak,
    })),
  }
}
/**
 * Values that are like no others: from `a = b` with equal values in both, a turn seems to change nothing, and does.
 */
const marks = (m: Merged): Tensor[] => m.pairs.map((p) => freshParam(p.type))
/** The values before the loop, in the carried types. */
export const start = (m: Merged): Tensor[] => m.pairs.map((p) => toType(p.values[0], p.type))
/** One turn in a trace of its own, for its types only. */
function probe(state: State, turn: (s: State) => State): State {
  let after: State = []
  traceGraph([], () => {
    after = turn(state)
    return flatten(after)
  })
  return after
}

/** The carried values after a turn, in their types. */
export const leave = (m: Merged, after: State): Tensor[] =>
  m.pick(after).map((x, i) => toType(x as Operand | undefined, m.pairs[i].type))
