/** @file Answers as people write them: fractions, exponents, expressions, rows; and what is no answer. */
import { describe, expect, test } from "vitest"
import { readAnswer } from "./answer.ts"

describe("a number", () => {
  test.each<[string, number]>([
    ["0.25", 0.25],
    ["-1e-3", -0.001],
    ["−.5", -0.5],
    ["2/3", 2 / 3],
    ["1/2/2", 0.25],
    ["0,5", 0.5],
    ["2·(0.5 − 1)", -1],
    ["3 - 2 - 1", 0],
    ["-2 ** 2", -4],
    ["2 ^ -1", 0.5],
    ["2 ** 3 ** 2", 512],
    ["sqrt(2)/2", Math.SQRT1_2],
    ["exp(0) + ln(e)", 2],
    ["cos(pi)", -1],
    ["-∞", Number.NEGATIVE_INFINITY],
    [" + 7. ", 7],
  ])("%s", (text, value) => {
    expect(readAnswer(text)).toEqual({ values: [expect.closeTo(value, 12)], shape: [] })
  })
})

describe("rows", () => {
  test.each<[string, number[], number[]]>([
    ["[1, 2]", [2], [1, 2]],
    ["[[1, 1/2], [3, -4]]", [2, 2], [1, 0.5, 3, -4]],
    ["[[1, 2]; [3, 4]]", [2, 2], [1, 2, 3, 4]],
    ["[[[1]], [[2]]]", [2, 1, 1], [1, 2]],
    ["[]", [0], []],
  ])("%s", (text, shape, values) => expect(readAnswer(text)).toEqual({ shape, values }))
})

test.each([
  "",
  "  ",
  "x",
  "1 2",
  "1,2,3",
  "(1",
  "1)",
  "1 +",
  "sqrt 2",
  "[1, 2",
  "[1 2]",
  "[[1, 2], [3]]",
  "[1, [2]]",
  "process.exit()",
  "constructor(1)",
  `${"[".repeat(40)}1${"]".repeat(40)}`,
  "1+".repeat(20_000),
  `${"-".repeat(15_000)}1`,
  `${"(".repeat(9_000)}1${")".repeat(9_000)}`,
])("%j is no answer", (text) => expect(readAnswer(text)).toBeUndefined())
