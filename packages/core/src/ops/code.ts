/** @file How a node is written as a call of a public function; see `Op.code`. */
import type { Op } from "../op.ts"
import * as TABLE from "./table.ts"

let names: ReadonlyMap<Op, string> | undefined
/** Public functions by the op that they make. */
const publicNames = (): ReadonlyMap<Op, string> =>
  (names ??= new Map(
    Object.entries(TABLE).flatMap(([name, f]) => ("op" in f ? [[f.op as Op, name] as const] : [])),
  ))

/** The template of an op's call; undefined where no public function makes it. */
export function codeOf(op: Op): string | undefined {
  if (op.code) return op.code
  const name = publicNames().get(op)
  if (!name) return undefined
  switch (op.family) {
    case "composite":
      return `${name}({all}, {attrs})`
    case "unary":
    case "binary":
    case "compare":
    case "select":
      return `${name}({all})`
    default:
      return op.linear === "each" && op.samples?.every((s) => !s.attrs)
        ? `${name}({all})`
        : undefined
  }
}
