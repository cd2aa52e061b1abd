/**
 * @file The operators of rewritten text: JavaScript's own for plain values, a node where either side is a tensor (D5.2).
 */
import { DTypeError } from "../errors.ts"
import type { Operand } from "../ops/align.ts"
import * as ops from "../ops/table.ts"
import { formatType } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"
import type { Places } from "./place.ts"

// biome-ignore lint/suspicious/noExplicitAny: JavaScript's operators take anything
type Any = any
type Native = (a: Any, b: Any) => unknown
type Built = (a: Operand, b: Operand) => Tensor

const BINARY: Record<string, readonly [symbol: string, native: Native, build: Built]> = {
  add: ["+", (a, b) => a + b, ops.add],
  subtract: ["-", (a, b) => a - b, ops.subtract],
  multiply: ["*", (a, b) => a * b, ops.multiply],
  divide: ["/", (a, b) => a / b, ops.divide],
  remainder: ["%", (a, b) => a % b, ops.remainder],
  power: ["**", (a, b) => a ** b, ops.power],
  less: ["<", (a, b) => a < b, ops.less],
  lessEqual: ["<=", (a, b) => a <= b, ops.lessEqual],
  greater: [">", (a, b) => a > b, ops.greater],
  greaterEqual: [">=", (a, b) => a >= b, ops.greaterEqual],
  equal: ["===", (a, b) => a === b, ops.equal],
  notEqual: ["!==", (a, b) => a !== b, ops.notEqual],
  // biome-ignore lint/suspicious/noDoubleEquals: the cell said so
  looseEqual: ["==", (a, b) => a == b, ops.equal],
  // biome-ignore lint/suspicious/noDoubleEquals: the cell said so
  looseNotEqual: ["!=", (a, b) => a != b, ops.notEqual],
  bitwiseAnd: ["&", (a, b) => a & b, ops.bitwiseAnd],
  bitwiseOr: ["|", (a, b) => a | b, ops.bitwiseOr],
  bitwiseXor: ["^", (a, b) => a ^ b, ops.bitwiseXor],
  leftShift: ["<<", (a, b) => a << b, ops.leftShift],
  rightShift: [">>", (a, b) => a >> b, ops.rightShift],
}
const UNARY: Record<
  string,
  readonly [symbol: string, native: (a: Any) => unknown, build: (a: Tensor) => Tensor]
> = {
  negate: ["-", (a) => -a, ops.negate],
  bitwiseNot: ["~", (a) => ~a, ops.bitwiseNot],
  not: ["!", (a) => !a, ops.logicalNot],
  increment: ["++", (a) => (typeof a === "bigint" ? a + 1n : +a + 1), (a) => ops.add(a, 1)],
  decrement: ["--", (a) => (typeof a === "bigint" ? a - 1n : +a - 1), (a) => ops.subtract(a, 1)],
}

const isLiteral = (x: unknown): boolean =>
  typeof x === "number" || typeof x === "boolean" || typeof x === "bigint"
const named = (x: unknown): string => {
  if (isTensor(x)) return formatType(x.type)
  return x === null
    ? "null"
    : Array.isArray(x)
      ? "an array"
      : typeof x === "string"
        ? JSON.stringify(x)
        : typeof x
}

/** The operators of a module, each with the site id last. */
export function operators(places: Places): Record<string, (...x: never[]) => unknown> {
  const check = (symbol: string, id: number, ...operands: unknown[]): void => {
    if (operands.every((x) => isTensor(x) || isLiteral(x))) return
    const what = operands.map(named).join(" and ")
    throw new DTypeError(
      `operator ${symbol}: cannot be applied to ${what}; operands are tensors and numbers`,
      {
        site: places.site(id) ?? currentTrace()?.site,
      },
    )
  }
  const binary =
    ([symbol, native, build]: (typeof BINARY)[string]) =>
    (a: unknown, b: unknown, id: number): unknown => {
      if (!isTensor(a) && !isTensor(b)) return native(a, b)
      check(symbol, id, a, b)
      places.moveTo(id)
      return build(a as Operand, b as Operand)
    }
  const unary =
    ([, native, build]: (typeof UNARY)[string]) =>
    (a: unknown, id: number): unknown => {
      if (!isTensor(a)) return native(a)
      places.moveTo(id)
      return build(a)
    }
  const all = [
    ...Object.entries(BINARY).map(([name, row]) => [name, binary(row)] as const),
    ...Object.entries(UNARY).map(([name, row]) => [name, unary(row)] as const),
  ]
  return Object.fromEntries(all)
}
