/** @file What a condition or a loop leaves in variables: numbers stay numbers, structures merge leaf by leaf (D5.4, S2). */

import * as library from "defnote"
import { defn, type Tensor, tensor } from "defnote"
import { describe, expect, test } from "vitest"
import { cell } from "./cell.ts"

const scope = { ...library, defn } as unknown as Record<string, unknown>
const x = tensor([1, 2, 3])
const call = (source: string, ...args: unknown[]): unknown =>
  cell<(...a: unknown[]) => unknown>(`const f = defn(${source})`, scope)(...args)
const typed = (source: string, ...args: unknown[]): unknown[] =>
  [call(source, ...args)].flat().map((t) => [(t as Tensor).dtype, (t as Tensor).toArray()])

describe("S2 numbers under a tensor condition", () => {
  test.each([
    ["(x) => x > 1 ? 1 : 0", "f32", [0, 1, 1]],
    ["(x) => x.sum() > 1 ? 1 : 0", "f32", 1],
    ["(x) => x * (x.sum() > 1 ? 2 : 3)", "f32", [2, 4, 6]],
    ["(x) => { let s = 1; if (x.sum() > 1) s = 2; return x * s }", "f32", [2, 4, 6]],
    ["(x) => { let s = 0; for (const r of x) s += 1; return s }", "f32", 3],
    ["(x) => { let s = 0; for (const r of x) s += r; return s }", "f32", 6],
    [
      "(x) => { let o = { a: x, n: 1 }; if (x.sum() > 1) o = { a: x * 2, n: 2 }; return o.a * o.n }",
      "f32",
      [4, 8, 12],
    ],
    ["(x) => x.sum() > 1 ? true : false", "bool", true],
  ])("%s", (source, dtype, value) => expect(typed(source, x)).toEqual([[dtype, value]]))
  test.each(["f16", "bf16", "f32", "f64"] as const)("a choice of numbers takes %s", (dtype) => {
    const y = tensor([1, 2], { dtype })
    expect(typed("(x) => x * (x.sum() > 1 ? 2 : 3)", y)).toEqual([[dtype, [2, 4]]])
  })
  test("a counter of a loop multiplies without a change of dtype", () => {
    const source = "(x) => { let n = 1; while (x.sum() < 100) { x = x * n; n += 1 } return [x, n] }"
    expect(typed(source, x)).toEqual([
      ["f32", [24, 48, 72]],
      ["f32", 5],
    ])
    const whole = "(x) => { let n = 1; while (x.sum() < 100) { x = x * 2; n += 1 } return [x, n] }"
    expect(typed(whole, tensor([1, 2], { dtype: "i32" }))).toEqual([
      ["i32", [64, 128]],
      ["f32", 7],
    ])
  })
})

describe("D5.4 variables that move in a loop", () => {
  test.each([
    ["let a = x, b = x; while (a.sum() < 10) [a, b] = [b, a + b]; return a", [5, 10]],
    ["let y = [x, x]; while (y[0].sum() < 10) y = [y[1], y[0] + y[1]]; return y[0]", [5, 10]],
    ["let a = 1, b = 1; while (a * x.sum() < 20) [a, b] = [b, a + b]; return a * x", [8, 16]],
    [
      "let a = x, b = x, c = x, d = x, e = x, f = x, n = 0; while (a.sum() < 9) { [a, b, c, d, e, f] = [b, c, d, e, f, f * 2]; n += 1 } return a",
      [4, 8],
    ],
    ["let a = x, b = x; for (let i = 0; i < x.sum(); i++) [a, b] = [b, a + b]; return a", [3, 6]],
    [
      "let a = x, b = x; for (;;) { [a, b] = [b, a + b]; if (a.sum() > 30) break } return a",
      [13, 26],
    ],
    [
      "let n = 0; for (let i = 1; true; i++) { n = n + i; if (n * x.sum() > 20) return n * x }",
      [10, 20],
    ],
    ["let a = x, b = x; for (const r of x) [a, b] = [b, a + r]; return [a, b][0]", [2, 3]],
  ])("%s", (body, value) => {
    expect(typed(`(x) => { ${body} }`, tensor([1, 2]))).toEqual([["f32", value]])
  })
})

test("D5.4 a bound of millions behind a break on a tensor is refused with what to write", () => {
  const f = "(x) => { for (let i = 0; i < 1e7; i++) { if (x.sum() > 5) break } return x }"
  expect(() => call(f, tensor([1, 2]))).toThrow(/1000 turns were unrolled[\s\S]*Write `while`/)
})

describe("D5.4 structures", () => {
  test("lists, objects and variables that only one side sets", () => {
    expect(
      typed("(x) => { let l = [x, 1]; if (x.sum() > 1) l = [-x, 5]; return l[0] * l[1] }", x),
    ).toEqual([["f32", [-5, -10, -15]]])
    expect(typed("(x) => { let y; if (x.sum() > 1) y = x * 2; else y = x; return y }", x)).toEqual([
      ["f32", [2, 4, 6]],
    ])
    expect(
      typed(
        "(x) => { const o = { a: x }; let y = o; if (x.sum() > 9) y = { a: -x }; return y.a }",
        x,
      ),
    ).toEqual([["f32", [1, 2, 3]]])
  })
  test("what both sides leave alone stays as it is, functions too", () => {
    expect(
      typed(
        "(x) => { const g = (a) => a * 2, name = 'n'; let y = x; if (x.sum() > 1) y = g(x); return name === 'n' ? g(y) : x }",
        x,
      ),
    ).toEqual([["f32", [4, 8, 12]]])
  })
  test("a function may call itself when a number ends it, and another that calls it", () => {
    expect(typed("(x, n) => n === 0 ? x : f(x * 2, n - 1)", x, 3)).toEqual([["f32", [8, 16, 24]]])
    const f = cell<(t: Tensor, n: number) => Tensor>(
      "const f = defn((x, n) => n === 0 ? x : h(x * 2, n - 1)); const h = defn((x, n) => f(x + 1, n))",
      scope,
    )
    expect(f(x, 2).toArray()).toEqual([7, 11, 15])
  })
})
