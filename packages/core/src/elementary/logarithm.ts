/**
 * @file log, log1p, log2 and softplus in scalar instructions.
 * @source FreeBSD msun e_log.c, e_log2.c, s_log1p.c and their f32 forms (Sun Microsystems 1993, freely granted).
 */
import * as s from "../scalar.ts"
import { ascending, bitsOf, by, isNaN, layoutOf, like } from "./bits.ts"
import { exp, LN2 } from "./exponential.ts"
import { head } from "./split.ts"

type Scalar = s.Scalar

/** (ln(1 + f) - ln(1 - f)) / t - 2 for t = f / (2 + f), over t^2. */
const LG_F32 = [0.66666662693, 0.40000972152, 0.28498786688, 0.24279078841]
const LG_F64 = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784,
  0.1818357216161805, 0.15313837699209373, 0.14798198605116586,
]

/** x = m 2^e with m in [sqrt(1/2), sqrt 2): f = m - 1, exact, and e. Takes positive finite x, subnormals too. */
function fraction(x: Scalar): { f: Scalar; e: Scalar } {
  const { int, fractionBits } = layoutOf(x)
  const tiny = s.less(x, by(x, 2 ** -126, 2 ** -1022))
  const i = bitsOf(s.select(tiny, s.mul(x, 2 ** fractionBits), x))
  const rootHalf = by<bigint>(x, 0x3f3504f3n, 0x3fe6a09e667f3bcdn)
  const k = s.shiftRight(s.sub(i, rootHalf), fractionBits)
  const m = s.bitcast(s.sub(i, s.shiftLeft(k, fractionBits)), x.dtype)
  const e = s.sub(k, s.select(tiny, s.constant(int, fractionBits), 0))
  return { f: s.sub(m, 1), e: s.convert(e, x.dtype) }
}
/** f^2 / 2, and t (f^2 / 2 + R(t^2)): ln(1 + f) is f - half + rest. */
function series(f: Scalar): { half: Scalar; rest: Scalar } {
  const t = s.div(f, s.add(f, 2))
  const z = s.mul(t, t)
  const r = s.mul(z, ascending(z, by(f, LG_F32, LG_F64)))
  const half = s.mul(s.mul(f, 0.5), f)
  return { half, rest: s.mul(t, s.add(half, r)) }
}
/** ln(1 + f) + e ln 2 + c, for a small correction c. */
function assemble(f: Scalar, e: Scalar, c?: Scalar): Scalar {
  const [high, low] = by<readonly number[]>(f, LN2.f32, LN2.f64)
  const { half, rest } = series(f)
  const small = c ? s.fma(e, low, c) : s.mul(e, low)
  return s.fma(e, high, s.sub(f, s.sub(half, s.add(rest, small))))
}
/** A logarithm `y` of `x`, right at 0, below it, at infinity and at NaN too. */
function withEdges(x: Scalar, y: Scalar): Scalar {
  const finite = s.select(s.equal(x, Number.POSITIVE_INFINITY), x, y)
  const inside = s.select(s.equal(x, 0), like(x, Number.NEGATIVE_INFINITY), finite)
  return s.select(s.or(isNaN(x), s.less(x, 0)), like(x, Number.NaN), inside)
}
/** ln x. */
export function log(x: Scalar): Scalar {
  const { f, e } = fraction(x)
  return withEdges(x, assemble(f, e))
}
/** ln(u + lost), for a part that is small beside u. */
export function logOfSum(u: Scalar, lost: Scalar): Scalar {
  const { f, e } = fraction(u)
  return withEdges(u, assemble(f, e, s.div(lost, u)))
}
/** ln(1 + x): the part of x that 1 + x loses comes back as a correction. */
export function log1p(x: Scalar): Scalar {
  const u = s.add(x, 1)
  const lost = s.select(s.less(x, 1), s.sub(x, s.sub(u, 1)), s.sub(like(x, 1), s.sub(u, x)))
  const tiny = s.less(s.abs(x), by(x, 2 ** -25, 2 ** -54))
  return s.select(tiny, x, logOfSum(u, lost))
}

/** 1 / ln 2 in two parts; the first has as many bits as a head. */
const LOG2_E = {
  f32: [1.44287109375, -1.7605285393e-4],
  f64: [1.4426950407214463, 1.6751713164886512e-10],
} as const
/** log2 x: the product with 1 / ln 2 in parts, so that powers of two are exact. */
export function log2(x: Scalar): Scalar {
  const [high, low] = by<readonly number[]>(x, LOG2_E.f32, LOG2_E.f64)
  const { f, e } = fraction(x)
  const { half, rest } = series(f)
  const hi = head(s.sub(f, half))
  const lo = s.add(s.sub(s.sub(f, hi), half), rest)
  const small = s.fma(s.add(lo, hi), low, s.mul(lo, high))
  const big = s.mul(hi, high)
  const sum = s.add(e, big)
  return withEdges(x, s.add(s.add(small, s.add(s.sub(e, sum), big)), sum))
}

/** 1 / ln 10 and log10(2), each in two parts; the first of log10(2) times an exponent is exact. */
const LOG10 = {
  f32: [0.43432617188, -3.1689971365e-5, 0.30102920532, 7.9034151668e-7],
  f64: [0.4342944818781689, 2.5082946711645275e-11, 0.30102999566361177, 3.694239077158931e-13],
} as const
/** log10 x, as {@link log2}. */
export function log10(x: Scalar): Scalar {
  const [high, low, twoHigh, twoLow] = by<readonly number[]>(x, LOG10.f32, LOG10.f64)
  const { f, e } = fraction(x)
  const { half, rest } = series(f)
  const hi = head(s.sub(f, half))
  const lo = s.add(s.sub(s.sub(f, hi), half), rest)
  const small = s.fma(e, twoLow, s.fma(s.add(lo, hi), low, s.mul(lo, high)))
  const big = s.mul(hi, high)
  const exponent = s.mul(e, twoHigh)
  const sum = s.add(exponent, big)
  return withEdges(x, s.add(s.add(small, s.add(s.sub(exponent, sum), big)), sum))
}

/** ln(1 + e^x), without overflow. */
export const softplus = (x: Scalar): Scalar => s.add(s.max(x, 0), log1p(exp(s.neg(s.abs(x)))))
/** ln(1 / (1 + e^-x)), without overflow. */
export const logSigmoid = (x: Scalar): Scalar => s.sub(s.min(x, 0), log1p(exp(s.neg(s.abs(x)))))
/** ln(e^a + e^b), without overflow: equal operands, infinite ones too, differ by 0. */
export function logAddExp(a: Scalar, b: Scalar): Scalar {
  const apart = s.select(s.equal(a, b), like(a, 0), s.abs(s.sub(a, b)))
  return s.add(s.max(a, b), log1p(exp(s.neg(apart))))
}
