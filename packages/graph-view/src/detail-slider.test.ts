/** @file The slider only ever adds while it goes up, and keeps what the user opened. */
import { layoutGraph, prepare } from "@defnote/display"
import { expect, test } from "vitest"
import { transformerStep } from "../../display/src/examples/graphs.ts"
import { detailSteps, withBudget } from "./detail-slider.ts"

const prepared = prepare(transformerStep({ layers: 6 }))
const at = (budget: number) => layoutGraph(prepared, { budget })
const has = (all: ReadonlySet<string>, some: ReadonlySet<string>) =>
  [...some].every((key) => all.has(key))

test("a larger budget never closes a scope (VISUAL 2)", () => {
  let layout = at(1)
  let before = 1
  for (const budget of detailSteps(44).slice(1)) {
    const open = withBudget(layout, layout.open, before, budget)
    expect(has(open, layout.open)).toBe(true)
    layout = layoutGraph(prepared, { open })
    before = budget
  }
  expect(layout.boxes.length).toBeGreaterThan(at(1).boxes.length * 3)
})

test("what was opened by hand stays when the detail shrinks, the rest closes", () => {
  const layout = at(44)
  const own = [...prepared.tree.scopes].find((s) => !layout.open.has(s.key))!
  const open = withBudget(layout, new Set([...layout.open, own.key]), 44, 1)
  expect(open.has(own.key)).toBe(true)
  expect(open.size).toBe(at(1).open.size + 1)
})

test("the host's own budget is a step", () => {
  expect(detailSteps(60)).toContain(60)
  expect(detailSteps(60).at(-1)).toBe(Number.POSITIVE_INFINITY)
})
