/** @file Rows are spoken in words. */

import { Labels, layoutGraph } from "@defnote/display"
import { describe, expect, it } from "vitest"
import { tanhLoss } from "../../display/src/examples/graphs.ts"
import { spoken, spokenRow } from "./speech.ts"
import { english } from "./view.ts"

describe("speech (VISUAL 10)", () => {
  it.each([
    ["h = tanh t₂", "h equals tanh t2"],
    ["∂t₂ = ∂h × (1 − h²)", "∂t2 equals ∂h times (1 minus h squared)"],
    ["f32[4, 2]", "float 32, 4 by 2"],
    ["f32[]", "float 32, scalar"],
    ["∂w = xᵀ · ∂t₁", "∂w equals x transposed matrix times ∂t1"],
  ])("says %s", (text, words) => expect(spoken(text)).toBe(words))

  it("says a row with its derivative and its place", () => {
    const layout = layoutGraph(tanhLoss())
    const labels = new Labels(layout.model, layout.tree)
    expect(spokenRow(layout, labels, layout.rows[2], 2, english)).toBe(
      "h equals tanh t2, float 32, 4 by 2, saved 32 bytes. " +
        "Derivative: ∂t2 equals ∂h times (1 minus h squared), float 32, 4 by 2. Row 3 of 6.",
    )
  })
})
