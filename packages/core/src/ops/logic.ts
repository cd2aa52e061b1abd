/** @file Truth values. Anything that is not zero counts as true, NaN too. */
import * as s from "../scalar.ts"
import { product, sum } from "./notation.ts"
import { logical, logicalUnary } from "./pointwise.ts"

/** Both hold. */
export const logicalAnd = logical("logicalAnd", {
  reference: (a, b) => a !== 0 && b !== 0,
  scalar: s.and,
  latex: product("\\land"),
})
/** Either holds. */
export const logicalOr = logical("logicalOr", {
  reference: (a, b) => a !== 0 || b !== 0,
  scalar: s.or,
  latex: sum("\\lor"),
})
/** Exactly one holds. */
export const logicalXor = logical("logicalXor", {
  reference: (a, b) => (a !== 0) !== (b !== 0),
  scalar: s.xor,
  latex: sum("\\oplus"),
})
/** It does not hold: the element is zero or false. */
export const logicalNot = logicalUnary("logicalNot", {
  reference: (a) => a === 0,
  scalar: s.not,
  latex: { level: 3, print: (x) => `\\lnot ${x}` },
})
