/** @file Values, contributions, sums, Jacobians, differences and tangents of a stepped run, against what the compiler and the mathematics say. */
import * as core from "@defnote/core"
import {
  type Defn,
  declarations,
  defn,
  isFloat,
  type Tensor,
  tensor,
  valueAndGrad,
} from "@defnote/core"
import { describe, expect, test } from "vitest"
import { type Stepping, stepProgram } from "./step.ts"

// biome-ignore lint/suspicious/noExplicitAny: any function can be stepped through
type Any = any
function step(f: (...x: Any[]) => unknown, ...args: Any[]): Stepping {
  const both = valueAndGrad(defn(f as Any)) as unknown as Defn
  const { program, inputs } = both.bind(...(args as Any))
  return stepProgram(program, inputs)
}
const { matmul } = core
const x = tensor([
  [0.5, -1.5, 2],
  [1, 0.25, -0.75],
])
const w = tensor([
  [0.3, -0.2],
  [0.1, 0.4],
  [-0.6, 0.2],
])
const mlp = ({ w, b }: Any, x: Tensor) => {
  const h = matmul(x, w).add(b).tanh()
  return h.multiply(h).mean()
}
const params = { w, b: tensor([0.1, -0.1]) }

describe("a run", () => {
  const run = step(mlp, params, x)
  test("its sums are the gradient that the reference compiler gives, bit for bit", () => {
    const both = (valueAndGrad(defn(mlp as Any)) as Any).using("reference")
    const [value, g] = both(params, x) as [Tensor, { w: Tensor; b: Tensor }]
    expect(run.values.get(run.loss)?.[0]).toBe(value.item())
    const [db, dw] = run.leaves.map((p) => [...(run.cotangents.get(p) as Float64Array)])
    expect(dw).toEqual([...g.w.dataSync()])
    expect(db).toEqual([...g.b.dataSync()])
  })
  test("forward in program order, then backward in reverse", () => {
    const at = (n: Tensor) => run.forward.findIndex((s) => s.node === n)
    const order = run.backward.map((s) => at(s.node))
    expect(order.length).toBeGreaterThan(5)
    expect(order).toEqual([...order].sort((a, b) => b - a))
    for (const { node } of run.forward)
      for (const i of node.inputs) if (at(i) >= 0) expect(at(i)).toBeLessThan(at(node))
  })
  test("a value with two uses gets two contributions, and they are summed", () => {
    const twice = run.backward.filter((s) => s.uses === 2)
    expect(twice.map((s) => s.use)).toEqual([1, 2])
    const [a, b] = twice
    b.sum.forEach((v, i) => {
      expect(v).toBeCloseTo(a.contribution[i] + b.contribution[i], 6)
    })
    expect(b.sum).toEqual(run.cotangents.get(b.of))
  })
  test("upstream times the local derivative is the contribution, for every step", () => {
    expect(run.backward.length).toBeGreaterThan(5)
    for (const s of run.backward) expectProduct(run, s)
    expect(run.backward.some((s) => s.jacobian.kind === "contraction")).toBe(true)
  })
  test("finite differences agree in every entry of every value", () => {
    expect(run.differences.of.size).toBe(run.cotangents.size)
    for (const [n, d] of run.differences.of) {
      const g = run.cotangents.get(n) as Float64Array
      d.forEach((v, i) => expect(v).toBeCloseTo(g[i], 4))
    }
  })
  test("a sweep falls by truncation and rises by rounding, and f64 gets much closer than f32", () => {
    expect(run.sweeps.length).toBe(8)
    const [f32, f64] = run.sweeps[0].curves
    expect([f32.dtype, f64.dtype]).toEqual(["f32", "f64"])
    const least = (e: Float64Array) => e.indexOf(Math.min(...e))
    expect(Math.min(...f64.error)).toBeLessThan(1e-8)
    expect(Math.min(...f32.error)).toBeGreaterThan(1e-7)
    expect(least(f32.error)).toBeLessThan(least(f64.error))
    expect(f32.error[30]).toBeGreaterThan(0.5)
    // While truncation rules, a step of a tenth errs by about a hundredth.
    const ratio = f64.error[2] / f64.error[4]
    expect(ratio).toBeGreaterThan(30)
    expect(ratio).toBeLessThan(300)
  })
  test("forward mode gives the same entry, and costs a pass for each", () => {
    const { tangents, leaves, cotangents, loss, cost } = run
    expect(tangents.length).toBe(8)
    for (const t of tangents)
      expect(t.of.get(loss)?.[0]).toBeCloseTo((cotangents.get(t.leaf) as Float64Array)[t.entry], 6)
    expect(cost.inputs).toBe(leaves.reduce((s, p) => s + p.size, 0))
    expect(cost.reverse).toBeGreaterThan(0)
    expect(cost.counted).toBe(true)
    expect(cost.inputs * cost.tangent).toBeGreaterThan(cost.reverse)
  })
})

