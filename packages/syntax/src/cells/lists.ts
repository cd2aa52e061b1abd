/**
 * @file Findings at every element of an array literal become one at the array: the checker looks for tensors inside,
 * where the person wrote an array in place of a tensor.
 */
import { bare, type Node } from "../tree.ts"
import { type CellTree, nodesOf } from "./cell_tree.ts"

/** What is joined: a place and a sentence. */
export interface PlacedMessage {
  from: number
  to: number
  message: string
}

/** Sentences that say that a tensor is missing; the first part is about the element. */
const MISSING = /^This is of type '[^']+'; (a tensor(?: or a number)?) is needed here/

/** The findings, with those of all elements of an array joined. Text that cannot be read keeps its findings. */
export function joinLists<T extends PlacedMessage>(tree: CellTree, findings: T[]): T[] {
  const missing = findings.filter((f) => MISSING.test(f.message))
  if (missing.length === 0) return findings
  const joined = new Set<T>()
  const arrays: T[] = []
  for (const array of nodesOf(tree())) {
    if (array.type !== "ArrayExpression") continue
    const inside = leaves(array).map((leaf) => missing.find((f) => isAt(f, leaf)))
    const [first] = inside
    if (!first || inside.some((f) => !f || joined.has(f))) continue
    for (const f of inside) if (f) joined.add(f)
    arrays.push({ ...first, from: array.start, to: array.end, message: sentence(first.message) })
  }
  const rest = findings.filter((f) => !joined.has(f))
  return [...rest, ...arrays].sort((a, b) => a.from - b.from)
}

const sentence = (message: string): string =>
  `This is an array; ${MISSING.exec(message)?.[1]} is needed here. tensor([...]) makes one of an array.`
const isAt = (f: PlacedMessage, n: Node): boolean => f.from === n.start && f.to === n.end

/** The elements of an array and of the arrays in it; the array itself for what is left out. */
const leaves = (array: Node): Node[] =>
  array.elements.flatMap((e: Node | null) => {
    const element = e ? bare(e) : array
    return e && element.type === "ArrayExpression" ? leaves(element) : [element]
  })
