/** @file Indexing, sorting, products: values, what is outside (S9), order (S8), dtypes, errors. */
import { describe, expect, test } from "vitest"
import { randomNumbers, randomValues } from "../drawn-values.ts"
import { graphOf } from "../graph.ts"
import {
  argSort,
  at,
  defn,
  dot,
  dynamicSlice,
  einsum,
  formatType,
  gather,
  grad,
  indexedAdd,
  inner,
  kron,
  matmul,
  multiply,
  outer,
  putSlice,
  rename,
  sort,
  sum,
  type Tensor,
  Trace,
  take,
  takeAlongAxis,
  tensor,
  tensorDot,
  topK,
  withTrace,
} from "../index.ts"
import { make } from "../make.ts"
import { runGraph } from "../reference.ts"
import { declarations } from "./declarations.ts"
import { elements } from "./source.ts"

const list = (t: Tensor): unknown => t.toArray()
const type = (t: Tensor): string => formatType(t.type)
const int = (...v: number[]): Tensor => tensor(Int32Array.from(v))
const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
])

describe("at", () => {
  test("numbers, traced integers, and one tensor of indices", () => {
    expect(list(at(x, 1))).toEqual([4, 5, 6])
    expect(list(at(x, -1, 0))).toBe(4)
    const f = defn((t: Tensor, i: Tensor) => [at(t, i), at(t, 0, i), at(t, i, i)])
    expect(f(x, int(1).reshape([])).map(list)).toEqual([[4, 5, 6], 2, 5])
    expect(f(x, int(9).reshape([])).map(list)).toEqual([[4, 5, 6], 3, 6])
    expect(list(at(x, int(1, 0, 1)))).toEqual([
      [4, 5, 6],
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(list(at(x, 1, int(2, 0)))).toEqual([6, 4])
  })
  test("a number argument becomes static (S3)", () => {
    const f = defn((t: Tensor, i: number) => at(t, i))
    expect([0, 1, 0].map((i) => list(f(x, i)))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [1, 2, 3],
    ])
  })
  test("errors (S9)", () => {
    expect(() => at(x, 2)).toThrow("at: index 2 of axis 0 of f32[2,3]; indices are -2 to 1")
    expect(() => at(x, 0, 0, 0)).toThrow("at: 3 indices of f32[2,3], which has 2 axes")
    expect(() => at(x, tensor([0.5]))).toThrow("at: indices are f32[1]; they must be integers")
    expect(() => at(x, tensor([true, false]))).toThrow(
      "A bool mask has a result of unknown size; use where",
    )
  })
})

describe("windows and rows", () => {
  test("dynamicSlice and putSlice keep the window inside", () => {
    const f = defn((t: Tensor, i: Tensor) => [
      dynamicSlice(t, [0, i], [2, 2]),
      putSlice(t, [i, 1], tensor([[7, 8]])),
    ])
    expect(f(x, int(1).reshape([])).map(list)).toEqual([
      [
        [2, 3],
        [5, 6],
      ],
      [
        [1, 2, 3],
        [4, 7, 8],
      ],
    ])
    expect(f(x, int(5).reshape([])).map(list)).toEqual([
      [
        [2, 3],
        [5, 6],
      ],
      [
        [1, 2, 3],
        [4, 7, 8],
      ],
    ])
    expect(() => dynamicSlice(x, [0, 2], [1, 2])).toThrow(
      "dynamicSlice: 2 to 4 of axis 1 of f32[2,3]",
    )
    expect(() => putSlice(x, [0, 0], tensor([[1n]]))).toThrow(
      "putSlice: i64[1,1] into f32[2,3]; the dtypes must be equal",
    )
  })
  test("take: clamp, fill", () => {
    expect(list(take(x, int(1, 5, -3)))).toEqual([
      [4, 5, 6],
      [4, 5, 6],
      [1, 2, 3],
    ])
    expect(list(take(x, int(1, 5), { axis: 1, mode: "fill", value: -1 }))).toEqual([
      [2, -1],
      [5, -1],
    ])
    expect(list(take(tensor([1, 2]), int(9), { mode: "fill" }))).toEqual([Number.NaN])
    expect(type(take(x, tensor(new Int32Array(6)).reshape([2, 3]), { axis: 1 }))).toBe("f32[2,2,3]")
    expect(() => take(x, int(1), { mode: "wrap" as never })).toThrow(
      'take: mode "wrap"; it is "clamp" or "fill"',
    )
  })
  test("takeAlongAxis follows argSort", () => {
    const t = tensor([
      [3, 1, 2],
      [9, 8, 7],
    ])
    expect(list(takeAlongAxis(t, argSort(t)))).toEqual(list(sort(t)))
    expect(list(takeAlongAxis(t, argSort(t, { axis: 0 }), { axis: 0 }))).toEqual(
      list(sort(t, { axis: 0 })),
    )
  })
  test("gather and indexedAdd by coordinates", () => {
    const at2 = int(0, 2, 1, 0).reshape([2, 2])
    expect(list(gather(x, at2))).toEqual([3, 4])
    expect(list(gather(x, int(1, 2).reshape([2, 1]), { axes: [1] }))).toEqual([
      [2, 5],
      [3, 6],
    ])
    expect(list(indexedAdd(x, at2, tensor([10, 20])))).toEqual([
      [1, 2, 13],
      [24, 5, 6],
    ])
    const twice = int(0, 0, 0, 0, 5, 5).reshape([3, 2])
    expect(list(indexedAdd(x, twice, tensor([1, 1, 1]), { mode: "drop" }))).toEqual([
      [3, 2, 3],
      [4, 5, 6],
    ])
    expect(list(indexedAdd(x, int(0).reshape([1, 1]), tensor([[1, 1, 1]])))).toEqual([
      [2, 3, 4],
      [4, 5, 6],
    ])
    expect(() => indexedAdd(x, at2, tensor([1]))).toThrow(
      "indexedAdd: updates f32[1]; for these indices they must have shape [2]",
    )
  })
  test("the gradient of take adds up equal indices", () => {
    expect(
      list(
        grad((t: Tensor) => sum(multiply(take(t, int(0, 0, 1)), tensor([1, 2, 3]))))(
          tensor([5, 6]),
        ),
      ),
    ).toEqual([3, 3])
  })
})

describe("sorting", () => {
  const t = tensor([2, Number.NaN, -Infinity, 2, 1])
  test("NaN last both ways, stable (S8)", () => {
    expect(list(sort(t))).toEqual([-Infinity, 1, 2, 2, Number.NaN])
    expect(list(sort(t, { direction: "descending" }))).toEqual([2, 2, 1, -Infinity, Number.NaN])
    expect(list(argSort(t))).toEqual([2, 4, 0, 3, 1])
    expect(list(argSort(t, { direction: "descending" }))).toEqual([0, 3, 4, 2, 1])
    expect(type(argSort(t))).toBe("i32[5]")
  })
  test("topK and axes", () => {
    const [v, i] = topK(x, 2)
    expect([list(v), list(i)]).toEqual([
      [
        [3, 2],
        [6, 5],
      ],
      [
        [2, 1],
        [2, 1],
      ],
    ])
    expect(list(sort(x, { axis: 0, direction: "descending" }))).toEqual([
      [4, 5, 6],
      [1, 2, 3],
    ])
    expect(() => topK(x, 4)).toThrow(
      "topK: 4 of the 3 elements along axis -1 of f32[2,3]; k is 0 to 3",
    )
    expect(() => sort(x, { direction: "up" as never })).toThrow(
      'sort: direction "up"; it is "ascending" or "descending"',
    )
  })
  test("the gradient goes back to where the elements came from", () => {
    expect(
      list(grad((s: Tensor) => sum(multiply(sort(s), tensor([1, 2, 3]))))(tensor([3, 1, 2]))),
    ).toEqual([3, 1, 2])
  })
})

test("bodies mean the same as the definitions (D3.6)", () => {
  const both = declarations().filter((op) => op.body && op.evaluate && op.samples?.length)
  expect(both.map((op) => op.name)).toEqual(
    expect.arrayContaining([
      "sort",
      "argMax",
      "argMin",
      "cumSum",
      "cumProduct",
      "cumMax",
      "cumMin",
    ]),
  )
  let rows = 0
  for (const op of both) {
    for (const s of op.samples ?? []) {
      const x = s.inputs.map((t) => randomValues(t, randomNumbers(11), s.range))
      const tolerance =
        { f64: 1e-13, f32: 1e-6, f16: 1e-3, bf16: 1e-2 }[s.inputs[0].dtype as "f64"] ?? 0
      const values = (body: boolean) =>
        withTrace(new Trace(), () => {
          const g = graphOf(s.inputs, (...p) => {
            const n = make(op, p, s.attrs)
            return body ? (op.body?.(n) as Tensor[]) : elements(n)
          })
          return runGraph(g, x).map((v) => Array.from(v, Number))
        })
      const [a, b] = [values(false), values(true)]
      a.forEach((v, i) => {
        v.forEach((e, k) => {
          rows++
          const off = Math.abs(e - b[i][k]) / (Math.abs(e) || 1)
          expect(off, `${op.name} of ${s.inputs[0].dtype}`).toBeLessThanOrEqual(tolerance)
        })
      })
    }
  }
  expect(rows).toBeGreaterThan(200)
})

describe("products", () => {
  const m = tensor([
    [1, 2],
    [3, 4],
  ])
  test("dot, matmul, inner, outer, tensorDot, kron", () => {
    expect(list(matmul(m, m))).toEqual([
      [7, 10],
      [15, 22],
    ])
    expect(list(dot(m, tensor([1, 1])))).toEqual([3, 7])
    expect(list(dot(tensor([1, 1]), m))).toEqual([4, 6])
    expect(type(dot(tensor([[[1, 2]]]), m))).toBe("f32[1,1,2]")
    expect(list(dot(m, m, { axes: [[0], [0]] }))).toEqual([
      [10, 14],
      [14, 20],
    ])
    expect(list(dot(m, m, { axes: [[1], [1]], batchAxes: [[0], [0]] }))).toEqual([5, 25])
    expect(list(inner(m, m))).toEqual([
      [5, 11],
      [11, 25],
    ])
    expect(list(outer(tensor([1, 2]), tensor([3, 4])))).toEqual([
      [3, 4],
      [6, 8],
    ])
    expect(list(tensorDot(m, m))).toBe(30)
    expect(list(tensorDot(m, m, { axes: 1 }))).toEqual([
      [7, 10],
      [15, 22],
    ])
    expect(list(kron(tensor([1, 10]), tensor([1, 2])))).toEqual([1, 2, 10, 20])
    expect(
      type(
        matmul(
          tensor(new Float32Array(30), { shape: [5, 2, 3] }),
          tensor(new Float32Array(12), { shape: [3, 4] }),
        ),
      ),
    ).toBe("f32[5,2,4]")
  })
  test("dtypes: promoted, integers exact, halves accumulate in f32 (S4, S7)", () => {
    expect(type(matmul(m, tensor([[1], [1]], { dtype: "i32" })))).toBe("f32[2,1]")
    expect(list(dot(int(65537, 1), int(65537, 1)))).toBe(131074)
    expect(list(dot(tensor([2n ** 40n]), tensor([2n ** 20n])))).toBe(2n ** 60n)
    const ones = tensor(new Float32Array(4096).fill(1)).asType("f16")
    expect([type(dot(ones, ones)), list(dot(ones, ones))]).toEqual(["f16[]", 4096])
  })
  test("names stay with the labels that remain (S14)", () => {
    const a = rename(m, ["row", "k"])
    expect(type(matmul(a, rename(m, ["k", "column"])))).toBe("f32[row 2, column 2]")
    expect(() => matmul(a, rename(m, ["other", null]))).toThrow("are named k and other")
  })
  test("einsum", () => {
    expect(list(einsum("ij,jk->ik", m, m))).toEqual([
      [7, 10],
      [15, 22],
    ])
    expect(list(einsum("ij,jk", m, m))).toEqual([
      [7, 10],
      [15, 22],
    ])
    expect(list(einsum("ii", m))).toBe(5)
    expect(list(einsum("ii->i", m))).toEqual([1, 4])
    expect(list(einsum("ij->ji", m))).toEqual([
      [1, 3],
      [2, 4],
    ])
    expect(list(einsum("ij->", m))).toBe(10)
    expect(list(einsum("i,ij,j->", tensor([1, 2]), m, tensor([3, 4])))).toBe(61)
    expect(
      list(
        einsum(
          "...ij,...j->...i",
          m.reshape([1, 2, 2]),
          tensor([
            [1, 0],
            [0, 1],
          ]),
        ),
      ),
    ).toEqual([
      [1, 3],
      [2, 4],
    ])
    expect(type(einsum("ij,kl->ijkl", m, m))).toBe("f32[2,2,2,2]")
    expect(() => einsum("ij,jk->ik", m)).toThrow(
      'einsum: "ij,jk->ik": 2 operands are named, 1 are given',
    )
    expect(() => einsum("ij,jk->ik", m, x.reshape([3, 2]))).toThrow('einsum: label "j" is 2 and 3')
    expect(() => einsum("ij->ik", m)).toThrow('label "k" of the result is in no operand')
    expect(() => einsum("ijk->i", m)).toThrow('"ijk" for f32[2,2]; one letter per axis')
  })
  test("errors (K4)", () => {
    expect(() => matmul(x, x)).toThrow(
      "matmul: f32[2,3] with f32[2,3]: axis 1 is 3 on the left, axis 0 is 2 on the right; paired sizes must be equal",
    )
    expect(() => matmul(sum(x), x)).toThrow(
      "matmul: f32[] with f32[2,3]; both need an axis, use multiply for scalars",
    )
    expect(() => dot(m, m, { axes: [[0], []] })).toThrow(
      "dot: 1 axes of the left operand against 0 of the right one; they go in pairs",
    )
  })
})
