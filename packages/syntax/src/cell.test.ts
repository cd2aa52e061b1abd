/** @file Cells as a kernel sees them: declarations, references, imports, the last expression, completeness. */
import { describe, expect, test } from "vitest"
import { analyseCell } from "./cell.ts"
import { isComplete } from "./complete.ts"
import { SyntaxDiagnosticError } from "./diagnostics.ts"

describe("analyseCell", () => {
  test("declares names of every kind, with their ranges", () => {
    const source = [
      "import d, { e as f } from 'm'",
      "const a = 1, { b, ...c } = o",
      "let l; var v; if (l) { var inner = 1; let hidden = 2 }",
      "export function fn() { const local = 1 }",
      "class K {} interface I {} type T = I; enum E { A } namespace N { const q = 1 }",
    ].join("\n")
    const { declared } = analyseCell(source)
    expect(declared.map((x) => `${x.kind} ${x.name}`)).toEqual([
      "import d",
      "import f",
      "const a",
      "const b",
      "const c",
      "let l",
      "var v",
      "var inner",
      "function fn",
      "class K",
      "interface I",
      "type T",
      "enum E",
      "namespace N",
    ])
    for (const { name, from, to } of declared) expect(source.slice(from, to)).toBe(name)
    const fn = declared.find((x) => x.name === "fn")!
    expect(source.slice(...fn.statement)).toBe("export function fn() { const local = 1 }")
  })

  test("references are free names, types apart", () => {
    const cell = analyseCell(
      "const y: Foo = x * 2; console.log(y as Bar<typeof z>); function f(x: Q) { return x }",
    )
    expect(cell.references).toEqual(["Foo", "x", "Bar", "z", "Q"])
    expect(cell.typeReferences).toEqual(["Foo", "Bar", "z", "Q"])
  })

  test("what variables load", () => {
    const source =
      'const { a: b, ...c } = await import("m"), n = require("n"); export const { d } = require("k"); let e = f("x")'
    expect(analyseCell(source).loads).toEqual([
      { specifier: "m", names: [{ local: "b", imported: "a", typeOnly: false }] },
      { specifier: "n", names: [{ local: "n", imported: "*", typeOnly: false }] },
      { specifier: "k", names: [{ local: "d", imported: "d", typeOnly: false }] },
    ])
  })

  test("imports", () => {
    const source = [
      'import "side"',
      'import d, { type A, b as c } from "m"',
      'import type { T } from "t"',
      'import * as n from "n"',
      'import fs = require("fs")',
    ].join("\n")
    const { imports } = analyseCell(source)
    expect(imports.map((i) => i.specifier)).toEqual(["side", "m", "t", "n", "fs"])
    expect(imports.map((i) => i.text).join("\n")).toBe(source)
    expect(imports[1]!.names).toEqual([
      { local: "d", imported: "default", typeOnly: false },
      { local: "A", imported: "A", typeOnly: true },
      { local: "c", imported: "b", typeOnly: false },
    ])
    expect(imports[2]!.typeOnly).toBe(true)
    expect(imports[3]!.names).toEqual([{ local: "n", imported: "*", typeOnly: false }])
    expect(imports[4]!.names).toEqual([{ local: "fs", imported: "export=", typeOnly: false }])
  })

  test.each([
    ["1 + 1", "1 + 1"],
    ["const a = 1; a;", "a"],
    ["f(x) // comment\n;", "f(x)"],
    ["({ a: 1 })", "({ a: 1 })"],
    ["a, b", "a, b"],
    ["let a = 1", undefined],
    ["if (a) { b }", undefined],
    ["", undefined],
    ["await f()", "await f()"],
  ])("last expression of %j", (source, expected) => {
    const { lastExpression } = analyseCell(source)
    expect(lastExpression && source.slice(...lastExpression)).toBe(expected)
  })

  test.each([
    ["await f()", true],
    ["for await (const x of y) {}", true],
    ["const f = async () => await g()", false],
    ["class A { async m() { await 1 } }", false],
    ["if (a) { const b = [await c] }", true],
  ])("top-level await of %j is %s", (source, expected) => {
    expect(analyseCell(source).hasTopLevelAwait).toBe(expected)
  })

  test("incomplete text is repaired, unreadable text is an error", () => {
    expect(analyseCell("const a = b.").references).toEqual(["b"])
    expect(() => analyseCell("const f = defn(<T")).toThrow(SyntaxDiagnosticError)
  })
})

describe("isComplete", () => {
  test.each([
    ["1 + 1", "complete", ""],
    ["const f = (x) => {", "incomplete", "  "],
    ["const f = (x) => {\n    x + 1", "incomplete", "    "],
    ["f(a,", "incomplete", ""],
    ["x +", "incomplete", ""],
    ["x + // comment", "incomplete", ""],
    ["`abc", "incomplete", ""],
    ["/* abc", "incomplete", ""],
    ["if (a)", "incomplete", ""],
    ["const a =", "incomplete", ""],
    ["import { a", "incomplete", ""],
    ["class A {\n  m() {", "incomplete", "    "],
    ["const a = 1 1", "invalid", ""],
    ["'abc", "invalid", ""],
    [")", "invalid", ""],
    ["let a; let a", "invalid", ""],
    ["", "complete", ""],
    ["// only a comment", "complete", ""],
  ])("%j is %s", (source, status, indent) => {
    expect(isComplete(source)).toEqual({ status, indent })
  })
})
