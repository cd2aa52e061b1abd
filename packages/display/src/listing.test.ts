import { describe, expect, it } from "vitest"
import { expectGolden } from "./examples/golden.ts"
import { empty, flatChain, mlpStep, tanhLoss } from "./examples/graphs.ts"
import { inspected, normal, tensorDoc } from "./examples/tensors.ts"
import { gradientListing, graphListing, tensorLine } from "./listing.ts"

const line = (values: number[], shape: number[], more = {}) => tensorDoc(values, shape, more).text

describe("text/plain of graphs (D8.2)", () => {
  it("lists every op with its inputs, type, phase and scope", () => {
    expectGolden("listing-tanh.txt", graphListing(tanhLoss()))
    expectGolden("listing-mlp.txt", graphListing(mlpStep()))
  })

  it("aligns its columns", () => {
    const lines = graphListing(tanhLoss())
      .split("\n")
      .filter((l) => l.startsWith("  "))
    expect(new Set(lines.map((l) => [...l].indexOf("="))).size).toBe(1)
    expect(
      new Set(
        lines.map((l) => [...l].findIndex((_, i, all) => all.slice(i, i + 4).join("") === "f32[")),
      ).size,
    ).toBe(1)
  })

  it("leaves out the middle of a long program and says how much", () => {
    const text = graphListing(flatChain(2000))
    expect(text.split("\n").length).toBeLessThan(410)
    expect(text).toContain("… 1,601 more lines …")
  })

  it("has content for a graph without nodes", () => {
    expect(graphListing(empty())).toBe("empty: 0 nodes")
  })

  it("says where tracing failed", () => {
    expect(
      graphListing({ ...tanhLoss(), error: { message: "add: shapes differ", node: 6, loc: -1 } }),
    ).toContain("error at t₂: add: shapes differ")
  })
})

describe("text/plain of gradients", () => {
  it("gives the verdict, then a line per op", () => {
    expectGolden("listing-gradient.txt", gradientListing(inspected()))
  })
})

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
    const { stats } = tensorDoc([1, 0], [2])
    expect(tensorLine({ dtype: "bool", shape: [2] }, stats, [1, 0])).toBe("bool[2] [true, false]")
  })

  it("puts rows on lines of their own, aligned", () => {
    const rows = line([1, 10, 100, 2, 20, 200, 3, 30, 300, 4, 40, 400, 5, 50, 500], [5, 3]).split(
      "\n",
    )
    expect(rows).toHaveLength(6)
    expect(rows[1]).toBe("[[  1,  10, 100],")
    expect(rows[5]).toBe(" [  5,  50, 500]]")
  })

  it("sums up large tensors, and shouts about NaN", () => {
    const values = normal(1, 1000)
    values[3] = Number.NaN
    values[4] = 0
    expect(line(values, [1000])).toMatch(
      /^f32\[1000\] n=1,000 x∈\[.*\] μ=.* σ=.* zeros <1 % NaN! 1$/,
    )
    expect(line(new Array(500).fill(0), [500])).toBe("f32[500] n=500 all zeros")
  })
})
