/** @file Names mean what TypeScript says they mean: scopes, free names, captures, and which calls are `defn`. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the strings are source text
import { describe, expect, test } from "vitest"
import { rewriteRuntime } from "./runtime.ts"
import { Names } from "./scopes.ts"
import { parseStrict } from "./tree.ts"
import { rewriteTypes } from "./types.ts"

function freeNames(text: string): string[] {
  const parsed = parseStrict(text)
  if ("failures" in parsed) throw new Error(parsed.failures[0]!.message)
  return new Names(parsed.tree).freeNames(parsed.tree)
}

const runtime = (text: string) => rewriteRuntime(text, { name: "cell_1" })
const isRewritten = (text: string) => runtime(text).used

describe("free names", () => {
  test.each([
    ["a + b", ["a", "b"]],
    ["let a = b; { let c = a; d }", ["b", "d"]],
    ["var f = () => { var v = 1; return v + g }; v", ["g", "v"]],
    ["if (x) { var hoisted = 1 } hoisted", ["x"]],
    ["f(); function f() { return later } const later = 1", []],
    ["class A extends B { #p = q; m(r = s) { return this.#p + r } }", ["B", "q", "s"]],
    ["const { a, [k]: b = c, ...d } = e; a + b + d", ["k", "c", "e"]],
    ["[x.y, z] = [1, 2]; ({ u: v } = w)", ["x", "z", "v", "w"]],
    ["o.p; o[q]; ({ r, s: t, [u]: 1 })", ["o", "q", "r", "t", "u"]],
    ["try { a } catch ({ message }) { message; b }", ["a", "b"]],
    ["label: for (const i of xs) { break label }", ["xs"]],
    ["for (let i = 0; i < n; i++) {} i", ["n", "i"]],
    ["const f = function g() { return g }; g", ["g"]],
    ["let x: Foo<Bar> = y as Baz; type T = typeof z", ["y"]],
    ["enum E { A = 1, B = A + k } E.A", ["k"]],
    ["namespace N { export const a = b } N.a", ["b"]],
    ["function f(this: Window, a: T): a is U { return a } f", []],
    ["function f<T extends U>(a: T) {} f", []],
    ["import d, { e as f } from 'm'; import * as n from 'm'; d + f + n + e", ["e"]],
    ["export { a as b }; export * from 'm'", ["a"]],
    ["class A { constructor(private p = q) {} }", ["q"]],
    ["switch (a) { case b: let c = 1; default: c }", ["a", "b"]],
    ["x++; y += 1; delete z.a", ["x", "y", "z"]],
    ["import.meta.url; `t${v}`; tag`x`", ["v", "tag"]],
    ["type C<A> = A extends (infer R)[] ? R : never; const c = 1", []],
    ["@dec class D { @dec2 m() {} }", ["dec", "dec2"]],
  ])("%s", (text, expected) => {
    expect(freeNames(text).sort()).toEqual([...expected].sort())
  })
})

describe("which calls are the library's defn", () => {
  test.each([
    ["defn((x) => x * 2)", true],
    ['import { defn as d } from "defnote"; d((x) => x * 2)', true],
    ['import { defn as d } from "defnote"; defn', false],
    ['import { "defn" as d } from "defnote"; d((x) => -x)', true],
    ['import { defn } from "other"; defn((x) => x * 2)', false],
    ['import * as nx from "defnote"; nx.defn((x) => -x)', true],
    ['import * as nx from "other"; nx.defn((x) => -x)', false],
    ["o.defn((x) => -x)", false],
    ["function g(defn) { return defn((x) => x * 2) }", false],
    ["const defn = (f) => f; defn((x) => x * 2)", false],
    ['const { defn: d } = require("defnote"); d((x) => -x)', true],
    ['const nx = await import("defnote"); nx.defn((x) => -x)', true],
    ['const { defn } = require("other"); defn((x) => -x)', false],
    ['function g(x) { "use defn"; return -x }', true],
    ['class A { m(x) { "use defn"; return -x } }', true],
    ["(defn)(((x) => -x) as any)", true],
    ["defn<T>((x) => -x, { a: 1 })", true],
    ["defn(f)", false],
  ])("%s", (text, expected) => {
    expect(isRewritten(text)).toBe(expected)
    expect(rewriteTypes(text).used).toBe(expected)
  })

  test("names of earlier cells", () => {
    const options = { name: "cell_2", known: ["d"], namespaces: ["nx"] }
    expect(rewriteRuntime("d((x) => -x)", options).used).toBe(true)
    expect(rewriteRuntime("nx.defn((x) => -x)", options).used).toBe(true)
    expect(rewriteRuntime("defn((x) => -x)", options).used).toBe(false)
    expect(rewriteTypes("d((x) => -x)", options).used).toBe(true)
  })
})

describe("what $d.fn receives (C14)", () => {
  const line = (text: string) => runtime(text).code

  test("captures are the free names that are not JavaScript's own", () => {
    const code = line(
      "const f = defn((x: T) => { const y = x * w; return Math.exp(y) + scale(b as U) })",
    )
    expect(code).toContain('() => ({ w, scale, b }), [15, 80], "f")')
  })
  test("nothing is captured", () => {
    expect(line("defn((x) => x)")).toContain("() => ({}), [5, 13])")
  })
  test("a declaration is registered after it", () => {
    const code = line('export function g(x) { "use defn"; return x * w }')
    expect(code).toMatch(
      /^const \$d = .*; export function g.* \$d\.fn\(g, \(\) => \(\{ w \}\), \[7, 49\], "g"\);$/,
    )
  })
  test("an arrow with the directive keeps its name", () => {
    const code = line('const g = (x) => { "use defn"; return x * 2 }')
    expect(code).toContain('[10, 45], "g")')
  })
  test("methods are rewritten in place", () => {
    expect(line('({ m(x) { "use defn"; return x * 2 } })')).not.toContain("$d.fn(")
  })
  test("$d in use gets another name", () => {
    const code = line("const $d = 1; defn((x) => x * $d)")
    expect(code).toMatch(/^const \$d1 = \$lib/)
    expect(code).toContain("$d1.multiply(x, $d, 0)")
    expect(rewriteTypes("const $d = 1; defn((x) => x * $d)").library).toBe("$d1")
  })
  test("line 1 imports $lib where it is not a global", () => {
    const { code } = rewriteRuntime("defn((x) => -x)", { name: "a.ts", library: "defnote/lang" })
    expect(code).toMatch(
      /^import \{ \$lib \} from "defnote\/lang"; const \$d = \$lib\.module\("a\.ts", \[12,14\], 1\); /,
    )
  })
  test("a hash-bang stays first", () => {
    const { code, segments } = runtime("#!/usr/bin/env node\ndefn((x) => -x)")
    expect(code).toMatch(/^#!\/usr\/bin\/env node\nconst \$d = /)
    for (const s of segments) {
      const piece = code.slice(s.generated, s.generated + s.length)
      if (s.length === s.sourceLength) {
        expect("#!/usr/bin/env node\ndefn((x) => -x)".slice(s.source, s.source + s.length)).toBe(
          piece,
        )
      }
    }
  })
  test("text without the language does not change", () => {
    const text = "const a = [1, 2].map((x) => x * 2) // defn\n"
    expect(runtime(text)).toMatchObject({ code: text, used: false, sites: [] })
    expect(rewriteTypes(text)).toMatchObject({ code: text, used: false })
  })
})
