import { describe, expect, it } from "vitest"
import {
  contrast,
  DARK,
  dataColour,
  HIGH_CONTRAST_DARK,
  HIGH_CONTRAST_LIGHT,
  LIGHT,
  mix,
} from "./theme.ts"

describe("colours (VISUAL: colour)", () => {
  it.each([LIGHT, DARK, HIGH_CONTRAST_LIGHT, HIGH_CONTRAST_DARK])(
    "text and roles of $name can be read on paper and on their tint",
    ({ colours }) => {
      for (const token of [
        "ink",
        "ink2",
        "ink3",
        "fwd",
        "bwd",
        "upd",
        "res",
        "error",
        "ok",
      ] as const) {
        expect(contrast(colours[token], colours.paper), token).toBeGreaterThanOrEqual(4.5)
      }
      for (const [role, tint] of [
        ["fwd", "fwdTint"],
        ["bwd", "bwdTint"],
        ["upd", "updTint"],
        ["error", "errorTint"],
      ] as const) {
        expect(contrast(colours[role], colours[tint]), role).toBeGreaterThanOrEqual(4.5)
      }
      expect(contrast(colours.warnInk, colours.warn)).toBeGreaterThanOrEqual(7)
    },
  )

  it("have ink borders and no tints in high contrast", () => {
    for (const { colours, strokeExtra } of [HIGH_CONTRAST_LIGHT, HIGH_CONTRAST_DARK]) {
      expect(colours.line).toBe(colours.ink)
      expect(colours.fwdTint).toBe(colours.paper)
      expect(strokeExtra).toBe(0.5)
    }
  })

  it("of data run from violet to green and are clamped", () => {
    expect(dataColour(LIGHT, -2)).toBe(LIGHT.colours.negative)
    expect(dataColour(LIGHT, 2)).toBe(LIGHT.colours.positive)
    expect(dataColour(DARK, 0)).toBe(DARK.colours.zero)
    expect(mix("#000000", "#ffffff", 0.5)).toBe("#808080")
  })
})
