/**
 * @file Brings the operands of an element-wise op to one dtype and one shape: promotion (S4), weak numbers (S2, S3),
 * broadcasting. Knows no particular op; after it, element-wise nodes see equal types only (D3.8).
 */
import { type DType, intRange, isFloat, promote } from "../dtype.ts"
import { make } from "../make.ts"
import { broadcastShapes } from "../shape.ts"
import { StaticNeeded } from "../static-needed.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"
import { numbersBehind } from "../weak.ts"
import { broadcastTo } from "./move.ts"
import { constant, constantOp } from "./source.ts"
import { asType } from "./type.ts"

/** What an element-wise function takes: a tensor, or a literal that takes its partner's dtype (S2). */
export type Operand = Tensor | Literal
export type Literal = number | bigint | boolean

/** A traced JavaScript number, or a value computed of such numbers only. */
export const isWeak = (x: unknown): boolean => isTensor(x) && (currentTrace()?.weak.has(x) ?? false)

/** The dtype of a value that stands alone: a traced number is f32 (S1). */
export const strongType = (x: Tensor): DType => (isWeak(x) ? "f32" : x.dtype)

/** Marks a float result as weak when all its operands are numbers, traced or not (S3). */
export function weakly(result: Tensor, operands: readonly Operand[]): Tensor {
  const isNumber = (x: Operand): boolean => typeof x === "number" || isWeak(x)
  if (isFloat(result.dtype) && operands.every(isNumber)) currentTrace()?.weak.add(result)
  return result
}
/** A number that meets no tensor: weak, and no other node, since a constant of the same value may be an f64 for good. */
function weakConstant(x: number): Tensor {
  const node = make(constantOp, [], { value: x, dtype: "f64", shape: [], weak: true })
  currentTrace()?.weak.add(node)
  return node
}

/** The dtype of literals alone (S1). */
function literalType(x: Literal): DType {
  if (typeof x === "boolean") return "bool"
  return typeof x === "bigint" ? "i64" : "f32"
}
const fits = (x: number | bigint, d: DType): boolean => {
  const [low, high] = intRange(d)
  return Number.isInteger(Number(x)) && x >= low && x <= high
}

/** The dtype of strong operands of dtype `d`, an integer or bool, together with a literal (S2). */
function withLiteral(d: DType, x: Literal): DType {
  if (typeof x === "boolean") return d
  if (d !== "bool" && fits(x, d)) return d
  return promote(d, literalType(x))
}

/**
 * The dtype in which operands meet. `rule` is what the op makes of it: `divide` makes f32 of integers.
 * @throws StaticNeeded when a dynamic number meets an integer tensor
 */
export function commonType(
  op: string,
  operands: readonly Operand[],
  rule: (d: DType) => DType,
): DType {
  const weak = operands.filter(isWeak)
  const literals = operands.filter((x) => !isTensor(x)) as Literal[]
  const strong = operands.filter((x) => isTensor(x) && !isWeak(x)) as Tensor[]
  if (strong.length === 0) {
    const numbers = weak.length || literals.some((x) => typeof x === "number")
    return rule(numbers ? "f64" : literals.map(literalType).reduce(promote))
  }
  const met = strong.map((x) => x.dtype).reduce(promote)
  if (isFloat(met) || rule(met) !== met) return rule(met)
  const dynamic = weak.find((x) => numbersBehind(x as Tensor))
  if (dynamic && met !== "bool") throw new StaticNeeded(dynamic as Tensor, op)
  return rule(literals.reduce(withLiteral, weak.length ? "f32" : met))
}

/** A literal or tensor in dtype `d` with the elements spread over `shape`. */
function spread(x: Operand, d: DType, shape: readonly number[]): Tensor {
  if (isTensor(x)) return broadcastTo(asType(x, d), shape)
  return constant(typeof x === "boolean" ? Number(x) : x, d, shape)
}

/** The operands with equal dtypes and shapes. Call it inside a trace. @throws ShapeError where sizes do not broadcast */
export function align(
  op: string,
  operands: readonly Operand[],
  rule: (d: DType) => DType = (d) => d,
): Tensor[] {
  const dtype = commonType(op, operands, rule)
  const shape = commonShape(op, operands)
  const alone = !operands.some((x) => isTensor(x) && !isWeak(x))
  return operands.map((x) => {
    return alone && typeof x === "number" && isFloat(dtype)
      ? weakConstant(x)
      : spread(x, dtype, shape)
  })
}
export function commonShape(op: string, operands: readonly Operand[]): readonly number[] {
  const tensors = operands.filter(isTensor)
  return tensors.length
    ? broadcastShapes(
        op,
        tensors.map((x) => x.type),
      )
    : []
}

/** A tensor as it is, a literal as a scalar: of its own dtype (S1), a number weak. */
export function asTensor(x: Operand): Tensor {
  if (isTensor(x)) return x
  return typeof x === "number" ? weakConstant(x) : spread(x, literalType(x), [])
}
