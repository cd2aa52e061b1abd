/** @file A graph that cannot be compiled is refused with its node; what can has one of the known forms (D6.1, D6.4). */
import * as d from "@defnote/core"
import { expect, test } from "vitest"
import { wasm } from "./index.ts"

const f32 = (...shape: number[]): d.TensorType => ({ dtype: "f32", shape })
const graph = (types: d.TensorType[], fn: (...x: d.Tensor[]) => d.Tensor | d.Tensor[]): d.Graph =>
  d.withTable(new d.InternTable(), () => d.graphOf(types, (...x) => [fn(...x)].flat()))

/** An op that only its type rule knows. */
const mystery: d.Op = {
  name: "mystery",
  family: "routine",
  type: ([x]) => [x],
  vjp: { flat: "nobody knows it" },
}

test.each(["wasm", "reference"])("D6.1 %s names the node that it cannot run", (name) => {
  d.registerCompiler(wasm)
  const refused = graph([f32(3)], (x) => d.add(d.make(mystery, [d.exp(x)]), 1))
  let thrown: unknown
  try {
    d.compilerNamed(name)
      .compile(refused, {})
      .run([new d.CpuStorage(new ArrayBuffer(12))])
  } catch (error) {
    thrown = error
  }
  expect(thrown).toBeInstanceOf(d.CompileError)
  const { message, op, node } = thrown as d.CompileError
  expect(message).toMatch(new RegExp(`^${name}: .*mystery`))
  expect(op).toBe("mystery")
  expect(node?.op === mystery).toBe(true)
})

test("D6.1 a function that asked for a compiler does not run on another", () => {
  const f = d.defn((x: d.Tensor) => d.make(mystery, [x]))
  expect(() => (f.using("wasm") as never as (x: d.Tensor) => unknown)(d.tensor([1]))).toThrow(
    /^wasm: cannot run/,
  )
})

/** D6.4, and `pack`: a contraction's operand in the order in which it is read. */
const FORMS = [
  "map",
  "row",
  "reduce",
  "contract",
  "scan",
  "gather",
  "sort",
  "fft",
  "routine",
  "pack",
]

test("D6.4 every kernel of every sample has a form of the closed list, and a reason", () => {
  const seen = new Set<string>()
  for (const op of d.declarations()) {
    for (const { inputs, attrs, apply } of op.samples ?? []) {
      const built = graph([...inputs], (...x) =>
        apply ? [apply(...x)].flat() : [...d.elements(d.make(op, x, attrs))],
      )
      const { kernels } = wasm.compile(built, {})
      for (const { form, why } of kernels) {
        seen.add(form)
        expect(FORMS, op.name).toContain(form)
        expect(why.length, op.name).toBeGreaterThan(10)
      }
    }
  }
  expect([...seen].sort()).toEqual(
    expect.arrayContaining(["contract", "map", "reduce", "row", "scan"]),
  )
})
