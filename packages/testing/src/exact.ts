/**
 * @file Elementary functions to some 200 bits, in integers: the ground truth for f64, where the functions of JavaScript
 * have errors of their own. Series and Newton steps; slow and plain.
 */

/** m * 2^e. */
export interface Big {
  readonly m: bigint
  readonly e: number
}
const abs = (x: bigint): bigint => (x < 0n ? -x : x)
const bits = (x: bigint): number => abs(x).toString(2).length

const float = new Float64Array(1)
const word = new BigUint64Array(float.buffer)
/** A finite f64, exactly. */
export function big(x: number): Big {
  float[0] = x
  const exponent = Number((word[0] >> 52n) & 2047n)
  const fraction = word[0] & (2n ** 52n - 1n)
  const m = exponent ? fraction | (1n << 52n) : fraction
  return { m: x < 0 ? -m : m, e: Math.max(1, exponent) - 1075 }
}
/** The value in units of 2^-p, rounded down. */
const fixed = ({ m, e }: Big, p: number): bigint =>
  e + p >= 0 ? m << BigInt(e + p) : m >> BigInt(-e - p)
const scaled = (m: bigint, p: number): Big => ({ m, e: -p })

/** Bits of precision beyond those that cancel. */
const P = 300
const mul = (a: bigint, b: bigint, p: number): bigint => (a * b) >> BigInt(p)
const div = (a: bigint, b: bigint, p: number): bigint => (a << BigInt(p)) / b
function sqrt(x: bigint, p: number): bigint {
  const n = x << BigInt(p)
  if (n === 0n) return 0n
  let r = 1n << BigInt((bits(n) + 1) >> 1)
  for (;;) {
    const next = (r + n / r) >> 1n
    if (next >= r) return r
    r = next
  }
}
/** The sum of `term(n)` until it vanishes. */
function sum(first: bigint, next: (term: bigint, n: number) => bigint): bigint {
  let [total, term] = [0n, first]
  for (let n = 1; term !== 0n && term !== -1n; n++) {
    total += term
    term = next(term, n)
  }
  return total
}
/** atanh(1 / n) or, with alternating signs, atan(1 / n), in units of 2^-p. */
function ofInverse(n: bigint, sign: bigint, p: number): bigint {
  let power = (1n << BigInt(p)) / n
  let total = power
  for (let k = 3n, s = sign; power !== 0n; k += 2n, s *= sign) {
    power /= n * n
    total += (s * power) / k
  }
  return total
}
const cache = new Map<string, bigint>()
function constant(name: string, p: number, make: (p: number) => bigint): bigint {
  const key = `${name}${p}`
  const known = cache.get(key) ?? make(p + 20) >> 20n
  cache.set(key, known)
  return known
}
const ln2 = (p: number): bigint => constant("ln2", p, (q) => 2n * ofInverse(3n, 1n, q))
/** Machin's formula. */
const pi = (p: number): bigint =>
  constant("pi", p, (q) => 4n * (4n * ofInverse(5n, -1n, q) - ofInverse(239n, -1n, q)))

