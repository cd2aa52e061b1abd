/** @file Kinks of a stepped function: the slope of each side, the operation that has the kink, and what is none. */
import * as core from "@defnote/core"
import { type Defn, defn, type Tensor, tensor, valueAndGrad } from "@defnote/core"
import { describe, expect, test } from "vitest"
import { stepProgram } from "./step.ts"

/** Slopes of both sides by entry, the name of the operation, the gradient and the differences of the only leaf. */
function kinksOf(f: (x: Tensor) => Tensor, values: readonly number[]) {
  const both = valueAndGrad(defn(f as never) as never) as unknown as Defn
  const { program, inputs } = both.bind(tensor([...values]) as never)
  const run = stepProgram(program, inputs)
  const [leaf] = run.leaves
  const found = run.differences.kinks.get(leaf)
  return {
    sides: found?.entries.map(({ entry, left, right }) => [entry, round(left), round(right)]),
    by: found?.by?.op.name,
    gradient: [...(run.cotangents.get(leaf) as Float64Array)],
    differences: [...(run.differences.of.get(leaf) as Float64Array)].map(round),
  }
}
const round = (x: number): number => Math.round(x * 1e4) / 1e4

describe("an entry at a kink has two slopes", () => {
  test.each<[string, (x: Tensor) => Tensor, number[], unknown, string, number[]]>([
    ["relu at 0", (x) => x.relu().sum(), [0, 1, -1], [[0, 0, 1]], "relu", [0, 1, 0]],
    ["abs at 0, scaled", (x) => x.abs().multiply(3).sum(), [2, 0], [[1, -3, 3]], "abs", [3, 0]],
    [
      "equal largest elements share",
      (x) => x.max(),
      [3, 3, 1],
      [
        [0, 0, 1],
        [1, 0, 1],
      ],
      "max",
      [0.5, 0.5, 0],
    ],
    [
      "further down",
      (x) => x.subtract(1).relu().multiply(2).add(x.square()).sum(),
      [1],
      [[0, 2, 4]],
      "relu",
      [2],
    ],
    ["a large value", (x) => x.subtract(5000).abs().sum(), [5000], [[0, -1, 1]], "abs", [0]],
  ])("%s", (_, f, at, sides, by, gradient) => {
    const found = kinksOf(f, at)
    expect(found).toMatchObject({ sides, by, gradient })
  })
  test("kinks that cancel leave one slope, and the operation is still named", () => {
    const found = kinksOf((x) => x.relu().subtract(x.negate().relu()).sum(), [0])
    expect(found).toEqual({ sides: [], by: "relu", gradient: [0], differences: [1] })
  })
})

describe("what is no kink", () => {
  test("a point near one, whose difference is taken on its own side", () => {
    for (const near of [1e-3, 3e-6, 4e-7]) {
      const found = kinksOf((x) => x.relu().multiply(2).sum(), [near, -near])
      expect(found).toMatchObject({ sides: undefined, differences: [2, 0] })
    }
  })
  test("a curve without a corner, however bent", () => {
    expect(kinksOf((x) => x.abs().multiply(x).sum(), [0]).sides).toBeUndefined()
    expect(kinksOf((x) => x.multiply(1000).sin().sum(), [0.3]).sides).toBeUndefined()
    expect(kinksOf((x) => x.multiply(0).sum(), [0.3]).sides).toBeUndefined()
    expect(kinksOf((x) => x.add(1e6).multiply(1e-6).sum(), [0.3]).sides).toBeUndefined()
  })
  test("a wrong rule, even below a value that also goes through a kink", () => {
    const wrong = core.customGrad((a: Tensor) => a.square(), ((g: Tensor) => [
      g,
    ]) as never) as unknown as (x: Tensor) => Tensor
    expect(kinksOf((x) => wrong(x).sum(), [1, 3]).by).toBeUndefined()
    expect(kinksOf((x) => wrong(x.relu().add(1)).sum(), [2, 3]).by).toBeUndefined()
  })
})
