/** @file Arguments that must be JavaScript numbers: sizes, axes, counts. A traced number there makes its argument static (S3). */
import { shownValue } from "../arguments.ts"
import { OptionError } from "../errors.ts"
import { type AxisRef, axesFromEnd, fromEnd, type TensorType } from "../shape.ts"
import { isTensor } from "../tensor.ts"
import { needNumber } from "../weak.ts"

/** The integer `x`. @throws StaticNeeded for a traced number, OptionError for anything else that is no integer */
export function integer(op: string, what: string, x: unknown): number {
  if (isTensor(x)) return needNumber(x, `${op}: ${what}`)
  if (typeof x === "number" && Number.isInteger(x)) return x
  throw new OptionError(`${op}: ${what} is ${shownValue(x)}; it must be an integer`, { op })
}
/** The number `x`. @throws StaticNeeded for a traced number, OptionError for anything else */
export function number(op: string, what: string, x: unknown): number {
  if (isTensor(x)) return needNumber(x, `${op}: ${what}`)
  if (typeof x === "number") return x
  throw new OptionError(`${op}: ${what} is ${shownValue(x)}; it must be a number`, { op })
}
/** A list of integers. @throws OptionError naming the place */
export function integers(op: string, what: string, xs: unknown): number[] {
  if (!Array.isArray(xs)) {
    throw new OptionError(`${op}: ${what} is ${shownValue(xs)}; it must be a list of integers`, {
      op,
    })
  }
  return xs.map((x, i) => integer(op, `${what}[${i}]`, x))
}

const plain = (op: string, axis: unknown): AxisRef =>
  typeof axis === "string" ? axis : integer(op, "an axis", axis)
/** One axis, counted from the end. @throws ShapeError */
export const axisFrom = (op: string, axis: unknown, t: TensorType): number =>
  fromEnd(plain(op, axis), t, op)
/** Distinct axes counted from the end, ascending; all by default. @throws ShapeError */
export function axesFrom(op: string, axes: unknown, t: TensorType): number[] {
  if (axes === undefined) return axesFromEnd(undefined, t, op)
  return axesFromEnd(Array.isArray(axes) ? axes.map((a) => plain(op, a)) : plain(op, axes), t, op)
}
