/** @file What only tensors do: rows, indices with several keys, and errors whose site is the place to change. */
import { describe, expect, test } from "vitest"
import { rewriteRuntime } from "./runtime.ts"
import { stripTypes } from "./strip.ts"
import { build } from "./testing/three_ways.ts"
import { evaluate, parameter, Rows, type Tensor, ToyError, toy } from "./testing/toy.ts"

/** Three rows with the values 1, 2 and 3. */
function rows() {
  const items = [parameter(), parameter(), parameter()]
  const environment = new Map<Tensor, unknown>(items.map((p, i) => [p, i + 1]))
  return { x: new Rows(items), environment }
}

function run(text: string): unknown {
  const { x, environment } = rows()
  return evaluate(build(text).rewritten(x), environment)
}

describe("tensors with rows (D5.4, D5.5)", () => {
  test.each([
    ["(x: any) => { let s: any = 0; for (const row of x) s += row * 2; return s }", 12],
    [
      "(x: any) => { let s: any = 0; for (const row of x) { if (row > 2) break; s += row } return s }",
      3,
    ],
    [
      "(x: any) => { let s: any = 0; for (const row of x) { if (row > 1) continue; s += row } return s }",
      1,
    ],
    ["(x: any) => { for (const row of x) { if (row > 1) return row * 10 } return 0 }", 20],
    ["(x: any) => { let last: any; for (last of x); return last }", 3],
    [
      "(x: any) => { const out: any[] = []; for (const row of x) out.push(row + 1); return out }",
      [2, 3, 4],
    ],
    [
      "(x: any) => { let s: any = 0; for (const row of x) { try { s += row } finally { s += 1 } } return s }",
      9,
    ],
    ["(x: any) => x[1] * x[2, 0]", 6],
    ["(x: any) => { const o = { x }; return o?.x[2] + o.x?.[0] }", 4],
  ])("%s", (text, expected) => expect(run(text)).toEqual(expected))

  test("several keys of an array are an error (D109)", () => {
    expect(() => build("(x: any) => [[1, 2]][0, 1]").rewritten(1)).toThrow("D109")
  })
  test("await keeps a loop over rows JavaScript (D201)", async () => {
    const text =
      "async (x: any) => { let s: any = 0; for (const row of x) s += await row; return s }"
    const { x, environment } = rows()
    // `await` of a toy tensor gives it back
    expect(evaluate(await build(text).rewritten(x), environment)).toBe(6)
  })
})

describe("errors stand at the place to change (D5.4)", () => {
  test.each([
    ["if (x > 0) throw new Error('a')", "D207", "throw"],
    ["if (x > 0) out.push(1)", "D208", "out.push(1)"],
    ["if (x > 0) o.k = 2", "D208", "o.k = 2"],
    ["if (x > 0) add()", "D208", "add"],
    ["while (x > 0) { out.push(1) }", "D208", "out.push(1)"],
    ["if (x > 0) { await 1 }", "D201", "await 1"],
    ["switch (x) { case 1: }", "D206", "x"],
    ["+x", "D110", "+x"],
    ["out[x >>> 1]", "D110", "x >>> 1"],
    ["x[0] = 1", "D108", "x[0] = 1"],
    ["while ((x = x - 1) > 0) {}", "D107", "(x = x - 1) > 0"],
    ["if (x > 0) { var v = 1 }", "D211", "var v = 1"],
  ])("%s", async (body, code, place) => {
    const head = "defn(async (x) => { const out = [], o = {}; const add = () => { out.push(1) };"
    const source = `${head} ${body} })`
    const rewritten = rewriteRuntime(source, { name: "cell" })
    const text = stripTypes(rewritten.code).replace("defn(", "return defn(")
    const f = new Function("defn", "$lib", text)((g: unknown) => g, { module: () => toy })
    const error: unknown = await f(parameter()).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ToyError)
    const { code: found, site } = error as ToyError
    const { sites } = rewritten
    expect([found, source.slice(sites[2 * site], sites[2 * site + 1])]).toEqual([code, place])
  })
})
