/** @file The bits of floats: what every elementary function is built from. Knows f32 and f64, no target. */
import { internal } from "../errors.ts"
import * as s from "../scalar.ts"

type Scalar = s.Scalar
interface Layout {
  /** The integer dtype of the same width. */
  readonly int: "i32" | "i64"
  readonly fractionBits: number
  readonly bias: number
  readonly magnitude: bigint
  readonly infinity: bigint
}
const LAYOUTS = {
  f32: { int: "i32", fractionBits: 23, bias: 127, magnitude: 0x7fffffffn, infinity: 0x7f800000n },
  f64: {
    int: "i64",
    fractionBits: 52,
    bias: 1023,
    magnitude: 0x7fffffffffffffffn,
    infinity: 0x7ff0000000000000n,
  },
} as const satisfies Record<string, Layout>

export function layoutOf(x: Scalar): Layout {
  if (x.dtype !== "f32" && x.dtype !== "f64")
    throw internal(`no elementary functions of ${x.dtype}`)
  return LAYOUTS[x.dtype]
}
/** One of two coefficients or lists of them, by the dtype of `x`. */
export const by = <T>(x: Scalar, f32: T, f64: T): T => (layoutOf(x).int === "i32" ? f32 : f64)

/** The bits as a signed integer. */
export const bitsOf = (x: Scalar): Scalar => s.bitcast(x, layoutOf(x).int)
const magnitude = (x: Scalar): Scalar => s.and(bitsOf(x), layoutOf(x).magnitude)
const infinity = (x: Scalar): Scalar => s.constant(layoutOf(x).int, layoutOf(x).infinity)
/** By bits, since a GPU may assume that NaN does not occur in comparisons (C13). */
export const isNaN = (x: Scalar): Scalar => s.less(infinity(x), magnitude(x))
export const isInfinite = (x: Scalar): Scalar => s.equal(magnitude(x), infinity(x))
export const isFinite = (x: Scalar): Scalar => s.less(magnitude(x), infinity(x))

/** A constant of the dtype of `x`. */
export const like = (x: Scalar, value: number): Scalar => s.constant(x.dtype, value)

/** 2^n for an integer n in the normal range; `n` has the integer dtype of the layout. */
export function powerOfTwo(n: Scalar, float: "f32" | "f64"): Scalar {
  const { bias, fractionBits } = LAYOUTS[float]
  return s.bitcast(s.shiftLeft(s.add(n, bias), fractionBits), float)
}
/** y * 2^n, rounded once: in two factors, so that subnormals come out. `n` is a whole float. */
export function scale(y: Scalar, n: Scalar): Scalar {
  const k = s.convert(n, layoutOf(y).int)
  const half = s.shiftRight(k, 1)
  const float = y.dtype as "f32" | "f64"
  return s.mul(s.mul(y, powerOfTwo(half, float)), powerOfTwo(s.sub(k, half), float))
}

/** The magnitude of `x` with the sign bit of `sign`. */
export function copySign(x: Scalar, sign: Scalar): Scalar {
  const { magnitude: mask } = layoutOf(x)
  const signBit = s.and(bitsOf(sign), -1n - mask)
  return s.bitcast(s.or(s.and(bitsOf(x), mask), signBit), x.dtype)
}
/** `x` where it is NaN, else `y`: keeps NaN through clamps. */
export const keepNaN = (x: Scalar, y: Scalar): Scalar => s.select(isNaN(x), x, y)
/** A list from its head: `p0 + p1 z + p2 z^2 ...`, the order in which tables of coefficients are printed. */
export const ascending = (z: Scalar, coefficients: readonly number[]): Scalar =>
  s.polynomial(z, [...coefficients].reverse())
