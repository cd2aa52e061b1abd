/** Which inputs a kernel may write over (D4.4). */
import * as d from "@defnote/core"
import { describe, expect, test } from "vitest"
import { mayOverwrite } from "./in-place.ts"
import { type Kernel, loop, type Statement, store } from "./loop-ir.ts"
import { lower } from "./lower.ts"
import type { Scalar } from "./scalar-rebuild.ts"

type T = d.Tensor
const f64 = (...shape: number[]): d.TensorType => ({ dtype: "f64", shape })
const target = { name: "test", lanes: 4, tile: { rows: 4, vectors: 2 }, claims: () => false }
/** Of the last kernel: for each input, whether its result may lie over it. */
function over(types: d.TensorType[], f: (...x: T[]) => T): boolean[] {
  const graph = d.withTable(new d.InternTable(), () => d.graphOf(types, (...x) => [f(...x)]))
  const kernel = lower(graph, target).kernels.at(-1) as Kernel
  const result = kernel.buffers.findIndex((b) => b.use === "write")
  return kernel.buffers.flatMap((b, i) =>
    b.use === "read" ? [mayOverwrite(kernel, i, result)] : [],
  )
}

describe("a kernel may write over an input", () => {
  const [m, v] = [f64(30, 50), f64(50)]
  test("that it reads at the place where it writes, and nowhere else", () => {
    expect(over([m, m], (a, b) => d.add(d.tanh(a), b))).toEqual([true, true])
    expect(over([m, v], (a, b) => d.add(a, b))).toEqual([true, false])
    expect(over([f64(40, 40)], (a) => d.add(a, d.transpose(a)))).toEqual([false])
    expect(over([m], (a) => d.tanh(d.reverse(a, [0])))).toEqual([false])
    expect(over([m], (a) => d.asType(d.exp(a), "f32"))).toEqual([false])
    expect(over([m], (a) => d.sum(a, { axes: [-1] }))).toEqual([false])
    expect(over([m], (a) => d.cumSum(a))).toEqual([true])
    expect(over([f64(40, 40), f64(40, 40)], (a, b) => d.matmul(a, b))).not.toContain(true)
  })
  test("whose row it has read before it writes the row", () => {
    expect(over([m], (a) => d.softmax(a))).toEqual([true])
    expect(over([f64(40, 40)], (a) => d.softmax(d.transpose(a)))).toEqual([false])
  })

  const s = d.scalarInstructions
  const [row, column] = [0, 1].map((i) => s.index(i))
  const at = s.add(s.mul(row, 4), column)
  const node = d.withTable(new d.InternTable(), () => d.zeros([8, 4], { dtype: "f64" }))
  const kernel = (rows: readonly Statement[]): Kernel => ({
    form: "row",
    buffers: (["read", "write", "write"] as const).map((use, i) => ({
      name: `b${i}`,
      dtype: "f64",
      size: 32,
      use,
    })),
    extents: [8, 4, 2],
    body: [loop(0, 8, rows, { ranged: true })],
    nodes: [],
    why: "",
    flops: 0,
    bytes: 0,
  })
  const put = (buffer: number, value: Scalar): Statement => store(buffer, at, value, node)
  const load = s.load("f64", 0, at)
  test("not one that a later part of the turn reads again", () => {
    const twice = kernel([loop(1, 4, [put(1, load)]), loop(1, 4, [put(2, s.add(load, 1))])])
    expect([1, 2].map((w) => mayOverwrite(twice, 0, w))).toEqual([false, true])
    const once = kernel([loop(1, 4, [put(1, load), put(2, s.add(load, 1))])])
    expect([1, 2].map((w) => mayOverwrite(once, 0, w))).toEqual([true, true])
  })
  test("not one of another row, and not in a loop that stores more than once", () => {
    const next = s.load("f64", 0, s.add(s.mul(s.remainder(s.add(row, 1), 8), 4), column))
    const shifted = kernel([loop(1, 4, [put(1, next)])])
    expect(mayOverwrite(shifted, 0, 1)).toBe(false)
    const repeated = kernel([loop(2, 2, [loop(1, 4, [put(1, load)])])])
    expect(mayOverwrite(repeated, 0, 1)).toBe(false)
  })
})