describe("operations", () => {
  test("a wrong rule is shown by its difference", () => {
    const wrong = core.customGrad((a: Tensor) => a.multiply(a), ((g: Tensor) => [g]) as Any)
    const run = step((a) => (wrong as Any)(a).sum(), tensor([1, 3]))
    const leaf = run.leaves[0]
    expect([...(run.cotangents.get(leaf) as Float64Array)]).toEqual([1, 1])
    const d = run.differences.of.get(leaf) as Float64Array
    expect(d[0]).toBeCloseTo(2, 1)
    expect(d[1]).toBeCloseTo(6, 1)
  })
  test("a condition says which branch was taken, and its gradient agrees", () => {
    const f = (t: Tensor) =>
      (core.cond as Any)(
        t.sum().greater(0),
        () => t.square().sum(),
        () => t.multiply(3).sum(),
      )
    const taken = (values: number[]) => {
      const run = step(f, tensor(values))
      const choice = run.forward.find((s) => s.inside)
      return [choice?.inside, ...(run.cotangents.get(run.leaves[0]) as Float64Array)]
    }
    expect(taken([1, 2])).toEqual(["so the branch “then” runs", 2, 4])
    expect(taken([-1, -2])).toEqual(["so the branch “else” runs", 3, 3])
  })
  test("an input that is not used is no leaf, one without gradient has no cotangent", () => {
    const f = ({ a, b }: Any) => a.sum().add(core.stopGradient(b).sum())
    const run = step(f, { a: tensor([1]), b: tensor([2]), c: tensor([3]) })
    expect(run.leaves.length).toBe(2)
    expect(run.leaves.map((p) => run.cotangents.has(p))).toEqual([true, false])
  })
  test("too many elements are refused with a remedy", () => {
    const big = core.ones([1001, 1000])
    expect(() => step((a) => a.sum(), big)).toThrow(/elements; at most 1000000 can be stepped/)
  })
  const ofFloats = (op: core.Op) =>
    op.samples?.find((s) => !s.apply && s.inputs.every((t) => isFloat(t.dtype)))
  const ours = declarations().filter((op) => !("flat" in op.vjp) && ofFloats(op))
  test.each(ours.map((op) => [op.name, op] as const))("%s: its Jacobians are right", (_, op) => {
    const sample = ofFloats(op) as core.Sample
    const next = core.randomNumbers(op.name.length)
    const inputs = sample.inputs.map((t) =>
      core
        .tensor(Array.from(core.randomValues(t, next, sample.range)) as Any, { dtype: t.dtype })
        .reshape(t.shape as Any),
    )
    const run = step((x: Tensor[]) => {
      const y = core.make(op, x, sample.attrs ?? {})
      const weights = core
        .iota([y.size] as Any)
        .asType(y.dtype)
        .add(1)
        .reshape(y.shape as Any)
      return core.elements(y)[0].multiply(weights).sum()
    }, inputs)
    const steps = run.backward.filter((s) => s.node.op === op)
    expect(steps.length).toBeGreaterThan(0)
    for (const s of steps) expectProduct(run, s)
  })
})

function expectProduct(run: Stepping, s: Stepping["backward"][number]): void {
  const g = run.cotangents.get(s.node) as Float64Array
  const out = new Float64Array(s.contribution.length)
  const j = s.jacobian
  if (j.kind === "diagonal") g.forEach((v, i) => (out[i] = v * j.values[i]))
  else if (j.kind === "entries") j.values.forEach((v, e) => (out[j.column[e]] += v * g[j.row[e]]))
  else return expect(j.kind).toBe("contraction")
  out.forEach((v, i) => expect(v).toBeCloseTo(s.contribution[i], 4))
}
