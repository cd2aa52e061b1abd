/**
 * @file erf and its inverse in scalar instructions.
 * @source f64 erf: FreeBSD msun s_erf.c (Sun Microsystems 1993, freely granted).
 * @source erfInv: M. Giles, "Approximating the erfinv function", GPU Computing Gems 2 (2010); as XLA and JAX have it.
 */
import * as s from "../scalar.ts"
import { ascending, by, copySign, like } from "./bits.ts"
import { exp } from "./exponential.ts"
import { logOfSum } from "./logarithm.ts"

type Scalar = s.Scalar

/** erf(x) / x - 1 in x^2 below 0.93, and ln(erfc x) / x in x up to 4: fitted to least relative error of erf (2^-30). */
const ERF_NEAR = [
  0.128379166, -0.376126349, 0.112836942, -0.0268592704, 0.00520063424, -0.00081374374,
  0.0000834522507,
]
const ERF_FAR = [
  -1.12864101, -0.635181487, -0.106187612, 0.0237201862, -0.00362291886, 0.000318059523,
  -0.0000107631386,
]
function erfF32(x: Scalar): Scalar {
  const z = s.mul(x, x)
  const near = s.fma(x, ascending(z, ERF_NEAR), x)
  const a = s.min(s.abs(x), 4)
  const far = s.sub(like(x, 1), exp(s.mul(a, ascending(a, ERF_FAR))))
  return s.select(s.less(s.abs(x), 0.93), near, copySign(far, x))
}

/** erf(x) / x - 1 in x^2 below 0.84375. */
const PP = [
  0.12837916709551256, -0.3250421072470015, -0.02848174957559851, -0.005770270296489442,
  -2.3763016656650163e-5,
]
const QQ = [
  1, 0.39791722395915535, 0.0650222499887673, 0.005081306281875766, 1.3249473800432164e-4,
  -3.960228278775368e-6,
]
/** erf(x) - ERX in |x| - 1 up to 1.25. */
const ERX = 0.8450629115104675
const PA = [
  -0.0023621185607526594, 0.41485611868374833, -0.3722078760357013, 0.31834661990116175,
  -0.11089469428239668, 0.035478304325618236, -0.002166375594868791,
]
const QA = [
  1, 0.10642088040084423, 0.540397917702171, 0.07182865441419627, 0.12617121980876164,
  0.01363708391202905, 0.011984499846799107,
]
/** ln(x erfc x) + x^2 + 0.5625 in 1 / x^2 up to 1 / 0.35. */
const RA = [
  -0.009864944034847148, -0.6938585727071818, -10.558626225323291, -62.375332450326006,
  -162.39666946257347, -184.60509290671104, -81.2874355063066, -9.814329344169145,
]
const SA = [
  1, 19.651271667439257, 137.65775414351904, 434.56587747522923, 645.3872717332679,
  429.00814002756783, 108.63500554177944, 6.570249770319282, -0.0604244152148581,
]
/** The same beyond. */
const RB = [
  -0.0098649429247001, -0.799283237680523, -17.757954917754752, -160.63638485582192,
  -637.5664433683896, -1025.0951316110772, -483.5191916086514,
]
const SB = [
  1, 30.33806074348246, 325.7925129965739, 1536.729586084437, 3199.8582195085955,
  2553.0504064331644, 474.52854120695537, -22.44095244658582,
]
/** Polynomials of one length, chosen coefficient by coefficient. */
function chosen(c: Scalar, z: Scalar, yes: readonly number[], no: readonly number[]): Scalar {
  const n = Math.max(yes.length, no.length)
  let sum = like(z, 0)
  for (let i = n - 1; i >= 0; i--) {
    const coefficient = s.select(c, like(z, yes[i] ?? 0), no[i] ?? 0)
    sum = i === n - 1 ? coefficient : s.fma(sum, z, coefficient)
  }
  return sum
}
function erfF64(x: Scalar): Scalar {
  const a = s.min(s.abs(x), 6)
  const z = s.mul(x, x)
  const near = s.fma(x, s.div(ascending(z, PP), ascending(z, QQ)), x)
  const t = s.sub(a, 1)
  const middle = s.add(s.div(ascending(t, PA), ascending(t, QA)), ERX)
  const square = s.mul(a, a)
  const inverse = s.div(like(x, 1), square)
  const below = s.less(a, 1 / 0.35)
  const tail = s.div(chosen(below, inverse, RA, RB), chosen(below, inverse, SA, SB))
  const far = s.sub(like(x, 1), s.div(exp(s.sub(s.sub(tail, 0.5625), square)), a))
  const outer = copySign(s.select(s.less(a, 1.25), middle, far), x)
  return s.select(s.less(s.abs(x), 0.84375), near, outer)
}
/** The error function, 2 / sqrt(pi) times the integral of e^-t^2 from 0 to x. */
export const erf = (x: Scalar): Scalar => by(x, erfF32, erfF64)(x)

