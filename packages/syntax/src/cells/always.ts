/**
 * @file Conditions and equalities of tensors outside of defn (S13): every object is true, and equal to itself alone, so
 * `if (t)` and `a === b` say nothing of the elements. Finds the places; what stands there, the checker is asked.
 */
import { parse } from "@babel/parser"
import { diagnosticMessage } from "../diagnostics.ts"
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
const EQUALITIES = new Set(["===", "!==", "==", "!="])

// biome-ignore lint/suspicious/noExplicitAny: the syntax tree is walked generically
type Tree = any

/** Places whose operands are names, so that no condition about presence (`x !== undefined`) is meant. */
export function placesOf(source: string, defns: readonly Range[]): Place[] {
  if (!/\bif\b|\bwhile\b|[?!=]|&&/.test(source)) return []
  const places: Place[] = []
  const inDefn = (n: Tree): boolean => defns.some(([from, to]) => n.start >= from && n.end <= to)
  for (const n of nodesOf(read(source))) {
    if (places.length === MOST) break
    const place = placeOf(n)
    if (place && !inDefn(n)) places.push(place)
  }
  return places
}

function placeOf(n: Tree): Place | undefined {
  if (n.type === "BinaryExpression" && EQUALITIES.has(n.operator)) {
    const { left, right } = n
    if (!isName(left) || !isName(right)) return undefined
    const names = [left.start, right.start]
    const message = diagnosticMessage("D216", `\`${n.operator}\``)
    return { from: n.start, to: n.end, names, code: "D216", message }
  }
  const condition = TESTS.has(n.type)
    ? n.test
    : n.type === "UnaryExpression" && n.operator === "!"
      ? n.argument
      : undefined
  if (!condition || !isName(condition)) return undefined
  const { start, end } = condition
  return { from: start, to: end, names: [start], code: "D215", message: diagnosticMessage("D215") }
}
const isName = (n: Tree): boolean => n.type === "Identifier" && n.name !== "undefined"

function* nodesOf(n: Tree): Generator<Tree> {
  if (!n || typeof n.type !== "string") return
  yield n
  for (const child of Object.values(n)) {
    if (Array.isArray(child)) for (const item of child) yield* nodesOf(item)
    else if (child && typeof child === "object") yield* nodesOf(child)
  }
}

function read(source: string): Tree {
  try {
    const tree = parse(source, {
      sourceType: "module",
      errorRecovery: true,
      allowReturnOutsideFunction: true,
      plugins: ["typescript"],
    })
    return tree.program
  } catch {
    return undefined
  }
}

/** Whether the hover text of a name says that it is a tensor, and nothing else beside. */
export const isTensorHover = (text: string | undefined): boolean =>
  /^```\w*\n[^\n]*:\s*Tensor(?:<[^<>|&]*>)?\s*\n/.test(text ?? "")
