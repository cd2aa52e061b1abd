import { describe, expect, it } from "vitest"
import { buildGraph, type NodeRow } from "../build.ts"
import {
  distanceLoss,
  mlpStep,
  secondOrder,
  tanhLoss,
  transformerStep,
} from "../examples/graphs.ts"
import { layoutGraph } from "../layout/fold.ts"
import type { GraphDoc } from "../payload.ts"
import { Labels } from "./labels.ts"
import { fill } from "./names.ts"
import { isShown, levelOfDetail } from "./primitives.ts"

const titles = (doc: GraphDoc, column: string): string[] => {
  const layout = layoutGraph(doc)
  const labels = new Labels(layout.model, layout.tree)
  return layout.boxes.filter((box) => box.column === column).map((box) => labels.of(box).title)
}

describe("formulas of boxes", () => {
  it("put parentheses only where the template binds tighter", () => {
    expect(fill("{0} × {1}", ["a + b", "c"])).toBe("(a + b) × c")
    expect(fill("{0} + {1}", ["a × b", "c"])).toBe("a × b + c")
    expect(fill("{0} − {1}", ["a", "b − c"])).toBe("a − (b − c)")
    expect(fill("{0} − {1}", ["a − b", "c"])).toBe("a − b − c")
    expect(fill("{0}²", ["tanh x"])).toBe("(tanh x)²")
    expect(fill("{g}", [], { g: "a + b" })).toBe("a + b")
  })

  it("come from rules where there are some, and otherwise from the nodes of the derivative", () => {
    const doc = tanhLoss()
    expect(titles(doc, "backward")).toContain("∂t₂ = ∂h × (1 − h²)")
    const bare = { ...doc, rules: [], nodes: { ...doc.nodes, rule: undefined } }
    expect(titles(bare, "backward")).toContain("∂t₂ = ∂h × (1 − h²)")
  })

  it("use the names of the program, and op names where there would be too many", () => {
    expect(titles(tanhLoss(), "forward")).toEqual([
      "t₁ = x · w",
      "t₂ = t₁ + b",
      "h = tanh t₂",
      "t₃ = h − y",
      "t₄ = t₃²",
      "loss = mean t₄",
    ])
    expect(titles(transformerStep(), "forward")).toContain("mul scale")
  })

  it("write an update as what is taken off, once for each parameter, also without a note of its forward node", () => {
    const doc = mlpStep()
    const dual = doc.nodes.dual?.map((d, n) => (doc.nodes.phase[n] === "update" ? -1 : d))
    const updates = titles({ ...doc, nodes: { ...doc.nodes, dual } }, "update")
    expect(updates).toEqual(["w", "b", "w", "b", "w", "b"].map((name) => `−= 0.1 × ∂${name}`))
  })

  it("shorten dotted parameters where the scope says the rest", () => {
    expect(titles(mlpStep(), "leaf")).toContain("w")
    expect(titles(mlpStep(), "update")).toContain("−= 0.1 × ∂w")
  })

  it("count the uses that a derivative sums over", () => {
    const layout = layoutGraph(distanceLoss())
    const labels = new Labels(layout.model, layout.tree)
    expect(titles(distanceLoss(), "backward")).toContain("∂w1 = Σ 2 uses")
    const branch = layoutGraph(mlpStep())
    const uses = branch.boxes.map((box) => new Labels(branch.model, branch.tree).of(box).uses)
    expect(Math.max(...uses)).toBe(2)
    expect(labels.names.of).toContain("δ")
  })

  it("mark derivatives of derivatives", () => {
    expect(titles(secondOrder(), "backward").some((title) => title.startsWith("∂²"))).toBe(true)
  })
})