/** e^r in units of 2^-p, for a fixed number of moderate size, and its power of two. */
function expFixed(x: bigint, p: number): Big {
  const k = (x + ln2(p) / 2n) / ln2(p) - (x < 0n ? 1n : 0n)
  const r = x - k * ln2(p)
  return { m: sum(1n << BigInt(p), (t, n) => mul(t, r, p) / BigInt(n)), e: Number(k) - p }
}
const expm1Fixed = (x: bigint, p: number): bigint => sum(x, (t, n) => mul(t, x, p) / BigInt(n + 1))
/** ln of a positive number, in units of 2^-p. */
function lnFixed({ m, e }: Big, p: number): bigint {
  const shift = bits(m)
  let k = e + shift
  let f = fixed({ m, e: -shift }, p)
  if (3n * f < 2n << BigInt(p)) {
    f <<= 1n
    k--
  }
  const one = 1n << BigInt(p)
  const t = div(f - one, f + one, p)
  const z = mul(t, t, p)
  let total = 0n
  let power = t
  for (let n = 1n; power !== 0n && power !== -1n; n += 2n) {
    total += power / n
    power = mul(power, z, p)
  }
  return 2n * total + BigInt(k) * ln2(p)
}
/** sin and cos of a number of any size, in units of 2^-p. */
function circle(x: Big, p: number): { sin: bigint; cos: bigint } {
  const q = p + Math.max(0, x.e + 60)
  const half = pi(q) / 2n
  const v = fixed(x, q)
  const n = (v + (v < 0n ? -half : half) / 2n) / half
  const r = (v - n * half) >> BigInt(q - p)
  const z = mul(r, r, p)
  const sine = sum(r, (t, k) => -mul(t, z, p) / BigInt(2 * k * (2 * k + 1)))
  const cosine = sum(1n << BigInt(p), (t, k) => -mul(t, z, p) / BigInt((2 * k - 1) * 2 * k))
  const turn = Number(((n % 4n) + 4n) % 4n)
  return [
    { sin: sine, cos: cosine },
    { sin: cosine, cos: -sine },
    { sin: -sine, cos: -cosine },
    { sin: -cosine, cos: sine },
  ][turn]
}
/** The angle of (x, y), from a guess that is right to some 50 bits. */
function angle(y: bigint, x: bigint, guess: number, p: number): bigint {
  const a = fixed(big(guess), p)
  const { sin, cos } = circle(scaled(a, p), p)
  const d = div(mul(y, cos, p) - mul(x, sin, p), mul(x, cos, p) + mul(y, sin, p), p)
  return a + d - mul(mul(d, d, p), d, p) / 3n
}

/** Below this the first terms of a series are exact enough, and fixed numbers would lose them. */
const TINY = 2 ** -60
const times = (x: Big, f: Big): Big => ({ m: x.m * f.m, e: x.e + f.e })
/** x (1 + c x^k) for tiny x. */
const nearly = (x: number, c: number, k: 1 | 2): Big => times(big(x), big1p(c * x ** k))
const big1p = (d: number): Big => scaled((1n << 1100n) + fixed(big(d), 1100), 1100)
const odd =
  (f: (x: number) => Big, c: number) =>
  (x: number): Big =>
    Math.abs(x) < TINY ? nearly(x, c, 2) : f(x)

