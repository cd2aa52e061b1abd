/** @file Predicted gradients are judged, the usual slips named; patterns of Jacobians have the right names. */
import { type Defn, defn, matmul, type Tensor, tensor, valueAndGrad } from "@defnote/core"
import { stepProgram } from "@defnote/inspect"
import { describe, expect, test } from "vitest"
import { traceDocument } from "../document/trace.ts"
import type { TraceDoc, TraceStep } from "../payload.ts"
import { english } from "../translate.ts"
import { jacobianOf } from "./jacobian.ts"
import { askedOf, judge, judgeAll, shapeWords } from "./judge.ts"
import { TraceNumbers } from "./steps.ts"

// biome-ignore lint/suspicious/noExplicitAny: any function of tensors
type Any = any
function traced(f: (...x: Any[]) => unknown, ...args: unknown[]): TraceDoc {
  const both = valueAndGrad(defn(f as never) as never) as unknown as Defn
  const { program, inputs } = both.bind(...(args as never[]))
  return traceDocument(stepProgram(program, inputs), { original: f as never })
}
const last = (doc: TraceDoc, label: string): TraceStep =>
  doc.steps.findLast((s) => s.label === label) as TraceStep
const x = tensor([
  [1, 2],
  [3, -1],
  [0.5, 4],
])
const w = tensor([
  [0.5, -1],
  [2, 0.25],
])

describe("judge", () => {
  const doc = traced((w: Tensor, x: Tensor) => matmul(x, w).square().sum(), w, x)
  const numbers = new TraceNumbers(doc)
  const step = last(doc, "∂w")
  const asked = askedOf(step, numbers) as Float64Array
  const at = (entry: number, answer: number) => judge(step, entry, answer, numbers)
  test("accepts the stored value, rounded", () => {
    asked.forEach((v, i) => {
      expect(at(i, Number(v.toPrecision(2)))?.right).toBe(true)
      expect(at(i, v * 1.1)?.right).toBe(false)
    })
  })
  test("sees the sign, the transpose, a factor", () => {
    expect(at(1, -asked[1])).toEqual({ right: false, slip: "sign" })
    expect(at(1, asked[2])).toEqual({ right: false, slip: "transposed" })
    expect(at(0, asked[0] * 2)).toEqual({ right: false, slip: "factor", times: 2 })
    expect(at(0, asked[0] * 50)?.slip).toBe("large")
  })
  test("sees a missing factor of the chain rule and a single term of the sum", () => {
    const columns = [1 + 3 + 0.5, 2 - 1 + 4]
    expect(at(0, columns[0])?.slip).toBe("upstream")
    expect(at(2, columns[1])?.slip).toBe("upstream")
    const first = (numbers.of(step.back?.upstream) as Float64Array)[0]
    expect(at(0, first * 1)?.slip).toBe("term")
  })
  test("sees a forgotten use", () => {
    const twice = traced((a: Tensor) => a.sin().add(a.multiply(5)).sum(), tensor([1, 2]))
    const n = new TraceNumbers(twice)
    const end = last(twice, "∂a")
    expect(judge(end, 0, 5 + Math.cos(1), n)?.right).toBe(true)
    expect(judge(end, 0, 5, n)?.slip).toBe("use")
    expect(judge(end, 1, Math.cos(2), n)?.slip).toBe("use")
  })
  test("asks nothing of a forward step, and takes NaN where there is NaN alone", () => {
    expect(judge(doc.steps[0], 0, 1, numbers)).toBeUndefined()
    expect(at(0, Number.NaN)).toEqual({ right: false })
    const bad = traced((a: Tensor) => a.log().sum(), tensor([Number.NaN, 1]))
    const n = new TraceNumbers(bad)
    expect(judge(last(bad, "∂a"), 0, Number.NaN, n)).toEqual({ right: true })
    expect(judge(last(bad, "∂a"), 0, 1, n)).toEqual({ right: false })
  })
  test("tells a mean from a sum, both ways", () => {
    const mean = traced((a: Tensor) => a.square().mean(), tensor([1, 2, 3, 4, 5]))
    const step = last(mean, "∂a")
    expect(judge(step, 1, 4, new TraceNumbers(mean))).toEqual({
      right: false,
      slip: "mean",
      times: 5,
    })
    const sum = traced((a: Tensor) => a.square().sum(), tensor([1, 2, 3, 4, 5]))
    const found = judge(last(sum, "∂a"), 1, 4 / 5, new TraceNumbers(sum))
    expect(found).toEqual({ right: false, slip: "sum", times: 5 })
  })
  test("judges all entries together, and names each slip once", () => {
    const all = (values: number[], shape = [2, 2]) => judgeAll(step, { values, shape }, numbers)
    const [a, b, c, d] = asked
    expect(all([a, b, c, d])).toEqual({ right: [0, 1, 2, 3], wrong: [] })
    expect(all([a, -b, -c, d])?.wrong).toEqual([
      { entries: [1, 2], found: { right: false, slip: "sign" } },
    ])
    const found = all([-a, c, b, d * 1000])
    expect(found?.wrong.map((w) => [w.entries, w.found.slip])).toEqual([
      [[0], "sign"],
      [[1, 2], "transposed"],
      [[3], "large"],
    ])
    expect(all([a, b, c, d], [4])).toBeUndefined()
    expect(english(...shapeWords(step, [4], numbers))).toBe(
      "∂w has the shape [2, 2], the answer [4].",
    )
  })
})

