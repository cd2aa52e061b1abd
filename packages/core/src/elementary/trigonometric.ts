/**
 * @file sin, cos, tan and their inverses in scalar instructions.
 * @source FreeBSD msun k_sin.c, k_cos.c, s_atan.c, e_asin.c, e_acos.c and their f32 forms (Sun Microsystems 1993,
 * freely granted).
 * @source f32 kernels of sin and cos: S. Moshier, Cephes sinf.c.
 */
import * as s from "../scalar.ts"
import { ascending, bitsOf, by, copySign, isFinite, like } from "./bits.ts"
import { reduce } from "./circle.ts"
import { fastSum, head, type Pair } from "./split.ts"

type Scalar = s.Scalar

const SIN_F32 = [-1.6666654611e-1, 8.3321608736e-3, -1.9515295891e-4]
const SIN_F64 = [
  -0.16666666666666632, 0.00833333333332249, -1.984126982985795e-4, 2.7557313707070068e-6,
  -2.5050760253406863e-8, 1.58969099521155e-10,
]
const COS_F32 = [0.04166664568298827, -0.001388731625493765, 2.443315711809948e-5]
const COS_F64 = [
  0.0416666666666666, -0.001388888888887411, 2.480158728947673e-5, -2.7557314351390663e-7,
  2.087572321298175e-9, -1.1359647557788195e-11,
]
/** sin of a small angle as a pair. */
function sinNear({ hi, lo }: Pair): Pair {
  const z = s.mul(hi, hi)
  return fastSum(hi, s.fma(s.mul(z, hi), ascending(z, by(hi, SIN_F32, SIN_F64)), lo))
}
/** cos of a small angle as a pair. */
function cosNear({ hi, lo }: Pair): Pair {
  const z = s.mul(hi, hi)
  const half = s.mul(z, 0.5)
  const top = fastSum(like(hi, 1), s.neg(half))
  const tail = s.fma(s.mul(z, z), ascending(z, by(hi, COS_F32, COS_F64)), s.mul(s.neg(hi), lo))
  return { hi: top.hi, lo: s.add(top.lo, tail) }
}
const close = ({ hi, lo }: Pair): Scalar => s.add(hi, lo)
const negateIf = (c: Scalar, x: Scalar): Scalar => s.select(c, s.neg(x), x)
const bit = (k: Scalar, mask: number): Scalar => s.not(s.equal(s.and(k, mask), 0))
const nanUnlessFinite = (x: Scalar, y: Scalar): Scalar =>
  s.select(isFinite(x), y, like(x, Number.NaN))

/** sin of `quarter` more quarter turns than x. */
function wave(x: Scalar, quarter: number): Scalar {
  const r = reduce(x)
  const k = s.add(r.quarter, quarter)
  const y = s.select(bit(k, 1), close(cosNear(r.angle)), close(sinNear(r.angle)))
  return nanUnlessFinite(x, negateIf(bit(k, 2), y))
}
export const sin = (x: Scalar): Scalar => {
  const y = wave(x, 0)
  return s.select(s.equal(x, 0), x, y)
}
export const cos = (x: Scalar): Scalar => wave(x, 1)

/** The quotient of sine and cosine, or its negative reciprocal, with the errors of both carried through. */
export function tan(x: Scalar): Scalar {
  const r = reduce(x)
  const odd = bit(r.quarter, 1)
  const [sine, cosine] = [sinNear(r.angle), cosNear(r.angle)].map(({ hi, lo }) => fastSum(hi, lo))
  const top = s.select(odd, s.neg(cosine.hi), sine.hi)
  const bottom = s.select(odd, sine.hi, cosine.hi)
  const topTail = s.select(odd, s.neg(cosine.lo), sine.lo)
  const bottomTail = s.select(odd, sine.lo, cosine.lo)
  const q = s.div(top, bottom)
  const y = s.add(q, s.div(s.sub(topTail, s.mul(q, bottomTail)), bottom))
  return s.select(s.equal(x, 0), x, nanUnlessFinite(x, y))
}

/** Centres 0, 1/2, 1, 3/2, infinity: atan x = atan(centre) + atan(num / den); the values in two parts. */
const ATAN_HIGH = {
  f32: [0, 0.4636476039886475, 0.7853981256484985, 0.9827936887741089, 1.570796251296997],
  f64: [0, 0.4636476090008061, 0.7853981633974483, 0.982793723247329, 1.5707963267948966],
} as const
const ATAN_LOW = {
  f32: [0, 5.01215824399992e-9, 3.774894707930798e-8, 3.447321716999977e-8, 7.549789415861596e-8],
  f64: [
    0, 2.2698777452961687e-17, 3.061616997868383e-17, 1.3903311031230998e-17, 6.123233995736766e-17,
  ],
} as const
const ATAN_F32 = [
  3.3333328366e-1, -1.9999158382e-1, 1.4253635705e-1, -1.0648017377e-1, 6.1687607318e-2,
]
const ATAN_F64 = [
  0.3333333333333293, -0.19999999999876483, 0.14285714272503466, -0.11111110405462356,
  0.09090887133436507, -0.0769187620504483, 0.06661073137387531, -0.058335701337905735,
  0.049768779946159324, -0.036531572744216916, 0.016285820115365782,
]
/** The choice among five values by where |x| lies. */
const LIMITS = [0.4375, 0.6875, 1.1875, 2.4375] as const
function chooseAtan(a: Scalar, values: readonly Scalar[]): Scalar {
  return LIMITS.reduceRight(
    (later, limit, i) => s.select(s.less(a, limit), values[i], later),
    values[4],
  )
}
/** atan of a non-negative number plus a small `tail`, as a pair. */
function atanPair(a: Scalar): Pair {
  const c = (x: number): Scalar => like(a, x)
  const top = chooseAtan(a, [a, s.fma(a, 2, -1), s.sub(a, 1), s.sub(a, 1.5), c(-1)])
  const bottom = chooseAtan(a, [c(1), s.add(a, 2), s.add(a, 1), s.fma(a, 1.5, 1), a])
  const t = s.div(top, bottom)
  const z = s.mul(t, t)
  const p = s.mul(t, s.mul(z, ascending(z, by(a, ATAN_F32, ATAN_F64))))
  const [high, low] = by<readonly (readonly number[])[]>(
    a,
    [ATAN_HIGH.f32, ATAN_LOW.f32],
    [ATAN_HIGH.f64, ATAN_LOW.f64],
  )
  const sum = fastSum(chooseAtan(a, high.map(c)), t)
  const first = s.less(a, LIMITS[0])
  const hi = s.select(first, t, sum.hi)
  return { hi, lo: s.add(s.select(first, c(0), sum.lo), s.sub(chooseAtan(a, low.map(c)), p)) }
}
export const atan = (x: Scalar): Scalar => copySign(close(atanPair(s.abs(x))), x)

