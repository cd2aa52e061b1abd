import { describe, expect, it } from "vitest"
import { expectGolden } from "./examples/golden.ts"
import { empty, flatChain, mlpStep, tanhLoss } from "./examples/graphs.ts"
import { inspected } from "./examples/tensors.ts"
import { gradientListing, graphListing } from "./listing.ts"

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
