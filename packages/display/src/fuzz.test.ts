import { describe, expect, it } from "vitest"
import { describeRows } from "./describe.ts"
import * as graphs from "./examples/graphs.ts"
import { svgProblems } from "./examples/svg-rules.ts"
import { normal } from "./examples/tensors.ts"
import { layoutGraph, prepare } from "./layout/fold.ts"
import { allKeys } from "./layout/scopes.ts"
import { gradientListing, graphListing } from "./listing.ts"
import { paintGraph } from "./paint/paint.ts"
import type { GraphDoc } from "./payload.ts"
import { readPayload } from "./read.ts"
import { gradientSvg } from "./svg/gradient.ts"
import { graphSvg } from "./svg/graph.ts"

const DOCS = [
  graphs.tanhLoss(),
  graphs.mlpStep(),
  graphs.distanceLoss(),
  graphs.loopAndCondition(),
  graphs.secondOrder(),
  graphs.troubled(),
]
const PHASES = ["fwd", "bwd", "update", "recompute", "jvp"]

// biome-ignore lint/suspicious/noExplicitAny: documents are spoilt in ways that the types forbid
type Broken = any

/** Numbers in [0, 1) from a seed. */
function stream(seed: number): () => number {
  const numbers = normal(seed, 200).map((v) => Math.abs(v * 1000) % 1)
  let at = 0
  return () => numbers[at++ % numbers.length]
}

/** Changes a few entries of the columns to other values, in range or not. */
function spoil(doc: GraphDoc, random: () => number): Broken {
  const broken = JSON.parse(JSON.stringify(doc)) as Broken
  const count = broken.nodes.op.length
  const pick = (n: number) => Math.floor(random() * n)
  for (let k = 0; k < 4; k++) {
    const n = pick(count)
    const column = [
      "dual",
      "grad",
      "scope",
      "op",
      "phase",
      "inputs",
      "outs",
      "outputs",
      "parent",
      "repeat",
      "residual",
    ][pick(11)]
    if (column === "phase") broken.nodes.phase[n] = PHASES[pick(5)]
    else if (column === "inputs")
      broken.nodes.inputs[n] = Array.from({ length: pick(4) }, () => pick(n + 1))
    else if (column === "outs") broken.nodes.outs[n] = []
    else if (column === "outputs") broken.outputs = [pick(count), pick(count)]
    else if (column === "parent" && broken.scopes.length > 0)
      broken.scopes[pick(broken.scopes.length)].parent = pick(4) - 1
    else if (column === "repeat" && broken.scopes.length > 1)
      broken.scopes[broken.scopes.length - 1].repeatOf = 0
    else if (column === "residual")
      broken.residuals.push({
        node: pick(count),
        port: 0,
        users: [pick(count)],
        bytes: 1,
        policy: "saved",
      })
    else if (column === "scope") broken.nodes.scope[n] = pick(broken.scopes.length + 1) - 1
    else if (column === "op") broken.nodes.op[n] = pick(broken.strings.length)
    else if (broken.nodes[column]) broken.nodes[column][n] = pick(count + 1) - 1
  }
  return broken
}

describe("documents that nobody has checked (D8.4)", () => {
  it("are refused, or laid out, painted, listed and described without a throw", () => {
    let accepted = 0
    for (let seed = 1; seed <= 300; seed++) {
      const { doc } = readPayload("graph", spoil(DOCS[seed % DOCS.length], stream(seed)))
      if (!doc) continue
      accepted++
      const prepared = prepare(doc)
      for (const open of [new Set<string>(), allKeys(prepared.tree)]) {
        const layout = layoutGraph(prepared, { open })
        expect(
          layout.boxes.every((box) => box.w > 0),
          `seed ${seed}`,
        ).toBe(true)
        const expanded = new Set(
          layout.boxes.flatMap((box) => (box.kind === "rule" ? [box.key] : [])),
        )
        paintGraph(layoutGraph(prepared, { open, expanded }))
        describeRows(layout)
      }
      expect(svgProblems(graphSvg(doc)), `seed ${seed}`).toEqual([])
      expect(svgProblems(gradientSvg(doc)), `seed ${seed}`).toEqual([])
      expect(graphListing(doc) + gradientListing(doc)).not.toContain("undefined")
    }
    expect(accepted).toBeGreaterThan(100)
  })
})
