/** @file Every op declaration, for tests and documents: those of the public functions, and those that only they use. */
import type { Op } from "../op.ts"
import { OTHERS } from "./declare.ts"
import { SOURCES } from "./source.ts"
import * as TABLE from "./table.ts"

export function declarations(): Op[] {
  const shown = Object.values(TABLE).flatMap((f) => ("op" in f ? [f.op as Op] : []))
  return [...new Set([...shown, ...SOURCES, ...OTHERS])]
}
