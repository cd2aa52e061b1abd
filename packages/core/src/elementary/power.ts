/**
 * @file pow in scalar instructions: log2 of the base as a pair, times the exponent, then 2 to that pair.
 * @source FreeBSD msun e_pow.c and e_powf.c (Sun Microsystems 1993, freely granted), without its branches.
 */
import * as s from "../scalar.ts"
import { ascending, bitsOf, by, isNaN, keepNaN, layoutOf, like, scale } from "./bits.ts"
import { head, type Pair } from "./split.ts"

type Scalar = s.Scalar

/** (3/2) (ln((1 + t) / (1 - t)) - 2 t - (2/3) t^3), over t^5. */
const L_F32 = [
  6.0000002384e-1, 4.2857143283e-1, 3.3333334327e-1, 2.7272811532e-1, 2.3066075146e-1,
  2.0697501302e-1,
]
const L_F64 = [
  0.5999999999999946, 0.4285714285785502, 0.33333332981837743, 0.272728123808534,
  0.23066074577556175, 0.20697501780033842,
]
/** log2(3/2), 2 / (3 ln 2) and ln 2, each as head and tail; in f32 heads have 12 bits. */
const LOG2_3_2 = {
  f32: [5.84960938e-1, 1.56322085e-6],
  f64: [0.5849624872207642, 1.350039202129749e-8],
}
const CP = {
  f32: [0.961669921875, 0.000126772050976],
  f64: [0.9617967009544373, -7.028461650952758e-9],
}
const LN2 = {
  f32: [0.693115234375, 3.19461849453e-5],
  f64: [0.6931471824645996, -1.904654299957768e-9],
}
/** As in exp: r (e^r + 1) / (e^r - 1) - 2, over r^2. */
const P_F32 = [1.6666667163e-1, -2.777777845e-3, 6.613755977e-5, -1.6533901999e-6, 4.1381369442e-8]
const P_F64 = [
  0.16666666666666602, -0.0027777777777015593, 6.613756321437934e-5, -1.6533902205465252e-6,
  4.1381367970572385e-8,
]

/** a = m 2^n with m in [sqrt(3/4), sqrt 3) around a centre of 1 or 3/2. Takes positive finite a, subnormals too. */
function normalize(a: Scalar): { m: Scalar; n: Scalar; high: Scalar } {
  const { int, fractionBits, bias } = layoutOf(a)
  const tiny = s.less(a, by(a, 2 ** -126, 2 ** -1022))
  const i = bitsOf(s.select(tiny, s.mul(a, 2 ** (fractionBits + 1)), a))
  const exponent = s.sub(s.shiftRight(i, fractionBits), bias)
  const j = s.and(i, (1n << BigInt(fractionBits)) - 1n)
  const rootThree = by<bigint>(a, 0x5db3d7n, 0xbb67ae8584cabn)
  const rootThreeHalves = by<bigint>(a, 0x1cc471n, 0x3988e1409212en)
  const up = s.lessEqual(s.constant(int, rootThree), j)
  const high = s.and(s.less(s.constant(int, rootThreeHalves), j), s.not(up))
  const ones = BigInt(bias) << BigInt(fractionBits)
  const halves = BigInt(bias - 1) << BigInt(fractionBits)
  const m = s.bitcast(s.or(j, s.select(up, s.constant(int, halves), ones)), a.dtype)
  const shift = s.select(tiny, s.constant(int, -(fractionBits + 1)), 0)
  const n = s.add(s.add(exponent, shift), s.convert(up, int))
  return { m, n: s.convert(n, a.dtype), high }
}
/** log2 of a positive finite number, to some 10 bits more than its dtype; `hi` has the bits of a head. */
function log2Pair(a: Scalar): Pair {
  const { m, n, high } = normalize(a)
  const [cpHead, cpTail] = by(a, CP.f32, CP.f64)
  const [dpHead, dpTail] = by(a, LOG2_3_2.f32, LOG2_3_2.f64)
  const centre = s.select(high, like(a, 1.5), 1)
  // t = (m - centre) / (m + centre), as head and tail
  const u = s.sub(m, centre)
  const sum = s.add(m, centre)
  const v = s.div(like(a, 1), sum)
  const t = s.mul(u, v)
  const tHead = head(t)
  const sumHead = head(sum)
  const sumTail = s.sub(m, s.sub(sumHead, centre))
  const tTail = s.mul(v, s.sub(s.sub(u, s.mul(tHead, sumHead)), s.mul(tHead, sumTail)))
  // t (3 + t^2 + r), as head and tail
  const z = s.mul(t, t)
  const r = s.fma(s.mul(z, z), ascending(z, by(a, L_F32, L_F64)), s.mul(tTail, s.add(tHead, t)))
  const zHead = s.mul(tHead, tHead)
  const factor = head(s.add(s.add(zHead, 3), r))
  const factorTail = s.sub(r, s.sub(s.sub(factor, 3), zHead))
  const product = s.mul(tHead, factor)
  const productTail = s.fma(tTail, factor, s.mul(factorTail, t))
  const p = head(s.add(product, productTail))
  const pTail = s.sub(productTail, s.sub(p, product))
  // times 2 / (3 ln 2), plus log2(centre) + n
  const q = s.mul(p, cpHead)
  const qTail = s.add(
    s.fma(p, cpTail, s.mul(pTail, cpHead + cpTail)),
    s.select(high, like(a, dpTail), 0),
  )
  const base = s.select(high, like(a, dpHead), 0)
  const hi = head(s.add(s.add(s.add(q, qTail), base), n))
  return { hi, lo: s.sub(qTail, s.sub(s.sub(s.sub(hi, n), base), q)) }
}
/** 2^(hi + lo), clamped where it is 0 or infinite anyway. */
function exp2Pair(hi: Scalar, lo: Scalar): Scalar {
  const [lnHead, lnTail] = by(hi, LN2.f32, LN2.f64)
  const n = s.roundEven(s.add(hi, lo))
  const f = s.sub(hi, n)
  const t = head(s.add(f, lo))
  const u = s.mul(t, lnHead)
  const v = s.fma(s.sub(lo, s.sub(t, f)), Math.LN2, s.mul(t, lnTail))
  const z = s.add(u, v)
  const w = s.sub(v, s.sub(z, u))
  const z2 = s.mul(z, z)
  const c = s.sub(z, s.mul(z2, ascending(z2, by(hi, P_F32, P_F64))))
  const r = s.sub(s.div(s.mul(z, c), s.sub(c, 2)), s.fma(z, w, w))
  return scale(s.sub(like(hi, 1), s.sub(r, z)), n)
}
/** Beyond this exponent of 2 a result is infinite; below its opposite, with the fraction bits, 0. */
const limits = (x: Scalar): readonly [number, number] => by(x, [-152, 130], [-1080, 1026])

