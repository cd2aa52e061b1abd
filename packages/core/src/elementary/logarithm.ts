/**
 * @file log, log1p and log2 in scalar instructions.
 * @source FreeBSD msun e_log.c, e_logf.c, s_log1p.c (Sun Microsystems 1993, freely granted).
 */
import * as s from "../scalar.ts"
import { ascending, bitsOf, by, isNaN, layoutOf, like } from "./bits.ts"
import { LN2 } from "./exponential.ts"

type Scalar = s.Scalar

/** (ln(1 + t) - ln(1 - t)) / t - 2 for t = f / (2 + f), as a polynomial in t^2 without its constant. */
const LG_F32 = [0.66666662693, 0.40000972152, 0.28498786688, 0.24279078841]
const LG_F64 = [
  0.6666666666666735, 0.3999999999940942, 0.2857142874366239, 0.22222198432149784,
  0.1818357216161805, 0.15313837699209373, 0.14798198605116586,
]

/** x = m 2^e with m in [sqrt(1/2), sqrt 2): gives f = m - 1, exact, and e. Takes positive finite x, subnormals too. */
export function fraction(x: Scalar): { f: Scalar; e: Scalar } {
  const { int, fractionBits } = layoutOf(x)
  const tiny = s.less(x, by(x, 1.1754943508222875e-38, 2.2250738585072014e-308))
  const i = bitsOf(s.select(tiny, s.mul(x, 2 ** fractionBits), x))
  const rootHalf = by<bigint>(x, 0x3f3504f3n, 0x3fe6a09e667f3bcdn)
  const k = s.shiftRight(s.sub(i, rootHalf), fractionBits)
  const m = s.bitcast(s.sub(i, s.shiftLeft(k, fractionBits)), x.dtype)
  const e = s.sub(k, s.select(tiny, s.constant(int, fractionBits), 0))
  return { f: s.sub(m, 1), e: s.convert(e, x.dtype) }
}
/** ln(1 + f) + e ln 2 + c, for f of `fraction` and a small correction c. */
function assemble(f: Scalar, e: Scalar, c?: Scalar): Scalar {
  const [high, low] = by<readonly number[]>(f, LN2.f32, LN2.f64)
  const t = s.div(f, s.add(f, 2))
  const z = s.mul(t, t)
  const r = s.mul(z, ascending(z, by(f, LG_F32, LG_F64)))
  const half = s.mul(s.mul(f, 0.5), f)
  const small = c ? s.fma(e, low, c) : s.mul(e, low)
  const tail = s.fma(t, s.add(half, r), small)
  return s.fma(e, high, s.sub(f, s.sub(half, tail)))
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
