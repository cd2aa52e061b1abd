import { expect, test } from "vitest"
import * as d from "../index.ts"

test("constants have a shape, a dtype and names", () => {
  expect(d.zeros([2, 3]).toArray()).toEqual([
    [0, 0, 0],
    [0, 0, 0],
  ])
  expect(d.formatType(d.ones([2], { dtype: "u8", names: ["row"] }).type)).toBe("u8[row 2]")
  expect(d.formatType(d.full([2], true).type)).toBe("bool[2]")
  expect(d.full([2], 7n).toArray()).toEqual([7n, 7n])
  expect(d.fullLike(d.tensor([1, 2]), 5).toArray()).toEqual([5, 5])
})
test("S1 an integer that f32 has not is an error unless a dtype is given", () => {
  expect(() => d.full([2], 2 ** 24 + 1)).toThrow(/full: 16777217 has no exact f32/)
  expect(d.full([1], 2 ** 24 + 1, { dtype: "i32" }).toArray()).toEqual([2 ** 24 + 1])
})
test("sequences", () => {
  expect(d.iota([2, 3], { axis: 0 }).toArray()).toEqual([
    [0, 0, 0],
    [1, 1, 1],
  ])
  expect(d.arange(3).toArray()).toEqual([0, 1, 2])
  expect(d.arange(2, 8, 2).toArray()).toEqual([2, 4, 6])
  expect(d.arange(5, 0, -2, { dtype: "i32" }).toArray()).toEqual([5, 3, 1])
  expect(d.arange(0, 1, 0.25).dtype).toBe("f32")
  expect(() => d.arange(0, 3, 0)).toThrow(/arange: from 0 to 3 by 0; the step must not be 0/)
})
test("linspace hits both ends exactly", () => {
  const x = d.linspace(0.1, 0.7, 7).toArray() as number[]
  expect(x[0]).toBe(Math.fround(0.1))
  expect(x[6]).toBe(Math.fround(0.7))
  expect(d.linspace(0, 1, 4, { endpoint: false }).toArray()).toEqual([0, 0.25, 0.5, 0.75])
  expect(d.linspace(3, 5, 1).toArray()).toEqual([3])
  expect(d.linspace(0, 4, 5, { dtype: "i32" }).toArray()).toEqual([0, 1, 2, 3, 4])
})
test("masks of matrices, not square ones either", () => {
  const x = d.reshape(d.arange(1, 7), [2, 3])
  expect(d.tril(x).toArray()).toEqual([
    [1, 0, 0],
    [4, 5, 0],
  ])
  expect(d.triu(x, { k: 1 }).toArray()).toEqual([
    [0, 2, 3],
    [0, 0, 6],
  ])
  expect(d.eye(2, 3).toArray()).toEqual([
    [1, 0, 0],
    [0, 1, 0],
  ])
  expect(d.eye(2, { dtype: "i32" }).dtype).toBe("i32")
  expect(() => d.tril(d.tensor([1, 2]))).toThrow(/tril: f32\[2\] has 1 axes; it needs at least 2/)
})
test("diag puts vectors on any diagonal", () => {
  expect(d.diag(d.tensor([1, 2])).toArray()).toEqual([
    [1, 0],
    [0, 2],
  ])
  expect(d.diag(d.tensor([1, 2]), { k: 1 }).toArray()).toEqual([
    [0, 1, 0],
    [0, 0, 2],
    [0, 0, 0],
  ])
  expect(d.diag(d.tensor([1, 2]), { k: -1 }).toArray()).toEqual([
    [0, 0, 0],
    [1, 0, 0],
    [0, 2, 0],
  ])
})
test("oneHot: numbers out of range give zeros", () => {
  const x = d.tensor([0, 2, 5], { dtype: "i32" })
  expect(d.oneHot(x, 3).toArray()).toEqual([
    [1, 0, 0],
    [0, 0, 1],
    [0, 0, 0],
  ])
  expect(d.oneHot(x, 4, { axis: 0 }).shape).toEqual([4, 3])
  expect(() => d.oneHot(d.tensor([0.5]), 3)).toThrow(
    /oneHot: f32\[1\]; class numbers must be integers/,
  )
})
test("clip passes NaN and the gradient at its bounds; nanToNum replaces", () => {
  expect(d.clip(d.tensor([-2, 0.5, 3, Number.NaN]), 0, 1).toArray()).toEqual([
    0,
    0.5,
    1,
    Number.NaN,
  ])
  const x = d.tensor([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 2])
  expect(d.nanToNum(x, { nan: 7 }).toArray()).toEqual([
    7, 3.4028234663852886e38, -3.4028234663852886e38, 2,
  ])
})
