/** @file Turns of loops in the stepper: what is said, and where the keys lead. */
import type { TraceStep } from "@defnote/display"
import { expect, test } from "vitest"
import { beginsTurn, neighbourTurn, turnText } from "./step-turns.ts"
import { english } from "./view.ts"

const step = (phase: "fwd" | "bwd", ...turns: [number, number][]) =>
  ({ phase, ...(turns.length ? { turns } : {}) }) as unknown as TraceStep
const steps = [
  step("fwd"),
  step("fwd", [1, 2]),
  step("fwd", [1, 2]),
  step("fwd", [2, 2]),
  step("fwd"),
  step("bwd"),
  step("bwd", [2, 2]),
  step("bwd", [1, 2]),
]

test("a step says its turn, of loops in loops all of them", () => {
  expect(steps.map((s) => turnText(s, english)).slice(0, 2)).toEqual(["", "turn 1 of 2"])
  expect(turnText(step("fwd", [2, 3], [1, 10]), english)).toBe("turn 2 of 3, turn 1 of 10")
})

test("turns begin where the number changes, and where a loop has ended", () => {
  expect(steps.flatMap((_, i) => (beginsTurn(steps, i) ? [i] : []))).toEqual([1, 3, 4, 6, 7])
})

test("the keys lead to the next turn and back, and to the ends", () => {
  const on = [0, 1, 2, 3, 4, 7].map((at) => neighbourTurn(steps, at, 1))
  expect(on).toEqual([1, 3, 3, 4, 6, 7])
  const back = [7, 6, 4, 2, 1, 0].map((at) => neighbourTurn(steps, at, -1))
  expect(back).toEqual([6, 4, 3, 1, 0, 0])
})
