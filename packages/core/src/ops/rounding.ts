/** @file Rounding to whole numbers, and questions about floats. Integers are whole already. */
import { isFloat } from "../dtype.ts"
import { publicly } from "../eager.ts"
import * as e from "../elementary/index.ts"
import { roundEven as nearestEven } from "../half.ts"
import type { Op } from "../op.ts"
import { checkWord, optionsAt } from "../options.ts"
import * as s from "../scalar.ts"
import type { Tensor } from "../tensor.ts"
import type { Operand } from "./align.ts"
import { declare } from "./declare.ts"
import { atom, word } from "./notation.ts"
import { predicate, unary } from "./pointwise.ts"
import type { Unary } from "./pointwise-types.ts"
import { constant } from "./source.ts"

const JUMPS = { flat: "constant between its jumps" }
const range = [-4, 4] as const
const whole: Op["normal"] = ([x]) => (isFloat(x.dtype) ? undefined : x)

/** The largest whole number not above x. */
export const floor = unary("floor", {
  reference: Math.floor,
  exact: (x) => x,
  scalar: s.floor,
  normal: whole,
  range,
  vjp: JUMPS,
  latex: atom((x) => `\\lfloor ${x} \\rfloor`),
})
/** The smallest whole number not below x. */
export const ceil = unary("ceil", {
  reference: Math.ceil,
  exact: (x) => x,
  scalar: s.ceil,
  normal: whole,
  range,
  vjp: JUMPS,
  latex: atom((x) => `\\lceil ${x} \\rceil`),
})
/** The whole part, towards zero. */
export const trunc = unary("trunc", {
  reference: Math.trunc,
  exact: (x) => x,
  scalar: s.trunc,
  normal: whole,
  range,
  vjp: JUMPS,
  latex: word("trunc"),
})

/** Adding 1/2 would round 0.49999997 up; the distance to the whole part is exact. */
function halfAway(x: s.Scalar): s.Scalar {
  const t = s.trunc(x)
  const away = s.select(s.less(x, 0), s.sub(t, 1), s.add(t, 1))
  return s.select(s.lessEqual(s.constant(x.dtype, 0.5), s.abs(s.sub(x, t))), away, t)
}
const roundAway = unary("round", {
  reference: (x) => {
    const t = Math.trunc(x)
    return Math.abs(x - t) >= 0.5 ? t + Math.sign(x) : t
  },
  exact: (x) => x,
  scalar: halfAway,
  normal: whole,
  range,
  vjp: JUMPS,
  latex: word("round"),
})
/** The nearest whole number, halves to even. */
const roundEven = unary("roundEven", {
  reference: (x) => (Number.isFinite(x) && x !== 0 ? copySign(nearestEven(x), x) : x),
  exact: (x) => x,
  scalar: s.roundEven,
  normal: whole,
  range,
  vjp: JUMPS,
  latex: word("round"),
})
declare(roundEven.op)
const copySign = (x: number, of: number): number => (of < 0 ? -Math.abs(x) : Math.abs(x))

export interface RoundOptions {
  /** Where halves go; "away" from zero by default (S5). */
  readonly half?: "away" | "even"
}
function choose(x: Operand, { half = "away" }: RoundOptions = {}): Tensor {
  checkWord("round", "half", half, ["away", "even"])
  return half === "even" ? roundEven(x) : roundAway(x)
}
/** The nearest whole number; halves away from zero, or to even with `{half: "even"}` (S5). */
export const round = Object.assign(
  publicly("round", choose, optionsAt<RoundOptions>(1, { half: true })),
  {
    op: roundAway.op,
    kind: "unary" as const,
  },
) as Unary & ((x: Operand, options?: RoundOptions) => Tensor)

const never: Op["normal"] = ([x]) =>
  isFloat(x.dtype) ? undefined : constant(0, "bool", x.shape, x.names)
/** Where x is not a number. */
export const isNaN = predicate("isNaN", {
  reference: (x) => Number.isNaN(Number(x)),
  scalar: e.isNaN,
  normal: never,
  latex: word("isNaN"),
})
/** Where x is infinite, of either sign. */
export const isInfinite = predicate("isInfinite", {
  reference: (x) => Math.abs(Number(x)) === Number.POSITIVE_INFINITY,
  scalar: e.isInfinite,
  normal: never,
  latex: word("isInfinite"),
})
/** Where x is neither infinite nor NaN; integers always are. */
export const isFinite = predicate("isFinite", {
  reference: (x) => Number.isFinite(Number(x)),
  scalar: e.isFinite,
  normal: ([x]) => (isFloat(x.dtype) ? undefined : constant(1, "bool", x.shape, x.names)),
  latex: word("isFinite"),
})
