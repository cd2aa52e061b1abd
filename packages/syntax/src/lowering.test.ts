/** @file D7.3: namespaces with values and resources run as JavaScript of 2022, on the same lines. */
import { describe, expect, test } from "vitest"
import { stripTypes } from "./strip.ts"

const run = (code: string, names: Record<string, unknown> = {}): unknown =>
  new Function(...Object.keys(names), `"use strict"; ${stripTypes(code)}`)(...Object.values(names))
const sameLines = (code: string) =>
  expect(stripTypes(code).split("\n").length).toBe(code.split("\n").length)

describe("namespaces", () => {
  test.each<[source: string, value: unknown]>([
    [
      "namespace N { export const a = 1, [b, c] = [2, 3]; const hidden = 4 }\nreturn N",
      { a: 1, b: 2, c: 3 },
    ],
    [
      "namespace N { export function f() { return g() + 1 } function g() { return n } const n = 2 }\nreturn N.f()",
      3,
    ],
    [
      "namespace N { export let n = 1; export function up() { n++ } }\nN.up(); N.n += 10; N.up(); return N.n",
      13,
    ],
    [
      "namespace N { export class C { x: number = 1 } export enum E { A = 3 } }\nreturn [new N.C().x, N.E.A]",
      [1, 3],
    ],
    ["namespace A.B { export const x = 1 }\nreturn A", { B: { x: 1 } }],
    [
      "namespace A { export namespace B { export const x = 1 } export const y = B.x + 1 }\nreturn A",
      { B: { x: 1 }, y: 2 },
    ],
    [
      "namespace N { export const a = 1 }\nnamespace N { export const b = N.a + 1 }\nreturn N",
      { a: 1, b: 2 },
    ],
    ["function N() { return 1 }\nnamespace N { export const a = 2 }\nreturn [N(), N.a]", [1, 2]],
    ["class N { static s = 1 }\nnamespace N { export const a = 2 }\nreturn [N.s, N.a]", [1, 2]],
    [
      "namespace N {\n  export interface T { a: 1 }\n  export type U = T\n  export const a: T = { a: 1 }\n  export declare const z: 1\n}\nreturn N.a",
      { a: 1 },
    ],
    [
      "namespace N { export namespace T { export type A = 1 } export const a = 1 }\nreturn N",
      { a: 1 },
    ],
    ["namespace N { namespace M { export const x = 5 } export const a = M.x }\nreturn N", { a: 5 }],
  ])("%s", (source, value) => {
    expect(run(source)).toEqual(value)
    sameLines(source)
  })
})

describe("resources", () => {
  /** What happened, in order. */
  function logged(source: string): unknown[] {
    const log: unknown[] = []
    const open = (name: string, fails = false) => ({
      name,
      [Symbol.dispose]() {
        log.push(`-${this.name}`)
        if (fails) throw new Error(`dispose ${name}`)
      },
    })
    try {
      log.push(run(source, { log, open }))
    } catch (e) {
      log.push(e)
    }
    sameLines(source)
    return log
  }
  test.each<[source: string, log: unknown[]]>([
    [
      "{ using a = open('a'), b = open('b')\n log.push(a.name + b.name) } log.push('after')",
      ["ab", "-b", "-a", "after", undefined],
    ],
    [
      "const f = () => { log.push(g()); using a: any = open('a'); return 1; function g() { return 0 } }\nreturn f()",
      [0, "-a", 1],
    ],
    ["for (using a of [open('a'), open('b')]) log.push(a.name)", ["a", "-a", "b", "-b", undefined]],
    [
      "for (const n of [1, 2]) { using a = open('a' + n); if (n === 1) continue; log.push(n) }",
      ["-a1", 2, "-a2", undefined],
    ],
    ["{ using a = null, b = undefined; log.push(a) }", [null, undefined]],
    [
      "using a = open('a')\nconst x: number = 1, { y } = { y: 2 }, [z] = [3]\nlet u: string\nclass C { k = 4 }\nreturn [x, y, z, u, new C().k]",
      ["-a", [1, 2, 3, undefined, 4]],
    ],
  ])("%j", (source, log) => expect(logged(source)).toEqual(log))
  test("errors: the resource is freed, and an error of freeing keeps the first", () => {
    const [freed, error] = logged("{ using a = open('a', true); throw new Error('first') }")
    expect(freed).toBe("-a")
    expect(error).toMatchObject({
      name: "SuppressedError",
      error: { message: "dispose a" },
      suppressed: { message: "first" },
    })
    expect(logged("{ using a = {} }")).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/no \[Symbol\.dispose\]/) }),
    ])
  })
  test("await using waits", async () => {
    const log: string[] = []
    const open = () => ({ [Symbol.asyncDispose]: async () => void log.push(await "freed") })
    const source =
      "return (async () => { { await using a = open(); log.push('in') } log.push('after') })()"
    await run(source, { log, open })
    expect(log).toEqual(["in", "freed", "after"])
  })
})
