/** @file Choosing elements: where, clip, nanToNum. */
import * as s from "../scalar.ts"
import { atom } from "./notation.ts"
import { select } from "./pointwise.ts"
import { zerosOf } from "./source.ts"

/**
 * `a` where `condition` holds, else `b`; all three are broadcast. Both sides are computed: a NaN on the side not taken
 * does not reach the value, but may reach the gradient as 0 * NaN (write `?:` inside `defn` to choose cotangents instead).
 */
export const where = select("where", {
  reference: (c, a, b) => (c ? a : b),
  scalar: s.select,
  vjp: (g, c) => [null, where(c, g, zerosOf(g)), where(c, zerosOf(g), g)],
  latex: atom((c, a, b) => `(${c} \\mathbin{?} ${a} : ${b})`),
})
