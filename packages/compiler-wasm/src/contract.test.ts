import {
  dot,
  einsum,
  graphOf,
  InternTable,
  maximum,
  randomNumbers,
  type Tensor,
  type TensorType,
  withTable,
} from "@defnote/core"
import { expect, test } from "vitest"
import { expectEqual, randomStorage } from "./compare.ts"
import { wasm } from "./index.ts"

const f32 = (...shape: number[]): TensorType => ({ dtype: "f32", shape })
const graph = (types: TensorType[], f: (...x: Tensor[]) => Tensor) =>
  withTable(new InternTable(), () => graphOf(types, (...x) => [f(...x)]))
const inputs = (types: TensorType[]) =>
  types.map((t, i) => randomStorage(t, [-1, 1], randomNumbers(i + 5)))

for (const [m, k, n] of [
  [64, 64, 64],
  [61, 67, 71],
  [5, 300, 33],
  [128, 784, 10],
  [100, 50, 9],
]) {
  test(`product of ${m} x ${k} and ${k} x ${n}`, () => {
    const types = [f32(m, k), f32(k, n)]
    expectEqual(
      graph(types, (a, b) => dot(a, b)),
      inputs(types),
      "dot",
      20,
    )
  })
}
for (const spec of [
  "ij,kj->ik",
  "ji,jk->ik",
  "ji,kj->ik",
  "ij,jk->ki",
  "bij,bjk->bik",
  "abc,cd->abd",
  "bij,bkj->bik",
  "bcij,bcjk->bcik",
]) {
  test(`contraction ${spec}`, () => {
    const size: Record<string, number> = { i: 37, j: 41, k: 43, a: 6, b: 5, c: 7, d: 90 }
    const [left, right] = spec.split(/,|->/)
    const types = [left, right].map((t) => f32(...[...t].map((c) => size[c])))
    expectEqual(
      graph(types, (a, b) => einsum(spec, a, b)),
      inputs(types),
      spec,
      20,
    )
  })
}
test("halves and doubles", () => {
  for (const dtype of ["f64", "f16", "bf16"] as const) {
    const types: TensorType[] = [
      { dtype, shape: [40, 50] },
      { dtype, shape: [50, 60] },
    ]
    expectEqual(
      graph(types, (a, b) => dot(a, b)),
      inputs(types),
      dtype,
      20,
    )
  }
})
test("a bias and an activation are one kernel with the product", () => {
  const types = [f32(64, 64), f32(64, 64), f32(64)]
  const g = graph(types, (a, b, c) => maximum(dot(a, b).add(c), 0))
  expectEqual(g, inputs(types), "dense", 20)
  expect(wasm.compile(g, {}).kernels.map((k) => k.form)).toEqual(["pack", "contract"])
})
