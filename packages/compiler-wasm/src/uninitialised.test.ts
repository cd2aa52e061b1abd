/** Results lie in memory that nobody cleared: every byte of them is written. */
import * as d from "@defnote/core"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { expectEqual, randomStorage } from "./compare.ts"
import { uninitialised } from "./uninitialised.ts"

const real = Buffer.allocUnsafeSlow.bind(Buffer)
beforeEach(() => {
  vi.spyOn(Buffer, "allocUnsafeSlow").mockImplementation((n) => real(n).fill(0xab))
})
afterEach(() => {
  vi.restoreAllMocks()
})

const graph = (types: d.TensorType[], f: (...x: d.Tensor[]) => d.Tensor | d.Tensor[]): d.Graph =>
  d.withTable(new d.InternTable(), () => d.graphOf(types, (...x) => [f(...x)].flat()))
const DTYPES: readonly d.DType[] = ["f32", "f64", "i32", "u8", "bool", "f16", "i64"]
const SHAPES = [[0], [], [1], [3], [17], [5, 0], [33, 9], [401, 130], [70_001], [262_147]]

for (const dtype of DTYPES)
  test(`no byte is left as it was found: ${dtype}`, () => {
    for (const shape of SHAPES) {
      const type = { dtype, shape }
      const x = randomStorage(type, [-3, 3], d.randomNumbers(5))
      expectEqual(
        graph([type], (v) => [d.equal(v, v), d.where(d.equal(v, v), v, v), d.reverse(v)]),
        [x],
        `${dtype}[${shape}]`,
      )
    }
  })
test("rows, loops, sorts and slices write all of their results", () => {
  const type: d.TensorType = { dtype: "f32", shape: [257, 131] }
  const x = randomStorage(type, [-1, 1], d.randomNumbers(5))
  const scanned = (v: d.Tensor): d.Tensor[] =>
    d.scan(d.zeros([131]), v, (c, r) => [d.add(c, r), c]) as d.Tensor[]
  expectEqual(
    graph([type], (v) => [d.softmax(v), d.cumSum(v), d.sort(v), d.dot(v, d.transpose(v))]),
    [x],
    "rows",
  )
  expectEqual(graph([type], scanned), [x], "scan", 100)
})
test("a buffer is never a part of a pool", () => {
  for (const bytes of [0, 1, 8, 100, 4096, 65_537]) {
    const buffer = uninitialised(bytes)
    expect(buffer).toBeInstanceOf(ArrayBuffer)
    expect(buffer.byteLength).toBe(bytes)
  }
  vi.mocked(Buffer.allocUnsafeSlow).mockImplementation((n) => Buffer.from("x".repeat(n)))
  expect(uninitialised(8).byteLength).toBe(8)
})
