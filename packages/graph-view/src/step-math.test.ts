/** @file Formulas of steps: names and numbers in a template, and nothing of a payload that could be a command. */
import type { TraceDoc, TraceStep } from "@defnote/display"
import { describe, expect, test } from "vitest"
import { indexLatex, nameLatex, numberLatex, numbersLatex, ruleLatex } from "./step-math.ts"

const COLOURS = { forward: "#00f", backward: "#f80" }
const step = (more: Partial<TraceStep>): TraceStep =>
  ({
    node: 0,
    phase: "fwd",
    label: "t₁",
    text: "",
    value: 0,
    operands: [1, 2],
    names: ["x", "w", "t₁"],
    ...more,
  }) as TraceStep
const plain = (latex: string) => latex.replace(/\{\\color\{#\w+\} ((?:[^{}]|\{[^{}]*\})*)\}/g, "$1")

describe("names and numbers", () => {
  test.each([
    ["t₁₂", "t_{12}"],
    ["b′", "b'"],
    ["w12", "w_{12}"],
    ["b1′", "b_{1}'"],
    ["bias′", "\\mathrm{bias}'"],
    ["loss", "\\mathrm{loss}"],
    ["layers[0].w_1", "\\mathrm{layers[0].w\\_1}"],
    ["−0.5", "(-0.500)"],
    ["\\href{javascript:x}", "\\mathrm{\\backslash href\\{javascript:x\\}}"],
  ])("%s", (name, latex) => expect(nameLatex(name)).toBe(latex))
  test.each([
    [0.25, "0.250"],
    [-3, "(-3)"],
    [1.5e-7, "1.50 \\times 10^{-7}"],
    [Number.NaN, "\\mathrm{NaN}"],
  ])("%d", (value, latex) => expect(numberLatex(value)).toBe(latex))
})

describe("rules", () => {
  const forward = step({
    latex: "⟦0⟧ \\, ⟦1⟧",
    index: "⟦=⟧_{ij} = \\sum_{n} ⟦0⟧_{in} \\, ⟦1⟧_{nj}",
  })
  const back = step({
    phase: "bwd",
    label: "∂w",
    latex: "⟦0⟧^{\\top} \\, ⟦g⟧",
    value: 5,
    back: { input: 1, output: 0, upstream: 3 } as TraceStep["back"],
  })
  const doc = { steps: [forward, back] } as unknown as TraceDoc
  test("forward, and backward after what it goes back through", () => {
    expect(ruleLatex(doc, forward, COLOURS).map(plain)).toEqual(["t_{1} = x \\, w"])
    expect(ruleLatex(doc, back, COLOURS).map(plain)).toEqual([
      "t_{1} = x \\, w",
      "\\Longrightarrow\\; \\partial w = x^{\\top} \\, \\partial t_{1}",
    ])
    expect(plain(indexLatex(forward, COLOURS))).toBe("(t_{1})_{ij} = \\sum_{n} x_{in} \\, w_{nj}")
  })
  test("a number has a sign before it", () => {
    const scaled = step({ latex: "⟦0⟧ \\, ⟦1⟧ \\, 2", names: ["x", "3", "t₁"] })
    expect(plain(ruleLatex(doc, scaled, COLOURS)[0])).toBe("t_{1} = x \\cdot 3 \\cdot 2")
  })
  test("a rule entry by entry has its index on the left", () => {
    const product = step({ ...back, latex: "⟦g⟧ \\, \\prod_{k \\ne j} ⟦0⟧_{k}", entry: "j" })
    expect(plain(ruleLatex(doc, product, COLOURS)[1])).toMatch(
      / \\partial w_\{j\} = \\partial t_\{1\} \\, \\prod_\{k \\ne j\} x_\{k\}$/,
    )
  })
  test("what a rule sums on the way is a number in the formula of an entry", () => {
    const softmax = step({
      latex: "⟦y⟧ \\, (⟦g⟧ - \\sum (⟦g⟧ \\, ⟦y⟧))",
      written: "⟦y⟧ \\, (⟦g⟧ - ⟦a⟧)",
    })
    const of = (slot: string) => ({ y: 0.5, g: 2, a: -1 })[slot]
    expect(plain(numbersLatex(softmax, COLOURS, of))).toBe("0.500 \\cdot (2 - (-1))")
  })
  test("numbers of an entry, with a sign between factors", () => {
    const tanh = step({ latex: "⟦g⟧ \\, (1 - ⟦y⟧ \\, ⟦y⟧)", elementwise: true })
    const of = (slot: string) => (slot === "g" ? -2 : 0.5)
    expect(plain(numbersLatex(tanh, COLOURS, of))).toBe("(-2) \\cdot (1 - 0.500 \\cdot 0.500)")
    expect(numbersLatex(tanh, COLOURS, () => undefined)).toBe("")
    expect(numbersLatex(step({ latex: "⟦0⟧" }), COLOURS, of)).toBe("")
  })
})
