import { describe, expect, it } from "vitest"
import { doublesToBase64 } from "../base64.ts"
import { expectGolden } from "../examples/golden.ts"
import { distanceLoss, transformerStep } from "../examples/graphs.ts"
import { svgProblems } from "../examples/svg-rules.ts"
import { attention, confusion, inspected, normal, tensorDoc } from "../examples/tensors.ts"
import { DARK, LIGHT } from "../paint/theme.ts"
import type { TrainingDoc } from "../payload.ts"
import { readPayload } from "../read.ts"
import { cellsOf, FLAG, scaleOf } from "./cells.ts"
import { gradientSvg } from "./gradient.ts"
import { barsPath } from "./strip.ts"
import { byteLength, MAX_SVG_BYTES } from "./svg.ts"
import { tensorSvg } from "./tensor.ts"
import { trainingSvg } from "./training.ts"

const walk = normal(3, 1000)
for (let i = 1; i < walk.length; i++) walk[i] += walk[i - 1]
walk[500] = Number.NaN

const TENSORS = {
  "tensor-attention": attention(),
  "tensor-confusion": confusion(),
  "tensor-matrix": tensorDoc(normal(1, 32 * 64), [32, 64], {
    names: ["in", "out"],
    title: "dense2.w",
  }),
  "tensor-large": tensorDoc(normal(1, 12 * 64 * 48), [12, 64, 48]),
  "tensor-vector": tensorDoc(normal(2, 24), [24]),
  "tensor-curve": tensorDoc(walk, [1000]),
  "tensor-scalar": tensorDoc([3.5], []),
  "tensor-empty": tensorDoc([], [0, 3]),
  "tensor-all-nan": tensorDoc([Number.NaN, Number.NaN, Infinity, -Infinity], [2, 2]),
}

describe("tensor pictures (D8.2)", () => {
  it.each(Object.entries(TENSORS))("%s is as it was and keeps the rules", (name, doc) => {
    expect(readPayload("tensor", doc).problem).toBeUndefined()
    const svg = tensorSvg(doc)
    expect(svgProblems(svg)).toEqual([])
    expect(byteLength(svg)).toBeLessThanOrEqual(MAX_SVG_BYTES)
    expectGolden(`${name}.svg`, svg)
  })

  it("never lose a NaN to averaging", () => {
    const values = normal(4, 400 * 400)
    values[123_456] = Number.NaN
    const cells = cellsOf(tensorDoc(values, [400, 400]), 1, 20, 20)!
    expect([cells.rows, cells.columns, cells.factor]).toEqual([20, 20, [20, 20]])
    const row = Math.floor(123_456 / 400 / 20)
    const column = Math.floor((123_456 % 400) / 20)
    expect(cells.flags[row * 20 + column] & FLAG.nan).toBe(FLAG.nan)
    const largest = values.reduce((a, b) => (b > a ? b : a))
    expect(Math.max(...cells.max)).toBe(Math.fround(largest))
  })

  it("call a block exactly zero only when all of it is", () => {
    const cells = cellsOf(tensorDoc([0, 0, 0, 1], [1, 4]), 1, 1, 2)!
    expect([...cells.flags]).toEqual([FLAG.zero, 0])
    expect([...cells.mean]).toEqual([0, 0.5])
  })

  it("clip outliers and say so", () => {
    const doc = tensorDoc([...normal(6, 199), 1e4], [10, 20])
    expect(scaleOf(cellsOf(doc, 1, 10, 20)!).clippedFrom).toBe(1e4)
    expect(tensorSvg(doc)).toContain("beyond in full colour")
    expect(tensorSvg(TENSORS["tensor-attention"])).not.toContain("beyond")
  })
})

describe("the gradient inspector (D8.2)", () => {
  it.each([
    ["light", LIGHT],
    ["dark", DARK],
  ] as const)("is as it was, %s", (name, theme) => {
    const svg = gradientSvg(inspected(), { theme })
    expect(svgProblems(svg)).toEqual([])
    expectGolden(`gradient-${name}.svg`, svg)
  })

  it("says first where the NaN begins, then how to avoid it", () => {
    const svg = gradientSvg(inspected())
    for (const words of [
      "NaN starts at p = √s, backward.",
      "const r = s &gt; 0 ? s.sqrt() : 0",
      "NaN 24/192",
      "▲ starts here",
      "no gradient",
    ]) {
      expect(svg).toContain(words)
    }
  })

  it("is honest about a graph without measurements", () => {
    const svg = gradientSvg(distanceLoss())
    expect(svgProblems(svg)).toEqual([])
    expect(svg).toContain("Nothing was measured")
  })

  it("stays within 60 KB", () => {
    expect(
      byteLength(gradientSvg(transformerStep({ layers: 38 }), { budget: 400 })),
    ).toBeLessThanOrEqual(MAX_SVG_BYTES)
  })
})

describe("barsPath", () => {
  it("draws only bars with a height, each at its own step", () => {
    expect(barsPath([0, 2, 0, 1], 10, 20, 5)).toBe("M15 20v-2h4v2zM25 20v-1h4v1z")
  })
})

describe("training pictures (D8.2)", () => {
  const steps = Array.from({ length: 3000 }, (_, i) => i + 1)
  const noise = normal(8, 3000, 0.1)
  const series = (name: string, role: "loss" | "gradient", value: number[]) => ({
    name,
    role,
    step: doublesToBase64(steps),
    value: doublesToBase64(value),
  })
  const doc: TrainingDoc = {
    schema: { kind: "training", major: 1, minor: 0 },
    strings: [],
    sources: [],
    locs: [],
    state: "running",
    step: 3000,
    steps: 4000,
    elapsedMs: 6000,
    series: [
      series(
        "loss",
        "loss",
        steps.map((s, i) => (s === 118 ? Number.NaN : Math.exp(-s / 900 + noise[i]))),
      ),
      ...Array.from({ length: 20 }, (_, k) =>
        series(
          `layer${k}.w`,
          "gradient",
          steps.map((s, i) => (s === 118 ? Number.NaN : 2 ** (k % 5) * Math.exp(noise[i]))),
        ),
      ),
    ],
    events: [{ step: 118, kind: "nan", text: "The loss was NaN." }],
  }

  it("keep the rules, name what broke, and count the parameters that have no room", () => {
    expect(readPayload("training", doc).problem).toBeUndefined()
    const svg = trainingSvg(doc)
    expect(svgProblems(svg)).toEqual([])
    expect(byteLength(svg)).toBeLessThanOrEqual(MAX_SVG_BYTES)
    for (const text of ["Step 118: The loss was NaN.", "2 s left", "8 more", ">2³<"])
      expect(svg).toContain(text)
    // One column in each of the twelve strips has the colour of warnings.
    expect(svg.split(`fill="${LIGHT.colours.warn}"`)).toHaveLength(13)
  })
})
