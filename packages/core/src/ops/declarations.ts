/** @file Every op declaration, for tests and documents: those of the public functions, and those that only they use. */
import type { Op } from "../op.ts"
import { SOURCES } from "./source.ts"
import * as TABLE from "./table.ts"

/** Ops without a public function of their own register here, in their file. */
const others = new Set<Op>(SOURCES)
export function declare(op: Op): Op {
  others.add(op)
  return op
}
export function declarations(): Op[] {
  const shown = Object.values(TABLE).flatMap((f) => ("op" in f ? [f.op as Op] : []))
  return [...new Set([...shown, ...others])]
}
