/** @file Overlays: the numbers on the boxes are those of the document. */
import { describe, expect, test } from "vitest"
import { doublesToBase64 } from "../base64.ts"
import { mlpStep } from "../examples/graphs.ts"
import { layoutGraph, prepare } from "../layout/fold.ts"
import { paintGraph } from "../paint/paint.ts"
import type { GraphDoc } from "../payload.ts"
import { overlayOf, overlaysOf } from "./overlay.ts"

const plain = mlpStep()
const shown = layoutGraph(prepare(plain), { budget: Number.POSITIVE_INFINITY })
const kernel = { id: "K", compiler: "wasm", why: "", source: "", lineNodes: [] }
const forward = plain.nodes.op.flatMap((_, n) =>
  plain.nodes.phase[n] === "fwd" && plain.nodes.inputs[n].length && shown.boxOf[n] >= 0 ? [n] : [],
)
const [a, b, c] = forward
const doc: GraphDoc = {
  ...plain,
  nodes: {
    ...plain.nodes,
    flops: plain.nodes.op.map((_, n) => (n === a ? 2_000 : n === b ? 20 : 0)),
  },
  kernels: [
    { ...kernel, nodes: [a] },
    { ...kernel, nodes: [b, c] },
  ],
  runs: [
    {
      id: "1",
      device: "cpu",
      kernelNs: [[3e6, 1e6, 2e6], [5e3]],
      stats: {
        node: [a, b],
        cols: ["n", "zeros", "nan", "posInf", "negInf", "rms"],
        data: doublesToBase64([100, 25, 0, 0, 0, 0.5, 100, 0, 3, 1, 0, Number.NaN]),
      },
    },
  ],
}
const open = layoutGraph(prepare(doc), { budget: Number.POSITIVE_INFINITY })
const key = (node: number) => open.boxes[open.boxOf[node]].key

describe("overlays (VISUAL 9)", () => {
  test("only what was measured is offered", () => {
    expect(overlaysOf(plain)).toEqual(["bytes"])
    expect(overlaysOf(doc)).toEqual(["bytes", "flops", "time", "statistics"])
  })
  test("bytes of a closed scope are the sum of its boxes", () => {
    const { marks } = overlayOf(open, "bytes")
    expect(marks.get(key(a))?.text).toBe("4 KiB")
    expect(Math.max(...[...marks.values()].map((m) => m.share))).toBe(1)
    expect(Math.min(...[...marks.values()].map((m) => m.share))).toBe(0)
  })
  test("operations: only boxes that have some", () => {
    const { marks, scale } = overlayOf(open, "flops")
    expect([...marks.keys()].sort()).toEqual([key(a), key(b)].sort())
    expect(marks.get(key(a))?.text).toBe("2,000 flop")
    expect(scale).toEqual({ low: "20 flop", high: "2,000 flop" })
  })
  test("time is the kernel's median, and a kernel with other boxes says so", () => {
    const { marks } = overlayOf(open, "time")
    expect(marks.get(key(a))?.text).toBe("K1 2 ms")
    expect(marks.get(key(b))?.text).toBe("K2 5 µs, shared")
    const closed = layoutGraph(prepare(doc), { open: new Set() })
    const whole = closed.boxes[closed.boxOf[a]]
    expect(whole.kind).toBe("scope")
    expect(overlayOf(closed, "time").marks.get(whole.key)?.text).toBe("K1, K2 2 ms")
  })
  test("statistics: NaN goes before size", () => {
    const { marks } = overlayOf(open, "statistics")
    expect(marks.get(key(a))).toMatchObject({ tone: "negative", text: "rms 0.50, zeros 25 %" })
    expect(marks.get(key(b))).toMatchObject({ tone: "warn", text: "NaN 3, Inf 1 of 100" })
  })
  test("the number is written in the box, so colour is never alone", () => {
    const overlay = overlayOf(open, "flops").marks
    const texts = paintGraph(open, { overlay }).items.flatMap((i) =>
      i.kind === "text" ? [i.text] : [],
    )
    expect(texts).toContain("2,000 flop")
    expect(paintGraph(open).items.some((i) => i.kind === "text" && i.text.includes("flop"))).toBe(
      false,
    )
  })
})
