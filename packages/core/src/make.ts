/** @file The one way to make a node. */
import { internal } from "./errors.ts"
import type { Op } from "./op.ts"
import type { Attrs, Tensor } from "./tensor.ts"
import { currentTrace } from "./trace.ts"

/**
 * Takes its normal form (C2), looks it up in the trace, else checks its type by the op's rule.
 * Public functions reach this only inside a trace; outside they are run as small programs (D3.7).
 */
export function make(op: Op, inputs: readonly Tensor[], attrs: Attrs = {}): Tensor {
  const short = op.normal?.(inputs, attrs)
  if (short) return short
  const trace = currentTrace()
  if (!trace) throw internal(`${op.name}: a node was made outside a trace`)
  return trace.intern(op, inputs, attrs)
}
