/** @file Choosing elements: where, clip, nanToNum. */
import { type DType, isFloat } from "../dtype.ts"
import { publicly } from "../eager.ts"
import { optionsAt } from "../options.ts"
import * as s from "../scalar.ts"
import type { Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"
import type { Operand } from "./align.ts"
import { greater, less } from "./compare.ts"
import { flatAt, unchosen } from "./hazard.ts"
import { maxFinite } from "./limits.ts"
import { atom } from "./notation.ts"
import { select } from "./pointwise.ts"
import { isNaN } from "./rounding.ts"
import { zerosOf } from "./source.ts"

/**
 * `a` where `condition` holds, else `b`; all three are broadcast. Both sides are computed: a NaN on the side not taken
 * does not reach the value, but may reach the gradient as 0 * NaN (write `?:` inside `defn` to choose cotangents instead).
 */
export const where = select("where", {
  reference: (c, a, b) => (c ? a : b),
  scalar: s.select,
  vjp: (g, c) => [null, where(c, g, zerosOf(g)), where(c, zerosOf(g), g)],
  hazards: [
    unchosen(
      "the trap of where",
      () => true,
      "where computes both sides. The side that is not taken gets the cotangent 0, and 0 times an infinite slope is not a number. `?:` chooses the gradients themselves.",
      "{0} ? {1} : {2}",
    ),
    flatAt(
      "never chosen",
      ([c]) => !c,
      "The condition never takes this side, so it has no part in the result.",
      "{1}   // let the condition choose it somewhere",
      { operand: 1 },
    ),
    flatAt(
      "never chosen",
      ([c]) => !!c,
      "The condition never takes this side, so it has no part in the result.",
      "{2}   // let the condition choose it somewhere",
      { operand: 2 },
    ),
  ],
  latex: atom((c, a, b) => `(${c} \\mathbin{?} ${a} : ${b})`),
})

/** Builds under a name, as one box of a picture. */
const named = <T>(name: string, build: () => T): T =>
  currentTrace()?.inScope(name, "named", build) ?? build()

const clipped = <D extends DType>(x: Tensor<D>, low: Operand, high: Operand): Tensor<D> =>
  named("clip", () => where(less(x, low), low, where(greater(x, high), high, x)) as Tensor<D>)
/**
 * `x` limited to [low, high]; NaN stays NaN. The gradient passes at the bounds (S10), and goes to a bound where it was taken.
 * @example clip(tensor([-2, 0.5, 3]), 0, 1) // f32[3] [0, 0.5, 1]
 */
export const clip = Object.assign(publicly("clip", clipped), { kind: "move" as const })

export interface NanToNumOptions {
  /** In place of NaN; 0 by default. */
  readonly nan?: number
  /** In place of Infinity; the largest finite value by default. */
  readonly infinity?: number
  /** In place of -Infinity; the smallest finite value by default. */
  readonly negativeInfinity?: number
}
function replaced<D extends DType>(x: Tensor<D>, o: NanToNumOptions = {}): Tensor<D> {
  if (!isFloat(x.dtype)) return x
  const { nan = 0, infinity = maxFinite(x.dtype), negativeInfinity = -maxFinite(x.dtype) } = o
  return named("nanToNum", () => {
    const below = where(less(x, -maxFinite(x.dtype)), negativeInfinity, x)
    const above = where(greater(x, maxFinite(x.dtype)), infinity, below)
    return where(isNaN(x), nan, above) as Tensor<D>
  })
}
/** Finite numbers in place of NaN and the infinities; integers stay as they are. */
export const nanToNum = Object.assign(
  publicly(
    "nanToNum",
    replaced,
    optionsAt<NanToNumOptions>(1, { nan: true, infinity: true, negativeInfinity: true }),
  ),
  { kind: "move" as const },
)