/** Beyond 1500 every f64 result is 0 or infinite, or the term does not count. */
const clamp = (x: number): number => Math.max(-1500, Math.min(1500, x))
const exp = (x: number): Big => expFixed(fixed(big(clamp(x)), P), P)
function expm1(x: number): Big {
  if (Math.abs(x) < TINY) return nearly(x, 0.5, 1)
  if (Math.abs(x) < 1) return scaled(expm1Fixed(fixed(big(x), P), P), P)
  const { m, e } = exp(x)
  const p = Math.max(P, -e)
  return scaled(fixed({ m, e }, p) - (1n << BigInt(p)), p)
}
const tanhOf = (x: number): Big => {
  const v = expm1(2 * Math.min(30, Math.max(-30, x)))
  const p = 500
  const t = fixed(v, p)
  return scaled(div(t, t + (2n << BigInt(p)), p), p)
}
function hyperbolic(x: number, sign: 1n | -1n): Big {
  const a = exp(x)
  const b = exp(-x)
  const p = Math.max(P, -a.e, -b.e)
  return scaled((fixed(a, p) + sign * fixed(b, p)) / 2n, p)
}
function sigmoid(x: number): Big {
  const e = exp(-Math.abs(x))
  const p = Math.max(P, -e.e)
  const one = 1n << BigInt(p)
  const t = fixed(e, p)
  return scaled(div(x < 0 ? t : one, one + t, p), p)
}
function softplus(x: number): Big {
  const e = exp(-Math.abs(x))
  const p = Math.max(P, -e.e)
  const tail = lnFixed(scaled(fixed(e, p) + (1n << BigInt(p)), p), p)
  return scaled(tail + fixed(big(Math.max(x, 0)), p), p)
}
/** The Maclaurin series, with bits to spare for its cancelling terms. */
function erf(x: number): Big {
  const p = P + 120
  const v = fixed(big(Math.max(-6.5, Math.min(6.5, x))), p)
  const z = mul(v, v, p)
  let [total, power] = [0n, v]
  for (let n = 0; power !== 0n && power !== -1n; n++) {
    total += power / BigInt(2 * n + 1)
    power = -mul(power, z, p) / BigInt(n + 1)
  }
  return scaled(div(2n * total, sqrt(pi(p), p), p), p)
}
/** A Newton step from a guess that is right to some 45 bits; the second derivative gives the rest. */
function erfInv(x: number, guess: number): Big {
  const p = P
  const y = fixed(big(guess), p)
  const slope = fixed(
    times(exp(-guess * guess), scaled(div(2n << BigInt(p), sqrt(pi(p), p), p), p)),
    p,
  )
  const missing = fixed(big(x), p) - fixed(erf(guess), p)
  const d = div(missing, slope, p)
  return scaled(y + d + mul(y, mul(d, d, p), p), p)
}
const one = 1n << BigInt(P)
const cosineOf = (x: bigint): bigint => sqrt(one - mul(x, x, P), P)
const wave = (x: number, of: "sin" | "cos"): Big => scaled(circle(big(x), P)[of], P)
function tan(x: number): Big {
  const { sin, cos } = circle(big(x), P)
  return scaled(div(sin, cos, P), P)
}
/** Small angles are the quotient, less its third power. */
function quotient(y: Big, x: Big): Big {
  return { m: (y.m << 400n) / x.m, e: y.e - x.e - 400 }
}
function atan2(y: number, x: number): Big {
  if (x > 0 && Math.abs(y / x) < TINY) return quotient(big(y), big(x))
  const e = Math.max(big(y).e, big(x).e) + 60
  const [a, b] = [y, x].map((v) => fixed({ m: big(v).m, e: big(v).e - e }, 2 * P) >> BigInt(P))
  return scaled(angle(a, b, Math.atan2(y, x), P), P)
}

const ln10 = (p: number): bigint => constant("ln10", p, (q) => lnFixed({ m: 10n, e: 0 }, q))
/** ln(1 + t) of a positive number that may be tiny. */
const ln1p = (t: Big): Big => scaled(lnFixed(scaled(fixed(t, 2400) + (1n << 2400n), 2400), P), P)
/** The cube root: Newton's steps on a guess that is right to some 50 bits, in integers of three times the bits. */
function cbrt(x: number): Big {
  const { m, e } = big(Math.abs(x))
  const shift = 3 * P + (((e % 3) + 3) % 3)
  const n = m << BigInt(shift)
  let r = 1n << BigInt(Math.ceil(bits(n) / 3))
  for (;;) {
    const next = (2n * r + n / (r * r)) / 3n
    if (next >= r) break
    r = next
  }
  return { m: x < 0 ? -r : r, e: (e - shift) / 3 }
}
/** sqrt(x^2 + c) of fixed numbers in units of 2^-p. */
const rootOf = (x: bigint, c: bigint, p: number): bigint => sqrt(mul(x, x, p) + c, p)
function asinh(x: number): Big {
  const p = 1300
  const v = fixed(big(Math.abs(x)), p)
  const ln = lnFixed(scaled(v + rootOf(v, 1n << BigInt(p), p), p), P)
  return scaled(x < 0 ? -ln : ln, P)
}
function acosh(x: number): Big {
  const v = fixed(big(x), P)
  return scaled(lnFixed(scaled(v + rootOf(v, -1n << BigInt(P), P), P), P), P)
}
function atanh(x: number): Big {
  const v = fixed(big(Math.abs(x)), P)
  const ln = lnFixed(scaled(div((1n << BigInt(P)) + v, (1n << BigInt(P)) - v, P), P), P) / 2n
  return scaled(x < 0 ? -ln : ln, P)
}
function hypot(a: number, b: number): Big {
  const [x, y] = [big(a), big(b)]
  const e = Math.min(x.e, y.e)
  const square = ({ m, e: own }: Big): bigint => (m << BigInt(own - e)) ** 2n
  return scaled(sqrt(square(x) + square(y), 2 * P), P - e)
}
function logSigmoid(x: number): Big {
  const e = exp(-Math.abs(x))
  const tail = ln1p(e)
  const p = Math.max(P, -tail.e)
  return scaled(fixed(big(Math.min(x, 0)), p) - fixed(tail, p), p)
}

