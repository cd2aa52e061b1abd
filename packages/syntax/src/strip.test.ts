/** @file Stripping types keeps lines and meaning; text of functions can be read back (D5.6, D7.3). */
import { describe, expect, test } from "vitest"
import { SyntaxDiagnosticError } from "./diagnostics.ts"
import { parseFunction } from "./function_text.ts"
import { stripTypes } from "./strip.ts"
import { toy } from "./testing/toy.ts"

const run = (code: string) => new Function(stripTypes(code))()

describe("stripTypes", () => {
  test("enums run", () => {
    expect(run("enum E { A = 2, B, C = 'c' as any }\nreturn [E.A, E.B, E[3], E.C]")).toEqual([
      2,
      3,
      "B",
      "c",
    ])
  })
  test("parameter properties run", () => {
    const code =
      "class P { constructor(private a: number, readonly b = 2) {} sum() { return this.a + this.b } }\nreturn new P(1).sum()"
    expect(run(code)).toBe(3)
  })
  test.each([
    "interface A {\n  b: string\n}\nconst a: A = {\n  b: 'x',\n} satisfies A\n",
    "function f<T extends\n  object>(\n  a: T,\n  b?: string,\n): asserts a is T {\n}\n",
    "enum E {\n  A,\n  B = 2,\n}\n",
    "abstract class A<T> extends B<T> implements C {\n  declare x: number\n  abstract y(): void\n  z!: string\n}\n",
    "type X =\n  | 1\n  | 2\nlet x = <any>y\nlet z = y!.a as\n  number\n",
    "import type { A } from 'a'\nimport {\n  type B,\n  c,\n} from 'b'\nc\n",
  ])("keeps the lines of %j", (code) => {
    expect(stripTypes(code).split("\n").length).toBe(code.split("\n").length)
  })
  test("a cell keeps imports that later cells use", () => {
    const code = 'import { a, type B } from "m"; import type { C } from "m"'
    expect(stripTypes(code)).not.toContain("a")
    const kept = stripTypes(code, { keepImports: true })
    expect(kept).toMatch(/import \{ *a *,? *\} from "m"/)
    expect(kept).not.toContain("C")
  })
  test.each([
    ["@dec class A {}", 'const A = dec(class A { ... }, { kind: "class", name: "A" })'],
    ["const a = 1\nexport @dec(1) class B { m() {} }", "const B = dec(1)(class B { ... }"],
    [
      "class C { n = 1; @log m() {} }",
      'C.prototype.m = log(C.prototype.m, { kind: "method", name: "m" })` behind the class',
    ],
    ["class D { @d static m() {} }", "D.m = d(D.m,"],
    ["class E { @d x = 1 }", "call the decorator as a function"],
  ])("says what to write in place of the decorator of %s", (code, instead) => {
    expect(() => stripTypes(code)).toThrow(instead)
  })
  test.each([
    ["for (using x = f(); ; ) {}", "D112"],
    ["using x = f(); export const y = 1", "D112"],
    ["@dec class A {}", "D112"],
    ["class A { accessor b = 1 }", "D112"],
    ["export import a = b.c", "D112"],
  ])("refuses %s, which would be lost or could not run", (code, expected) => {
    expect(() => stripTypes(code)).toThrow(expected)
  })
  test.each([
    "namespace T { export interface A {} }",
    "declare namespace T { const a: number }",
    "declare module 'm' { export const a: number }",
    "const namespace = 1, module = 2, using = '@'",
    "declare global { var x: number }",
  ])("keeps what needs no lowering: %s", (code) => {
    expect(() => new Function(stripTypes(code))).not.toThrow()
  })
  test("what is not TypeScript is a diagnostic", () => {
    expect(() => stripTypes("const = 1")).toThrow(SyntaxDiagnosticError)
  })
})

describe("parseFunction (D5.6)", () => {
  const rebuild = (text: string, values: Record<string, unknown> = {}) => {
    const { code, library, free } = parseFunction(text)
    const parameters = [library, ...free]
    return new Function(...parameters, code)(toy, ...free.map((name) => values[name]))
  }

  test.each([
    ["(x) => x * 2", [4], 8],
    ["x=>x*2", [4], 8],
    ["function named(x) { if (x > 1) return named(x - 1) + 1; return x }", [3], 3],
    ["method(x) { return x ** 2 }", [3], 9],
    ["async (x) => x + 1", [3], Promise.resolve(4)],
    ["'a b'(x) { return x - 1 }", [3], 2],
    ["function (x) { const f = /* @__PURE__ */ __name((a) => a * 2, 'f'); return f(x) }", [3], 6],
  ])("%s", (text, values, expected) => {
    expect(rebuild(text)(...values)).toEqual(expected)
  })
  test("free names", () => {
    const text = "(x) => { const y = x * w; return Math.max(y, limits.high) }"
    expect(parseFunction(text).free).toEqual(["w", "limits"])
    expect(rebuild(text, { w: 3, limits: { high: 5 } })(4)).toBe(12)
  })
  test("sites are offsets of the text", () => {
    const text = "(x) => x * w + 1"
    const { sites } = parseFunction(text)
    const pieces = [0, 2].map((i) => text.slice(sites[i], sites[i + 1]))
    expect(pieces.sort()).toEqual(["x * w", "x * w + 1"])
  })
  test.each([
    ["function push() { [native code] }", "native or bound"],
    ["(e)=>e*t+n(e)", "minified"],
    ["class A { m() {} }", "not the text of a function"],
    ["get x() { return 1 }", "not the text of a function"],
    ["not a function at all (", "not the text of a function"],
  ])("refuses %s", (text, reason) => {
    expect(() => parseFunction(text)).toThrow(reason)
    expect(() => parseFunction(text)).toThrow("D103")
  })
})
