/** @file Numbers and values that look random and are the same in every run, for checks; `random` draws those of users. */
import { type DType, intRange, isFloat, isWide } from "./dtype.ts"
import { roundFloat, type Value } from "./number.ts"
import type { Values } from "./op.ts"
import { sizeOf, type TensorType } from "./shape.ts"

/** Numbers in [0, 1) that are the same in every run (Marsaglia's xorshift32). */
export function randomNumbers(seed: number): () => number {
  let x = seed | 0 || 1
  return () => {
    x ^= x << 13
    x ^= x >>> 17
    x ^= x << 5
    return (x >>> 0) / 2 ** 32
  }
}

export type DrawnRange = readonly [low: number, high: number]
/** Random values of a type; integers are the whole numbers near the drawn ones, within the dtype. */
export function randomValues(
  t: TensorType,
  next: () => number,
  [low, high]: DrawnRange = [-2, 2],
): Values {
  return Array.from({ length: sizeOf(t.shape) }, () =>
    inDType(t.dtype, low + (high - low) * next()),
  )
}
function inDType(d: DType, x: number): Value {
  if (isFloat(d)) return roundFloat(d, x)
  if (d === "bool") return x > 0 ? 1 : 0
  const [min, max] = intRange(d)
  const whole = Math.round(min === 0n ? Math.abs(x) : x)
  const clipped = whole < Number(min) ? min : whole > Number(max) ? max : BigInt(whole)
  return isWide(d) ? clipped : Number(clipped)
}
