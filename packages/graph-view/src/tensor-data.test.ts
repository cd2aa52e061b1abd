/** @file Tensors as numbers: levels, panels, scales, colours. */
import {
  bytesToBase64,
  decodeLevel,
  floatsToBase64,
  scaleOf,
  type TensorDoc,
} from "@defnote/display"
import { describe, expect, it } from "vitest"
import { contrast, css, inkOn, mix, parseColor } from "./colors.ts"
import { panelSize } from "./panel-size.ts"
import {
  cellAt,
  factorFor,
  moved,
  panelIndex,
  storedPatch,
  valueText,
  type Window,
  zoomed,
} from "./tensor-data.ts"

const cellsOf = (
  values: readonly number[],
  rows: number,
  columns: number,
  factor: readonly [number, number] = [1, 1],
) =>
  decodeLevel({
    panels: values.length / rows / columns,
    rows,
    columns,
    factor,
    mean: floatsToBase64(values),
    flags: bytesToBase64(Uint8Array.from(values, (v) => (Number.isNaN(v) ? 1 : v === 0 ? 8 : 0))),
  })

const partOf = (levels: ReturnType<typeof cellsOf>[]) => ({ picture: {} as TensorDoc, levels })
const all: Window = { rows: [0, 100], columns: [0, 40] }

describe("windows", () => {
  it("counts panels in row-major order", () => {
    expect(panelIndex([3, 4], [2, 1])).toBe(9)
    expect(panelIndex([], [])).toBe(0)
  })

  it("zooms around a place that stays where it is, and never beyond the panel", () => {
    const near = zoomed(all, { row: 25, column: 39 }, 0.5, all)
    expect(near).toEqual({ rows: [13, 63], columns: [20, 40] })
    const share = (w: Window) => (25.5 - w.rows[0]) / (w.rows[1] - w.rows[0])
    expect(Math.abs(share(near) - share(all))).toBeLessThan(0.02)
    expect(zoomed(near, { row: 25, column: 39 }, 100, all)).toEqual(all)
    const least = zoomed(all, { row: 0, column: 0 }, 1e-9, all)
    expect(least).toEqual({ rows: [0, 8], columns: [0, 8] })
  })

  it("moves as far as the panel goes", () => {
    const window: Window = { rows: [10, 20], columns: [0, 40] }
    expect(moved(window, 5, 5, all)).toEqual({ rows: [15, 25], columns: [0, 40] })
    expect(moved(window, -50, 0, all).rows).toEqual([0, 10])
  })

  it("takes the stored cells of a window by whole blocks, and says where they begin", () => {
    // 25 x 10 blocks of 4 x 4 elements; the value of a block is its index.
    const stored = cellsOf(
      Array.from({ length: 250 }, (_, i) => i + 1),
      25,
      10,
      [4, 4],
    )
    const window: Window = { rows: [6, 15], columns: [8, 16] }
    const patch = storedPatch(partOf([stored]), 0, window, [1, 1])
    expect(patch).toMatchObject({ origin: [4, 8], rows: 3, columns: 2, factor: [4, 4] })
    expect([...(patch?.mean ?? [])]).toEqual([13, 14, 23, 24, 33, 34])
    expect(cellAt(patch as never, { row: 8, column: 15 })).toEqual({ row: 1, column: 1 })
    expect(storedPatch(partOf([stored]), 1, window, [1, 1])).toBeUndefined()
  })

  it("joins cells that would be smaller than two px, and keeps their extremes", () => {
    const values = Array.from({ length: 60 }, (_, i) => i)
    const window: Window = { rows: [0, 6], columns: [0, 10] }
    const factor = factorFor(window, [3, 5])
    expect(factor).toEqual([2, 2])
    const patch = storedPatch(partOf([cellsOf(values, 6, 10)]), 0, window, factor)
    expect(patch).toMatchObject({ rows: 3, columns: 5 })
    expect(valueText(patch as never, { row: 1, column: 1 }, "f32")).toBe("5.50 (0 … 11)")
  })

  it("says what one cell is", () => {
    const window: Window = { rows: [0, 1], columns: [0, 3] }
    const patch = storedPatch(partOf([cellsOf([0, 1, Number.NaN], 1, 3)]), 0, window, [1, 1])
    const say = (column: number, dtype: string) =>
      valueText(patch as never, { row: 0, column }, dtype)
    expect([say(0, "f32"), say(0, "bool"), say(1, "bool"), say(2, "f32")]).toEqual([
      "0",
      "false",
      "true",
      "NaN",
    ])
  })
})

describe("scales", () => {
  it("clips one large value away and says from where", () => {
    const values: number[] = Array.from({ length: 200 }, (_, i) => (i % 2 ? 0.5 : -0.5))
    values[7] = 90
    const scale = scaleOf(cellsOf(values, 10, 20))
    expect(scale).toEqual({ limit: 0.5, kind: "diverging", clippedFrom: 90 })
  })

  it("is one-sided for one sign, and survives a tensor of zeros and NaN", () => {
    expect(scaleOf(cellsOf([0, 1, 2, 4], 2, 2))).toMatchObject({ kind: "positive", limit: 4 })
    expect(scaleOf(cellsOf([0, Number.NaN, 0, 0], 2, 2)).limit).toBe(1)
  })
})

describe("panels and colours", () => {
  it("fits every panel into its room, and leaves none too thin to see", () => {
    for (const [rows, columns] of [
      [1, 1000],
      [32, 4],
      [14, 14],
      [300, 300],
      [5000, 3],
      [3, 5000],
      [1, 1],
    ]) {
      const size = panelSize(rows, columns, [200, 260], { left: 20, bottom: 16 })
      expect(size.width).toBeLessThanOrEqual(180)
      expect(size.height).toBeLessThanOrEqual(260)
      expect(Math.min(size.width, size.height)).toBeGreaterThanOrEqual(20)
    }
  })

  it("keeps the cells of a matrix square, and widens a few columns for their numbers", () => {
    const size = (rows: number, columns: number) => panelSize(rows, columns, [190, 150]).cell
    expect(size(28, 28)).toEqual([5, 5])
    expect(size(2, 3)).toEqual([48, 24])
  })

  it("writes on every colour with a contrast of at least 4.5", () => {
    for (let grey = 0; grey < 256; grey++) {
      const cell = [grey, 255 - grey, 128] as const
      expect(contrast(cell, parseColor(inkOn(cell)))).toBeGreaterThanOrEqual(4.5)
    }
  })

  it("mixes colours in every notation of the lab's themes", () => {
    expect(parseColor("#fff")).toEqual([255, 255, 255])
    expect(parseColor("#0b66a8")).toEqual([11, 102, 168])
    expect(parseColor("rgba(1, 2, 3, 0.5)")).toEqual([1, 2, 3])
    expect(css(mix([0, 0, 0], [255, 255, 255], 0.5))).toBe("rgb(128,128,128)")
  })
})
