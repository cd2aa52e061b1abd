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

describe("exercise", () => {
  const f = ({ w, b }: { w: Tensor; b: Tensor }, x: Tensor) =>
    x.matmul(w).add(b).square().sum().add(b.sum())
  const w = tensor([
    [1, 2],
    [3, 4],
  ])
  const task = exercise(f, { w, b: tensor([0.5, -1]) }, tensor([[1, -2]]))
  // t = x w + b = [-4.5, -7]; the gradient of w is 2 xᵀ t, that of b 2 t + 1.
  test("shows no gradient", () => {
    expect(text(task)).toMatch(/∂w = \?/)
    expect(text(task)).not.toMatch(/−14/)
  })
  test("checks a prediction, and names the slip of each wrong entry", () => {
    expect(
      task.check("w", [
        [-9, -14],
        [18, 28],
      ]),
    ).toBe("✓ ∂w is right")
    expect(
      task
        .check("w", [
          [-9, 14],
          [-14, 28],
        ])
        .split("\n"),
    ).toEqual([
      "✗ ∂w[0, 1]: The size is right, the sign is not.",
      "✗ ∂w[1, 0]: That is the entry with row and column exchanged: something is transposed.",
    ])
    expect(task.check("b", [-9, -13])).toMatch(
      /^✗ ∂b\[0\]: A use is forgotten: b is read 2 times, and each sends its part\.$/,
    )
  })
  test("refuses other names and sizes", () => {
    expect(() => task.check("v", 1)).toThrow('check: no gradient of "v"; there are those of b, w')
    expect(() => task.check("b", [1])).toThrow("check: 1 numbers for ∂b, which has 2")
  })
})
