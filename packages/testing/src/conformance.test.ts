import { type Compiler, reference } from "@defnote/core"
import { describe, expect, test } from "vitest"
import { loadCompiler } from "./compilers.ts"
import { type ConformanceOptions, conformance, type Outcome, testedOps } from "./conformance.ts"
import { fromStorage, toStorage } from "./values.ts"

const full = process.env.DEFNOTE_FULL === "1"
const COMPILERS = ["reference", "wasm"]

describe.each(COMPILERS)("D10.2 conformance of %s", async (name) => {
  const { compiler, quirks } = await loadCompiler(name)
  test.each(testedOps().map((op) => op.name))("%s", (op) => {
    const outcomes = [...conformance(compiler, { op, quirks, full })]
    expect(outcomes.filter((o) => o.status === "failed")).toEqual([])
    expect(outcomes.length).toBeGreaterThan(0)
  })
})

/** The reference, with every float result spoilt. */
const spoilt = (name: string, spoil: (x: number) => number): Compiler => ({
  ...reference,
  name,
  available: () => true,
  compile(graph, options) {
    const program = reference.compile(graph, options)
    const run: typeof program.run = (inputs) =>
      program.run(inputs).map((storage, i) => {
        const { type } = graph.outputs[i]
        const values = fromStorage(type, storage)
        return toStorage(
          type,
          type.dtype.startsWith("f") ? values.map((x) => spoil(x as number)) : values,
        )
      })
    return { ...program, run, dispose: () => program.dispose() }
  },
})
const failures = (compiler: Compiler, options: ConformanceOptions): Outcome[] =>
  [...conformance(compiler, options)].filter((o) => o.status === "failed")

describe("the table notices", () => {
  test("results that are four units in the last place off", () => {
    const compiler = spoilt("off", (x) => x * (1 + 2 ** -21))
    expect(failures(compiler, { op: "exp" }).some((o) => /f32\[2,3\] value/.test(o.row))).toBe(true)
    expect(
      failures(
        spoilt("same", (x) => x),
        { op: "exp" },
      ),
    ).toEqual([])
  })
  test("a lost sign of zero, and a lost NaN", () => {
    const zeros = failures(
      spoilt("zero", (x) => x + 0),
      { op: "negate" },
    )
    expect(zeros.some((o) => o.message?.includes("want -0"))).toBe(true)
    const nans = failures(
      spoilt("nan", (x) => (Number.isNaN(x) ? 0 : x)),
      { op: "sqrt" },
    )
    expect(nans.some((o) => o.message?.includes("want NaN"))).toBe(true)
  })
  test("a compiler that cannot run a program, with its message", () => {
    const broken: Compiler = {
      ...spoilt("broken", (x) => x),
      compile: () => {
        throw new Error("no such instruction")
      },
    }
    const all = [...conformance(broken, { op: "sin" })]
    expect(all.every((o) => o.status === "failed" && o.message === "no such instruction")).toBe(
      true,
    )
  })
  test("quirks excuse what they name, and fail when it no longer occurs", () => {
    const compiler = spoilt("zero", (x) => x + 0)
    const quirks = [{ op: "negate", reason: "zeros lose their sign" }]
    const all = [...conformance(compiler, { op: "negate", quirks })]
    expect(all.some((o) => o.status === "skipped")).toBe(true)
    expect(all.some((o) => o.status === "failed")).toBe(false)
    const stale = failures(
      spoilt("same", (x) => x),
      { op: "negate", quirks },
    )
    expect(stale.map((o) => o.message)).toEqual([
      `"zeros lose their sign" no longer occurs; delete it`,
    ])
  })
  test("a compiler without its device: every row is skipped, and counted", () => {
    const absent: Compiler = {
      ...spoilt("absent", (x) => x),
      available: () => "there is no adapter",
    }
    const all = [...conformance(absent, { op: "add" })]
    expect(all.length).toBeGreaterThan(10)
    expect(all.every((o) => o.status === "skipped" && o.message === "there is no adapter")).toBe(
      true,
    )
  })
})
