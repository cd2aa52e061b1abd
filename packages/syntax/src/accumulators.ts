/**
 * @file Variables that begin as a number and take what an expression gives: `let total = 0; total += r.sum()`. TypeScript
 * would call `total` a number for good; at run time it may become a tensor.
 */
import { BINARY } from "./operators.ts"
import { children, type Node } from "./tree.ts"

const isNumber = (n: Node | null | undefined): boolean =>
  n?.type === "NumericLiteral" ||
  (n?.type === "UnaryExpression" && n.operator === "-" && n.argument.type === "NumericLiteral")

/** Computed of number literals and the variable itself only: a counter, which stays a number. */
const isCount = (n: Node, name: string): boolean =>
  isNumber(n) ||
  (n.type === "Identifier" && n.name === name) ||
  (n.type === "BinaryExpression" && isCount(n.left, name) && isCount(n.right, name)) ||
  (n.type === "ParenthesizedExpression" && isCount(n.expression, name))

/** The names that an assignment in `f` gives something else than a count. */
export function accumulatorsIn(f: Node): ReadonlySet<string> {
  const names = new Set<string>()
  const stack = [f]
  while (stack.length > 0) {
    const n = stack.pop()!
    if (n.type === "AssignmentExpression" && n.left.type === "Identifier") {
      const arithmetic = n.operator === "=" || BINARY[n.operator.slice(0, -1)] !== undefined
      if (arithmetic && !isCount(n.right, n.left.name)) names.add(n.left.name)
    }
    stack.push(...children(n))
  }
  return names
}

/** `let total = 0` without a type of its own. */
export const beginsAsNumber = (declarator: Node): boolean =>
  declarator.id.type === "Identifier" && !declarator.id.typeAnnotation && isNumber(declarator.init)
