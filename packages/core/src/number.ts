/**
 * @file What a JavaScript number means in a dtype: casts (S6), wrap-around, and reading and writing elements.
 * The one place that knows that 64-bit integers are bigint and halves are bits.
 */
import {
  DTYPES,
  type DType,
  intRange,
  isFloat,
  isSigned,
  isWide,
  type TypedArray,
} from "./dtype.ts"
import { fromBf16, fromF16, toBf16, toF16 } from "./half.ts"

/** A value of any dtype: bigint for i64 and u64, otherwise a number (0 or 1 for bool). */
export type Value = number | bigint

/** Rounds to the nearest value of a float dtype. */
export function roundFloat(d: DType, x: number): number {
  if (d === "f64") return x
  if (d === "f32") return Math.fround(x)
  return d === "f16" ? fromF16(toF16(x)) : fromBf16(toBf16(x))
}

/** The integer modulo 2^bits, in the range of `d`: how integer arithmetic wraps. */
export function wrap(d: DType, x: Value): Value {
  if (isWide(d)) return d === "i64" ? BigInt.asIntN(64, BigInt(x)) : BigInt.asUintN(64, BigInt(x))
  const bits = DTYPES[d].bytes * 8
  if (typeof x === "bigint")
    return Number(isSigned(d) ? BigInt.asIntN(bits, x) : BigInt.asUintN(bits, x))
  if (Math.abs(x) >= 2 ** 53) return wrap(d, BigInt(x))
  const m = x - Math.floor(x / 2 ** bits) * 2 ** bits
  return isSigned(d) && m >= 2 ** (bits - 1) ? m - 2 ** bits : m
}

/** Float to int: truncates, saturates, NaN is 0 (S6). */
function saturate(d: DType, x: number): Value {
  if (Number.isNaN(x)) return isWide(d) ? 0n : 0
  const [low, high] = intRange(d)
  const t = Math.trunc(x)
  if (isWide(d)) {
    return t <= Number(low) ? low : t >= Number(high) ? high : BigInt(t)
  }
  return Math.max(Number(low), Math.min(Number(high), t)) + 0
}

/** The integer with 53 leading bits, the last one set if any below was: rounding it once more is rounding once (S5). */
function sticky(x: bigint): number {
  const lost = BigInt(Math.max(0, (x < 0n ? -x : x).toString(2).length - 53))
  const kept = x >> lost
  return Number((kept << lost === x ? kept : kept | 1n) << lost)
}

/** A value of dtype `from` as a value of dtype `to` (S6): int to int wraps, float to int saturates. */
export function cast(x: Value, from: DType, to: DType): Value {
  if (to === "bool") return Number(x) !== 0 ? 1 : 0
  if (isFloat(to))
    return roundFloat(to, to === "f64" || typeof x === "number" ? Number(x) : sticky(x))
  return isFloat(from) ? saturate(to, x as number) : wrap(to, x)
}

/** The result of arithmetic in `d`: floats round, ints wrap, bool is 0 or 1. */
export function fit(d: DType, x: Value): Value {
  if (isFloat(d)) return roundFloat(d, x as number)
  return d === "bool" ? (x ? 1 : 0) : wrap(d, x)
}

/** Element `i` as a value. */
export function read(d: DType, a: TypedArray, i: number): Value {
  if (d === "f16") return fromF16(a[i] as number)
  return d === "bf16" ? fromBf16(a[i] as number) : a[i]
}
/** Stores a value that already is of dtype `d`. */
export function write(d: DType, a: TypedArray, i: number, x: Value): void {
  if (d === "f16") a[i] = toF16(x as number)
  else if (d === "bf16") a[i] = toBf16(x as number)
  else a[i] = x
}
