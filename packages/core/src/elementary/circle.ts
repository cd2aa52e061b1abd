/**
 * @file Exact reduction of an angle to the nearest quarter turn, for every finite number (Payne and Hanek 1983): the bits of
 * 1 / (2 pi) that matter are selected by the exponent and multiplied in integers. One path for all sizes; no f64 for f32.
 */
import * as s from "../scalar.ts"
import { bitsOf, by, like } from "./bits.ts"
import { fastSum, type Pair } from "./split.ts"

type Scalar = s.Scalar

/** The fraction bits of 1 / (2 pi), in words of 32 (computed with Machin's formula). */
const TURNS_HEX =
  "28be60db9391054a7f09d5f47d4d377036d8a5664f10e4107f9458eaf7aef1586dc91b8e909374b801924bba827464873f877ac72c4a69cf" +
  "ba208d7d4baed1213a671c09ad17df904e64758e60d4ce7d272117e2ef7e4a0ec7fe25fff7816603fbcbc462d6829b47db4d9fb3c9f2c26d" +
  "d3d18fd9a797fa8b5d49eeb1faf97c5ecf41ce7de294a4ba9afed7ec47e357421580cc11bf1edaeafc33ef"

/** Words of 1 / (2 pi) behind `zeros` leading zero bits. */
function turnWords(zeros: number, count: number): number[] {
  const bits = BigInt(`0x${TURNS_HEX}`)
  const total = TURNS_HEX.length * 4 + zeros
  return Array.from({ length: count }, (_, i) => {
    const down = total - 32 * (i + 1)
    return Number((bits >> BigInt(down)) & 0xffffffffn)
  })
}

const u32 = (x: number): Scalar => s.constant("u32", x)
/** The `keep` words from word `index` on: a choice for each bit of the index, like a barrel shifter. */
function window(words: readonly number[], index: Scalar, keep: number): Scalar[] {
  let list = words.map(u32)
  for (let bit = Math.ceil(Math.log2(words.length - keep + 1)) - 1; bit >= 0; bit--) {
    const far = s.equal(s.and(s.shiftRight(index, bit), 1), 1)
    const needed = keep + 2 ** bit - 1
    const shift = 2 ** bit
    list = Array.from({ length: Math.min(needed, list.length) }, (_, i) =>
      s.select(far, list[i + shift] ?? u32(0), list[i]),
    )
  }
  return list.slice(0, keep)
}
/** `keep` words of the bits of 1 / (2 pi) from bit `offset` (u32) on. */
function bitsFrom(words: readonly number[], offset: Scalar, keep: number): Scalar[] {
  const list = window(words, s.shiftRight(offset, 5), keep + 1)
  const up = s.and(offset, 31)
  const down = s.sub(u32(31), up)
  return Array.from({ length: keep }, (_, k) => {
    const next = s.shiftRight(s.shiftRight(list[k + 1], 1), down)
    return s.or(s.shiftLeft(list[k], up), next)
  })
}

/** sum and carry out of u32 addition. */
function addCarry(a: Scalar, b: Scalar): { sum: Scalar; carry: Scalar } {
  const sum = s.add(a, b)
  return { sum, carry: s.convert(s.less(sum, a), "u32") }
}
/** digits * m modulo 1, for a fraction in words of 32 and m below 2^32: the leading words, all but the last. */
function timesModOne(digits: readonly Scalar[], m: Scalar): Scalar[] {
  const out: Scalar[] = []
  let carry = s.mulHigh(digits[digits.length - 1], m)
  for (let i = digits.length - 2; i >= 0; i--) {
    const low = addCarry(s.mul(digits[i], m), carry)
    out.unshift(low.sum)
    if (i > 0) carry = s.add(s.mulHigh(digits[i], m), low.carry)
  }
  return out
}

/** An angle as `quarter` quarter turns (i32; only the last two bits count) plus `angle` radians in [-pi/4, pi/4]. */
export interface Reduced {
  readonly quarter: Scalar
  readonly angle: Pair
}

const NEAR = Math.PI / 4

