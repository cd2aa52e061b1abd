/** @file Tests of the comparison of results: what rounding may change, and what it may not. */
import { expect, test } from "vitest"
import { difference } from "./agree.ts"

const of = (...samples: number[]) => ({
  size: samples.length,
  sum: samples.reduce((a, b) => a + b, 0),
  magnitude: samples.reduce((a, b) => a + Math.abs(b), 0),
  samples,
})

test("D10.5: results that differ by rounding agree", () => {
  expect(difference([of(1, -2, 3)], [of(1.00001, -2, 3)])).toBeUndefined()
})

test("D10.5: a wrong element is named", () => {
  expect(difference([of(1, -2, 3)], [of(1, -2.01, 3.01)])).toBe(
    "output 0: sample 1 is -2 and -2.01",
  )
})

test("D10.5: elements that are not among the samples show in the sum", () => {
  const wrong = { ...of(1, -2, 3), sum: 2.5 }
  expect(difference([of(1, -2, 3)], [wrong])).toBe("output 0: sums 2 and 2.5")
})

test("D10.5: NaN and missing outputs never agree", () => {
  expect(difference([of(1)], [of(Number.NaN)])).toBe("output 0: sums 1 and NaN")
  expect(difference([of(1)], [])).toBe("1 outputs and 0")
  expect(difference([of(1)], [of(1, 0)])).toBe("output 0: 1 elements and 2")
})
