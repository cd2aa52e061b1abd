/** @file DOT and Mermaid say the same graph as the picture, and nothing of a name becomes syntax. */
import { describe, expect, test } from "vitest"
import { mlpStep, tanhLoss } from "../examples/graphs.ts"
import { prepare } from "../layout/fold.ts"
import { graphDot } from "./dot.ts"
import { graphMermaid } from "./mermaid.ts"

const doc = mlpStep()
const shown = prepare(doc, Number.POSITIVE_INFINITY).model.folded.slice(0, doc.nodes.op.length)
const boxes = shown.filter((folded) => !folded).length

describe.each([
  ["DOT", graphDot, /^\s*n\d+ \[/gm, / -> /g],
  ["Mermaid", graphMermaid, /^\s*n\d+(\[|\(\[)/gm, / --> /g],
] as const)("%s", (_, write, node, edge) => {
  test("has every node once, every edge, and closes what it opens", () => {
    const text = write(doc)
    expect(text.match(node)).toHaveLength(boxes)
    const ids = new Set([...text.matchAll(/^\s*(n\d+)[ [(]/gm)].map((m) => m[1]))
    for (const [, from, to] of text.matchAll(/^\s*(n\d+) -+> (n\d+)$/gm)) {
      expect(ids.has(from)).toBe(true)
      expect(ids.has(to)).toBe(true)
    }
    expect(text.match(edge)!.length).toBeGreaterThan(boxes / 2)
    const opened = text.match(/subgraph/g)!.length
    expect(text.match(/^\s*(end|\s+\})$/gm)).toHaveLength(opened)
    expect(text).toContain("dense1")
  })
  test("names of people stay names", () => {
    const strings = tanhLoss().strings.map((s) => (s === "h" ? 'h"];x[<b>\n' : s))
    const text = write({ ...tanhLoss(), strings })
    expect(text).not.toContain('h"];')
    expect(text.split("\n").length).toBe(write(tanhLoss()).split("\n").length)
  })
})
