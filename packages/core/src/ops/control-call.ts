/** @file Calls of closed graphs, and barriers that keep recomputed nodes apart (D3.2, D3.3). */
import type { Graph } from "../graph.ts"
import { inline, typesOf } from "../graph.ts"
import { make } from "../make.ts"
import type { Batched, Op } from "../op.ts"
import type { Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"
import { inlinePure, vjpGraph } from "../transforms/grad.ts"
import { jvpGraph } from "../transforms/jvp.ts"
import { batchGraph } from "../transforms/vmap.ts"
import { filled, keepEffects, perInput } from "./control-shared.ts"
import { declare } from "./declare.ts"
import { f64, move } from "./move-family.ts"
import { elements } from "./source.ts"

interface CallAttrs {
  readonly body: Graph
  readonly name: string
  /** The gradient computes the body again and keeps none of its values. */
  readonly checkpoint?: boolean
}
const attrsOf = (n: Tensor): CallAttrs => n.attrs as unknown as CallAttrs

/** A closed graph applied to inputs. */
export const callOp: Op = {
  name: "call",
  family: "syntax",
  type: (_, a) => typesOf((a as unknown as CallAttrs).body.outputs),
  vjp: (g, n) => {
    const { body, checkpoint } = attrsOf(n)
    const bars = filled(g, elements(n))
    const inputs = checkpoint ? n.inputs.map((x) => barrier(x, bars)) : n.inputs
    const again = currentTrace()?.table.notes.again
    if (checkpoint) inputs.forEach((x, i) => again?.set(x, body.inputs[i]))
    return perInput(n.inputs, inlinePure(vjpGraph(body), [...inputs, ...bars]))
  },
  jvp: (n, inputs, tangents) => {
    const { body } = attrsOf(n)
    const both = inlinePure(jvpGraph(body), [...inputs, ...filled(tangents, inputs)])
    return both.slice(n.types.length)
  },
  batch: (n, inputs, batched, size): Batched => {
    const inner = batchGraph(attrsOf(n).body, batched, size)
    return { outputs: callNode(inner.graph, inputs, n.attrs), batched: inner.batched }
  },
  body: (n) => inline(attrsOf(n).body, n.inputs),
  nested: (n) => {
    const { body, name } = attrsOf(n)
    const inputs = n.inputs.map((_, of) => ({ of, as: "same" }) as const)
    return { kind: "call", name: name || "call", regions: [{ name: "", graph: body, inputs }] }
  },
  turns: (n, inputs) => [{ graph: attrsOf(n).body, inputs, label: "" }],
}
/** Calls `body`; its outputs. */
export function callNode(
  body: Graph,
  inputs: readonly Tensor[],
  attrs: Record<string, unknown>,
): Tensor[] {
  const outputs = elements(make(callOp, inputs, { ...attrs, body }))
  keepEffects(outputs, [body])
  return outputs
}

/**
 * Its first input, as another node that waits for the other inputs: what is computed from it is not shared with what is
 * computed from the input itself (D3.2). Any compiler runs it as the move that it is.
 */
export const barrierOp: Op = declare({
  ...move("barrier", {
    code: "{0}",
    type: ([t]) => t,
    at: (i, load) => load(0, i),
    vjp: (g, n) => [g, ...n.inputs.slice(1).map(() => null)],
    linear: "no",
    samples: [{ inputs: [f64(2, 3), f64(2, 3)] }],
  }),
  batch: (_, [x, ...after], [on]): Batched => ({ outputs: [barrier(x, after)], batched: [on] }),
})
export const barrier = (x: Tensor, after: readonly Tensor[]): Tensor =>
  make(barrierOp, [x, ...after])
