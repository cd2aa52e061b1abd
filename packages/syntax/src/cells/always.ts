/**
 * @file Conditions and equalities of tensors outside of defn (S13): every object is true, and equal to itself alone, so
 * `if (t)` and `a === b` say nothing of the elements. Finds the places; what stands there, the checker is asked.
 */
import { diagnosticMessage } from "../diagnostics.ts"
import { EQUALITY } from "../operators.ts"
import { bare, type Node } from "../tree.ts"
import { type CellTree, nodesOf } from "./cell_tree.ts"
import type { Range } from "./entry_names.ts"

/** A place where a tensor would be a mistake. */
export interface Place {
  readonly from: number
  readonly to: number
  /** Offsets of names; it is a mistake when all of them are tensors. */
  readonly names: readonly number[]
  readonly code: "D215" | "D216"
  readonly message: string
}

/** More places in one cell are not asked about. */
const MOST = 50
/** Node types whose `test` is a condition. */
const TESTS = new Set([
  "IfStatement",
  "WhileStatement",
  "DoWhileStatement",
  "ConditionalExpression",
])

/** Places whose operands are names, so that no condition about presence (`x !== undefined`) is meant. */
export function placesOf(source: string, tree: CellTree, defns: readonly Range[]): Place[] {
  if (!/\bif\b|\bwhile\b|[?!=]|&&/.test(source)) return []
  const places: Place[] = []
  const inDefn = (n: Node): boolean => defns.some(([from, to]) => n.start >= from && n.end <= to)
  for (const n of nodesOf(tree())) {
    if (places.length === MOST) break
    const place = placeOf(n)
    if (place && !inDefn(n)) places.push(place)
  }
  return places
}

function placeOf(n: Node): Place | undefined {
  if (n.type === "BinaryExpression" && n.operator in EQUALITY) {
    const [left, right] = [bare(n.left), bare(n.right)]
    if (!isName(left) || !isName(right)) return undefined
    const names = [left.start, right.start]
    const message = diagnosticMessage("D216", `\`${n.operator}\``)
    return { from: n.start, to: n.end, names, code: "D216", message }
  }
  const negated = n.type === "UnaryExpression" && n.operator === "!"
  const condition: Node | undefined = TESTS.has(n.type) ? n.test : negated ? n.argument : undefined
  if (!condition || !isName(bare(condition))) return undefined
  const { start, end } = condition
  const names = [bare(condition).start]
  return { from: start, to: end, names, code: "D215", message: diagnosticMessage("D215") }
}
const isName = (n: Node): boolean => n.type === "Identifier" && n.name !== "undefined"

/** Whether the hover text of a name says that it is a tensor, and nothing else beside. */
export const isTensorHover = (text: string | undefined): boolean =>
  /^```\w*\n[^\n]*:\s*Tensor(?:<[^<>|&]*>)?\s*\n/.test(text ?? "")
