/** @file D5.5: `Math.f` inside `defn`: of tensors what JavaScript gives for each number, or an error that says so. */
import * as library from "defnote"
import { grad, type Tensor, tensor } from "defnote"
import { describe, expect, test } from "vitest"
import { cell } from "./cell.ts"

type Native = (...x: number[]) => number
const scope = library as unknown as Record<string, unknown>
const native = Math as unknown as Record<string, Native>
const VALUES = [-2.5, -1.5, -1, -0.5, 0, 0.25, 0.5, 1, 1.5, 2.5, 7]
const ARITY: Readonly<Record<string, number>> = { pow: 2, atan2: 2, max: 3, min: 3, hypot: 3 }
const REFUSED = ["clz32", "imul", "random", "sumPrecise"]
const names = Object.getOwnPropertyNames(Math).filter(
  (name) => typeof native[name] === "function" && !REFUSED.includes(name),
)

/** What each argument of a call is: the tensor, rolled by one place for each further argument. */
const rolled = (k: number): number[] => VALUES.map((_, i) => VALUES[(i + k) % VALUES.length])
const close = (want: number) =>
  Number.isFinite(want) && want !== 0 ? expect.closeTo(want, 12) : want + 0

describe("Math of tensors", () => {
  test("there are functions to test", () => expect(names.length).toBeGreaterThan(30))
  test.each(names)("Math.%s", (name) => {
    const arity = ARITY[name] ?? 1
    const parameters = ["x", "y", "z"].slice(0, arity).join()
    const f = cell<(...x: Tensor[]) => Tensor>(
      `const f = defn((${parameters}) => Math.${name}(${parameters}))`,
      scope,
    )
    const lists = [0, 1, 2].slice(0, arity).map(rolled)
    const y = f(...lists.map((list) => tensor(list, { dtype: "f64" })))
    const want = VALUES.map((_, i) => native[name](...lists.map((list) => list[i])))
    expect((y.toArray() as number[]).map((v) => v + 0)).toEqual(want.map(close))
  })
  test("numbers beside tensors, one operand, and many", () => {
    const f = cell<(x: Tensor) => Tensor[]>(
      "const f = defn((x) => [Math.max(x, 1, 2), Math.min(0, x), Math.hypot(x), Math.hypot(3, x), Math.max(x)])",
      scope,
    )
    expect(f(tensor([-4, 4])).map((t) => t.toArray())).toEqual([
      [2, 4],
      [-4, 0],
      [4, 4],
      [5, 5],
      [-4, 4],
    ])
  })
  test("integers stay whole", () => {
    const f = cell<(x: Tensor) => Tensor[]>(
      "const f = defn((x) => [Math.round(x), Math.floor(x), Math.abs(x)])",
      scope,
    )
    const out = f(tensor([-3, 5], { dtype: "i32" }))
    expect(out.map((t) => [t.dtype, t.toArray()])).toEqual([
      ["i32", [-3, 5]],
      ["i32", [-3, 5]],
      ["i32", [3, 5]],
    ])
  })
  test("derivatives go through", () => {
    const f = cell<(x: Tensor) => Tensor>(
      "const f = defn((x) => (Math.cbrt(x) + Math.hypot(x, 3) + Math.log10(x)).sum())",
      scope,
    )
    const x = 4
    const want = 1 / (3 * Math.cbrt(x) ** 2) + x / Math.hypot(x, 3) + 1 / (x * Math.LN10)
    expect(grad(f)(tensor([x], { dtype: "f64" })).toArray()).toEqual([expect.closeTo(want, 12)])
  })
})

describe("Math without a meaning for tensors", () => {
  const message = (source: string): string => {
    try {
      cell(`const f = defn(${source})`, scope)(tensor([1, 2]))
    } catch (e) {
      return (e as Error).message
    }
    return "nothing was thrown"
  }
  test.each(["clz32", "imul"])("Math.%s is named, with what to write", (name) => {
    expect(message(`(x) => Math.${name}(x, 2)`)).toMatch(
      new RegExp(`^D111: \`Math\\.${name}\` has no meaning for tensors; compose it`),
    )
  })
  test("Math.random is refused while tracing, whatever its arguments", () => {
    expect(message("(x) => x * Math.random()")).toMatch(/^D104: .*drawn once.*random\.uniform/)
    const plain = cell<() => number>(
      'function f() { "use defn"; return Math.random() < 2 ? 1 : 0 }',
      scope,
    )
    expect(plain()).toBe(1)
  })
  test("outside of defn a tensor is no number", () => {
    const t = tensor([1.5, 2]) as unknown as number
    for (const name of ["floor", "max", "hypot", "clz32"])
      expect(() => native[name](t)).toThrow(/used as a JavaScript number[\s\S]*call a function/)
  })
})
