/** @file The edges at which a gradient stops are drawn with their reason, and only those (VISUAL 12). */
import { expect, test } from "vitest"
import * as graphs from "../examples/graphs.ts"
import { layoutGraph, prepare } from "../layout/fold.ts"
import type { Cut, GraphDoc } from "../payload.ts"
import { paintGraph } from "./paint.ts"

const plain = graphs.tanhLoss()
/** A forward edge of the example between two operations. */
function edgeOf(doc: GraphDoc): readonly [from: number, to: number] {
  const layout = layoutGraph(prepare(doc))
  const edge = layout.edges.find((e) => e.kind === "forward")
  if (!edge) throw new Error("the example has a forward edge")
  return [layout.boxes[edge.from].node, layout.boxes[edge.to].node]
}
const withCuts = (cuts: readonly Cut[]): GraphDoc => ({
  ...plain,
  runs: [
    {
      id: "inspect",
      device: "cpu",
      first: [{ kind: "zero-grad", node: cuts[0].to, reason: "why", chain: [], cuts }],
    },
  ],
})
const errors = (doc: GraphDoc) =>
  paintGraph(layoutGraph(prepare(doc)), { marks: new Map() }).items.flatMap((item) =>
    item.kind === "line" && item.stroke === "error"
      ? ["line"]
      : item.kind === "text" && item.fill === "error"
        ? [item.text]
        : [],
  )

test("without cuts nothing is red", () => {
  expect(errors(plain)).toEqual([])
})
test("a cut edge is red, with scissors and a word", () => {
  const [from, to] = edgeOf(plain)
  expect(errors(withCuts([{ from, to, kind: "stop", reason: "why" }]))).toEqual([
    "line",
    "✂ stopped",
  ])
})
test("an edge that is not cut stays as it is, though its operation has a cut", () => {
  const [, to] = edgeOf(plain)
  expect(errors(withCuts([{ from: to, to, kind: "unused", reason: "why" }]))).toEqual([])
})
