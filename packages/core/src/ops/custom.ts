/** @file stopGradient: the identity that gradients do not pass. */
import { publiclyAs } from "../eager.ts"
import { make } from "../make.ts"
import type { Op } from "../op.ts"
import type { Tensor } from "../tensor.ts"
import { move } from "./move-family.ts"
import { called } from "./notation.ts"

/** The identity with no gradient. */
export const stopGradientOp: Op = {
  ...move("stopGradient", {
    splat: true,
    type: ([t]) => t,
    at: (i, load) => load(0, i),
    vjp: () => [null],
    linear: "no",
    samples: [{ inputs: [{ dtype: "f32", shape: [2, 3] }] }],
    latex: called("stopGradient"),
  }),
  vjp: { flat: "stopGradient ends it" },
}
/** `x`, taken as a constant by gradients. */
export const stopGradient = publiclyAs(
  "stopGradient",
  <T extends Tensor>(x: T): T => make(stopGradientOp, [x]) as T,
  { op: stopGradientOp, kind: "move" as const },
)
