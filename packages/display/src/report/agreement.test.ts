/** @file A gradient against its differences: kinks are told from wrong rules, entry by entry; a kink takes any slope between. */
import { customGrad, type Defn, defn, type Tensor, tensor, valueAndGrad } from "@defnote/core"
import { stepProgram } from "@defnote/inspect"
import { describe, expect, test } from "vitest"
import { traceDocument } from "../document/trace.ts"
import { traceListing } from "../listing-steps.ts"
import type { TraceDoc, TraceStep } from "../payload.ts"
import { readPayload } from "../read.ts"
import { agreement } from "./agreement.ts"
import { judge } from "./judge.ts"
import { TraceNumbers } from "./steps.ts"

function traced(f: (x: Tensor) => Tensor, values: readonly number[]): TraceDoc {
  const both = valueAndGrad(defn(f as never) as never) as unknown as Defn
  const { program, inputs } = both.bind(tensor([...values]) as never)
  return traceDocument(stepProgram(program, inputs), { original: f as never })
}
const last = (doc: TraceDoc): TraceStep => doc.steps.at(-1) as TraceStep
const found = (doc: TraceDoc) => agreement(doc, last(doc), new TraceNumbers(doc))

describe("agreement", () => {
  const doc = traced((x) => x.relu().multiply(0.5).sum(), [0, 1, -2])
  test("says which entry is at a kink, with both slopes and the operation", () => {
    const said = found(doc)
    expect(said?.verdict).toBe("kink")
    expect([0, 1, 2].map((at) => said?.of(at))).toEqual(["kink", "ok", "ok"])
    expect([...(said?.sides ?? [])]).toEqual([[0, { left: 0, right: expect.closeTo(0.5, 6) }]])
    const step = doc.steps.find((s) => s.node === said?.node)
    expect(step?.latex).toBe("\\operatorname{relu}(⟦0⟧)")
  })
  test("survives JSON and the reader", () => {
    expect(readPayload("trace", JSON.parse(JSON.stringify(doc))).problem).toBeUndefined()
  })
  test("a wrong rule stays wrong, at a kink too", () => {
    const lies = customGrad((a: Tensor) => a.relu(), ((g: Tensor) => [
      g.multiply(3),
    ]) as never) as unknown as (x: Tensor) => Tensor
    const wrong = found(traced((x) => lies(x).sum(), [0, 1]))
    expect([0, 1].map((at) => wrong?.of(at))).toEqual(["wrong", "wrong"])
  })
  test("kinks that cancel are no wrong rule", () => {
    const cancelled = found(traced((x) => x.relu().subtract(x.negate().relu()).sum(), [0, 3]))
    expect([0, 1].map((at) => cancelled?.of(at))).toEqual(["kink", "ok"])
    expect(cancelled?.sides.size).toBe(0)
  })
  test("a flat place is right, although a difference is never quite flat", () => {
    expect(found(traced((x) => x.abs().multiply(x).sum(), [0]))?.verdict).toBe("ok")
    expect(found(traced((x) => x.multiply(x).multiply(x).sum(), [0]))?.verdict).toBe("ok")
  })
  test("the listing says it in words", () => {
    expect(traceListing(doc)).toContain("◇ a kink: the function has two slopes here")
    expect(traceListing(traced((x) => x.relu().sum(), [1]))).toContain("✓ finite differences")
  })
})

test("at a kink every slope between the two is a right prediction", () => {
  const doc = traced((x) => x.abs().multiply(2).sum(), [0, 1])
  const at = (answer: number) => judge(last(doc), 0, answer, new TraceNumbers(doc))
  for (const answer of [-2, 0, 1.3, 2]) expect(at(answer)?.right).toBe(true)
  expect(at(1)?.kink).toEqual({ left: expect.closeTo(-2, 5), right: expect.closeTo(2, 5) })
  for (const answer of [-3, 2.5]) expect(at(answer)?.right).toBe(false)
})
