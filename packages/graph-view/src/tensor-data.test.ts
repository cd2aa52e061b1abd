/** @file Tensors as numbers: levels, panels, scales, colours. */
import { bytesToBase64, floatsToBase64 } from "@defnote/display"
import { describe, expect, it } from "vitest"
import { contrast, css, inkOn, mix, parseColor } from "./colors.ts"
import { panelSize } from "./heat-map.ts"
import { decodeLevel, panelIndex, scaleOf } from "./tensor-data.ts"

const levelOf = (values: readonly number[], rows: number, columns: number) =>
  decodeLevel({
    panels: values.length / rows / columns,
    rows,
    columns,
    factor: [1, 1],
    mean: floatsToBase64(values),
    flags: bytesToBase64(new Uint8Array(values.length)),
  })

describe("levels", () => {
  it("refuses columns of another length than their counts say", () => {
    const column = { mean: floatsToBase64([1, 2]), flags: bytesToBase64(new Uint8Array(2)) }
    expect(() =>
      decodeLevel({ panels: 1, rows: 2, columns: 2, factor: [1, 1], ...column }),
    ).toThrow("tensor: a level of 1 x 2 x 2 has 2 values and 2 flags; it must have 4")
  })

  it("counts panels in row-major order", () => {
    expect(panelIndex([3, 4], [2, 1])).toBe(9)
    expect(panelIndex([], [])).toBe(0)
  })
})

describe("scales", () => {
  it("clips one large value away and says from where", () => {
    const values: number[] = Array.from({ length: 200 }, (_, i) => (i % 2 ? 0.5 : -0.5))
    values[7] = 90
    const scale = scaleOf(levelOf(values, 10, 20))
    expect(scale).toEqual({ limit: 0.5, kind: "diverging", clippedFrom: 90 })
  })

  it("is one-sided for one sign, and survives a tensor of zeros and NaN", () => {
    expect(scaleOf(levelOf([0, 1, 2, 4], 2, 2))).toMatchObject({ kind: "positive", limit: 4 })
    expect(scaleOf(levelOf([0, Number.NaN, 0, 0], 2, 2)).limit).toBe(1)
  })
})

describe("panels and colours", () => {
  it("fits every panel into its room", () => {
    for (const [rows, columns] of [
      [1, 1000],
      [32, 4],
      [14, 14],
      [300, 300],
      [1, 1],
    ]) {
      const level = { ...levelOf([0], 1, 1), rows, columns }
      const size = panelSize(level, 200, 260)
      expect(size.width).toBeLessThanOrEqual(200)
      expect(size.height).toBeLessThanOrEqual(260)
    }
  })

  it("keeps the cells of a matrix square, and widens a few columns for their numbers", () => {
    const size = (rows: number, columns: number) =>
      panelSize(levelOf(Array(rows * columns).fill(1), rows, columns), 190, 150).cell
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