/** Leading zeros of the table, so that the offset starts at the exponent of pi/4. */
const WORDS_F32 = turnWords(24, 8)
const WORDS_F64 = turnWords(53, 39)
/** x / (2 pi) modulo 1 for |x| > pi/4: 64 bits of 24 times 96 for f32. */
function turnF32(x: Scalar, near: Scalar): Scalar[] {
  const i = s.bitcast(s.abs(x), "u32")
  const m = s.or(s.and(i, 0x7fffff), 0x800000)
  const offset = s.select(near, u32(0), s.sub(s.shiftRight(i, 23), 126))
  return timesModOne(bitsFrom(WORDS_F32, offset, 3), m)
}
/** The same: 128 bits of 53 times 192 for f64. */
function turnF64(x: Scalar, near: Scalar): Scalar[] {
  const i = s.bitcast(s.abs(x), "u64")
  const top = s.convert(s.shiftRight(i, 32), "u32")
  const m = [s.or(s.and(top, 0xfffff), 0x100000), s.convert(i, "u32")]
  const offset = s.select(near, u32(0), s.sub(s.shiftRight(top, 20), 1022))
  const digits = bitsFrom(WORDS_F64, offset, 6)
  return sumModOne(timesModOne(digits, m[1]).slice(0, 4), timesModOne(digits.slice(1), m[0]))
}
/** The sum of two fractions in words, without the carry out. */
function sumModOne(a: readonly Scalar[], b: readonly Scalar[]): Scalar[] {
  const out: Scalar[] = []
  let carry = u32(0)
  for (let i = a.length - 1; i >= 0; i--) {
    const first = addCarry(a[i], b[i])
    const second = addCarry(first.sum, carry)
    carry = s.add(first.carry, second.carry)
    out.unshift(second.sum)
  }
  return out
}

/** An angle as `quarter` quarter turns (i32; only its last two bits count) plus radians in [-pi/4, pi/4]. */
export interface Reduced {
  readonly quarter: Scalar
  readonly angle: Pair
}
/** The nearest quarter turn of a finite angle, and the rest to more bits than the dtype has. */
export function reduce(x: Scalar): Reduced {
  const near = s.lessEqual(s.abs(x), like(x, NEAR))
  const words = by(x, turnF32, turnF64)(x, near)
  const quarter = s.bitcast(s.shiftRight(s.add(words[0], 0x20000000), 30), "i32")
  const rest = words.map((w, k) => {
    const up = s.shiftLeft(w, 2)
    return words[k + 1] ? s.or(up, s.shiftRight(words[k + 1], 30)) : up
  })
  // As a magnitude, so that no bits cancel; the complement is off by one unit of the last word.
  const below = s.less(s.bitcast(rest[0], "i32"), 0)
  const flip = s.select(below, u32(0xffffffff), 0)
  const pair = by(x, angleF32, angleF64)(rest.map((w) => s.xor(w, flip)))
  const negative = s.less(bitsOf(x), 0)
  const turned = s.not(s.equal(s.convert(below, "i32"), s.convert(negative, "i32")))
  const side = (a: Scalar): Scalar => s.select(turned, s.neg(a), a)
  return {
    quarter: s.select(near, s.constant("i32", 0), s.select(negative, s.neg(quarter), quarter)),
    angle: {
      hi: s.select(near, x, side(pair.hi)),
      lo: s.select(near, like(x, 0), side(pair.lo)),
    },
  }
}

/** pi/2 / 2^32, and its first 12 and 21 bits: their products with as many leading bits of the turn are exact. */
const UNIT = (Math.PI / 2) * 2 ** -32
const HEAD_12 = Math.floor(UNIT * 2 ** 43) * 2 ** -43
const HEAD_21 = Math.floor(UNIT * 2 ** 52) * 2 ** -52
/** What Math.PI / 2 lacks to pi/2, over 2^32. */
const UNIT_TAIL = 6.123233995736766e-17 * 2 ** -32
/** The words times pi/2 / 2^32, as a pair of some 34 bits. */
function angleF32([high, low]: readonly Scalar[]): Pair {
  const top = s.convert(s.and(high, 0xfff00000), "f32")
  const middle = s.convert(s.and(high, 0x000fff00), "f32")
  const bottom = s.convert(s.or(s.shiftLeft(high, 24), s.shiftRight(low, 8)), "f32")
  const exact = fastSum(s.mul(top, HEAD_12), s.mul(middle, HEAD_12))
  const rest = s.fma(s.add(top, middle), UNIT - HEAD_12, s.mul(bottom, UNIT * 2 ** -24))
  return fastSum(exact.hi, s.add(exact.lo, rest))
}
/** The same of some 80 bits. */
function angleF64(words: readonly Scalar[]): Pair {
  const [top, middle, bottom] = words.slice(0, 3).map((w) => s.convert(w, "f64"))
  const tail = s.fma(bottom, UNIT * 2 ** -64, s.mul(top, UNIT_TAIL))
  const rest = s.fma(middle, UNIT * 2 ** -32, tail)
  return fastSum(s.mul(top, HEAD_21), s.fma(top, UNIT - HEAD_21, rest))
}
