/** @file What the rules of control flow share: which operands have gradients, and effects inside closed graphs. */
import type { Graph } from "../graph.ts"
import { make } from "../make.ts"
import type { Grad, Op } from "../op.ts"
import { axesOf, range } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { where } from "./choice.ts"
import { declare } from "./declare.ts"
import { nextSerial } from "./effect.ts"
import { reshapeTo } from "./move.ts"
import { differentiable, zerosOf } from "./source.ts"

export const floats = (xs: readonly Tensor[]): Tensor[] => xs.filter(differentiable)
/** The cotangents or tangents of the floats among `like`, zeros where there are none. */
export const filled = (gs: readonly Grad[], like: readonly Tensor[]): Tensor[] =>
  like.flatMap((y, i) => (differentiable(y) ? [gs[i] ?? zerosOf(y)] : []))
/** Spreads results for the floats among `inputs` over all of them. */
export function perInput(inputs: readonly Tensor[], bars: readonly Tensor[]): Grad[] {
  let at = 0
  return inputs.map((x) => (differentiable(x) ? bars[at++] : null))
}
/** `a` where `p` holds, with `p` given the trailing axes of the branches. */
export function choose(p: Tensor, a: Tensor, b: Tensor): Tensor {
  const ones = range(a.rank - p.rank).map(() => ({ size: 1 }))
  return where(reshapeTo(p, [...axesOf(p.type), ...ones]), a, b)
}

/** Makes the program run the node behind `x`, whose graphs have effects, even where nobody reads it. */
export const keepOp: Op = declare({
  name: "keep",
  family: "effect",
  effect: true,
  type: ([t]) => [t],
  vjp: { flat: "an effect is not on the data path" },
  evaluate: ([x]) => [x],
})
export const keepNode = (x: Tensor): Tensor => make(keepOp, [x], { serial: nextSerial() })
/** Keeps a control-flow node whose graphs have effects. */
export function keepEffects(outputs: readonly Tensor[], graphs: readonly Graph[]): void {
  if (graphs.every((g) => g.effects.length === 0) || outputs.length === 0) return
  keepNode(outputs[0])
}
