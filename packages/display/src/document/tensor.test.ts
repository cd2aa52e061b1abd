import { tensor, zeros } from "@defnote/core"
import { describe, expect, test } from "vitest"
import { normal } from "../examples/tensors.ts"
import { readPayload } from "../read.ts"
import { cellsOf, decodeLevel, FLAG } from "../svg/cells.ts"
import { levelOf, pyramidOf } from "./pyramid.ts"
import { histogramOf, tensorDocument } from "./tensor.ts"

const shapes = [
  [],
  [7],
  [5000],
  [300, 400],
  [3, 5, 7],
  [20, 60, 40],
  [2, 3, 4, 5, 6],
  [0, 3],
  [30_000, 1],
]

describe("the pyramid (VISUAL 14)", () => {
  test.each(shapes.map((shape) => [shape]))(
    "%j: at most 64 KB, readable, nothing lost",
    (shape) => {
      const size = shape.reduce((a, b) => a * b, 1)
      const values = normal(5, size)
      if (size > 3) values.splice(1, 3, Number.NaN, 1e9, -1e9)
      const doc = tensorDocument(
        size ? tensor(values, { dtype: "f64" }).reshape(shape) : zeros(shape),
      )
      expect(readPayload("tensor", doc).problem).toBeUndefined()
      expect(JSON.stringify(doc.pyramid).length).toBeLessThanOrEqual(65_536)
      if (size <= 3) return
      const { min, max, flags } = decodeLevel(doc.pyramid[0])
      const finite = (list: Float64Array) => [...list].filter(Number.isFinite)
      expect(Math.max(...finite(max))).toBe(1e9)
      expect(Math.min(...finite(min))).toBe(-1e9)
      expect(flags.some((f) => f & FLAG.nan)).toBe(true)
    },
  )

  test("all panels are there when the elements fit, 16 otherwise", () => {
    expect(pyramidOf(new Float64Array(24 * 20), [2, 3, 4, 4, 5])[0].panels).toBe(24)
    expect(pyramidOf(new Float64Array(24 * 2000), [2, 3, 4, 40, 50])[0].panels).toBe(16)
  })

  test("a region has exactly its elements, with factors also at the edge", () => {
    const values = Float64Array.from({ length: 2 * 5 * 7 }, (_, i) => i)
    const region = { panels: [1], rows: [1, 4], columns: [2, 7], factor: [2, 2] } as const
    const { rows, columns, mean, min, max } = decodeLevel(levelOf(values, [2, 5, 7], region))
    expect([rows, columns]).toEqual([2, 3])
    const at = (row: number, column: number) => 35 + row * 7 + column
    expect(min[0]).toBe(at(1, 2))
    expect(max[0]).toBe(at(2, 3))
    expect(mean[0]).toBe((at(1, 2) + at(2, 3)) / 2)
    expect([min[5], max[5]]).toEqual([at(3, 6), at(3, 6)])
  })

  test("a block of zeros is zero, a block with one NaN is not", () => {
    const values = new Float64Array(20_000)
    values[10_000] = Number.NaN
    const cells = decodeLevel(pyramidOf(values, [100, 200])[0])
    const marks = [...cells.flags]
    expect(marks.filter((f) => f === FLAG.zero)).toHaveLength(marks.length - 1)
    expect(marks.filter((f) => f === FLAG.nan)).toHaveLength(1)
  })
})

test("the histogram counts each sign by power of two, over the whole range of f64", () => {
  const { first, negative, positive } = histogramOf([5e-324, -1.5, 0, Number.NaN, 1.7e308])
  expect(first).toBe(-1074)
  expect(positive[0]).toBe(1)
  expect(positive.at(-1)).toBe(1)
  expect(negative[1074]).toBe(1)
  expect(positive).toHaveLength(2098)
})

test("a picture of few cells is coarsened from the level", () => {
  const cells = cellsOf(tensorDocument(tensor(normal(2, 40_000)).reshape([200, 200])), 1, 10, 10)
  expect([cells?.rows, cells?.columns]).toEqual([10, 10])
})
