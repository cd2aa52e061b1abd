/** @file The last good step stays what it was once a step was bad. */
import { expect, test } from "vitest"
import { LastGood } from "./last-good.ts"

test("the last good step stays once one was bad; the first bad one is kept", () => {
  const record = new LastGood<string, string>()
  expect([record.step, record.failed, record.badSteps]).toEqual([undefined, undefined, 0])
  record.good(1, "one")
  record.good(2, "two")
  record.bad(3, "three")
  record.good(4, "four")
  record.bad(5, "five")
  expect(record.step).toEqual({ step: 2, parameters: "two" })
  expect(record.failed).toEqual({ step: 3, what: "three" })
  expect(record.badSteps).toBe(2)
})
