/** @file What a look cost, in words: those that are saved do not change with every run. */
import { describe, expect, test } from "vitest"
import { costFigures, costText } from "./cost.ts"

describe("saved words", () => {
  test("within the bound the figures do not matter", () => {
    const all = [
      { plainMs: 3, lookMs: 3.2, checkMs: 20 },
      { plainMs: 3, lookMs: 4.4, checkMs: 900, compileMs: 90 },
      { plainMs: 3, lookMs: 2 },
    ].map(costText)
    expect(new Set(all)).toEqual(new Set(["Looking at all values costs less than 50 % of a run."]))
  })
  test("a run too short for the bound says so", () => {
    expect(costText({ plainMs: 0.01, lookMs: 0.3 })).toBe(
      "Looking at all values costs less than 20 ms, which is more than 50 % of so short a run.",
    )
  })
  test("beyond the bound: time, share and why; checks that take long too", () => {
    expect(costText({ plainMs: 20, lookMs: 50, checkMs: 2000 })).toBe(
      "Looking at all values costs 30 ms beside a run of 20 ms (150 %). It is more than 50 % because a run does little with each of them. Checking derivatives took 2 s.",
    )
  })
})
test("every figure", () => {
  expect(costFigures({ plainMs: 3, lookMs: 3.3, checkMs: 21.04, compileMs: 90 })).toBe(
    "Run: 3 ms; with all values looked at: 3.3 ms (10 % more). Checking derivatives took 21 ms. Compiling for it took 90 ms, once.",
  )
  expect(costFigures({ plainMs: 0.1, lookMs: 0.2 })).toBe(
    "Run: 100 µs; with all values looked at: 200 µs (100 % more). It is more than 50 % because the run is so short. Derivatives were not checked.",
  )
})
