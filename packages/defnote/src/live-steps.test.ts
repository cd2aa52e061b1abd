/** @file A kept run answers with a trace for other leaves; what is no entry, and a run that was given up, are refused. */
import { CpuStorage, type Defn, tensor, valueAndGrad } from "@defnote/core"
import { type TraceDoc, TraceNumbers } from "@defnote/display"
import { traceDocument } from "@defnote/display/document"
import { stepProgram } from "@defnote/inspect"
import { describe, expect, test } from "vitest"
import { defn, type Tensor } from "./index.ts"
import { type LiveRun, LiveSteps } from "./live-steps.ts"

const w = tensor([1, 2, 3])
function live(): { run: LiveRun; doc: TraceDoc } {
  const f = defn((w: Tensor) => w.square().sum())
  const both = valueAndGrad(f as never) as unknown as Defn
  const { program, inputs } = both.bind(w as never)
  const again: LiveRun["again"] = (other) => traceDocument(stepProgram(program, other))
  const stepped = stepProgram(program, inputs)
  const run = { program, inputs, leaves: stepped.leaves, again }
  return { run, doc: traceDocument(stepped) }
}

describe("live steps", () => {
  const { run, doc } = live()
  const steps = new LiveSteps()
  steps.keep(doc.live as string, run)
  const ask = (more: object) => steps.answer({ request: 7, live: doc.live, edits: [], ...more })

  test("computes both passes with another entry, and leaves the tensor as it was", () => {
    const reply = ask({ edits: [{ leaf: 0, entry: 1, value: -5 }] })
    if (!("doc" in reply)) throw new Error(reply.problem)
    const numbers = new TraceNumbers(reply.doc)
    expect(numbers.of(reply.doc.loss)?.[0]).toBe(1 + 25 + 9)
    expect([...(numbers.of(reply.doc.leaves[0].gradient) ?? [])]).toEqual([2, -10, 6])
    expect([...w.dataSync()]).toEqual([1, 2, 3])
    expect(ask({})).toEqual({ request: 7, doc })
  })
  test.each([
    ["a leaf that is not there", [{ leaf: 3, entry: 0, value: 1 }]],
    ["an entry that is not there", [{ leaf: 0, entry: 3, value: 1 }]],
    ["an entry that is no number", [{ leaf: 0, entry: "0", value: 1 }]],
    ["a value that is no number", [{ leaf: 0, entry: 0, value: "1" }]],
    ["nonsense", [null]],
  ])("refuses %s", (_, edits) => {
    expect(ask({ edits })).toEqual({ request: 7, problem: expect.stringMatching(/has no entry/) })
  })
  test("says when it does not hold a run", () => {
    expect(ask({ live: "other" })).toMatchObject({
      problem: expect.stringMatching(/Run the cell again/),
    })
    for (let i = 0; i < 40; i++) steps.keep(`more${i}`, run)
    expect(ask({})).toMatchObject({ problem: expect.stringMatching(/Run the cell again/) })
  })
  test("keeps no large inputs", () => {
    const large = new CpuStorage(new ArrayBuffer(5 * 2 ** 20))
    steps.keep("large", { ...run, inputs: [large] })
    expect(steps.answer({ request: 1, live: "large" })).toHaveProperty("problem")
  })
})
