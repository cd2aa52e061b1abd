/** @file VISUAL 12: a function shows itself once it was called, and says what to do before; calls that end too early say so. */
import { expect, test } from "vitest"
import { defn, grad, graph, multiply, OptionError, sum, type Tensor, tensor } from "../src/index.ts"
import { DISPLAY } from "../src/output.ts"

const GRAPH = "application/vnd.defnote.graph.v1+json"
const made = (name = "loss") =>
  defn((w: Tensor, x: Tensor) => sum(multiply(w, x)), { name, captures: () => ({}) })
const shownBy = (f: unknown): Record<string, unknown> =>
  (f as { [DISPLAY](): Record<string, unknown> })[DISPLAY]()

test("before the first call there is a sentence with the names of the parameters", () => {
  const f = made()
  const sentence =
    "loss was not traced yet. Call it once, or pass example arguments: graph(loss, w, x)"
  expect(shownBy(f)).toEqual({ "text/plain": sentence })
  expect(() => graph(f)).toThrow(OptionError)
  expect(() => graph(f)).toThrow(sentence)
})

test("after it, the graph that was traced last", () => {
  const f = made()
  f(tensor([1, 2]), tensor([3, 4]))
  f(tensor([1, 2, 3]), tensor([3, 4, 5]))
  const { bundle } = graph(f)
  expect(bundle[GRAPH]).toEqual(graph(f, tensor([1, 2, 3]), tensor([3, 4, 5])).bundle[GRAPH])
  expect(shownBy(f)[GRAPH]).toEqual(bundle[GRAPH])
  expect(shownBy(f)["text/plain"]).toBe(
    "loss(f32[2], f32[2]) → f32[]\nloss(f32[3], f32[3]) → f32[]",
  )
})

test("a function without parameters needs no call", () => {
  const f = defn(() => multiply(tensor([1, 2]), 2), { name: "two", captures: () => ({}) })
  expect(graph(f).bundle[GRAPH]).toBeDefined()
})

test("numbers alone make no graph", () => {
  const f = defn((x: number) => x * 2, { name: "double", captures: () => ({}) })
  f(3)
  expect(shownBy(f)).toEqual({ "text/plain": "double() → no tensor" })
})

test("a call with too few arguments names the missing one (K4)", () => {
  const f = defn((w: Tensor, x: Tensor) => w.matmul(x.exp()), { name: "net", captures: () => ({}) })
  const call = f as (...x: unknown[]) => unknown
  expect(() => call(tensor([1]))).toThrow("net: argument 2 is missing; it was called with f32[1]")
  const g = grad(made() as never) as unknown as (...x: unknown[]) => unknown
  expect(() => g(tensor([1]))).toThrow("argument 2")
  const h = made("both") as (...x: unknown[]) => unknown
  expect(() => h(tensor([1]))).toThrow("both was called with 1 of its 2 arguments")
})
