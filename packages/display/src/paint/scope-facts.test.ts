/** @file The facts of a scope are the sums of what is drawn in it. */
import { expect, test } from "vitest"
import { mlpStep } from "../examples/graphs.ts"
import { layoutGraph, prepare } from "../layout/fold.ts"
import { Labels } from "./labels.ts"
import { scopeFacts, scopeFactsText } from "./scope-facts.ts"

test("facts of a scope agree with its closed box", () => {
  const prepared = prepare(mlpStep())
  const facts = scopeFacts(prepared)
  const closed = layoutGraph(prepared, { open: new Set() })
  const labels = new Labels(closed.model, closed.tree)
  const boxes = closed.boxes.filter((b) => b.kind === "scope" && b.column === "forward" && !b.run)
  expect(boxes.length).toBeGreaterThan(1)
  for (const box of boxes) {
    const { ops, parameters, saved } = facts.get(box.scope)!
    const label = labels.of(box)
    expect(scopeFactsText(box.scope, { ops, parameters, saved: 0 })).toBe(label.second)
    expect(saved).toBe(label.saved)
  }
})
