/** @file The finite limits of float dtypes. */
import { type DType, isFloat } from "../dtype.ts"
import { internal } from "../errors.ts"

const LARGEST = {
  f16: 65504,
  bf16: (2 - 2 ** -7) * 2 ** 127,
  f32: (2 - 2 ** -23) * 2 ** 127,
  f64: Number.MAX_VALUE,
} as const
/** The largest finite value of a float dtype. */
export function maxFinite(d: DType): number {
  if (!isFloat(d)) throw internal(`maxFinite of ${d}`)
  return LARGEST[d]
}
