/** Results in the memory of operands that die, copies that need none, and donated arguments (D4.4). */
import * as d from "@defnote/core"
import { describe, expect, test, vi } from "vitest"
import { expectEqual, randomStorage } from "./compare.ts"
import { wasm } from "./index.ts"

type T = d.Tensor
const f64 = (...shape: number[]): d.TensorType => ({ dtype: "f64", shape })
const graph = (types: d.TensorType[], f: (...x: T[]) => T | T[]): d.Graph =>
  d.withTable(new d.InternTable(), () => d.graphOf(types, (...x) => [f(...x)].flat()))
/** Checks the results and gives the bytes of the block. */
function peak(types: d.TensorType[], f: (...x: T[]) => T | T[]): number {
  const g = graph(types, f)
  const inputs = types.map((t, i) => randomStorage(t, [-1, 1], d.randomNumbers(i + 3)))
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
  test("is not given to a result by a carry that nobody reads, whose place another may have taken", () => {
    const loop = (x: T): T =>
      d.whileLoop(
        [d.tensor(0), x],
        ([, s]) => d.less(0.5, s),
        ([t, s]) => [d.add(t, d.square(s)), d.subtract(s, 1)],
      )[0] as T
    const both = d.valueAndGrad(loop)
    for (const start of [1.2, 2.2, 3.2, 4.2].map((x) => d.tensor(x))) {
      const [got, want] = [both.using(wasm)(start), both.using(d.reference)(start)]
      expect(String(got)).toBe(String(want))
    }
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

describe("donated arguments", () => {
  /** Streams: large enough to pass by in parts. */
  const large = 100_000
  const ramp = (n: number): T => d.tensor(Array.from({ length: n }, (_, i) => i / n))
  const bufferOf = (x: T): ArrayBuffer => d.storageOf(x)?.readSync?.() as ArrayBuffer
  const step = (w: { a: T; b: T }, g: T): { a: T; b: T } => ({
    a: d.subtract(w.a, d.multiply(g, 0.5)),
    b: d.add(w.b, d.sum(g)),
  })
  test.each([100, large])("give their buffers to results of their size, at %i elements", (n) => {
    const f = d.defn(step, { donate: [0] }).using(wasm)
    const plain = d.defn(step).using(wasm)
    let [w, g] = [{ a: ramp(n), b: d.tensor([1, 2, 3]) }, ramp(n)]
    for (let turn = 0; turn < 4; turn++) {
      const want = plain(w, g)
      const before = [w.a, w.b].map(bufferOf)
      const old = w
      w = f(w, g)
      expect(bufferOf(w.a)).toBe(before[0])
      expect(bufferOf(w.b)).toBe(before[1])
      expect(w.a.toArray()).toEqual(want.a.toArray())
      expect(w.b.toArray()).toEqual(want.b.toArray())
      expect(() => old.a.toArray()).toThrow(/when it was donated/)
      expect(g.toArray()).toEqual(ramp(n).toArray())
    }
  })
  test("keep theirs where a later kernel still reads them, and where they come in twice", () => {
    const late = (x: T): T[] => [d.multiply(x, 2), d.subtract(x, d.mean(x))]
    const f = d.defn(late, { donate: [0] }).using(wasm)
    const want = d.defn(late).using(d.reference)(ramp(large))
    f(ramp(large)).forEach((y, i) => {
      const [a, b] = [y, want[i]].map((t) => t.toArray() as number[])
      expect(Math.max(...a.map((v, k) => Math.abs(v - b[k])))).toBeLessThan(1e-6)
    })
    const both = d.defn((a: T, b: T) => d.add(a, d.reverse(b)), { donate: [0] }).using(wasm)
    const y = ramp(large)
    const buffer = bufferOf(y)
    const sums = both(y, y)
    expect(bufferOf(sums)).not.toBe(buffer)
    for (const v of sums.toArray() as number[]) expect(Math.abs(v - 1)).toBeLessThan(1e-4)
  })
  test("are spoilt by a run that is stopped, and only they", () => {
    const f = d.defn(step, { donate: [0] }).using(wasm)
    const [w, g] = [{ a: ramp(large), b: d.tensor([1, 2, 3]) }, ramp(large)]
    f({ a: ramp(large), b: d.tensor([1, 2, 3]) }, g)
    let polls = 0
    const poll = vi.spyOn(d.engine, "poll").mockImplementation(() => {
      if (++polls === 4) throw new d.InterruptError("stopped")
    })
    try {
      expect(() => f(w, g)).toThrow("stopped")
    } finally {
      poll.mockRestore()
    }
    expect(() => w.a.toArray()).toThrow(
      /given up to a run that was stopped, to which it was donated/,
    )
    expect(g.toArray()).toEqual(ramp(large).toArray())
  })
})
