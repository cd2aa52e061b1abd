/** @file Comparisons: bools, flat. NaN is unequal to everything and neither less nor greater. */
import * as s from "../scalar.ts"
import { relation } from "./notation.ts"
import { compare } from "./pointwise.ts"

/** Bools are compared as 0 and 1. */
const ordered = (x: s.Scalar): s.Scalar => (x.dtype === "bool" ? s.convert(x, "i32") : x)
const of = (f: (a: s.Scalar, b: s.Scalar) => s.Scalar) => (a: s.Scalar, b: s.Scalar) =>
  f(ordered(a), ordered(b))

/** Where `a = b`. */
export const equal = compare("equal", {
  reference: (a, b) => a === b,
  scalar: of(s.equal),
  latex: relation("="),
})
/** Where `a != b`; true with NaN. */
export const notEqual = compare("notEqual", {
  reference: (a, b) => a !== b,
  scalar: of((a, b) => s.not(s.equal(a, b))),
  latex: relation("\\ne"),
})
/** Where `a > b`. */
export const greater = compare("greater", {
  reference: (a, b) => a > b,
  scalar: of((a, b) => s.less(b, a)),
  latex: relation(">"),
})
/** Where `a >= b`. */
export const greaterEqual = compare("greaterEqual", {
  reference: (a, b) => a >= b,
  scalar: of((a, b) => s.lessEqual(b, a)),
  latex: relation("\\ge"),
})
/** Where `a < b`. */
export const less = compare("less", {
  reference: (a, b) => a < b,
  scalar: of(s.less),
  latex: relation("<"),
})
/** Where `a <= b`. */
export const lessEqual = compare("lessEqual", {
  reference: (a, b) => a <= b,
  scalar: of(s.lessEqual),
  latex: relation("\\le"),
})