describe("level of detail (VISUAL)", () => {
  it("keeps titles at 9 px on screen, then lets them go", () => {
    expect(levelOfDetail(1)).toMatchObject({ second: true, arrows: true, title: 11.5 })
    const half = levelOfDetail(0.5)
    expect([half.second, half.title * 0.5]).toEqual([false, 9])
    expect(levelOfDetail(0.15)).toMatchObject({ title: 0, arrows: false, overlayFill: true })
  })

  it("never hides boxes, bars and edges", () => {
    const detail = levelOfDetail(0.05)
    const bar = { kind: "rect", role: "bar", x: 0, y: 0, w: 3, h: 3 } as const
    expect(isShown(bar, detail)).toBe(true)
    expect(isShown({ ...bar, role: "ring" }, detail)).toBe(false)
  })
})

describe("documents of the tracer", () => {
  /** Scalar program `(t ^ 2) / 64` as simplification leaves it: no duals, a shared seed, call-like views. */
  const simplified = (): GraphDoc =>
    buildGraph({
      title: "simplified",
      nodes: [
        {
          op: "param",
          inputs: [],
          outs: [{ dtype: "f32", shape: [4] }],
          phase: "fwd",
          name: "x",
          grad: 9,
        },
        {
          op: "square",
          inputs: [0],
          outs: [{ dtype: "f32", shape: [4] }],
          phase: "fwd",
          scope: 0,
          grad: 7,
        },
        {
          op: "sum",
          inputs: [1],
          outs: [{ dtype: "f32", shape: [] }],
          phase: "fwd",
          scope: 0,
          grad: 6,
        },
        {
          op: "const",
          inputs: [],
          outs: [{ dtype: "f32", shape: [] }],
          phase: "fwd",
          scope: 0,
          attrs: { value: 64 },
        },
        {
          op: "divide",
          inputs: [2, 3],
          outs: [{ dtype: "f32", shape: [] }],
          phase: "fwd",
          scope: 0,
          name: "loss",
          grad: 5,
        },
        {
          op: "const",
          inputs: [],
          outs: [{ dtype: "f32", shape: [] }],
          phase: "fwd",
          attrs: { value: 1 },
        },
        { op: "divide", inputs: [5, 3], outs: [{ dtype: "f32", shape: [] }], phase: "bwd" },
        { op: "broadcastTo", inputs: [6], outs: [{ dtype: "f32", shape: [4] }], phase: "bwd" },
        {
          op: "multiply",
          inputs: [7, 0],
          outs: [{ dtype: "f32", shape: [4] }],
          phase: "bwd",
          dual: 1,
        },
        {
          op: "multiply",
          inputs: [8, 10],
          outs: [{ dtype: "f32", shape: [4] }],
          phase: "bwd",
          dual: 1,
        },
      ].map((row) => ({ ...row, inputs: row.inputs.map((i) => (i === 10 ? 5 : i)) }) as NodeRow),
      scopes: [{ name: "loss", parent: -1, kind: "fn" }],
      ops: [
        { op: "param", leaf: true },
        { op: "const", fold: "constant" },
        { op: "square", text: "{0}^2" },
        { op: "divide", text: "({0}) / ({1})" },
        { op: "multiply", text: "({0}) × ({1})" },
        { op: "sum", text: "Σ {0}" },
        { op: "broadcastTo", fold: "view", text: "broadcastTo({0})" },
      ],
      outputs: [4, 9],
    })

  it("get tidy formulas, rows for derivatives without a dual, and no frame around everything", () => {
    const doc = simplified()
    expect(titles(doc, "forward")).toEqual(["t₁ = x²", "t₂ = Σ t₁", "loss = t₂ / 64"])
    expect(titles(doc, "backward")).toEqual([
      "∂t₂ = ∂loss / 64",
      "∂t₁ = ∂t₂, repeated",
      "∂x = ∂t₁ × x × 1",
    ])
    const layout = layoutGraph(doc)
    expect(layout.frames).toEqual([])
    expect(layout.rows.map((row) => row.backward.length)).toEqual([1, 1, 1])
  })
})
