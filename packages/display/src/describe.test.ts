import { describe, expect, it } from "vitest"
import { describeGraph, describeRows, speakFormula, speakType } from "./describe.ts"
import { distanceLoss, identity, tanhLoss } from "./examples/graphs.ts"
import { layoutGraph } from "./layout/fold.ts"

describe("labels for screen readers", () => {
  it("say op, type, saved bytes, derivative and place", () => {
    expect(describeRows(layoutGraph(tanhLoss()))[2]).toBe(
      "h equals tanh t2, float 32, 4 by 2, saved 32 B. Derivative: ∂t2 equals ∂h times 1 minus h squared. Row 3 of 6.",
    )
  })

  it("say what a closed scope holds", () => {
    const rows = describeRows(layoutGraph(distanceLoss(), { open: new Set() }))
    expect(rows[0]).toContain("Closed scope embed … embed, 2 times, 10 ops, saved")
  })

  it("name the tree, and manage a graph without ops", () => {
    expect(describeGraph(layoutGraph(tanhLoss()))).toBe(
      "valueAndGrad(loss), forward and backward graph, 6 rows",
    )
    expect(describeRows(layoutGraph(identity()))).toEqual(["Reads x. Row 1 of 1."])
  })

  it("speak types and formulas", () => {
    expect(speakType("f32[batch 8, time 64]")).toBe("float 32, batch 8 by time 64")
    expect(speakType("bool[]")).toBe("bool scalar")
    expect(speakFormula("∂b = Σ ∂t₁₂")).toBe("∂b equals sum of ∂t12")
  })
})
