/**
 * @file The rules. A test evaluates both sides of every equation at special values of f64 and f32, and every structural
 * rule at its example (D3.9, C12).
 */

import { type DType, isFloat, isWide } from "./dtype.ts"
import { make } from "./make.ts"
import type { Value } from "./number.ts"
import type { Op } from "./op.ts"
import {
  abs,
  add,
  divide,
  maximum,
  minimum,
  multiply,
  negate,
  sqrt,
  subtract,
} from "./ops/arithmetic.ts"
import { where } from "./ops/choice.ts"
import { equal, greater, greaterEqual, less, lessEqual, notEqual } from "./ops/compare.ts"
import { exp, log } from "./ops/exponential.ts"
import { logicalNot } from "./ops/logic.ts"
import { broadcastOp, broadcastTo, reshapeOp, reshapeTo } from "./ops/move.ts"
import { f64 } from "./ops/move-family.ts"
import { permute, reverse, reverseOp, transposeOp } from "./ops/move-order.ts"
import { sumNode, sumOp } from "./ops/reduce-family.ts"
import { constant, freshParam, isConstant } from "./ops/source.ts"
import { asType, asTypeOp } from "./ops/type.ts"
import { equation, type Rule, type Structural } from "./rewrite.ts"
import { axesOf, range } from "./shape.ts"
import type { Tensor } from "./tensor.ts"

const exact = { exact: true }
/** Equations that hold bit for bit in floats. */
const floats = { exact: true, when: (n: Tensor): boolean => isFloat(n.dtype) }
/** Equations of rings: bool, where every sum but 0 is 1, is none. */
const rings = { exact: true, when: (n: Tensor): boolean => n.dtype !== "bool" }
const fast = { exact: false, when: (n: Tensor): boolean => isFloat(n.dtype) }

/** Exact algebra: always on. */
export const ALGEBRA: readonly Rule[] = [
  equation(
    "x * 1 -> x",
    (x) => multiply(x, 1),
    (x) => x,
    exact,
  ),
  equation(
    "1 * x -> x",
    (x) => multiply(1, x),
    (x) => x,
    exact,
  ),
  equation(
    "x / 1 -> x",
    (x) => divide(x, 1),
    (x) => x,
    exact,
  ),
  equation(
    "x + -0 -> x",
    (x) => add(x, -0),
    (x) => x,
    floats,
  ),
  equation(
    "-0 + x -> x",
    (x) => add(-0, x),
    (x) => x,
    floats,
  ),
  equation(
    "x - 0 -> x",
    (x) => subtract(x, 0),
    (x) => x,
    exact,
  ),
  equation(
    "--x -> x",
    (x) => negate(negate(x)),
    (x) => x,
    exact,
  ),
  equation(
    "x * -1 -> -x",
    (x) => multiply(x, -1),
    (x) => negate(x),
    exact,
  ),
  equation(
    "a + -b -> a - b",
    (a, b) => add(a, negate(b)),
    (a, b) => subtract(a, b),
    rings,
  ),
  equation(
    "a - -b -> a + b",
    (a, b) => subtract(a, negate(b)),
    (a, b) => add(a, b),
    rings,
  ),
  equation(
    "-a * b -> -(a * b)",
    (a, b) => multiply(negate(a), b),
    (a, b) => negate(multiply(a, b)),
    exact,
  ),
  equation(
    "a * -b -> -(a * b)",
    (a, b) => multiply(a, negate(b)),
    (a, b) => negate(multiply(a, b)),
    exact,
  ),
  equation(
    "-a / b -> -(a / b)",
    (a, b) => divide(negate(a), b),
    (a, b) => negate(divide(a, b)),
    floats,
  ),
  equation(
    "x + x -> x * 2",
    (x) => add(x, x),
    (x) => multiply(x, 2),
    floats,
  ),
  equation(
    "max(x, x) -> x",
    (x) => maximum(x, x),
    (x) => x,
    exact,
  ),
  equation(
    "min(x, x) -> x",
    (x) => minimum(x, x),
    (x) => x,
    exact,
  ),
  equation(
    "c ? x : x -> x",
    (x, _, c) => where(c, x, x),
    (x) => x,
    exact,
  ),
  equation(
    "!c ? a : b -> c ? b : a",
    (a, b, c) => where(logicalNot(c), a, b),
    (a, b, c) => where(c, b, a),
    exact,
  ),
  equation(
    "|-x| -> |x|",
    (x) => abs(negate(x)),
    (x) => abs(x),
    floats,
  ),
  equation(
    "||x|| -> |x|",
    (x) => abs(abs(x)),
    (x) => abs(x),
    exact,
  ),
]
/** Equations of real numbers that floats break at zeros, infinities or NaN: only under fastMath. */
export const FAST: readonly Rule[] = [
  equation(
    "x + 0 -> x",
    (x) => add(x, 0),
    (x) => x,
    fast,
  ),
  equation(
    "x * 0 -> 0",
    (x) => multiply(x, 0),
    () => constant(0, "f64"),
    fast,
  ),
  equation(
    "x - x -> 0",
    (x) => subtract(x, x),
    () => constant(0, "f64"),
    fast,
  ),
  equation(
    "x / x -> 1",
    (x) => divide(x, x),
    () => constant(1, "f64"),
    fast,
  ),
  equation(
    "-(a - b) -> b - a",
    (a, b) => negate(subtract(a, b)),
    (a, b) => subtract(b, a),
    fast,
  ),
  equation(
    "ln(e^x) -> x",
    (x) => log(exp(x)),
    (x) => x,
    fast,
  ),
  equation(
    "sqrt(x * x) -> |x|",
    (x) => sqrt(multiply(x, x)),
    (x) => abs(x),
    fast,
  ),
]

