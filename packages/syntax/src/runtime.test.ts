/** @file The runtime text means what JavaScript means: original = plain run = traced run (D5.2, D5.4). */
import { describe, expect, test } from "vitest"
import { FUNCTIONS } from "./testing/functions.ts"
import { PITFALLS } from "./testing/pitfalls.ts"
import { arity, build, comparable, traced } from "./testing/three_ways.ts"

const INPUTS = [
  [0.5, 1],
  [3, -2],
  [-4, 2],
  [7, 7],
  [1, 100],
  [-9, 0.25],
]

function check(text: string, expected: string | undefined): void {
  const { original, rewritten, code, source } = build(text)
  expect(code.split("\n").length).toBe(source.split("\n").length)
  for (const input of INPUTS.map((values) => values.slice(0, arity(text, original)))) {
    const want = comparable(original(...input))
    expect(comparable(rewritten(...input)), `plain ${input}\n${code}`).toEqual(want)
    const trace = () => comparable(traced(rewritten, input))
    if (expected) expect(trace, code).toThrow(expected)
    else expect(trace(), `traced ${input}\n${code}`).toEqual(want)
  }
}

describe("original = plain = traced (D5.4)", () => {
  for (const [name, text, expected] of FUNCTIONS) test(name, () => check(text, expected))
})

describe("more constructs (D5.4, D106 to D211)", () => {
  for (const [name, text, expected] of PITFALLS) test(name, () => check(text, expected))
})
