/** @file A chain of 100,000 nodes through every pass: nothing recurses over the graph, everything is linear (D3.11). */
import { expect, test } from "vitest"
import { close, postorder } from "../graph.ts"
import { add, multiply, negate, sum, type Tensor, Trace, tanh, withTrace } from "../index.ts"
import { constant, freshParam } from "../ops/source.ts"
import { runGraph } from "../reference.ts"
import { rewrite } from "../rewrite.ts"
import { rulesFor } from "../rules.ts"
import { pullback } from "./grad.ts"
import { pushforward } from "./jvp.ts"
import { batchGraph } from "./vmap.ts"

const NODES = 100_000
const type = { dtype: "f32", shape: [8] } as const

test("trace, gradient, forward mode, rewriting, batching and running of 100,000 nodes", () => {
  withTrace(new Trace(), () => {
    const [x, w] = [freshParam(type), freshParam(type)]
    const y = (() => {
      let h: Tensor = x
      for (let i = 0; i < NODES / 4; i++) h = negate(tanh(add(multiply(h, w), x)))
      return sum(h)
    })()
    expect(postorder([y]).length).toBeGreaterThan(NODES)
    const bars = pullback([y], [constant(1, "f32")], [x, w]) as Tensor[]
    expect(postorder(bars).length).toBeGreaterThan(2 * NODES)
    const dots = pushforward([y], [x], [constant(1, "f32", [8])]) as Tensor[]
    expect(postorder(dots).length).toBeGreaterThan(2 * NODES)
    const g = close([x, w], [y, ...bars])
    const r = rewrite(g.outputs, rulesFor())
    expect(r.steps.length).toBeGreaterThan(NODES / 4)
    const b = batchGraph(close([x, w], [y]), [true, false], 16).graph
    expect(b.outputs[0].shape).toEqual([16])
    const [value] = runGraph(close([x, w], [y]), [
      new Float32Array(8).fill(0.5),
      new Float32Array(8).fill(0.5),
    ])
    expect(Number.isFinite(value[0] as number)).toBe(true)
  })
}, 120_000)
