/** @file The order of values: the extremes of a dtype, and the larger and smaller of two, where NaN wins (S8). */
import { type DType, intRange, isFloat, isWide } from "../dtype.ts"
import type { Value } from "../number.ts"

/** Not above any value of the dtype: the identity of `max`. */
export function lowest(d: DType): Value {
  if (d === "bool") return 0
  if (isFloat(d)) return Number.NEGATIVE_INFINITY
  const [low] = intRange(d)
  return isWide(d) ? low : Number(low)
}
/** Not below any value of the dtype: the identity of `min`. */
export function highest(d: DType): Value {
  if (d === "bool") return 1
  if (isFloat(d)) return Number.POSITIVE_INFINITY
  const [, high] = intRange(d)
  return isWide(d) ? high : Number(high)
}
export const larger = (a: Value, b: Value): Value =>
  typeof a === "number" ? Math.max(a, b as number) : a > b ? a : b
export const smaller = (a: Value, b: Value): Value =>
  typeof a === "number" ? Math.min(a, b as number) : a < b ? a : b
