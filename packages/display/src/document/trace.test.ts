/** @file Documents of stepped runs: rule texts of every op, terms that add up, budgets, and what a reader refuses. */
import * as core from "@defnote/core"
import {
  type Defn,
  declarations,
  defn,
  isFloat,
  matmul,
  type Tensor,
  tensor,
  valueAndGrad,
} from "@defnote/core"
import { localPull, stepProgram } from "@defnote/inspect"
import { describe, expect, test } from "vitest"
import { expectGolden } from "../examples/golden.ts"
import { svgProblems } from "../examples/svg-rules.ts"
import { traceListing } from "../listing-steps.ts"
import { DARK } from "../paint/theme.ts"
import type { TraceDoc } from "../payload.ts"
import { readPayload } from "../read.ts"
import { agreement } from "../report/agreement.ts"
import { TraceNumbers, termsOf } from "../report/steps.ts"
import { traceSvg } from "../svg/steps.ts"
import { byteLength, MAX_SVG_BYTES } from "../svg/svg.ts"
import { backwardRule, forwardRule, indexForm } from "./step-rules.ts"
import { type TraceOptions, traceDocument } from "./trace.ts"

// biome-ignore lint/suspicious/noExplicitAny: any function of tensors
type Any = any
function traced(options: TraceOptions, f: (...x: Any[]) => unknown, ...args: unknown[]): TraceDoc {
  const fn = defn(f as never, { name: "loss" }) as Defn
  const both = valueAndGrad(fn as never) as unknown as Defn
  const { program, inputs } = both.bind(...(args as never[]))
  return traceDocument(stepProgram(program, inputs), {
    title: "stepThrough(loss)",
    original: f as never,
    lossName: "loss",
    ...options,
  })
}
const x = tensor([
  [0.5, -1.5, 2],
  [1, 0.25, -0.75],
  [-0.5, 0.75, 1.25],
])
const y = tensor([
  [1, 0],
  [0, 1],
  [0.5, 0.5],
])
const params = {
  w: tensor([
    [0.3, -0.2],
    [0.1, 0.4],
    [-0.6, 0.2],
  ]),
  b: tensor([0.1, -0.1]),
}
const loss = ({ w, b }: Any, x: Tensor, y: Tensor) => {
  const h = matmul(x, w).add(b).tanh()
  return h.subtract(y).square().add(h.multiply(h)).mean()
}
const example = (options: TraceOptions = {}) => traced(options, loss, params, x, y)

describe("a trace document", () => {
  const doc = example()
  const numbers = new TraceNumbers(doc)
  test("is accepted by the reader, as JSON too", () => {
    expect(readPayload("trace", JSON.parse(JSON.stringify(doc))).problem).toBeUndefined()
  })
  test("has the look of a trace table", () => {
    expectGolden("trace.txt", traceListing(doc))
    expectGolden("trace-exercise.txt", traceListing(example({ exercise: true })))
  })
  test.each(["light", "dark", "exercise"])(
    "has a static picture that keeps the rules: %s",
    (name) => {
      const svg = traceSvg(example(name === "exercise" ? { exercise: true } : {}), {
        ...(name === "dark" ? { theme: DARK } : {}),
      })
      expect(svgProblems(svg)).toEqual([])
      expectGolden(`trace-${name}.svg`, svg)
    },
  )
  test("every entry of every step is the sum of its terms", () => {
    let entries = 0
    for (const step of doc.steps) {
      const values = numbers.of(step.value) as Float64Array
      values.forEach((v, at) => {
        const terms = termsOf(step, at, numbers)
        if (!terms) return expect(step.back).toBeUndefined()
        entries++
        expect(terms.reduce((sum, t) => sum + t.left * t.right, 0)).toBeCloseTo(v, 5)
      })
    }
    expect(entries).toBeGreaterThan(60)
  })
  test("finite differences agree where a gradient is complete", () => {
    const found = doc.steps.flatMap((s) => agreement(doc, s, numbers) ?? [])
    expect(found.length).toBeGreaterThan(6)
    expect(found.filter((f) => f.verdict !== "ok")).toEqual([])
  })
  test("writes a sum over uses out", () => {
    const uses = doc.steps.filter((s) => s.label === "∂t₃" || s.label === "∂h")
    expect(uses.map((s) => s.back?.uses)).toEqual(uses.map(() => uses.length))
    expect(uses.at(-1)?.back?.terms.length).toBe(uses.length)
  })
  test("is the same for the same function and values, and another for others", () => {
    expect(example()).toEqual(doc)
    const other = traced({}, loss, { ...params, b: tensor([0.2, 0]) }, x, y)
    expect(other.live).not.toBe(doc.live)
  })
  test("keeps large tensors in one line, and all values within 64 KB", () => {
    const big = traced({}, (a: Tensor) => a.tanh().square().sum(), core.ones([40, 40]))
    const leaf = big.values[big.leaves[0].value]
    expect(leaf.data).toBeUndefined()
    expect(leaf.summary).toMatch(/^f32\[40,? ?40\]/)
    let f = (a: Tensor) => a
    for (let i = 0; i < 8; i++) {
      const g = f
      f = (a) => g(a).tanh()
    }
    const many = traced({}, (a: Tensor) => f(a).sum(), core.ones([32, 32]))
    expect(JSON.stringify(many.values).length).toBeLessThan(70_000)
    expect(many.values.some((v) => v.summary?.includes("more than 64 KB"))).toBe(true)
    expect(readPayload("trace", JSON.parse(JSON.stringify(many))).problem).toBeUndefined()
    expect(byteLength(traceSvg(many))).toBeLessThanOrEqual(MAX_SVG_BYTES)
  })
  test("draws at most 150 boxes", () => {
    let f = (a: Tensor) => a
    for (let i = 0; i < 90; i++) {
      const g = f
      f = (a) => g(a).tanh()
    }
    const svg = traceSvg(traced({}, (a: Tensor) => f(a), tensor(0.5)))
    expect(svg.match(/<rect [^>]*rx="4"/g)?.length).toBe(148)
    expect(svg).toMatch(/ 16 more operations are/)
  })
  const growing = (by: number) => (t: Tensor) =>
    (core.whileLoop as Any)(
      t,
      (c: Tensor) => c.sum().less(50),
      (c: Tensor) => c.multiply(by),
    ).sum()
  test("has each turn of a loop, in the rows of its body, forward and then in reverse", () => {
    const loop = traced({}, growing(2), tensor([1, 2]))
    expect(readPayload("trace", JSON.parse(JSON.stringify(loop))).problem).toBeUndefined()
    const scopeOf = (row: number) => loop.strings[loop.scopes[loop.nodes.scope[row]]?.name] ?? ""
    const steps = loop.steps.map((s) => [
      s.phase,
      scopeOf(s.node),
      s.turns?.[0]?.join(" of ") ?? "",
    ])
    const body = steps.filter(([, scope]) => scope === "body")
    expect(body.map(([phase, , turn]) => `${phase} ${turn}`)).toEqual([
      ...["1", "2", "3", "4", "5"].map((k) => `fwd ${k} of 5`),
      ...["5", "4", "3", "2", "1"].map((k) => `bwd ${k} of 5`),
    ])
    expect(
      new Set(loop.steps.filter((s) => scopeOf(s.node) === "body").map((s) => s.node)).size,
    ).toBe(1)
    expect(traceListing(loop)).toMatch(/turn 3 of 5/)
  })
  test("says how often a loop turned that stays one step", () => {
    const loop = traced({}, growing(1.01), tensor([1, 2]))
    expect(traceListing(loop)).toMatch(/283 turns of 1 operation; up to 50 turns/)
    expect(readPayload("trace", JSON.parse(JSON.stringify(loop))).problem).toBeUndefined()
  })
})

