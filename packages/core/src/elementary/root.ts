/**
 * @file The cube root and the length of a right angle's far side in scalar instructions.
 * @source cbrt: the start from a third of the bits, FreeBSD msun s_cbrt.c (Sun Microsystems 1993, freely granted); its
 * last step is Halley's, from a head whose square is exact.
 */
import * as s from "../scalar.ts"
import { bitsOf, by, copySign, isInfinite, isNaN, layoutOf, like } from "./bits.ts"
import { head } from "./split.ts"

type Scalar = s.Scalar

/** (1 - 1/3) of the bias, less what makes the guess best on average, in units of the last fraction bit. */
const START = { f32: 709958130, f64: 715094163 * 2 ** 32 } as const

/** A third of the bits is the cube root to some 5 bits; the bits are divided as a float, which keeps 24 of them. */
function guess(a: Scalar): Scalar {
  const { int } = layoutOf(a)
  const third = s.convert(s.mul(s.convert(bitsOf(a), a.dtype), 1 / 3), int)
  return s.bitcast(s.add(third, BigInt(by(a, START.f32, START.f64))), a.dtype)
}
/** Halley's step for t^3 = a: three times the correct bits. Quotients of like size do not overflow. */
function halley(t: Scalar, a: Scalar): Scalar {
  const r = s.div(a, s.mul(t, t))
  return s.add(t, s.div(s.mul(t, s.sub(r, t)), s.add(s.add(t, t), r)))
}
/** The cube root of any number, negative ones too. */
export function cbrt(x: Scalar): Scalar {
  const magnitude = s.abs(x)
  const tiny = s.less(magnitude, by(x, 2 ** -126, 2 ** -1022))
  const a = s.select(tiny, s.mul(magnitude, by(x, 2 ** 24, 2 ** 54)), magnitude)
  const first = halley(guess(a), a)
  const near = head(by(x, first, halley(first, a)))
  const y = s.mul(halley(near, a), s.select(tiny, like(x, by(x, 2 ** -8, 2 ** -18)), 1))
  const itself = s.or(s.equal(x, 0), s.or(isInfinite(x), isNaN(x)))
  return s.select(itself, x, copySign(y, x))
}

/** Powers of two that keep the squares of large and of tiny numbers in range. */
const SCALES = {
  f32: { large: 2 ** 62, down: 2 ** -66, small: 2 ** -50, up: 2 ** 100 },
  f64: { large: 2 ** 510, down: 2 ** -600, small: 2 ** -450, up: 2 ** 600 },
} as const
/** sqrt(a^2 + b^2) without overflow between; infinite if either is, even beside NaN. The square's tail is kept. */
export function hypot(a: Scalar, b: Scalar): Scalar {
  const [p, q] = [s.abs(a), s.abs(b)]
  const { large, down, small, up } = by<(typeof SCALES)["f32" | "f64"]>(a, SCALES.f32, SCALES.f64)
  const most = s.max(p, q)
  const [isLarge, isSmall] = [s.less(like(a, large), most), s.less(most, small)]
  const factor = s.select(isLarge, like(a, down), s.select(isSmall, like(a, up), 1))
  const back = s.select(isLarge, like(a, 1 / down), s.select(isSmall, like(a, 1 / up), 1))
  const [x, y] = [s.mul(most, factor), s.mul(s.min(p, q), factor)]
  const front = head(x)
  const tail = s.fma(s.sub(x, front), s.add(x, front), s.mul(y, y))
  const length = s.mul(s.sqrt(s.fma(front, front, tail)), back)
  const infinite = s.or(isInfinite(a), isInfinite(b))
  return s.select(infinite, like(a, Number.POSITIVE_INFINITY), length)
}
