/** @file The engine alone does not parse; the package gives it who does (D2.4, D5.6). */
import { defn as engineDefn, fromTypedArray } from "@defnote/core"
import { describe, expect, test } from "vitest"

const x = fromTypedArray(Float32Array.of(1, -2), { dtype: "f32", shape: [2] })
/** Made of text, so that no tool has rewritten it. */
const unwritten = () => new Function("x", "return x > 0 ? x : x * 3") as (x: unknown) => typeof x

describe("D2.4 setRewriter", () => {
  test("the engine alone leaves operators to JavaScript, to which a traced value is no number", () => {
    expect(() => engineDefn(unwritten())(x)).toThrow(/^number: a traced f32\[2\] has no number yet/)
  })
  test("once the package is loaded, the text of a function is parsed", async () => {
    const { defn, tensor } = await import("defnote")
    expect(defn).toBe(engineDefn)
    expect(defn(unwritten())(tensor([1, -2])).toArray()).toEqual([1, -6])
  })
  test("what the text does not reach is handed over in captures, or refused", async () => {
    const { defn, tensor } = await import("defnote")
    const scaled = new Function("factor", "return (x) => x * factor")(2) as (x: unknown) => typeof x
    expect(() => defn(scaled)(tensor([1]))).toThrow(/uses factor from outside/)
    const f = defn(scaled, { captures: () => ({ factor: 5 }) })
    expect(f(tensor([1, 2])).toArray()).toEqual([5, 10])
  })
})
