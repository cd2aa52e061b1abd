/** @file K1.4 `maxSteps`: a loop of the graph that does not end is an error that names it, on every compiler. */
import * as library from "defnote"
import { type Defn, defn, grad, type Tensor, tensor, vmap, whileLoop } from "defnote"
import { describe, expect, test } from "vitest"
import { cell } from "./cell.ts"

const scope = library as unknown as Record<string, unknown>
type F = Defn<(x: Tensor) => Tensor>
/** Counts up to 10: so many turns. */
const COUNTING = "(x) => { while (x < 10) x = x + 1; return x }"
const f = (maxSteps: number, text = COUNTING): F =>
  cell<F>(`const f = defn(${text}, { maxSteps: ${maxSteps} })`, scope)
const REFUSAL = /while: the condition still holds after 7 turns; maxSteps allows 7/

describe.each(["wasm", "reference"])("%s", (compiler) => {
  const run = (g: F, from: number): unknown => g.using(compiler)(tensor(from)).toArray()
  test("as many turns as allowed; one more is an error that names the loop", () => {
    expect([run(f(7), 3), run(f(7), 40)]).toEqual([10, 40])
    expect(() => run(f(7), 2)).toThrow(REFUSAL)
    expect(() => run(f(7), 2)).toThrow(
      /\n {2}in .*x < 10.* at cell \d+, line 1\n {2}see docs\/errors\.md#CheckError$/,
    )
  })
  test("an endless loop ends, and the next call runs", () => {
    const endless = f(1000, "(x) => { while (x < 10) x = x * 1; return x }")
    expect(() => run(endless, 1)).toThrow(/after 1000 turns/)
    expect(run(endless, 11)).toBe(11)
  })
  test("break and for (;;); each run of an inner loop counts anew", () => {
    const texts = [
      "(x) => { while (true) { if (x >= 10) break; x = x + 1 } return x }",
      "(x) => { for (;;) { if (x >= 10) break; x = x + 1 } return x }",
    ]
    for (const text of texts) {
      expect(run(f(7, text), 3)).toBe(10)
      expect(() => run(f(7, text), 1)).toThrow(REFUSAL)
    }
    const nested =
      "(x) => { let s = x * 0; while (s < 30) { let i = x * 1; while (i < 10) i = i + 1; s = s + i } return s }"
    expect(run(f(7, nested), 5)).toBe(30)
    expect(() => run(f(7, nested), 2)).toThrow(REFUSAL)
  })
  test("in a branch only where it is taken", () => {
    const text = "(x) => { if (x > 0) { while (x < 10) x = x + 1 } return x }"
    expect([run(f(7, text), -50), run(f(7, text), 3)]).toEqual([-50, 10])
    expect(() => run(f(7, text), 2)).toThrow(REFUSAL)
  })
})

test("it holds in functions that are called, and ends with the call", () => {
  const source = `const first = defn(${COUNTING}, { maxSteps: 7 })
const second = defn((x) => { let y = first(x); while (y < 100) y = y + 1; return y })
const plain = defn(${COUNTING})
const around = defn((x) => plain(x), { maxSteps: 7 })
const f = [second, around]`
  const [second, around] = cell<unknown>(source, scope) as unknown as F[]
  expect([second(tensor(3)).item(), around(tensor(3)).item()]).toEqual([100, 10])
  for (const g of [second, around]) expect(() => g(tensor(2))).toThrow(REFUSAL)
})

test("gradients and batches", () => {
  const doubling = f(3, "(x) => { let y = x * 1; while (y < 20) y = y * 2; return y }")
  const slope = grad(doubling as never) as unknown as F
  expect([slope(tensor(3)).item(), slope(tensor(50)).item()]).toEqual([8, 1])
  expect(() => slope(tensor(1))).toThrow(/after 3 turns/)
  const each = vmap(f(7) as never) as unknown as F
  expect(each(tensor([3, 9, 40])).toArray()).toEqual([10, 10, 40])
  expect(() => each(tensor([9, 2, 40]))).toThrow(REFUSAL)
})

test("whileLoop without rewriting", () => {
  const g = defn(
    (x: Tensor) =>
      whileLoop(
        x,
        (y) => y.less(10),
        (y) => y.add(1),
      ),
    { maxSteps: 7 },
  )
  expect(g(tensor(3)).item()).toBe(10)
  expect(() => g(tensor(1))).toThrow(REFUSAL)
})

test.each([0, -1, 1.5, Number.NaN, 2 ** 31 - 1])("a limit of %s is refused", (maxSteps) => {
  expect(() => defn((x: Tensor) => x, { maxSteps })).toThrow(
    /^defn: maxSteps is .*; it must be an integer from 1 to 2147483646/,
  )
})
