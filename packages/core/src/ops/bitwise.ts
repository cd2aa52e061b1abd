/** @file Bits of integers, and of bools as single bits. Floats are a DTypeError. */
import { DTYPES, isSigned } from "../dtype.ts"
import * as s from "../scalar.ts"
import { product, sum } from "./notation.ts"
import { bitwise, bitwiseUnary } from "./pointwise.ts"

/** The bits set in both. */
export const bitwiseAnd = bitwise("bitwiseAnd", {
  reference: (a, b) => a & b,
  scalar: s.and,
  bools: true,
  latex: product("\\mathbin{\\&}"),
})
/** The bits set in either. */
export const bitwiseOr = bitwise("bitwiseOr", {
  reference: (a, b) => a | b,
  scalar: s.or,
  bools: true,
  latex: sum("\\mathbin{|}"),
})
/** The bits set in exactly one. */
export const bitwiseXor = bitwise("bitwiseXor", {
  reference: (a, b) => a ^ b,
  scalar: s.xor,
  bools: true,
  latex: sum("\\oplus"),
})
/** Every bit turned; of a bool its opposite. */
export const bitwiseNot = bitwiseUnary("bitwiseNot", {
  reference: (a) => 1 - a,
  exact: (a) => ~a,
  scalar: s.not,
  latex: { level: 3, print: (x) => `{\\sim} ${x}` },
})

/** An amount outside [0, width) shifts everything out; the instruction itself takes it modulo the width. */
const inRange = (b: s.Scalar): s.Scalar => {
  const below = s.less(b, DTYPES[b.dtype].bytes * 8)
  return isSigned(b.dtype) ? s.and(below, s.lessEqual(s.constant(b.dtype, 0), b)) : below
}
const width = (a: s.Scalar): number => DTYPES[a.dtype].bytes * 8
const tooFar = (b: bigint): boolean => b < 0n || b >= 64n
/** `a * 2 ** b`, wrapping; 0 when `b` is negative or not below the width. */
export const leftShift = bitwise("leftShift", {
  reference: (a, b) => a * 2 ** b,
  exact: (a, b) => (tooFar(b) ? 0n : a << b),
  scalar: (a, b) => s.select(inRange(b), s.shiftLeft(a, b), 0),
  bools: false,
  latex: product("\\ll"),
})
/** `floor(a / 2 ** b)`: signed integers keep their sign; when `b` is negative or not below the width, 0 or -1. */
export const rightShift = bitwise("rightShift", {
  reference: (a, b) => Math.floor(a / 2 ** b),
  exact: (a, b) => (tooFar(b) ? (a < 0n ? -1n : 0n) : a >> b),
  scalar: (a, b) => {
    const empty = isSigned(a.dtype) ? s.shiftRight(a, width(a) - 1) : s.constant(a.dtype, 0)
    return s.select(inRange(b), s.shiftRight(a, b), empty)
  },
  bools: false,
  latex: product("\\gg"),
})
