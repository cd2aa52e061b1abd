/** @file What `stepThrough` and `exercise` show of a function of numbers, tensors and containers. */
import { describe, expect, test } from "vitest"
import { exercise, type Output, stepThrough, type Tensor, tensor } from "./index.ts"

// biome-ignore lint/suspicious/noExplicitAny: numbers for tensors, and what is no function
type Any = any
const text = (output: Output): string => String(output)

describe("stepThrough", () => {
  const f = (x: Tensor) => x.multiply(x).multiply(x.sin())
  test("of a number: each use, and their sum", () => {
    const lines = text(stepThrough(f as Any, 2)).split("\n")
    expect(lines.filter((l) => /use \d of 3/.test(l)).length).toBe(3)
    const exact = 2 * 2 * Math.sin(2) + 4 * Math.cos(2)
    expect(lines.find((l) => /^ {2}∂x /.test(l))).toContain(exact.toPrecision(3))
  })
  test("of numbers in a container", () => {
    const g = ({ a, b }: { a: Tensor; b: Tensor[] }) => a.multiply(b[0]).add(b[1])
    const shown = text(stepThrough(g as Any, { a: 3, b: [5, 7] }))
    expect(shown).toMatch(/∂a +\[\] +5 /)
    expect(shown).toMatch(/∂b\[0\] +\[\] +3 /)
  })
  test("has a payload, a picture and a text", () => {
    const { bundle } = stepThrough((x: Tensor) => x.square().sum(), tensor([1, 2]))
    expect(Object.keys(bundle)).toEqual([
      "application/vnd.defnote.trace.v1+json",
      "image/svg+xml",
      "text/plain",
    ])
  })
  test("refuses what is no function, and a value that is no scalar", () => {
    expect(() => stepThrough(3 as Any)).toThrow("stepThrough: takes a function")
    expect(() => stepThrough((x: Tensor) => x.tanh(), tensor([1, 2]))).toThrow(/float scalar/)
  })
})

test("exercise shows no gradient", () => {
  const shown = text(exercise((x: Tensor) => x.square().sum(), tensor([1.25, 2])))
  expect(shown).toMatch(/∂x = \?/)
  expect(shown).not.toMatch(/2\.50/)
})
