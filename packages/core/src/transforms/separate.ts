/** @file Runs a function of nodes on fresh parameters, and puts its results into the current trace. */
import { transplant } from "../graph.ts"
import { make } from "../make.ts"
import { again } from "../ops/effect.ts"
import { freshParam } from "../ops/source.ts"
import type { Tensor } from "../tensor.ts"
import { currentTrace, Trace, withTrace } from "../trace.ts"

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
  const env = transplant([...outputs, ...watched], new Map(fresh.map((p, i) => [p, leaves[i]])))
  const become = (n: Tensor): Tensor => env.get(n) as Tensor
  for (const e of inner.effects) make(e.op, e.inputs.map(become), again(e))
  return outputs.map(become)
}
