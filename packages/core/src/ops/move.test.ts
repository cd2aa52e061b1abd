/** @file Moves: values, normal forms, names (S14), and what they say when sizes do not fit (K4). */
import { describe, expect, test } from "vitest"
import { graphOf } from "../graph.ts"
import {
  broadcastTo,
  concatenate,
  defn,
  formatType,
  moveAxis,
  newAxis,
  pad,
  rename,
  reshape,
  reverse,
  slice,
  split,
  squeeze,
  stack,
  sum,
  swapAxes,
  type Tensor,
  Trace,
  tensor,
  tile,
  transpose,
  unstack,
  vmap,
  withTrace,
} from "../index.ts"
import { flatten } from "./move.ts"
import { freshParam } from "./source.ts"

const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
])
const list = (t: Tensor): unknown => t.toArray()
const type = (t: Tensor): string => formatType(t.type)

describe("moves", () => {
  test("values", () => {
    expect(list(reshape(x, [3, -1]))).toEqual([
      [1, 2],
      [3, 4],
      [5, 6],
    ])
    expect(list(flatten(x))).toEqual([1, 2, 3, 4, 5, 6])
    expect(list(transpose(x))).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ])
    expect(type(moveAxis(newAxis(x, 0), 0, -1))).toBe("f32[2,3,1]")
    expect(list(swapAxes(x, 0, 1))).toEqual(list(transpose(x)))
    expect(list(reverse(x, -1))).toEqual([
      [3, 2, 1],
      [6, 5, 4],
    ])
    expect(list(reverse(x))).toEqual([
      [6, 5, 4],
      [3, 2, 1],
    ])
    expect(list(slice(x, [0, 1], [2, -1]))).toEqual([[2], [5]])
    expect(list(slice(x, [0, 0], [2, 3], [1, 2]))).toEqual([
      [1, 3],
      [4, 6],
    ])
    expect(list(pad(tensor([1, 2]), [1], [2], { value: 9 }))).toEqual([9, 1, 2, 9, 9])
    expect(list(pad(tensor([1, 2, 3]), [-1], [1], { interior: [1] }))).toEqual([0, 2, 0, 3, 0])
    expect(list(concatenate([x, x], { axis: -1 }))).toEqual([
      [1, 2, 3, 1, 2, 3],
      [4, 5, 6, 4, 5, 6],
    ])
    expect(list(stack([tensor([1]), tensor([2])], { axis: 1 }))).toEqual([[1, 2]])
    expect(list(tile(tensor([1, 2]), [2, 2]))).toEqual([
      [1, 2, 1, 2],
      [1, 2, 1, 2],
    ])
    expect(split(tensor([1, 2, 3]), [1, 2]).map(list)).toEqual([[1], [2, 3]])
    expect(split(x, 3, { axis: 1 }).map(list)).toEqual([
      [[1], [4]],
      [[2], [5]],
      [[3], [6]],
    ])
    expect(unstack(x).map(list)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ])
    expect(list(squeeze(newAxis(x, 1)))).toEqual(list(x))
    expect(list(broadcastTo(tensor([1, 2]), [2, 2]))).toEqual([
      [1, 2],
      [1, 2],
    ])
  })
  test("empty tensors", () => {
    expect(type(reshape(tensor([], { shape: [0, 3] }), [3, 0]))).toBe("f32[3,0]")
    expect(list(pad(tensor([]), [1], [1], { value: 2 }))).toEqual([2, 2])
    expect(list(concatenate([tensor([]), tensor([1])]))).toEqual([1])
    expect(list(slice(x, [0, 2], [2, 2]))).toEqual([[], []])
  })
  test("dtypes: wide integers and halves move as they are, joining promotes", () => {
    expect(list(reverse(tensor([1n, 2n ** 60n])))).toEqual([2n ** 60n, 1n])
    expect(type(concatenate([tensor([1]), tensor(Int32Array.of(1))]))).toBe("f32[2]")
    expect(list(pad(tensor([1, 2], { dtype: "f16" }), [1], [0], { value: 0.5 }))).toEqual([
      0.5, 1, 2,
    ])
  })
  test("names move with their axes (S14)", () => {
    const n = rename(x, ["row", "column"])
    expect(type(transpose(n))).toBe("f32[column 3, row 2]")
    expect(type(transpose(n, ["column", "row"]))).toBe("f32[column 3, row 2]")
    expect(type(reshape(n, [2, 3, 1]))).toBe("f32[2,3,1]")
    expect(type(reshape(n, [3, 2], { names: ["a", null] }))).toBe("f32[a 3, 2]")
    expect(type(newAxis(n, 1))).toBe("f32[row 2, 1, column 3]")
    expect(type(slice(n, [0, 0], [1, 2]))).toBe("f32[row 1, column 2]")
    expect(type(concatenate([n, x], { axis: "column" }))).toBe("f32[row 2, column 6]")
    expect(type(broadcastTo(n, [4, 2, 3]))).toBe("f32[4, row 2, column 3]")
  })
  test("normal forms: equal moves are one node, trivial ones are none (C2)", () => {
    withTrace(new Trace(), () => {
      const p = freshParam({ dtype: "f32", shape: [2, 3] })
      expect(transpose(transpose(p)).op.name).toBe("transpose")
      expect(
        [
          reshape(p, [2, 3]),
          transpose(p, [0, 1]),
          slice(p, [0, 0], [2, 3]),
          pad(p, [0, 0], [0, 0]),
        ].every((y) => y === p),
      ).toBe(true)
      expect(transpose(p, [0, 1]) === p && reverse(newAxis(p, 0), 0) === newAxis(p, 0)).toBe(true)
      const rows = graphOf([{ dtype: "f32", shape: [4, 2, 3] }], (t) => [
        vmap((r: Tensor) => reshape(r, [3, 2]))(t),
      ])
      const direct = graphOf([{ dtype: "f32", shape: [4, 2, 3] }], (t) => [reshape(t, [4, 3, 2])])
      expect(rows === direct).toBe(true)
    })
  })
  test("errors (K4, S9)", () => {
    expect(() => reshape(x, [4])).toThrow(
      "reshape: f32[2,3] to [4]: 6 elements against 4; the counts must agree, and one size may be -1",
    )
    expect(() => transpose(x, [0, 0])).toThrow(
      "transpose: order [0, 0] of f32[2,3]; it must name each of the 2 axes once",
    )
    expect(() => slice(x, [0, 2], [2, 4])).toThrow(
      "slice: 2 to 4 of axis 1 of f32[2,3]; bounds are 0 to 3",
    )
    expect(() => slice(x, [0, 0], [2, 3], [1, 0])).toThrow("slice: step 0 of axis 1")
    expect(() => pad(x, [0, -4], [0, 0])).toThrow("pad: axis 1 of f32[2,3] by low -4")
    expect(() => broadcastTo(x, [2])).toThrow("broadcastTo")
    expect(() => squeeze(x, 0)).toThrow(
      "squeeze: axis -2 of f32[2,3] has size 2; only axes of size 1 can be dropped",
    )
    expect(() => newAxis(x, 4)).toThrow("newAxis: axis 4 of f32[2,3]; positions are -3 to 2")
    expect(() => concatenate([x, tensor([[1]])])).toThrow(
      "concatenate: f32[2,3] with f32[1,1] along axis -2; the other sizes must be equal",
    )
    expect(() => concatenate([])).toThrow("concatenate: takes a list of at least one tensor")
    expect(() => split(x, 2, { axis: 1 })).toThrow("split: axis -1 of f32[2,3] into 2 equal parts")
    expect(() => rename(x, ["a", "a"])).toThrow("they must be distinct")
    expect(() => reverse(x, "time")).toThrow(
      'reverse: no axis "time" in f32[2,3]; its names are none',
    )
  })
  test("a traced number as a size makes the argument static (S3)", () => {
    const f = defn((t: Tensor, n: number) => sum(reshape(t, [n, -1]), { axis: 0 }))
    expect(list(f(x, 2))).toEqual([5, 7, 9])
    expect(list(f(x, 3))).toEqual([9, 12])
    expect(list(f(x, 6))).toEqual([21])
  })
})

test("tensors without elements are regrouped too", () => {
  const empty = tensor([])
  expect(empty.reshape([0, 3]).shape).toEqual([0, 3])
  expect(empty.reshape([0, 3]).reshape([0]).shape).toEqual([0])
  expect(empty.reshape([0, 3]).reshape([2, 0, 4]).shape).toEqual([2, 0, 4])
  expect(() => empty.reshape([2, 3])).toThrow(/0 elements against 6/)
})