const PI_TAIL = { f32: -8.742277657347586e-8, f64: 1.2246467991473532e-16 }
/** The angle of the point (x, y). */
export function atan2(y: Scalar, x: Scalar): Scalar {
  const [ay, ax] = [s.abs(y), s.abs(x)]
  const infinite = s.and(
    s.equal(ay, Number.POSITIVE_INFINITY),
    s.equal(ax, Number.POSITIVE_INFINITY),
  )
  const zero = s.equal(ay, 0)
  const ratio = s.select(infinite, like(x, 1), s.select(zero, like(x, 0), s.div(ay, ax)))
  const { hi, lo } = atanPair(ratio)
  const pi = fastSum(like(x, Math.PI), s.neg(hi))
  const back = s.add(pi.hi, s.add(pi.lo, s.sub(like(x, by(x, PI_TAIL.f32, PI_TAIL.f64)), lo)))
  const left = s.less(bitsOf(x), 0)
  const nan = s.not(s.and(s.equal(x, x), s.equal(y, y)))
  const angle = copySign(s.select(left, back, s.add(hi, lo)), y)
  return s.select(nan, like(x, Number.NaN), angle)
}

const ASIN_P = {
  f32: [1.6666586697e-1, -4.2743422091e-2, -8.656363003e-3],
  f64: [
    0.16666666666666666, -0.3255658186224009, 0.20121253213486293, -0.04005553450067941,
    7.915349942898145e-4, 3.479331075960212e-5,
  ],
}
const ASIN_Q = {
  f32: [1, -7.066296339e-1],
  f64: [1, -2.403394911734414, 2.0209457602335057, -0.6882839716054533, 0.07703815055590194],
}
/** (asin(t) - t) / t for z = t^2 up to 1/4. */
const asinTail = (z: Scalar): Scalar =>
  s.mul(
    z,
    s.div(ascending(z, by(z, ASIN_P.f32, ASIN_P.f64)), ascending(z, by(z, ASIN_Q.f32, ASIN_Q.f64))),
  )
const HALF_PI = {
  f32: [1.570796251296997, 7.549789415861596e-8],
  f64: [1.5707963267948966, 6.123233995736766e-17],
}
/** asin(sqrt(z)) for z up to 1/4, as a pair: the root with the part that its rounding lost. */
function asinRoot(z: Scalar): Pair {
  const root = s.sqrt(z)
  const f = head(root)
  const lost = s.select(s.equal(z, 0), z, s.div(s.sub(z, s.mul(f, f)), s.add(root, f)))
  return { hi: f, lo: s.fma(root, asinTail(z), lost) }
}
export function asin(x: Scalar): Scalar {
  const a = s.abs(x)
  const near = s.fma(x, asinTail(s.mul(x, x)), x)
  const { hi, lo } = asinRoot(s.mul(s.sub(like(x, 1), a), 0.5))
  const [piHigh, piLow] = by(x, HALF_PI.f32, HALF_PI.f64)
  const top = fastSum(like(x, piHigh), s.mul(hi, -2))
  const far = s.add(top.hi, s.add(top.lo, s.fma(lo, -2, like(x, piLow))))
  return s.select(s.less(a, 0.5), near, copySign(far, x))
}
export function acos(x: Scalar): Scalar {
  const a = s.abs(x)
  const [piHigh, piLow] = by(x, HALF_PI.f32, HALF_PI.f64)
  const top = fastSum(like(x, piHigh), s.neg(x))
  const near = s.add(
    top.hi,
    s.sub(s.fma(s.neg(x), asinTail(s.mul(x, x)), like(x, piLow)), s.neg(top.lo)),
  )
  const { hi, lo } = asinRoot(s.mul(s.sub(like(x, 1), a), 0.5))
  const right = s.mul(s.add(hi, lo), 2)
  const turned = fastSum(like(x, 2 * piHigh), s.mul(hi, -2))
  const left = s.add(turned.hi, s.add(turned.lo, s.fma(lo, -2, like(x, 2 * piLow))))
  return s.select(s.less(a, 0.5), near, s.select(s.less(x, 0), left, right))
}
