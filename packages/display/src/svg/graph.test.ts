import { describe, expect, it } from "vitest"
import { expectGolden } from "../examples/golden.ts"
import * as graphs from "../examples/graphs.ts"
import { svgProblems } from "../examples/svg-rules.ts"
import { layoutGraph } from "../layout/fold.ts"
import { paintGraph } from "../paint/paint.ts"
import { DARK, HIGH_CONTRAST_LIGHT, LIGHT } from "../paint/theme.ts"
import type { GraphDoc } from "../payload.ts"
import { type GraphSvgOptions, graphSvg, listSvg, MAX_SVG_BOXES } from "./graph.ts"
import { byteLength, MAX_SVG_BYTES } from "./svg.ts"

const GOLDEN: [string, () => GraphDoc, GraphSvgOptions][] = [
  ["graph-tanh", graphs.tanhLoss, { residuals: "all" }],
  ["graph-tanh-dark", graphs.tanhLoss, { theme: DARK, selected: "n7" }],
  ["graph-tanh-contrast", graphs.tanhLoss, { theme: HIGH_CONTRAST_LIGHT }],
  ["graph-mlp", graphs.mlpStep, {}],
  ["graph-transformer", graphs.transformerStep, {}],
  ["graph-distance", graphs.distanceLoss, {}],
  ["graph-loop", graphs.loopAndCondition, {}],
  ["graph-forward", graphs.forwardOnly, {}],
  ["graph-second-order", graphs.secondOrder, {}],
  ["graph-marks", graphs.troubled, {}],
]

describe("static graph pictures (D8.2)", () => {
  it.each(GOLDEN)("%s is as it was", (name, make, options) => {
    expectGolden(`${name}.svg`, graphSvg(make(), options))
  })

  it.each(GOLDEN)("%s keeps the rules", (_, make, options) => {
    const svg = graphSvg(make(), options)
    expect(svgProblems(svg)).toEqual([])
    expect(byteLength(svg)).toBeLessThanOrEqual(MAX_SVG_BYTES)
  })

  it("shows a large graph within the limits by showing less of it", () => {
    for (const doc of [
      graphs.transformerStep({ layers: 38 }),
      graphs.flatChain(3000),
      graphs.flatChain(64),
    ]) {
      const svg = graphSvg(doc)
      expect(byteLength(svg)).toBeLessThanOrEqual(MAX_SVG_BYTES)
      expect(svg.match(/ boxes from/)).not.toBeNull()
      expect(Number(/: (\d+) boxes/.exec(svg)![1])).toBeLessThanOrEqual(MAX_SVG_BOXES)
    }
  })

  it("says so when even one row is too much", () => {
    expect(graphSvg(graphs.manyArguments(400))).toContain("too many in one row")
  })

  it("shows names as text, never as markup", () => {
    const doc = graphs.tanhLoss()
    const hostile = JSON.parse(
      JSON.stringify(doc).replaceAll('"loss"', '"<script>&\\u0007</script>"'),
    ) as GraphDoc
    const svg = graphSvg(hostile)
    expect(svgProblems(svg)).toEqual([])
    expect(svg).toContain("&lt;script&gt;&amp;")
  })
})

describe("paintGraph", () => {
  const layout = layoutGraph(graphs.tanhLoss())

  it("gives every box and chip a region that a pointer can hit (24 px)", () => {
    const { hits } = paintGraph(layout)
    expect(hits.filter((hit) => hit.what === "box" || hit.what === "chip")).toHaveLength(18)
    for (const hit of hits) expect(hit.h).toBeGreaterThanOrEqual(24)
  })

  it("fades only edges when something is selected", () => {
    const { items } = paintGraph(layout, { selected: "n7" })
    expect(
      items.some((item) => item.role === "edge" && item.kind === "line" && item.opacity === 0.35),
    ).toBe(true)
    expect(
      items.filter((item) => item.role === "box" && item.kind === "rect" && item.opacity),
    ).toEqual([])
  })

  it("draws residuals on demand only", () => {
    const count = (options: object) =>
      paintGraph(layout, options).items.filter((item) => item.role === "residual").length
    expect(count({})).toBe(0)
    expect(count({ residuals: "all" })).toBe(3)
    expect(count({ selected: "n7" })).toBe(1)
  })

  it("writes derivatives as formulas with the user's names", () => {
    const texts = paintGraph(layout).items.flatMap((item) =>
      item.kind === "text" ? [item.text] : [],
    )
    for (const text of ["h = tanh t₂", "∂t₂ = ∂h × (1 − h²)", "∂w = xᵀ · ∂t₁", "∂b = Σ ∂t₂", "∂=1"])
      expect(texts).toContain(text)
  })

  it("never writes a text beyond its box", () => {
    for (const doc of [graphs.transformerStep(), graphs.mlpStep(), graphs.distanceLoss()]) {
      const list = paintGraph(layoutGraph(doc, { budget: 1e9 }))
      const boxes = list.items.filter((item) => item.role === "box")
      const ends = list.items.flatMap((item) => {
        if (item.kind !== "text" || !item.mono || item.anchor || item.role === "plain") return []
        const box = boxes.find(
          (b) =>
            b.kind === "rect" &&
            b.x <= item.x &&
            item.x <= b.x + b.w &&
            b.y <= item.y &&
            item.y <= b.y + b.h,
        )
        return box?.kind === "rect"
          ? [box.x + box.w - item.x - [...item.text].length * item.size * 0.602]
          : [-1]
      })
      expect(Math.min(...ends)).toBeGreaterThanOrEqual(0)
    }
  })

  it("is the same list for the same layout", () => {
    const svg = () =>
      listSvg(paintGraph(layoutGraph(graphs.mlpStep())), { theme: LIGHT, title: "t" })
    expect(svg()).toBe(svg())
  })
})
