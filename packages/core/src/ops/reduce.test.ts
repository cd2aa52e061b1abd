/** @file Reductions, running folds, statistics and normalisation: values, dtypes (S7), NaN (S8), defaults (S15), errors. */
import { describe, expect, test } from "vitest"
import {
  all,
  allClose,
  any,
  argMax,
  argMin,
  countNonzero,
  cumMax,
  cumMin,
  cumProduct,
  cumSum,
  exp,
  formatType,
  grad,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  norm,
  product,
  rename,
  softmax,
  standardDeviation,
  standardize,
  sum,
  type Tensor,
  tensor,
  variance,
  weightedMean,
} from "../index.ts"

const list = (t: Tensor): unknown => t.toArray()
const item = (t: Tensor): unknown => t.item()
const type = (t: Tensor): string => formatType(t.type)
const x = tensor([
  [1, 2, 3],
  [4, 5, 6],
])
const NAN = Number.NaN

describe("reductions", () => {
  test("axes by number, name or list, all by default; kept on request", () => {
    const n = rename(x, ["row", "column"])
    expect(item(sum(x))).toBe(21)
    expect(list(sum(x, { axis: 0 }))).toEqual([5, 7, 9])
    expect(list(sum(n, { axes: ["column"] }))).toEqual([6, 15])
    expect(type(sum(n, { axes: ["column"], keepAxes: true }))).toBe("f32[row 2, column 1]")
    expect(type(sum(n, { axis: "row" }))).toBe("f32[column 3]")
    expect(list(max(x, { axes: [0, -1] }))).toBe(6)
    expect(() => sum(x, { axes: [0, -2] })).toThrow(
      "sum: axes [0, -2] of f32[2,3] name one axis twice",
    )
  })
  test("accumulation (S7)", () => {
    expect(type(sum(tensor([true, true])))).toBe("i32[]")
    const bytes = tensor(Int8Array.of(100, 100, 100))
    expect([type(sum(bytes)), item(sum(bytes))]).toEqual(["i32[]", 300])
    expect(type(product(tensor(Uint8Array.of(200, 200))))).toBe("u32[]")
    expect(item(product(tensor(Int32Array.of(65537, 65537))))).toBe(131073)
    expect(item(sum(tensor([2n ** 62n, 2n ** 62n])))).toBe(-(2n ** 63n))
    const halves = tensor(new Float32Array(4096).fill(1)).asType("f16")
    expect([type(sum(halves)), item(sum(halves))]).toEqual(["f16[]", 4096])
    const large = tensor([60000, 60000], { dtype: "f16" })
    expect([item(sum(large)), item(mean(large))]).toEqual([Infinity, 60000])
    expect([type(max(bytes)), type(min(tensor([true])))]).toEqual(["i8[]", "bool[]"])
  })
  test("NaN (S8)", () => {
    const t = tensor([1, NAN, 3])
    expect([sum(t), max(t), min(t), mean(t)].map(item)).toEqual([NAN, NAN, NAN, NAN])
    const o = { nan: "ignore" } as const
    expect(
      [sum(t, o), product(t, o), max(t, o), min(t, o), mean(t, o), variance(t, o)].map(item),
    ).toEqual([4, 3, 3, 1, 2, 1])
    const none = tensor([NAN])
    expect([sum(none, o), max(none, o), mean(none, o)].map(item)).toEqual([0, NAN, NAN])
    expect([argMax(t), argMin(t)].map(item)).toEqual([1, 1])
  })
  test("no elements", () => {
    const none = tensor([])
    expect([sum(none), product(none), all(none), any(none), mean(none)].map(item)).toEqual([
      0,
      1,
      true,
      false,
      NAN,
    ])
    expect(() => max(none)).toThrow(
      "max: axes [-1] of f32[0] have no elements; at least one is needed",
    )
    expect(() => argMin(none)).toThrow("argMin: axes [-1] of f32[0] have no elements")
  })
  test("indices: i32, the first of equals", () => {
    expect([type(argMax(x)), item(argMax(x)), item(argMin(x))]).toEqual(["i32[]", 5, 0])
    expect(
      list(
        argMax(
          tensor([
            [1, 3, 3],
            [2, 2, 1],
          ]),
          { axis: 1 },
        ),
      ),
    ).toEqual([1, 0])
    expect(type(argMax(x, { axis: 0, keepAxes: true }))).toBe("i32[1,3]")
  })
  test("all, any, countNonzero, allClose", () => {
    expect(
      list(
        all(
          tensor([
            [1, 0],
            [1, 2],
          ]),
          { axis: 1 },
        ),
      ),
    ).toEqual([false, true])
    expect(item(any(tensor([0, NAN])))).toBe(true)
    expect([type(countNonzero(x)), item(countNonzero(tensor([0, 1, 2])))]).toEqual(["i32[]", 2])
    expect(item(allClose(tensor([1, Infinity]), tensor([1.000001, Infinity])))).toBe(true)
    expect(item(allClose(tensor([1]), 1.1))).toBe(false)
    expect(item(allClose(tensor([NAN]), NAN))).toBe(false)
    expect(item(allClose(tensor([NAN]), NAN, { equalNaN: true }))).toBe(true)
  })
})