/** Coefficients from the highest power down, as published. */
const NEAR_F32 = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503,
  -0.00417768164, 0.246640727, 1.50140941,
]
const FAR_F32 = [
  -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613,
  0.00943887047, 1.00167406, 2.83297682,
]
const NEAR_F64 = [
  -3.64441206401782e-21, -1.6850591381820166e-19, 1.28584807152564e-18, 1.1157877678025181e-17,
  -1.333171662854621e-16, 2.0972767875968562e-17, 6.637638134358324e-15, -4.054566272975207e-14,
  -8.151934197605472e-14, 2.6335093153082323e-12, -1.2975133253453532e-11, -5.415412054294628e-11,
  1.0512122733215323e-9, -4.112633980346984e-9, -2.9070369957882005e-8, 4.2347877827932404e-7,
  -1.3654692000834679e-6, -1.3882523362786469e-5, 1.8673420803405714e-4, -7.40702534166267e-4,
  -0.006033670871430149, 0.24015818242558962, 1.6536545626831027,
]
const MIDDLE_F64 = [
  2.2137376921775787e-9, 9.075656193888539e-8, -2.7517406297064545e-7, 1.8239629214389228e-8,
  1.5027403968909828e-6, -4.013867526981546e-6, 2.9234449089955446e-6, 1.2475304481671779e-5,
  -4.7318229009055734e-5, 6.828485145957318e-5, 2.4031110387097894e-5, -3.550375203628475e-4,
  9.532893797373805e-4, -0.0016882755560235047, 0.002491442096107851, -0.003751208507569241,
  0.005370914553590064, 1.0052589676941592, 3.0838856104922208,
]
const FAR_F64 = [
  -2.7109920616438573e-11, -2.555641816996525e-10, 1.5076572693500548e-9, -3.789465440126737e-9,
  7.61570120807834e-9, -1.496002662714924e-8, 2.914795345090108e-8, -6.771199775845234e-8,
  2.2900482228026655e-7, -9.9298272942317e-7, 4.526062597223154e-6, -1.968177810553167e-5,
  7.599527703001776e-5, -2.1503011930044477e-4, -1.3871931833623122e-4, 1.0103004648645344,
  4.849906401408584,
]
/** -ln(1 - x^2): beyond 0.9 by (1 - x) (1 + x), whose first factor is exact; the rounding of the square would show there. */
function logarithmOfGap(x: Scalar): Scalar {
  const a = s.abs(x)
  const square = s.mul(x, x)
  const rest = s.sub(like(x, 1), square)
  const near = s.less(a, 0.9)
  const u = s.select(near, rest, s.mul(s.sub(like(x, 1), a), s.add(a, 1)))
  const lost = s.select(near, s.sub(s.sub(like(x, 1), rest), square), 0)
  return s.neg(logOfSum(u, lost))
}
/** The inverse of erf: x times a polynomial in w = -ln(1 - x^2), or in its root; infinite at -1 and 1. */
export function erfInv(x: Scalar): Scalar {
  const w = logarithmOfGap(x)
  const root = s.sqrt(w)
  const p = by(
    x,
    () =>
      s.select(
        s.less(w, 5),
        s.polynomial(s.sub(w, 2.5), NEAR_F32),
        s.polynomial(s.sub(root, 3), FAR_F32),
      ),
    () => {
      const far = s.select(
        s.less(w, 16),
        s.polynomial(s.sub(root, 3.25), MIDDLE_F64),
        s.polynomial(s.sub(root, 5), FAR_F64),
      )
      return s.select(s.less(w, 6.25), s.polynomial(s.sub(w, 3.125), NEAR_F64), far)
    },
  )()
  return s.mul(x, s.select(s.equal(s.abs(x), 1), like(x, Number.POSITIVE_INFINITY), p))
}