/** 2^x; exact for whole x. */
export function exp2(x: Scalar): Scalar {
  const [low, high] = limits(x)
  return keepNaN(x, exp2Pair(s.min(s.max(x, low), high), like(x, 0)))
}

/** |a|^b for finite a != 0 and b. */
function magnitudePower(a: Scalar, b: Scalar): Scalar {
  const { hi, lo } = log2Pair(a)
  const [low, high] = limits(a)
  // Beyond 2^30 (f32) every base but 1 over- or underflows; the clamp keeps the products finite.
  const bound = by(a, 2 ** 31, 2 ** 64)
  const y = s.min(s.max(b, -bound), bound)
  const yHead = head(y)
  const product = s.mul(yHead, hi)
  const tail = s.fma(s.sub(y, yHead), hi, s.mul(y, lo))
  const sum = s.add(product, tail)
  const inside = s.and(s.less(like(a, low), sum), s.less(sum, high))
  const safe = (x: Scalar, otherwise: number): Scalar => s.select(inside, x, otherwise)
  const outside = s.select(s.less(sum, 0), like(a, 0), Number.POSITIVE_INFINITY)
  return s.select(inside, exp2Pair(safe(product, 0), safe(tail, 0)), outside)
}
/** a^b with the special cases of C's pow. */
export function pow(a: Scalar, b: Scalar): Scalar {
  const magnitude = s.abs(a)
  const infinity = like(a, Number.POSITIVE_INFINITY)
  const zero = s.equal(a, 0)
  const infinite = s.equal(magnitude, infinity)
  const one = s.equal(magnitude, 1)
  const general = magnitudePower(s.select(s.or(zero, infinite), like(a, 1), magnitude), b)
  const atEdge = s.select(s.equal(zero, s.less(b, 0)), infinity, 0)
  const large = s.select(s.or(zero, infinite), atEdge, s.select(one, like(a, 1), general))
  const whole = s.equal(s.floor(b), b)
  const half = s.mul(b, 0.5)
  const odd = s.and(whole, s.not(s.equal(s.floor(half), half)))
  const negative = s.less(bitsOf(a), 0)
  const signed = s.select(s.and(negative, odd), s.neg(large), large)
  const finite = s.and(negative, s.not(s.or(zero, infinite)))
  const infiniteExponent = s.equal(s.abs(b), infinity)
  const undefinedRoot = s.and(s.and(finite, s.not(whole)), s.not(infiniteExponent))
  const nan = s.or(s.or(isNaN(a), isNaN(b)), undefinedRoot)
  const y = s.select(nan, like(a, Number.NaN), signed)
  return s.select(s.or(s.equal(b, 0), s.equal(a, 1)), like(a, 1), y)
}
