/**
 * @file Every differentiable op has a rule in LaTeX and the same rule with numbers, and these numbers are the gradient:
 * the printed formula is computed as a reader would, or the products that are written out are added.
 */
import * as core from "@defnote/core"
import { type Defn, declarations, defn, type Op, type Sample, valueAndGrad } from "@defnote/core"
import { stepProgram } from "@defnote/inspect"
import { describe, expect, test } from "vitest"
import { type FormulaNumbers, formulaValue } from "../examples/formula-value.ts"
import type { TraceDoc, TraceStep } from "../payload.ts"
import { positionOf, TraceNumbers, termsOf } from "../report/steps.ts"
import { traceDocument } from "./trace.ts"

// biome-ignore lint/suspicious/noExplicitAny: tensors of any shape
type Any = any

/** A few, since every sample is a whole stepped run. */
const samplesOf = (op: Op): readonly Sample[] =>
  (op.samples ?? []).filter((s) => !s.apply && s.inputs.every((t) => t.dtype === "f64")).slice(0, 3)
const ours = declarations().filter((op) => !("flat" in op.vjp) && samplesOf(op).length)

/** The steps back through one use of `op`, weighted so that every entry of its result matters differently. */
function stepsBack(op: Op, sample: Sample): { doc: TraceDoc; steps: readonly TraceStep[] } {
  const next = core.randomNumbers(op.name.length)
  const inputs = sample.inputs.map((t) =>
    core
      .tensor(Array.from(core.randomValues(t, next, sample.range)) as Any, { dtype: t.dtype })
      .reshape(t.shape as Any),
  )
  const weighted = (x: core.Tensor[]) => {
    const [y] = core.elements(core.make(op, x, sample.attrs ?? {}))
    const weights = core
      .iota([y.size] as Any)
      .asType(y.dtype)
      .add(1)
      .multiply(0.3)
    return y.multiply(weights.reshape(y.shape as Any)).sum()
  }
  const both = valueAndGrad(defn(weighted as never) as never) as unknown as Defn
  const { program, inputs: memory } = both.bind(inputs as never)
  const run = stepProgram(program, memory)
  const doc = traceDocument(run)
  const back = doc.steps.slice(run.forward.length + 1)
  return { doc, steps: back.filter((_, k) => run.backward[k].node.op === op) }
}

/** What the placeholders of the formula of entry `at` stand for. */
function numbersAt(step: TraceStep, at: number, n: TraceNumbers, sample: Sample): FormulaNumbers {
  const { axes, axis = -1 } = (sample.attrs ?? {}) as { axes?: number[]; axis?: number }
  const along = axes ?? [axis]
  const shape = n.shape(step.value)
  const own = positionOf(at, shape)
  const isAlong = (k: number): boolean => along.includes(k - shape.length)
  // The entries that the op takes together with this one: equal in all other indices.
  const row = [...Array(n.of(step.value)?.length ?? 0).keys()].filter((e) =>
    positionOf(e, shape).every((p, k) => isAlong(k) || p === own[k]),
  )
  const { operands, parts = [], back } = step
  const slots: Record<string, number | undefined> = { g: back?.upstream, y: back?.output }
  for (const [k, value] of operands.entries()) slots[k] = value
  for (const [k, value] of parts.entries()) slots["abcdef"[k]] = value
  const kept = own.filter((_, k) => !isAlong(k)).join()
  const of = (slot: string, index?: number): number => {
    if (slot === "argsort 0") return row.findIndex((_, k) => of("0", k) === of("y", index))
    const all = n.of(slots[slot]) as Float64Array
    const other = n.shape(slots[slot] as number)
    if (index !== undefined) return all[row[index]]
    if (other.length === shape.length) return all[at]
    return all[[...all.keys()].find((e) => positionOf(e, other).join() === kept) as number]
  }
  return { of, index: { j: row.indexOf(at) }, length: row.length }
}

/** Entry `at` as the page writes it: by the formula, or as the sum of its products. */
function writtenOut(step: TraceStep, at: number, n: TraceNumbers, sample: Sample): number {
  const formula = step.written ?? (step.elementwise || step.entry ? step.latex : undefined)
  if (formula) return formulaValue(formula, numbersAt(step, at, n, sample))
  const terms = termsOf(step, at, n)
  expect(terms, `${step.text} is not written out`).toBeDefined()
  return (terms ?? []).reduce((sum, t) => sum + t.left * t.right, 0)
}

describe("every differentiable op has its rule, and the rule with numbers is the gradient", () => {
  test("these are all ops with a gradient by a float", () =>
    expect(ours.length).toBeGreaterThan(70))
  test.each(ours.map((op) => [op.name, op] as const))("%s", (_, op) => {
    let entries = 0
    for (const sample of samplesOf(op)) {
      const { doc, steps } = stepsBack(op, sample)
      const numbers = new TraceNumbers(doc)
      for (const step of steps) {
        expect(step.latex).toMatch(/\S/)
        expect(step.latex).not.toMatch(/^J\b/)
        expect(step.text).toMatch(/ = \S/)
        expect(step.text).not.toMatch(/[\\⟦⟧]|frac|sqrt/)
        numbers.of(step.value)?.forEach((value, at) => {
          const found = writtenOut(step, at, numbers, sample)
          expect(Math.abs(found - value), `${step.text} at ${at}: ${found}, ${value}`).toBeLessThan(
            1e-4 * Math.max(1, Math.abs(value)),
          )
          entries++
        })
      }
    }
    expect(entries).toBeGreaterThan(0)
  })
})
