/** @file Makes a failing function smaller: statements and branches go as long as the failure stays. */
import { children, isLoop, type Node, parseStrict } from "../tree.ts"

interface Edit {
  start: number
  end: number
  text: string
}

/** The smallest text that can be reached by single edits and still `fails`. */
export function shrink(text: string, fails: (text: string) => boolean): string {
  let current = text
  for (;;) {
    const smaller = edits(current).find((candidate) => fails(candidate))
    if (smaller === undefined) return current
    current = smaller
  }
}

function edits(text: string): string[] {
  const parsed = parseStrict(`(${text})`)
  if ("failures" in parsed) return []
  const found: Edit[] = []
  collect(parsed.tree, text, found)
  return found
    .map(({ start, end, text: by }) => text.slice(0, start - 1) + by + text.slice(end - 1))
    .filter((candidate) => candidate.length < text.length)
    .sort((a, b) => a.length - b.length)
}

/** Offsets are those of the text in parentheses: one more than of the text. */
function collect(n: Node, text: string, found: Edit[]): void {
  const piece = (c: Node) => text.slice(c.start - 1, c.end - 1)
  const replace = (by: string) => found.push({ start: n.start, end: n.end, text: by })
  const counts = n.type === "ExpressionStatement" && n.expression.type === "UpdateExpression"
  const isStatement = /Statement$|Declaration$/.test(n.type)
  if (isStatement && n.type !== "ReturnStatement" && !counts) replace("")
  if (n.type === "IfStatement") {
    replace(piece(n.consequent))
    if (n.alternate) replace(piece(n.alternate))
    if (n.alternate) replace(`if (${piece(n.test)}) ${piece(n.consequent)}`)
  }
  if (n.type === "BlockStatement" && n.body.length > 0) replace(n.body.map(piece).join(" "))
  if (/^(Binary|Logical)Expression$/.test(n.type)) {
    replace(piece(n.left))
    replace(piece(n.right))
  }
  if (n.type === "ConditionalExpression") {
    replace(piece(n.consequent))
    replace(piece(n.alternate))
  }
  if (n.type === "CallExpression") for (const a of n.arguments) replace(piece(a))
  if (n.type === "ParenthesizedExpression") replace(piece(n.expression))
  if (n.type === "MemberExpression" && n.object.elements) n.object.elements.map(piece).map(replace)
  if (n.type === "UnaryExpression") replace(piece(n.argument))
  // tests and counters of loops stay, so that every candidate ends
  const stays = (c: Node) => isLoop(n) && c !== n.body
  for (const c of children(n)) if (!stays(c)) collect(c, text, found)
}
