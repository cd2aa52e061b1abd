/** @file The picture of gradients over steps fits the width that it is drawn for. */
import { expect, test } from "vitest"
import { doublesToBase64 } from "../base64.ts"
import { ADVANCE } from "../paint/text-width.ts"
import { LIGHT } from "../paint/theme.ts"
import type { GradientHistory } from "../payload.ts"
import { historySvg } from "./history.ts"

const series = (name: string, role: "gradient" | "update") => ({
  name,
  role,
  step: doublesToBase64([1, 2, 3]),
  value: doublesToBase64([0.5, 0.25, Number.NaN]),
})
const names = ["layers[0].w", "a.very.long.path.to.one.parameter"]
const history: GradientHistory = {
  step: 163,
  every: 5,
  lastGood: 162,
  events: [
    { step: 163, text: "a result is NaN, ∂b has NaN in 2 of 2 places, ∂w in 6 of 6 places." },
  ],
  series: names.flatMap((name) => [series(name, "gradient"), series(name, "update")]),
}

/** Right end of each text, by a font of 0.6 em. */
const ends = (svg: string): number[] =>
  [...svg.matchAll(/<text x="([\d.]+)"[^>]*font-size="([\d.]+)"[^>]*>([^<]*)</g)].map(
    ([, x, size, text]) => Number(x) + [...text].length * Number(size) * ADVANCE,
  )

test.each([430, 600, 904])("nothing sticks out of %d px", (width) => {
  const svg = historySvg(history, LIGHT, width)
  expect(ends(svg).length).toBeGreaterThan(8)
  expect(Math.max(...ends(svg))).toBeLessThan(width + 10)
})

test("a narrow picture has the letters of a wide one, and shorter lines", () => {
  const sizes = (width: number) =>
    new Set(
      [...historySvg(history, LIGHT, width).matchAll(/font-size="([\d.]+)"/g)].map((m) => m[1]),
    )
  expect(sizes(430)).toEqual(sizes(904))
})