describe("running folds", () => {
  test("along an axis, the last by default, both ways", () => {
    expect(list(cumSum(x))).toEqual([
      [1, 3, 6],
      [4, 9, 15],
    ])
    expect(list(cumSum(x, { axis: 0, reverse: true }))).toEqual([
      [5, 7, 9],
      [4, 5, 6],
    ])
    expect(list(cumProduct(tensor([1, 2, 0, 4])))).toEqual([1, 2, 0, 0])
    expect(list(cumMax(tensor([1, 3, NAN, 4])))).toEqual([1, 3, NAN, NAN])
    expect(list(cumMin(tensor([3, 1, 2]), { reverse: true }))).toEqual([1, 1, 2])
    expect(type(cumSum(tensor(Int8Array.of(100, 100))))).toBe("i32[2]")
  })
  test("the gradient of cumProduct is right at zeros (S10)", () => {
    expect(list(grad((t: Tensor) => sum(cumProduct(t)))(tensor([2, 0, 3])))).toEqual([1, 8, 0])
  })
})

describe("statistics and normalisation", () => {
  test("values and dtypes (S4)", () => {
    expect([
      type(mean(tensor(Int32Array.of(1, 2)))),
      item(mean(tensor(Int32Array.of(1, 2)))),
    ]).toEqual(["f32[]", 1.5])
    expect(item(variance(tensor([1, 2, 3, 4])))).toBe(1.25)
    expect(item(variance(tensor([1, 3]), { degreesOfFreedom: 1 }))).toBe(2)
    expect(item(standardDeviation(tensor([1, 3])))).toBe(1)
    expect(
      [
        norm(tensor([3, 4])),
        norm(tensor([3, -4]), { order: 1 }),
        norm(tensor([3, -4]), { order: Infinity }),
      ].map(item),
    ).toEqual([5, 7, 4])
    expect(item(weightedMean(tensor([1, 4]), tensor([2, 1])))).toBe(2)
    expect(() => norm(x, { order: 3 })).toThrow("norm: order 3; orders are 1, 2 and Infinity")
  })
  test("softmax, logSoftmax, logSumExp do not overflow", () => {
    const big = tensor([1000, 1000])
    expect(list(softmax(big))).toEqual([0.5, 0.5])
    expect(list(logSoftmax(tensor([0, -1e4])))).toEqual([0, -1e4])
    expect(item(logSumExp(big))).toBeCloseTo(1000 + Math.LN2, 3)
    const empty = tensor([-Infinity, -Infinity])
    expect([item(logSumExp(empty)), item(logSumExp(tensor([Infinity, 0])))]).toEqual([
      -Infinity,
      Infinity,
    ])
    expect(list(grad((t: Tensor) => logSumExp(t) as Tensor)(empty))).toEqual([0, 0])
    expect(item(logSumExp(tensor([0, NAN]), { nan: "ignore" }))).toBe(0)
    expect(type(logSumExp(x, { axis: 1, keepAxes: true }))).toBe("f32[2,1]")
    expect(list(exp(logSoftmax(tensor([0, 0]))))).toEqual([0.5, 0.5])
  })
  test("standardize", () => {
    expect(list(standardize(tensor([1, 3]), { epsilon: 0 }))).toEqual([-1, 1])
    expect(item(mean(standardize(tensor([5, 6, 10]))))).toBeCloseTo(0, 6)
  })
})