const same = (n: Tensor): boolean => n.inputs[0].op === n.op
const inside = (n: Tensor): Tensor => n.inputs[0].inputs[0]
const p = (...shape: number[]): Tensor => freshParam(f64(...shape))
const structural = (
  name: string,
  op: Structural["op"],
  example: () => Tensor,
  to: Structural["to"],
): Structural => ({ name, exact: true, op, example, to })

/** All axes of `n` in the order of a transpose, counted from the start. */
function fullOrder(n: Tensor): number[] {
  const order = n.attrs.order as number[]
  return range(n.rank).map((i) =>
    i < n.rank - order.length ? i : order[i - n.rank + order.length] + n.rank,
  )
}
function composed(n: Tensor): Tensor {
  const first = fullOrder(n.inputs[0])
  return permute(
    inside(n),
    fullOrder(n).map((k) => first[k] - n.rank),
  )
}
/** The axes of both sums, in terms of the operand of the inner one. */
function bothSums(n: Tensor): Tensor {
  const x = inside(n)
  const first = n.inputs[0].attrs.axes as number[]
  const left = x.shape.map((_, i) => i - x.rank).filter((k) => !first.includes(k))
  const second = (n.attrs.axes as number[]).map((k) => left[left.length + k])
  return sumNode(
    x,
    [...first, ...second].sort((a, b) => a - b),
  )
}
const axesKey = (n: Tensor): string => String(n.attrs.axes)
/** Sums of floats in another order differ in the last digits. */
const isWhole = (n: Tensor): boolean => !isFloat(n.dtype)

/** Rules that compute attributes, so that they are functions with an example. */
export const STRUCTURE: readonly Structural[] = [
  structural(
    "reshape(reshape x) -> reshape x",
    reshapeOp,
    () => reshapeTo(reshapeTo(p(2, 6), [{ size: 3 }, { size: 4 }]), [{ size: 4 }, { size: 3 }]),
    (n) => (same(n) ? reshapeTo(inside(n), axesOf(n.type)) : undefined),
  ),
  structural(
    "transpose(transpose x) -> transpose x",
    transposeOp,
    () => permute(permute(p(2, 3, 4), [-1, -3, -2]), [-1, -2, -3]),
    (n) => (same(n) ? composed(n) : undefined),
  ),
  structural(
    "reverse(reverse x) -> x",
    reverseOp,
    () => reverse(reverse(p(3, 2), [0]), [0]),
    (n) => (same(n) && axesKey(n) === axesKey(n.inputs[0]) ? inside(n) : undefined),
  ),
  structural(
    "broadcast(broadcast x) -> broadcast x",
    broadcastOp,
    () => broadcastTo(broadcastTo(p(3), [2, 3]), [4, 2, 3]),
    (n) =>
      same(n) && !n.names
        ? make(broadcastOp, [inside(n)], { last: inside(n).rank, shape: n.shape })
        : undefined,
  ),
  structural(
    "sum(sum x) -> sum x",
    sumOp,
    () => sumNode(sumNode(freshParam({ dtype: "i32", shape: [2, 3, 4] }), [-1]), [-2]),
    (n) => (same(n) && isWhole(n) && inside(n).dtype === n.dtype ? bothSums(n) : undefined),
  ),
  structural(
    "asType(asType x) -> asType x",
    asTypeOp,
    () => asType(asType(freshParam({ dtype: "f32", shape: [3] }), "f64"), "f32"),
    (n) =>
      same(n) && isWidening(inside(n).dtype, n.inputs[0].dtype, n.dtype)
        ? asType(inside(n), n.dtype)
        : undefined,
  ),
]
/** Values that are known before the program runs. */
export const FOLDING: readonly Structural[] = [
  structural(
    "op of constants -> constant",
    undefined,
    () => add(constant(2, "f64", [3]), constant(3, "f64", [3])),
    (n) => folded(n),
  ),
]
/** Whether the conversion from `a` to `b` keeps every value, and the one from `b` to `c` does with it what one from `a` does. */
function isWidening(a: DType, b: DType, c: DType): boolean {
  if (isFloat(a)) return (b === "f64" || (b === "f32" && a !== "f64")) && a !== b
  // Integers wrap where floats saturate (S6).
  if (a !== "bool" && isFloat(b) && !isFloat(c)) return a === c && holds(b, a)
  return a === "bool" ? !isFloat(b) : holds(b, a)
}
/** Whether every integer of the dtype is a value of the float. */
const holds = (float: DType, whole: DType): boolean => float === "f64" && !isWide(whole)
/** Ops whose float results have one right value, the same everywhere (S11). */
const CORRECT: ReadonlySet<Op> = new Set([
  ...[add, subtract, multiply, divide, sqrt, negate, abs, maximum, minimum, where].map((f) => f.op),
  ...[equal, notEqual, less, lessEqual, greater, greaterEqual].map((f) => f.op),
])
/** The value of an op of splats; functions whose digits differ between compilers stay. */
function folded(n: Tensor): Tensor | undefined {
  if (!CORRECT.has(n.op) || !n.inputs.every((x) => isConstant(x))) return undefined
  const values = n.op.evaluate?.(
    n.inputs.map((x) => [x.attrs.value as Value]),
    n,
    new Set(),
  )
  return values && constant(values[0][0], n.dtype, n.shape, n.names)
}

const EXACT: readonly Rule[] = [...FOLDING, ...STRUCTURE, ...ALGEBRA]
const ALL: readonly Rule[] = [...EXACT, ...FAST]
/** What every compiler applies; `fastMath` adds equations of real numbers. */
export const rulesFor = ({ fastMath = false } = {}): readonly Rule[] => (fastMath ? ALL : EXACT)