describe("patterns of Jacobians", () => {
  const pattern = (f: (a: Tensor) => Tensor, a = w) => {
    const doc = traced((v: Tensor) => f(v).square().sum(), a)
    const numbers = new TraceNumbers(doc)
    const step = doc.steps.findLast((s) => s.back) as TraceStep
    return jacobianOf(step, numbers)
  }
  test.each<[string, (a: Tensor) => Tensor, string, number]>([
    ["an element-wise function", (a) => a.tanh(), "diagonal", 4],
    ["a sum", (a) => a.sum(), "row", 4],
    ["a transpose", (a) => a.transpose(), "permutation", 4],
    ["a product of matrices", (a) => matmul(x, a), "sparse", 12],
    ["softmax of rows", (a) => a.softmax(), "sparse", 8],
    ["a repeated row", (a) => a.reshape([1, 4]).broadcastTo([3, 4] as Any), "diagonal", 4],
  ])("%s", (_, f, name, count) => {
    const found = pattern(f)
    expect([found?.pattern, found?.entries.length]).toEqual([name, count])
  })
  test("running sums make a triangle", () => {
    expect(pattern((a) => a.cumSum(), tensor([1, 2, 3]))?.pattern).toBe("triangle")
    expect(pattern((a) => a.cumSum({ reverse: true }), tensor([1, 2, 3]))?.pattern).toBe("triangle")
  })
  test("softmax of a vector is dense", () => {
    expect(pattern((a) => a.softmax(), tensor([1, 2, 3]))?.pattern).toBe("dense")
  })
  test("its entries are the derivatives: upstream times it is what the step sends", () => {
    const doc = traced((w: Tensor, x: Tensor) => matmul(x, w).square().sum(), w, x)
    const numbers = new TraceNumbers(doc)
    for (const step of doc.steps.filter((s) => s.back)) {
      const g = numbers.of(step.back?.upstream) as Float64Array
      const out = new Float64Array((numbers.of(step.value) as Float64Array).length)
      for (const { row, column, value } of jacobianOf(step, numbers)?.entries ?? [])
        out[column] += g[row] * value
      expect([...out]).toEqual(
        [...(numbers.of(step.value) as Float64Array)].map((v) => expect.closeTo(v, 4)),
      )
    }
  })
})
