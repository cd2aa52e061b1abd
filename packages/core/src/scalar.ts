/**
 * @file The closed scalar instruction set as typed, interned expressions, folded a little when built (D3.5).
 * Compilers spell these instructions; they never see a mathematical function. Knows no target.
 */
import { type DType, isFloat, isInt } from "./dtype.ts"
import { internal } from "./errors.ts"
import { cast, fit, type Value } from "./number.ts"

/** Instructions without a `value`; each has a meaning in scalar-run.ts. */
export type Arithmetic =
  | "add"
  | "sub"
  | "mul"
  | "div" // floats only
  | "fma" // a * b + c; fused where the target can, so both roundings are allowed (C13)
  | "neg"
  | "abs"
  | "min" // NaN if either is; -0 below 0
  | "max"
  | "floor"
  | "ceil"
  | "trunc"
  | "roundEven"
  | "sqrt"
  | "quotient" // ints, truncating; by zero is undefined and must be guarded
  | "remainder" // ints: sign of the dividend, by zero undefined; floats: exact, C's fmod
  | "mulHigh" // u32: the upper half of the product
  | "and"
  | "or"
  | "xor"
  | "not"
  | "shiftLeft" // ints; the amount is taken modulo the width
  | "shiftRight" // arithmetic for signed, logical for unsigned
  | "countLeadingZeros"
  | "popCount"
  | "less" // false with NaN
  | "lessEqual"
  | "equal"
  | "select" // condition, then, else; both are evaluated
  | "bitcast" // same width
  | "convert" // S6 casts
export type Instruction = "constant" | "index" | "argument" | "load" | Arithmetic

/** An expression. Equal expressions are `===`. */
export interface Scalar {
  readonly op: Instruction
  readonly dtype: DType
  readonly args: readonly Scalar[]
  /** The constant; or the number of the loop index, argument or buffer. */
  readonly value: Value
  readonly id: number
}

let table = new Map<string, Scalar>()
let serial = 0
/** Expressions are small and short-lived; the table starts anew when it grows, which loses sharing and nothing else. */
const TABLE_LIMIT = 200_000

function scalar(op: Instruction, dtype: DType, args: readonly Scalar[], value: Value = 0): Scalar {
  let key = `${op}:${dtype}:${Object.is(value, -0) ? "-0" : value}`
  for (const a of args) key += `,${a.id}`
  let s = table.get(key)
  if (s) return s
  if (table.size > TABLE_LIMIT) table = new Map()
  s = { op, dtype, args, value, id: serial++ }
  table.set(key, s)
  return s
}

/** A number operand takes the dtype of its neighbour. */
export type Operand = Scalar | number | bigint

/** The nearest value of `dtype`. */
export function constant(dtype: DType, value: Value): Scalar {
  const from = typeof value === "bigint" ? "i64" : "f64"
  if (dtype === "u64" && typeof value === "bigint")
    return scalar("constant", dtype, [], BigInt.asUintN(64, value))
  return scalar("constant", dtype, [], cast(value, from, dtype))
}
/** Coordinate `i` of the element that is computed. */
export const index = (i: number): Scalar => scalar("index", "i32", [], i)
/** A scalar argument of the kernel. */
export const argument = (dtype: DType, i: number): Scalar => scalar("argument", dtype, [], i)
/** Element `at` (i32, flat) of a buffer. */
export const load = (dtype: DType, buffer: number, at: Scalar): Scalar =>
  scalar("load", dtype, [at], buffer)

const lift = (x: Operand, like: Scalar): Scalar =>
  typeof x === "object" ? x : constant(like.dtype, x)
const is = (x: Scalar, v: number): boolean => x.op === "constant" && Number(x.value) === v
const known = (...xs: readonly Scalar[]): boolean =>
  xs.every((x) => x.op === "constant" && !isFloat(x.dtype))

type Fold = (a: never, b: never) => Value
type Easy = (a: Scalar, b: Scalar) => Scalar | undefined
type Binary = (a: Scalar, b: Operand) => Scalar

/** Folds integers only: float folding would hide the target's rounding. */
function binary(op: Arithmetic, fold?: Fold, easy?: Easy): Binary {
  return (a, b) => {
    const y = lift(b, a)
    if (a.dtype !== y.dtype) throw internal(`scalar ${op} of ${a.dtype} and ${y.dtype}`)
    if (fold && known(a, y))
      return constant(
        a.dtype,
        fit(a.dtype, (fold as (a: Value, b: Value) => Value)(a.value, y.value)),
      )
    return (!isFloat(a.dtype) && easy?.(a, y)) || scalar(op, a.dtype, [a, y])
  }
}
const compare =
  (op: "less" | "lessEqual" | "equal", fold: (a: Value, b: Value) => boolean): Binary =>
  (a, b) => {
    const y = lift(b, a)
    if (a.dtype !== y.dtype) throw internal(`scalar ${op} of ${a.dtype} and ${y.dtype}`)
    return known(a, y)
      ? constant("bool", fold(a.value, y.value) ? 1 : 0)
      : scalar(op, "bool", [a, y])
  }
