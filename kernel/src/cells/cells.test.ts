/** @file Lowering, alignment, positions and tags of cells, without a kernel. */
import { expect, test } from "vitest"
import { alignColumn } from "./align.ts"
import { applyEdits } from "./edits.ts"
import { lowerCell, type NameKind } from "./lower.ts"
import { prepareCell } from "./prepare.ts"
import {
  analyseCell,
  defnRanges,
  EntryNames,
  fromCodePoints,
  offsetAt,
  positionAt,
  readTags,
  toCodePoints,
} from "./syntax.ts"

const lower = (source: string, known: [string, NameKind][] = []) =>
  lowerCell(source, new Map(known))

test.each([
  ['import a, { b as c, type T } from "m"', 'let { default: a, b: c } = await __import("m");'],
  ['import * as ns from "m"', 'let ns = await __import("m");'],
  ['import d, * as ns from "m"', 'let ns = await __import("m"); let { default: d } = ns;'],
  ['import "m"', 'await __import("m");'],
  ['import type { T } from "m"', ""],
  ['import { type T } from "m"', ""],
  [
    'import j from "./a.json" with { type: "json" }',
    'let { default: j } = await __import("./a.json", { with: { type: "json" } });',
  ],
  ['import x = require("m")', 'let x = require("m");'],
  ['const f = () => import("m")', 'let   f = () => __import("m")'],
  ["import.meta.url", "__meta.url"],
  ["export const a = 1", "let   a = 1"],
  ["export default function f() {}", "function f() {}"],
  ["export { a }; 1", "1"],
])("%s is lowered", (source, expected) => {
  expect(lower(source).code.trim()).toBe(expected)
})

test("the number of lines stays", () => {
  const source = 'import {\n  a,\n  b\n} from "m"\nexport {\n a }\nlet c'
  const { code } = lower(source)
  expect(code.split("\n").length).toBe(source.split("\n").length)
  expect(code.split("\n").at(-1)).toBe("let c")
})

test("a redeclared name keeps its kind", () => {
  expect(lower("let x = 1", [["x", "var"]]).code).toBe("var x = 1")
  expect(lower("var x = 1", [["x", "lexical"]]).code).toBe("let x = 1")
  expect(lower("function x() {}", [["x", "lexical"]]).code).toBe("let x = function x() {};")
  expect(lower("class x {}", [["x", "var"]]).code).toBe("var x = class x {};")
})

test("only an expression at the end is a result", () => {
  const shows = (source: string) => lower(source).showResult
  expect(["1", "a;\nb;", "'text'", "({})"].map(shows)).toEqual([true, true, true, true])
  expect(["", "let a = 1", "if (a) 1", "1\nfunction f() {}"].map(shows)).toEqual([
    false,
    false,
    false,
    false,
  ])
})

test("edits map back to what they replaced", () => {
  const { code, toSource } = applyEdits("ab\ncd ef", [{ from: 0, to: 4, text: "X" }])
  expect(code).toBe("X\nd ef")
  expect(toSource(code.indexOf("ef"))).toBe(6)
  expect(toSource(0)).toBe(0)
})

test.each([
  ["let x = f(y)", "let x: f<y> = f(y)", "f(y)", 14],
  ["const g = (x) => x", "const g = (x: x) => x", "x", 20],
  ["a.b.c", "(a as any).b!.c", "c", 14],
])("columns of %s are found in %s", (after, before, word, column) => {
  expect(alignColumn(after, before, after.lastIndexOf(word))).toBe(column)
})

test("places of a script are places of the cell, with types and imports before", () => {
  const source = 'import { a } from "m"; const n: Record<string, number> = {}; n.x.y'
  const cell = prepareCell(source, "3", new Map())
  const column = cell.code.indexOf(".y") + 1
  expect(cell.toSource({ line: 0, column })).toBe(source.indexOf(".y") + 1)
})

test("code points and UTF-16 offsets", () => {
  const text = "a\u{1F600}b\u{1D54F}"
  expect([0, 1, 2, 3, 4, 9].map((points) => fromCodePoints(text, points))).toEqual([
    0, 1, 3, 4, 6, 6,
  ])
  expect([0, 1, 3, 4, 6].map((offset) => toCodePoints(text, offset))).toEqual([0, 1, 2, 3, 4])
  expect(positionAt("ab\ncd", 4)).toEqual({ line: 1, column: 1 })
  expect(offsetAt("ab\ncd", { line: 1, column: 9 })).toBe(5)
})

test("tags stand before the first statement", () => {
  expect(readTags("/** @module my/mod */\nexport const a = 1")).toEqual({
    module: "my/mod",
    browser: false,
    jsx: false,
  })
  expect(readTags("// x\n/**\n * @browser\n * @jsx\n */")).toEqual({ browser: true, jsx: true })
  expect(readTags("let a\n/** @module late */")).toEqual({ browser: false, jsx: false })
  expect(readTags("/* @module plain */")).toEqual({ browser: false, jsx: false })
})

test("names of the library are known to later cells until they are declared anew", () => {
  const names = new EntryNames()
  names.add(analyseCell('import { defn as d } from "defnote"; import * as dn from "defnote"'))
  expect(names.options).toEqual({ known: ["defn", "d"], namespaces: ["dn"] })
  names.add(analyseCell("const d = 1"))
  expect(names.options).toEqual({ known: ["defn"], namespaces: ["dn"] })
  names.add(analyseCell('const { defn: e } = require("defnote"), nx = await import("defnote")'))
  expect(names.options).toEqual({ known: ["defn", "e"], namespaces: ["dn", "nx"] })
  names.add(analyseCell("const defn = (f) => f; const { e } = other"))
  expect(names.options).toEqual({ known: [], namespaces: ["dn", "nx"] })
})

test("bodies of defn are found", () => {
  const source = 'const f = defn((x) => x + 1); function g(x) { "use defn"; return x }'
  const texts = defnRanges(source).map(([from, to]) => source.slice(from, to))
  expect(texts).toEqual(["(x) => x + 1", 'function g(x) { "use defn"; return x }'])
})

test.each([
  ["%time f(x)", "console.timeEnd"],
  ["%matplotlib inline", "commands of IPython"],
  ["!pip install numpy", "execSync"],
  ["?loss", "Shift+Tab"],
  ["let a = 1\nloss.name?", "Shift+Tab"],
  ["import numpy as np", "looks like Python"],
  ["def f(x):\n  return x", "looks like Python"],
  ["let a = 1\nlet b = = 2", undefined],
])("a line of another notebook says what to write: %s", (source, expected) => {
  try {
    prepareCell(source, "1", new Map())
  } catch (error) {
    const { message } = error as Error
    if (expected) expect(message).toContain(expected)
    else expect(message).not.toMatch(/IPython|Python|Shift/u)
  }
  expect.assertions(1)
})
