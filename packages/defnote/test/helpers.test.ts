/** @file C14 through plain helpers: what functions, classes and objects of earlier cells capture is read at each call. */
import { runInThisContext } from "node:vm"
import { engine } from "@defnote/core"
import { $lib } from "@defnote/core/lang"
import { rewriteRuntime, stripTypes } from "@defnote/syntax"
import type { Defn, Tensor } from "defnote"
import * as library from "defnote"
import { beforeEach, describe, expect, test } from "vitest"

let serial = 0
/** Runs cells one after another in one scope, as the kernel does; the value of the last. */
function cells(...sources: string[]): unknown {
  let value: unknown
  for (const source of sources) {
    const id = ++serial
    engine.registerSource(`cell_${id}`, { text: source })
    const { code } = rewriteRuntime(source, { name: `cell_${id}`, dispatch: `$d_${id}` })
    value = runInThisContext(stripTypes(code).replace(/\b(?:const|let) (?!\$)/gu, "var "))
  }
  return value
}
const rows = (t: unknown): unknown => (t as Tensor).toArray()
const traces = (): number => (cells("f") as Defn).traces

beforeEach(() => {
  Object.assign(globalThis, library, { $lib })
  cells("let w = tensor([1, 2, 3]), x = tensor([1, 1, 1]), k = 2")
})

/** Each makes `f`, which multiplies its argument by `w` and `k` of earlier cells. */
const WAYS: readonly [name: string, ...sources: string[]][] = [
  [
    "an arrow function",
    "const h = (t) => t.multiply(w).multiply(k)",
    "const f = defn((x) => h(x))",
  ],
  [
    "a function declaration",
    "function h(t) { return t.multiply(w).multiply(k) }",
    "const f = defn((x) => h(x))",
  ],
  [
    "a helper that calls a helper",
    "const g = (t) => t.multiply(w)",
    "const h = function (t) { return g(t).multiply(k) }",
    "const f = defn((x) => h(x))",
  ],
  [
    "a method of an object",
    "const o = { h(t) { return t.multiply(w).multiply(k) } }",
    "const f = defn((x) => o.h(x))",
  ],
  [
    "a function in an object",
    "const o = { deep: [{ h: (t) => t.multiply(w).multiply(k) }] }",
    "const f = defn((x) => o.deep[0].h(x))",
  ],
  [
    "a class and its base",
    "class A { weigh(t) { return t.multiply(w) } }",
    "class B extends A { h(t) { return this.weigh(t).multiply(k) } }; const b = new B()",
    "const f = defn((x) => b.h(x))",
  ],
  [
    "a closure that a function returned",
    "const make = (times) => (t) => t.multiply(w).multiply(k * times); const h = make(1)",
    "const f = defn((x) => h(x))",
  ],
  [
    "a function that was assigned",
    "let h; h = (t) => t.multiply(w).multiply(k)",
    "const f = defn((x) => h(x))",
  ],
  [
    "a function passed to a function",
    "const twice = (g) => g; const h = twice((t) => t.multiply(w).multiply(k))",
    "const f = defn((x) => h(x))",
  ],
  [
    "a helper that another defn calls",
    "const h = (t) => t.multiply(w).multiply(k)",
    "const inner = defn((x) => h(x)); const f = defn((x) => inner(x))",
  ],
  [
    "a defn that a helper calls",
    "const inner = defn((x) => x * w * k); const h = (t) => inner(t)",
    "const f = defn((x) => h(x))",
  ],
  [
    "a function that defn parses at its call",
    "const h = (t) => t * w * k",
    "const list = [h]; const f = defn(list[0])",
  ],
]

describe("C14 captures of plain helpers", () => {
  test.each(WAYS)("%s", (_, ...sources) => {
    expect(rows(cells(...sources, "f(x)"))).toEqual([2, 4, 6])
    expect(rows(cells("w = tensor([10, 20, 30])", "f(x)"))).toEqual([20, 40, 60])
    expect(traces()).toBe(1)
    expect(rows(cells("k = 3", "f(x)"))).toEqual([30, 60, 90])
    expect(traces()).toBe(2)
    expect(rows(cells("k = 2", "f(x)"))).toEqual([20, 40, 60])
    expect(traces()).toBe(2)
  })
  test("a property of a captured object, of a function and a static field", () => {
    cells(
      "const p = { w, inner: { k: 2 } }; class C { static k = 5 }; const h = (t) => t.multiply(p.w).multiply(p.inner.k * C.k * h.k); h.k = 1",
      "const f = defn((x) => h(x))",
    )
    expect(rows(cells("f(x)"))).toEqual([10, 20, 30])
    expect(rows(cells("p.w = tensor([1, 1, 1]); p.inner.k = 3", "f(x)"))).toEqual([15, 15, 15])
    expect(rows(cells("C.k = 1", "f(x)"))).toEqual([3, 3, 3])
    expect(rows(cells("h.k = 2", "f(x)"))).toEqual([6, 6, 6])
  })
  test("gradients of plain functions too", () => {
    cells("const h = (t) => t.multiply(w).multiply(k).sum()", "const f = grad(h)")
    expect(rows(cells("f(x)"))).toEqual([2, 4, 6])
    expect(rows(cells("w = tensor([5, 5, 5]); k = 1", "f(x)"))).toEqual([5, 5, 5])
  })
  test("a name that exists nowhere hides none of the others", () => {
    cells(
      "const h = (t) => typeof nowhere === 'undefined' ? t.multiply(w) : nowhere(t)",
      "const f = defn((x) => h(x))",
    )
    expect(rows(cells("f(x)"))).toEqual([1, 2, 3])
    expect(rows(cells("w = tensor([0, 0, 1])", "f(x)"))).toEqual([0, 0, 1])
  })
  test("helpers that hold themselves or each other end", () => {
    cells(
      "const even = (t, n) => n === 0 ? t.multiply(w) : odd(t, n - 1), odd = (t, n) => even(t, n - 1); even.self = even",
      "const f = defn((x) => even(x, 2))",
    )
    expect(rows(cells("f(x)"))).toEqual([1, 2, 3])
    expect(rows(cells("w = tensor([7, 7, 7])", "f(x)"))).toEqual([7, 7, 7])
  })
  test("registered functions keep their names, and callbacks inside of functions are left alone", () => {
    const names = cells(
      "const a = (t) => t.add(w), o = { b: () => k, c() { return k } }, D = class { m() { return w } }; [a, o.b, o.c, D].map((f) => f.name)",
    )
    expect(names).toEqual(["a", "b", "c", "D"])
    const text = "const h = (rows) => rows.map((r) => r * k)"
    expect(rewriteRuntime(text, { name: "m" }).code).toContain("rows.map((r) => r * k), () =>")
  })
})
