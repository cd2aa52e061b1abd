/** @file Predictions of a stepped function: what is hidden, when a step is done, and how a notebook keeps it. */
import type { TraceDoc } from "@defnote/display"
import { beforeEach, describe, expect, test } from "vitest"
import { Predictions } from "./step-predictions.ts"

const back = { value: 0, back: { sum: 0 } }
const doc = {
  steps: [{ value: 0 }, back, back],
  values: [{ data: "" }, { summary: "large" }],
} as unknown as TraceDoc
let all: Predictions
beforeEach(() => {
  all = new Predictions()
  all.active = true
})

describe("predictions", () => {
  test("hide what goes back, while somebody predicts", () => {
    expect([0, 1, 2].map((s) => all.isOpen(doc, s))).toEqual([false, true, true])
    all.active = false
    expect(all.isHidden(doc, 1, 0)).toBe(false)
  })
  test("do not ask for what is too large to be stored", () => {
    const large = { ...doc, steps: [{ ...back, value: 1 }] } as unknown as TraceDoc
    expect(all.isOpen(large, 0)).toBe(false)
    expect(all.progress(large)).toEqual({ right: 0, of: 0 })
  })
  test("an entry that was found is shown, the last one ends the step", () => {
    all.addFound(1, [2], 3)
    expect([0, 1, 2].map((e) => all.isHidden(doc, 1, e))).toEqual([true, true, false])
    expect(all.result(1)).toBeUndefined()
    all.addFound(1, [0, 1], 3)
    expect(all.result(1)).toBe(true)
    expect(all.isOpen(doc, 1)).toBe(false)
    expect(all.progress(doc)).toEqual({ right: 1, of: 2 })
  })
  test("to show the rest counts after a right answer only", () => {
    all.addFound(1, [0], 4)
    all.finish(1)
    all.finish(2)
    expect([1, 2].map((s) => all.result(s))).toEqual([true, false])
    expect(all.progress(doc).right).toBe(1)
  })
  test("hints come one after the other and end", () => {
    for (const count of [1, 2, 3, 3]) {
      all.takeHint(2)
      expect(all.hints(2)).toBe(count)
    }
  })
  test("are kept as keys, and start again when they are reset", () => {
    all.addFound(1, [0, 5], 9)
    all.takeHint(1)
    all.finish(2)
    const keys = all.keys()
    expect(keys).toEqual(["shown:2", "found:1:0.5", "hint:1:1"])
    const other = new Predictions()
    other.active = true
    for (const key of keys) other.restore(key)
    expect(other.keys()).toEqual(keys)
    expect(other.isHidden(doc, 1, 5)).toBe(false)
    other.reset()
    expect(other.keys()).toEqual([])
  })
  test("keys that are none change nothing", () => {
    for (const key of ["right:x", "found:1:a", "found:1:", "hint:1:-4", "break:1", "", "found"])
      all.restore(key)
    expect(all.keys()).toEqual(["hint:1:0"])
  })
})
