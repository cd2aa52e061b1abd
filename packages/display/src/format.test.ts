import { describe, expect, it } from "vitest"
import {
  clip,
  clipPath,
  floatOf,
  floatValue,
  formatBytes,
  formatConstant,
  formatCount,
  formatFactor,
  formatNumber,
  formatPercent,
  formatTime,
  formatType,
  superscript,
} from "./format.ts"

describe("numbers (VISUAL: numbers)", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [1, "1"],
    [0.5, "0.500"],
    [-2.345, "−2.35"],
    [123.456, "123"],
    [1234.5, "1235"],
    [999_999, "999999"],
    [1e6, "1.00e6"],
    [999_999.7, "1.00e6"],
    [0.001, "0.00100"],
    [0.00012, "1.20e−4"],
    [0.9999, "1.00"],
    [1e300, "1.00e300"],
    [NaN, "NaN"],
    [Infinity, "Inf"],
    [-Infinity, "−Inf"],
  ])("%d is %s", (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })

  it("gives as many digits as it is asked for", () => {
    expect(formatNumber(Math.PI, 6)).toBe("3.14159")
    expect(formatNumber(1.5, 2)).toBe("1.5")
  })

  it("writes constants as short as they are", () => {
    expect([0.1, 1e-5, 2, -0.5, 1.25, 10, 1e6, 0.125].map(formatConstant)).toEqual([
      "0.1",
      "1e−5",
      "2",
      "−0.5",
      "1.25",
      "10",
      "1e6",
      "0.125",
    ])
  })

  it("groups counts, then shortens them", () => {
    expect(
      [0, 999, 1024, 9999, 10_000, 65_536, 999_949, 7_320_000, 2.5e9].map(formatCount),
    ).toEqual(["0", "999", "1,024", "9,999", "10.0k", "65.5k", "1.00M", "7.32M", "2.50G"])
  })

  it("writes bytes, times and shares with their units", () => {
    expect([32, 1023, 1024, 262_144, 3_170_000].map(formatBytes)).toEqual([
      "32 B",
      "1023 B",
      "1 KiB",
      "256 KiB",
      "3.02 MiB",
    ])
    expect([950, 1240, 2_500_000, 3e9].map(formatTime)).toEqual([
      "950 ns",
      "1.24 µs",
      "2.5 ms",
      "3 s",
    ])
    expect(
      [
        [0, 10],
        [1, 1000],
        [1, 3],
        [999, 1000],
        [5, 5],
        [0, 0],
      ].map(([a, b]) => formatPercent(a, b)),
    ).toEqual(["0 %", "<1 %", "33 %", ">99 %", "100 %", "0 %"])
  })

  it("writes types with names and symbolic sizes", () => {
    expect(formatType("f32", [])).toBe("f32[]")
    expect(formatType("bf16", [8, "n"], ["batch", null])).toBe("bf16[batch 8, n]")
  })

  it("cuts texts from the right and paths from the left", () => {
    expect(clip("∂t₂ = ∂h", 5)).toBe("∂t₂ …")
    expect(clipPath("blocks.0.attention.wq", 12)).toBe("…wq")
    expect(clipPath("w", 12)).toBe("w")
    expect(clipPath("layers[0].w", 9)).toBe("…[0].w")
    expect(clipPath("layers[10].w", 5)).toBe("…w")
    expect(superscript(-26)).toBe("⁻²⁶")
  })

  it("says every float in JSON (D8.3)", () => {
    for (const value of [1.5, -0, 0, NaN, Infinity, -Infinity])
      expect(floatOf(JSON.parse(JSON.stringify(floatValue(value))))).toBe(value)
  })
})

it.each([
  [0.016, "×0.016"],
  [3.4e-7, "×3.4e−7"],
  [7.6, "×7.6"],
  [99.4, "×99"],
  [1835.2, "×1,835"],
  [17161.3, "×17.2k"],
  [Number.POSITIVE_INFINITY, "×Inf"],
])("a factor of %f is %s (VISUAL 13)", (factor, text) => {
  expect(formatFactor(factor)).toBe(text)
})
