/** Results in the memory of operands that die, copies that need none, and donated arguments (D4.4). */
import * as d from "@defnote/core"
import { describe, expect, test } from "vitest"
import { expectEqual, randomNumbers, randomStorage } from "./compare.ts"
import { wasm } from "./index.ts"

type T = d.Tensor
const f64 = (...shape: number[]): d.TensorType => ({ dtype: "f64", shape })
const graph = (types: d.TensorType[], f: (...x: T[]) => T | T[]): d.Graph =>
  d.withTable(new d.InternTable(), () => d.graphOf(types, (...x) => [f(...x)].flat()))
/** Checks the results and gives the bytes of the block. */
function peak(types: d.TensorType[], f: (...x: T[]) => T | T[]): number {
  const g = graph(types, f)
  const inputs = types.map((t, i) => randomStorage(t, [-1, 1], randomNumbers(i + 3)))
  expectEqual(g, inputs, "in place", 100)
  return wasm.compile(g, {}).memory.peakBytes
}
describe("the block of a program", () => {
  const n = 1000
  const one = 8 * n
  const zero = (x: T): T => d.multiply(d.sum(x), 0)
  const steps = (x: T, turns: number): T => {
    let y = x
    for (let i = 0; i < turns; i++) y = d.tanh(d.cumSum(d.multiply(y, 0.01)))
    return y
  }
  test("has one place for a chain of kernels", () => {
    expect(peak([f64(n)], (x) => steps(x, 6))).toBeLessThan(1.2 * one)
    const rows = (x: T): T => d.softmax(d.multiply(d.softmax(d.multiply(d.softmax(x), 2)), 3))
    expect(peak([f64(10, 100)], rows)).toBeLessThan(1.4 * one)
  })
  test("has one place for an operand and the result of its last use", () => {
    const both = peak([f64(n)], (x) => {
      const y = d.cumSum(x)
      return d.add(d.exp(d.multiply(y, -1)), y)
    })
    // The sums lie over the copy of the input, the result over the sums.
    expect(both).toBeLessThan(1.2 * one)
    const needed = peak([f64(n)], (x) => {
      const y = d.cumSum(x)
      return [d.exp(y), d.cumSum(d.tanh(y)), y]
    })
    expect(needed).toBeGreaterThan(2.9 * one)
  })
  test("takes what a loop starts from as the place of its carry", () => {
    const loop = (x: T): T =>
      d.whileLoop(
        [d.cumSum(x), zero(x)],
        ([, i]) => d.less(i, 3),
        ([y, i]) => [d.cumSum(d.multiply(y, 0.5)), d.add(i, 1)],
      )[0] as T
    expect(peak([f64(n)], loop)).toBeLessThan(2.2 * one)
    const twice = (x: T): T =>
      d.whileLoop(
        [x, zero(x)],
        ([, i]) => d.less(i, 3),
        ([y, i]) => [loop(y), d.add(i, 1)],
      )[0] as T
    peak([f64(n)], twice)
    peak([f64(20)], (x) => d.add(twice(x), loop(x)))
  })
  test("keeps inputs, which belong to somebody", () => {
    const x = d.tensor(Array.from({ length: n }, (_, i) => i / n))
    const f = d.defn((v: T) => d.tanh(d.cumSum(d.multiply(v, 2)))).using(wasm)
    const before = x.toArray()
    for (let i = 0; i < 3; i++) f(x)
    expect(x.toArray()).toEqual(before)
  })
})