describe("the reader refuses", () => {
  const spoilt: readonly (readonly [string, (d: Any) => void, RegExp])[] = [
    ["a value of another length", (d) => (d.values[0].shape = [99]), /numbers; the shape has 99/],
    ["a step of an unknown value", (d) => (d.steps[0].value = 999), /out of range/],
    ["a step of an unknown node", (d) => (d.steps[0].node = 999), /out of range/],
    ["a leaf without its value", (d) => (d.leaves[0].gradient = 999), /out of range/],
    ["an operand that is not there", (d) => (d.steps.at(-1).back.input = 9), /no such operand/],
    [
      "a kink of an entry that is not there",
      (d) => (d.steps.at(-1).back.kinks = { entries: [99], left: "AAAAAA==", right: "AAAAAA==" }),
      /a kink is out of range/,
    ],
    ["too few names", (d) => d.steps[0].names.pop(), /names; there are/],
    ["a sweep of another length", (d) => (d.sweeps[0].curves[0].error = ""), /has not 31 points/],
    [
      "entries outside the Jacobian",
      (d) => {
        const { back } = d.steps.find((s: Any) => s.back?.jacobian.kind === "entries")
        back.jacobian.column = back.jacobian.column.replace(/^../, "//")
      },
      /out of range/,
    ],
  ]
  test.each(spoilt)("%s", (_, spoil, message) => {
    const doc = JSON.parse(JSON.stringify(example()))
    spoil(doc)
    expect(readPayload("trace", doc).problem).toMatch(message)
  })
})

describe("rule texts", () => {
  const ours = declarations().filter((op) => !("flat" in op.vjp) && op.samples?.length)
  const general = new Set<string>()
  test.each(ours.map((op) => [op.name, op] as const))("%s", (_, op) => {
    const samples = op.samples?.filter((s) => !s.apply && s.inputs.some((t) => isFloat(t.dtype)))
    for (const { inputs, attrs } of samples ?? []) {
      const node = core.withTable(new core.InternTable(), () =>
        core.make(op, inputs.map(core.freshParam), attrs ?? {}),
      )
      if (!node.inputs.length || !isFloat(node.dtype)) continue
      const values = node.inputs.map((p) => new Float64Array(p.size).fill(0.5))
      const { rule } = localPull(
        node,
        values,
        node.types.map((_, i) => i === 0),
      )
      expect(forwardRule(node).latex).not.toBe("")
      rule.bars.forEach((bar, at) => {
        const found = backwardRule(node, rule, at)
        if (!bar) return expect(found).toBeUndefined()
        expect(found?.latex).toMatch(/\S/)
        expect(found?.text).not.toMatch(/[\\⟦⟧]/)
        if (found?.general) general.add(op.name)
      })
    }
  })
  test("none is written as the transposed Jacobian", () => expect([...general]).toEqual([]))
  test("a product of matrices has its transposes, and its index form", () => {
    const { steps } = example()
    expect(steps.at(-1)?.text).toBe("∂w = xᵀ · ∂t₁")
    expect(steps.at(-1)?.index).toBe("⟦=⟧_{ij} = \\sum_{n} ⟦0⟧_{ni} \\, ⟦g⟧_{nj}")
    expect(steps[0].index).toBe("⟦=⟧_{ij} = \\sum_{n} ⟦0⟧_{in} \\, ⟦1⟧_{nj}")
    expect(indexForm("a,b->ab", 0, ["g", 1])).toBe("⟦=⟧_{i} = \\sum_{n} ⟦g⟧_{in} \\, ⟦1⟧_{n}")
  })
})
