/** @file What `stepThrough` and `exercise` show of a function of numbers, tensors and containers. */
import { describe, expect, test } from "vitest"
import {
  exercise,
  exercises,
  type Output,
  stepThrough,
  type Tensor,
  tensor,
  zeros,
} from "./index.ts"

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
    expect(() => stepThrough((x: Tensor) => x.tanh(), tensor([1, 2]))).toThrow(
      /^stepThrough: defn returned f32\[2\]; it must return a float scalar\nReduce the result with sum\(\)/,
    )
    expect(() => exercise(((x: Tensor) => [x]) as Any, tensor(1))).toThrow(
      "exercise: defn returned a list; it must return a float scalar",
    )
    expect(() => stepThrough((x: Tensor) => x.sum(), tensor([1], { dtype: "i32" }))).toThrow(
      /^stepThrough: argument 0 is i32\[1\]; only floats have gradients\nConvert it with asType/,
    )
  })
  test("refuses a function that uses nothing of its first argument, or too much", () => {
    const none =
      /^stepThrough: defn uses no float of its first argument.*\nPass what the gradient is/
    expect(() => stepThrough((() => tensor(3).sin()) as Any)).toThrow(none)
    expect(() => stepThrough((_: Tensor, y: Tensor) => y.sum(), tensor(1), tensor([1]))).toThrow(
      none,
    )
    expect(() => stepThrough((x: Tensor) => x.sum(), zeros([2000, 1000]))).toThrow(
      /2000001 elements; at most 1000000 can be stepped through\nCall it with a smaller example/,
    )
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
      "✓ ∂w[0, 0], ∂w[1, 1]",
    ])
    expect(task.check("b", [-9, -13])).toBe(
      "✗ ∂b[0]: A use is forgotten: b is read 2 times, and each sends its part.\n✓ ∂b[1]",
    )
    expect(
      task.check("w", [
        [9, 14],
        [-18, -28],
      ]),
    ).toBe("✗ ∂w[0, 0], ∂w[0, 1], ∂w[1, 0], ∂w[1, 1]: The size is right, the sign is not.")
  })
  test("takes texts, rounded numbers and one list row by row", () => {
    const third = exercise((x: Tensor) => x.divide(3).sum(), tensor([1, 2]))
    expect(third.names).toEqual(["x"])
    for (const right of [["1/3", "2/6"], "[1/3, sqrt(1/9)]", [0.33, 0.333]])
      expect(third.check("x", right)).toBe("✓ ∂x is right")
    expect(third.check("x", ["1/3", "1e-3"])).toBe("✗ ∂x[1]: Too small.\n✓ ∂x[0]")
    expect(task.check("w", [-9, -14, 18, 28])).toBe("✓ ∂w is right")
    expect(() => third.check("x", ["a third", 1])).toThrow(
      'check: "a third" is no number; write such as 0.25, "2/3" or "1e-3"',
    )
    expect(() => third.check("x", [[1, 2], [3]])).toThrow(
      "check: rows of different lengths, [2] and [1]",
    )
  })
  test("names a transposed shape", () => {
    const wide = exercise(
      (w: Tensor) => w.square().sum(),
      tensor([
        [1, 2, 3],
        [4, 5, 6],
      ]),
    )
    expect(
      wide.check("w", [
        [2, 8],
        [4, 10],
        [6, 12],
      ]),
    ).toBe("✗ ∂w has the shape [2, 3], the answer [3, 2]: something is transposed.")
  })
  test("refuses other names and sizes", () => {
    expect(() => task.check("v", 1)).toThrow('check: no gradient of "v"; there are those of b, w')
    expect(() => task.check("b", [1])).toThrow("check: 1 numbers for ∂b, which has 2")
  })
})

describe("exercises", () => {
  const square = (x: Tensor) => x.square().sum()
  const make = () =>
    exercises("Powers", [
      exercise(square, tensor([1, 2])).withText("Where does the 2 come from?", "Look at x · x."),
      exercise((x: Tensor) => x.multiply(x).multiply(x).sum(), tensor([2])),
    ])
  test("a list has a topic, its questions, and a place for each task", () => {
    expect(text(make())).toBe(
      "Powers\n  1. Where does the 2 come from? (∂x; tasks[0])\n  2. Predict the gradient. (∂x; tasks[1])",
    )
    expect(Object.keys(make().bundle)).toEqual(["text/markdown", "text/plain"])
  })
  test("a task shows its text, and no gradient", () => {
    const [task] = make().tasks
    expect(text(task)).toMatch(/^exercise\(.*\nWhere does the 2 come from\?\nforward\n/)
    expect(text(task)).toMatch(/∂x = \?/)
    const doc = task.bundle["application/vnd.defnote.trace.v1+json"] as Any
    expect(doc.task).toEqual({ text: "Where does the 2 come from?", hint: "Look at x · x." })
  })
  test("remembers what was right until it is reset", () => {
    const list = make()
    expect(list.progress).toEqual({ solved: 0, of: 2 })
    list.tasks[0].check("x", [1, 2])
    expect(list.progress.solved).toBe(0)
    list.tasks[0].check("x", [2, 4])
    expect(list.progress).toEqual({ solved: 1, of: 2 })
    expect(text(list)).toContain("(∂x ✓; tasks[0])")
    expect(list.reset().progress.solved).toBe(0)
  })
  test("refuses what is no exercise", () => {
    expect(() => exercises("Powers", [])).toThrow("exercises: no tasks; it takes a list")
    expect(() => exercises("Powers", [square as Any])).toThrow("exercises: task 0 is no exercise")
  })
})
