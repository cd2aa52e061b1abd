/** @file The operators of JavaScript and the functions of `$d` that stand for them. */
import { bare, type Node } from "./tree.ts"

/** Arithmetic, comparison and bits; also the compound assignments made of them. */
export const BINARY: Readonly<Record<string, string>> = {
  "+": "add",
  "-": "subtract",
  "*": "multiply",
  "/": "divide",
  "%": "remainder",
  "**": "power",
  "<": "less",
  "<=": "lessEqual",
  ">": "greater",
  ">=": "greaterEqual",
  "&": "bitwiseAnd",
  "|": "bitwiseOr",
  "^": "bitwiseXor",
  "<<": "leftShift",
  ">>": "rightShift",
}

export const EQUALITY: Readonly<Record<string, string>> = {
  "===": "equal",
  "!==": "notEqual",
  "==": "looseEqual",
  "!=": "looseNotEqual",
}

export const LOGICAL: Readonly<Record<string, string>> = { "&&": "and", "||": "or" }

/** Operators that tensors do not have: D110. `instanceof` asks about the object and stays JavaScript. */
export const REFUSED: ReadonlySet<string> = new Set([">>>", "in"])

export const COMPARE: ReadonlySet<string> = new Set(["<", "<=", ">", ">="])

/** `a < b < c`, without parentheses. */
export const isChain = (n: Node): boolean =>
  COMPARE.has(n.operator) && n.left.type === "BinaryExpression" && COMPARE.has(n.left.operator)

/** Comparing with such an operand narrows its type, and asks nothing about numbers. */
export function narrows(n: Node): boolean {
  const b = bare(n)
  if (/^(Null|Boolean|String)Literal$/.test(b.type)) return true
  if (b.type === "UnaryExpression") return b.operator === "typeof" || b.operator === "void"
  return b.type === "Identifier" && b.name === "undefined"
}

export const isLiteral = (n: Node): boolean => /^\w+Literal$/.test(bare(n).type)

const PLAIN_PROPERTIES = /^(length|rank|dtype|size|name)$/

/** Conditions that no tensor can be, so that a warning about tensors would be noise. */
export function evidentlyPlain(test: Node): boolean {
  const t = bare(test)
  switch (t.type) {
    case "BinaryExpression":
      if (t.operator === "instanceof" || t.operator === "in") return true
      if (EQUALITY[t.operator] && (narrows(t.left) || narrows(t.right))) return true
      return [t.left, t.right].every((o) => isPlainOperand(o))
    case "LogicalExpression":
      return evidentlyPlain(t.left) && evidentlyPlain(t.right)
    case "UnaryExpression":
      return t.operator === "typeof" || (t.operator === "!" && evidentlyPlain(t.argument))
    default:
      return isPlainOperand(t)
  }
}

function isPlainOperand(n: Node): boolean {
  const b = bare(n)
  return isLiteral(b) || (b.type === "MemberExpression" && PLAIN_PROPERTIES.test(b.property.name))
}