const unary =
  (op: Arithmetic) =>
  (a: Scalar): Scalar =>
    scalar(op, a.dtype, [a])

export const add = binary(
  "add",
  (a: number, b: number) => a + b,
  (a, b) => (is(a, 0) ? b : is(b, 0) ? a : undefined),
)
export const sub = binary(
  "sub",
  (a: number, b: number) => a - b,
  (a, b) => (is(b, 0) ? a : undefined),
)
export const mul = binary(
  "mul",
  (a: number, b: number) => (typeof a === "bigint" ? a * b : BigInt(a) * BigInt(b)),
  (a, b) => (is(a, 1) || is(b, 0) ? b : is(b, 1) || is(a, 0) ? a : undefined),
)
export const div = binary("div")
export const min = binary("min", (a: number, b: number) => (a < b ? a : b))
export const max = binary("max", (a: number, b: number) => (a > b ? a : b))
const one = (b: Scalar): boolean => is(b, 1)
const byZero = (b: Value): boolean => Number(b) === 0
export const quotient = binary(
  "quotient",
  (a: number, b: number) =>
    byZero(b)
      ? typeof b === "bigint"
        ? 0n
        : 0
      : typeof a === "bigint"
        ? a / b
        : Math.trunc(a / b),
  (a, b) => (one(b) ? a : undefined),
)
export const remainder = binary(
  "remainder",
  (a: number, b: number) => (byZero(b) ? (typeof b === "bigint" ? 0n : 0) : a % b),
  (a, b) => (one(b) && isInt(a.dtype) ? constant(a.dtype, 0) : undefined),
)
export const mulHigh = binary("mulHigh")
/** Of integers, or of bools. */
export const and = binary("and", undefined, (a, b) =>
  a.dtype === "bool"
    ? is(a, 0) || is(b, 1)
      ? a
      : is(b, 0) || is(a, 1)
        ? b
        : undefined
    : undefined,
)
export const or = binary("or", undefined, (a, b) =>
  a.dtype === "bool"
    ? is(a, 1) || is(b, 0)
      ? a
      : is(b, 1) || is(a, 0)
        ? b
        : undefined
    : undefined,
)
export const xor = binary("xor")
export const shiftLeft = binary("shiftLeft")
export const shiftRight = binary("shiftRight")
export const less = compare("less", (a, b) => a < b)
export const lessEqual = compare("lessEqual", (a, b) => a <= b)
export const equal = compare("equal", (a, b) => a === b)
export const neg = unary("neg")
export const abs = unary("abs")
export const not = unary("not")
export const floor = unary("floor")
export const ceil = unary("ceil")
export const trunc = unary("trunc")
export const roundEven = unary("roundEven")
export const sqrt = unary("sqrt")
export const countLeadingZeros = unary("countLeadingZeros")
export const popCount = unary("popCount")
export const fma = (a: Scalar, b: Operand, c: Operand): Scalar =>
  scalar("fma", a.dtype, [a, lift(b, a), lift(c, a)])
export const bitcast = (a: Scalar, dtype: DType): Scalar =>
  a.dtype === dtype ? a : scalar("bitcast", dtype, [a])
export function convert(a: Scalar, dtype: DType): Scalar {
  if (a.dtype === dtype) return a
  return known(a) && !isFloat(dtype)
    ? scalar("constant", dtype, [], cast(a.value, a.dtype, dtype))
    : scalar("convert", dtype, [a])
}
export function select(c: Scalar, a: Operand, b: Operand): Scalar {
  const like = typeof a === "object" ? a : (b as Scalar)
  const [x, y] = [lift(a, like), lift(b, like)]
  if (c.dtype !== "bool" || x.dtype !== y.dtype)
    throw internal(`scalar select of ${c.dtype}, ${x.dtype}, ${y.dtype}`)
  if (x === y || is(c, 1)) return x
  return is(c, 0) && c.op === "constant" ? y : scalar("select", x.dtype, [c, x, y])
}
/** Horner's rule; coefficients from the highest power down. */
export const polynomial = (x: Scalar, [first, ...rest]: readonly number[]): Scalar =>
  rest.reduce<Scalar>((acc, c) => fma(acc, x, c), constant(x.dtype, first))

/** The expressions in evaluation order, each shared part once. Iterative: expressions may be deep. */
export function schedule(roots: readonly Scalar[]): Scalar[] {
  const seen = new Set<Scalar>()
  const order: Scalar[] = []
  const stack: [Scalar, number][] = []
  for (const root of roots) {
    if (seen.has(root)) continue
    seen.add(root)
    stack.push([root, 0])
    while (stack.length) {
      const top = stack[stack.length - 1]
      const next = top[0].args[top[1]++]
      if (!next) {
        order.push(top[0])
        stack.pop()
      } else if (!seen.has(next)) {
        seen.add(next)
        stack.push([next, 0])
      }
    }
  }
  return order
}