/** The exact values of functions at finite arguments where they are finite and not 0. */
export const EXACT: Readonly<Record<string, (...x: number[]) => Big>> = {
  exp,
  expm1,
  log: (x) => scaled(lnFixed(big(x), P), P),
  log2: (x) => scaled(div(lnFixed(big(x), P), ln2(P), P), P),
  log1p: (x) =>
    Math.abs(x) < TINY
      ? nearly(x, -0.5, 1)
      : scaled(lnFixed(scaled(fixed(big(x), 1100) + (1n << 1100n), 1100), P), P),
  log10: (x) => scaled(div(lnFixed(big(x), P), ln10(P), P), P),
  exp2: (x) => expFixed(mul(fixed(big(clamp(x)), P), ln2(P), P), P),
  cbrt,
  asinh: odd(asinh, -1 / 6),
  acosh,
  atanh: odd(atanh, 1 / 3),
  hypot,
  logSigmoid,
  tanh: odd(tanhOf, -1 / 3),
  sinh: odd((x) => hyperbolic(x, -1n), 1 / 6),
  cosh: (x) => hyperbolic(x, 1n),
  sigmoid,
  softplus,
  sin: odd((x) => wave(x, "sin"), -1 / 6),
  cos: (x) => wave(x, "cos"),
  tan: odd(tan, 1 / 3),
  asin: odd(
    (x) => scaled(angle(fixed(big(x), P), cosineOf(fixed(big(x), P)), Math.asin(x), P), P),
    1 / 6,
  ),
  acos: (x) => scaled(angle(cosineOf(fixed(big(x), P)), fixed(big(x), P), Math.acos(x), P), P),
  atan: odd((x) => atan2(x, 1), -1 / 3),
  atan2,
  erf: (x) =>
    Math.abs(x) < TINY
      ? times(nearly(x, -1 / 3, 2), scaled(div(2n << BigInt(P), sqrt(pi(P), P), P), P))
      : erf(x),
  erfInv: (x, guess) =>
    Math.abs(x) < TINY ? times(big(x), scaled(sqrt(pi(P), P) / 2n, P)) : erfInv(x, guess),
  power: (a, b) =>
    expFixed(mul(lnFixed(big(a), 2 * P), fixed(big(b), 2 * P), 2 * P) >> BigInt(P), P),
}

/** The distance of `got` from `want` in units in the last place of `want`, where fractions have so many bits. */
export function errorIn(got: number, want: Big, fraction: number, smallest: number): number {
  const exponent = Math.max(smallest, want.e + bits(want.m) - 1)
  const unit = exponent - fraction
  const p = 40 - unit
  return Math.abs(Number(fixed(big(got), p) - fixed(want, p))) / 2 ** 40
}
/** The magnitude as a power of two, to see over- and underflow. */
export const exponentOf = (x: Big): number =>
  x.m === 0n ? Number.NEGATIVE_INFINITY : x.e + bits(x.m) - 1
