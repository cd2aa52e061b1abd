import { describe, expect, it } from "vitest"
import {
  contrast,
  DARK,
  dataColour,
  FAINT,
  HIGH_CONTRAST_DARK,
  HIGH_CONTRAST_LIGHT,
  LIGHT,
  mix,
  STRONGEST_FILL,
  type Theme,
} from "./theme.ts"

/** JupyterLab's own surfaces and ink under our roles, as views read them (see readTheme of graph-view). */
function inLab(theme: Theme, paper: string, second: string, ink: string): Theme {
  const own = { paper, panel: mix(paper, second, 0.45), ink, ink2: mix(paper, ink, 0.72) }
  return { ...theme, name: `the lab's ${theme.name}`, colours: { ...theme.colours, ...own } }
}
const THEMES = [
  LIGHT,
  DARK,
  HIGH_CONTRAST_LIGHT,
  HIGH_CONTRAST_DARK,
  inLab(LIGHT, "#ffffff", "#eeeeee", "#212121"),
  inLab(DARK, "#212121", "#424242", "#ffffff"),
]

describe("colours (VISUAL: colour)", () => {
  it.each(THEMES)("text of $name has 4.5:1 on paper, panel and tints", ({ colours }) => {
    const inks = ["ink", "ink2", "ink3", "fwd", "bwd", "upd", "res", "error", "ok"] as const
    for (const ink of inks)
      for (const below of ["paper", "panel"] as const)
        expect(contrast(colours[ink], colours[below]), `${ink} on ${below}`).toBeGreaterThan(4.5)
    for (const [role, tint] of [
      ["fwd", "fwdTint"],
      ["bwd", "bwdTint"],
      ["upd", "updTint"],
      ["error", "errorTint"],
    ] as const)
      for (const ink of ["ink", "ink2", "ink3", role] as const)
        expect(contrast(colours[ink], colours[tint]), `${ink} on ${tint}`).toBeGreaterThan(4.5)
    expect(contrast(colours.warnInk, colours.warn)).toBeGreaterThan(7)
  })

  it.each(THEMES)("text of $name can be read on an overlay", ({ colours }) => {
    for (const tone of ["positive", "negative", "error", "warn"] as const) {
      const fill = mix(colours.paper, colours[tone], STRONGEST_FILL)
      expect(contrast(colours.ink, fill), tone).toBeGreaterThan(4.5)
    }
  })

  it.each(THEMES)("marks of $name have 3:1 on paper", ({ colours, dark }) => {
    const marks = ["fwd", "bwd", "upd", "res", "error", "focus", "negative", "positive"] as const
    for (const mark of marks)
      expect(contrast(colours[mark], colours.paper), mark).toBeGreaterThan(3)
    for (const mark of ["ink3", "fwd", "bwd", "upd"] as const)
      expect(
        contrast(mix(colours.paper, colours[mark], FAINT), colours.paper),
        mark,
      ).toBeGreaterThan(3)
    // Yellow is seen by its outline on a light page, by itself on a dark one.
    expect(contrast(dark ? colours.warn : colours.warnInk, colours.paper)).toBeGreaterThan(3)
  })

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
