/** @file Runs a function of nodes on fresh parameters, and puts its results into the current trace. */
import { substitution } from "../graph.ts"
import { make } from "../make.ts"
import { again } from "../ops/effect.ts"
import { freshParam } from "../ops/source.ts"
import type { Tensor } from "../tensor.ts"
import { currentTrace, Trace, withTable, withTrace } from "../trace.ts"

/**
 * `fn` of parameters that nothing else refers to, then with the leaves in their place. A derivative with respect to a
 * leaf that the function also captured would otherwise count the captured use too.
 */
export function separately(
  leaves: readonly Tensor[],
  fn: (fresh: Tensor[]) => readonly Tensor[],
): Tensor[] {
  const outer = currentTrace() as Trace
  const inner = new Trace(outer)
  const fresh = leaves.map((x) => freshParam(x.type))
  const outputs = withTrace(inner, () => fn(fresh))
  const watched = inner.effects.flatMap((e) => e.inputs)
  const become = transplant([...outputs, ...watched], new Map(fresh.map((p, i) => [p, leaves[i]])))
  for (const e of inner.effects) make(e.op, e.inputs.map(become), again(e))
  return outputs.map(become)
}

/**
 * Replaces nodes without adding the place where this happens to those that are rebuilt: they keep their own sites,
 * scopes and derivative links.
 */
function transplant(
  outputs: readonly Tensor[],
  map: ReadonlyMap<Tensor, Tensor>,
): (n: Tensor) => Tensor {
  const outer = currentTrace() as Trace
  const { site, table } = outer
  const env = withTable(table, () => substitution(outputs, map))
  const become = (n: Tensor): Tensor => env.get(n) ?? n
  outer.moveTo(undefined)
  for (const [from, to] of env) {
    table.notes.carry(from, to, become)
    outer.touch(to)
  }
  outer.moveTo(site)
  return become
}
