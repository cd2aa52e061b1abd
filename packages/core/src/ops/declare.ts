/** @file Where ops without a public function of their own register. Imports nothing, so any op file may call it at load. */
import type { Op } from "../op.ts"

export const OTHERS = new Set<Op>()
/** Adds an op to the declarations that tests and documents go through. */
export function declare(op: Op): Op {
  OTHERS.add(op)
  return op
}
