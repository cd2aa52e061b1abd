import { tensor } from "@defnote/core"
import { describe, expect, it, test } from "vitest"
import { tensorDocument } from "./document/tensor.ts"
import { normal, tensorDoc } from "./examples/tensors.ts"
import { sparkline } from "./tensor-text.ts"

const line = (values: number[], shape: number[], more = {}) => tensorDoc(values, shape, more).text

describe("text/plain of tensors", () => {
  it("writes small tensors as values that can be pasted back", () => {
    expect(line([3, -0.5, 5], [3])).toBe("f32[3] [3, -0.5, 5]")
    expect(line([1, 2, 3, 4], [2, 2])).toBe("f32[2, 2] [[1, 2], [3, 4]]")
    expect(line([3.5], [])).toBe("f32[] 3.5")
    expect(line([-0, Number.NaN, Infinity], [3])).toBe("f32[3] [-0, NaN, Inf]")
    expect(line([1, 0], [2], { names: ["class"] })).toBe("f32[class 2] [1, 0]")
    expect(line([], [0, 3])).toBe("f32[0, 3] []")
  })

  it("writes booleans as booleans", () => {
    expect(line([1, 0], [2], { dtype: "bool" })).toBe("bool[2] [true, false]")
  })

  it("puts rows on lines of their own, aligned", () => {
    const rows = line([1, 10, 100, 2, 20, 200, 3, 30, 300, 4, 40, 400, 5, 50, 500], [5, 3]).split(
      "\n",
    )
    expect(rows).toHaveLength(6)
    expect(rows[1]).toBe("[[  1,  10, 100],")
    expect(rows[5]).toBe(" [  5,  50, 500]]")
  })

  it("sums up large tensors in one line: count, bytes, device, range with its shape, moments", () => {
    const x = tensor(normal(1, 1000), { names: ["time"] })
    expect(tensorDocument(x).text).toMatch(
      /^f32\[time 1000\] n=1,000 3.91 KiB cpu x∈\[−[\d.]+ [▁-█]{10} [\d.]+\] μ=\S+ σ=\S+$/,
    )
  })

  it.each([
    [[Number.NaN], "NaN! 1"],
    [[Infinity, Infinity], "Inf! 2"],
    [[-Infinity], "−Inf! 1"],
  ])("shouts about %s among good values", (bad, word) => {
    const text = tensorDocument(tensor([...normal(1, 500), ...bad])).text
    expect(text).toContain(word)
    expect(text).toContain("μ=")
  })

  it("shouts about what is all zero or constant, and gives no moments of it", () => {
    const all = (value: number, dtype: "f32" | "bool") =>
      tensorDocument(tensor(new Array(500).fill(value), { dtype })).text
    expect(all(0, "f32")).toBe("f32[500] n=500 1.95 KiB cpu all zero!")
    expect(all(3, "f32")).toBe("f32[500] n=500 1.95 KiB cpu constant 3!")
    expect(all(1, "bool")).toBe("bool[500] n=500 500 B cpu 500 true constant 1!")
  })

  it("writes 64-bit integers with all their digits", () => {
    const x = tensor(BigInt64Array.of(9007199254740993n, -1n))
    expect(tensorDocument(x).text).toBe("i64[2] [9007199254740993, -1]")
  })
})

describe("the sparkline", () => {
  test("a bin with one element in it is never as low as an empty one", () => {
    expect(sparkline([0, 1, 1000, 500])).toBe("▁▂█▅")
  })

  test("its bins hold every finite element, also over the whole range of f64", () => {
    const sum = (values: number[]) =>
      tensorDocument(tensor(values, { dtype: "f64" })).spread?.reduce((a, b) => a + b, 0)
    expect(sum([...normal(3, 400), Number.NaN, Infinity])).toBe(400)
    expect(sum([-1.7e308, 1.7e308, 0])).toBe(3)
    expect(sum([2, 2])).toBeUndefined()
  })
})
