/**
 * @file Where a traced value is used as a JavaScript number (S3): a number argument becomes static and the function is
 * traced again; anything else is an error that says what to do.
 */
import { TraceError } from "./errors.ts"
import { postorder } from "./graph.ts"
import { isParam } from "./ops/source.ts"
import { formatType } from "./shape.ts"
import { StaticNeeded } from "./static-needed.ts"
import type { Tensor } from "./tensor.ts"
import { currentTrace } from "./trace.ts"

/** The traced number arguments that `x` is computed of; undefined when something else is among them. */
export function numbersBehind(x: Tensor): Tensor[] | undefined {
  const numbers = currentTrace()?.numbers
  const leaves = postorder([x]).filter(isParam)
  return numbers && leaves.length && leaves.every((p) => numbers.has(p)) ? leaves : undefined
}

/**
 * Called where a traced value is used as a JavaScript number.
 * @throws StaticNeeded when it depends on number arguments only; else TraceError
 */
export function needNumber(x: Tensor, what: string): never {
  if (numbersBehind(x)) throw new StaticNeeded(x, what)
  throw new TraceError(
    `${what}: a traced ${formatType(x.type)} has no number yet; it is a value of the graph`,
    {
      node: x,
      site: currentTrace()?.site,
      remedy:
        'Operators work on tensors in the text of defn(...) alone: give a helper function defn(...) or "use defn" of its own. Read numbers from the result outside, or print with printValue(x).',
    },
  )
}
