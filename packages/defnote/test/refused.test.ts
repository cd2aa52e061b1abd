/** @file D5.4: statements that cannot depend on a tensor are errors at their keyword, which say what to write instead. */
import * as library from "defnote"
import { tensor } from "defnote"
import { describe, expect, test } from "vitest"
import { cell } from "./cell.ts"

interface Refusal extends Error {
  diagnostic: string
  site: { module: { text: string }; from: number; to: number }
}
const scope = { ...library, log: [] as unknown[], settings: { rate: 1 } }
/** The error of calling `f`; its message, code and the text of its place. */
function refusal(source: string): [code: string, place: string, message: string] {
  const f = cell(`let far = 0\n${source}`, scope)
  try {
    f(tensor([1, 2, 3]))
  } catch (e) {
    const { diagnostic, site, message } = e as Refusal
    if (!diagnostic) throw e
    return [diagnostic, `let far = 0\n${source}`.slice(site.from, site.to), message]
  }
  throw new Error("nothing was thrown")
}

type Row = readonly [body: string, code: string, place: string, instead: RegExp]
const ROWS: readonly Row[] = [
  ["if (x.sum() > 0) throw new Error('no')", "D207", "throw", /return a flag or NaN/],
  ["if (x.sum() > 0) { x = x + 1 } else { throw 'no' }", "D207", "throw", /return a flag or NaN/],
  ["while (x.sum() > 0) { throw 'no' }", "D207", "throw", /return a flag or NaN/],
  ["if (x.sum() > 0) return x; throw 'no'", "D207", "throw", /return a flag or NaN/],
  ["if (x.sum() > 0) { try { x = x * 2 } catch { x = -x } }", "D214", "try", /around the call/],
  ["if (x.sum() > 0) { try { x = x * 2 } finally { x = -x } }", "D214", "try", /around the call/],
  ["if (x.sum() > 0) try { throw 'no' } catch { x = -x }", "D214", "try", /around the call/],
  ["while (x.sum() < 9) { try { x = x * 2 } catch {} }", "D214", "try", /\? y : other/],
  ["do { try { x = x * 2 } catch {} } while (x.sum() < 9)", "D214", "try", /around the call/],
  ["if (x.sum() > 0) return x; try { x = x * 2 } catch {}", "D214", "try", /around the call/],
  [
    "if (x.sum() > 0) { try { return x } catch {} }",
    "D202",
    "try { return x } catch {}",
    /flag|if/,
  ],
  ["if (x.sum() > 0) log.push(x)", "D208", "log.push(x)", /assign a variable declared in the/],
  ["const all = []; if (x.sum() > 0) all.push(x)", "D208", "all.push(x)", /assign a variable/],
  ["while (x.sum() < 9) { x = x * 2; log.push(1) }", "D208", "log.push(1)", /assign a variable/],
  ["const y = x.sum() > 0 && log.push(1)", "D208", "log.push(1)", /assign a variable/],
  ["const y = x > 0 ? log.push(1) : 0", "D208", "log.push(1)", /assign a variable/],
  ["const note = () => log.push(1); if (x.sum() > 0) note()", "D208", "note", /assign a variable/],
  ["if (x.sum() > 0) settings.rate = 2", "D208", "settings.rate = 2", /assign a variable/],
  ["if (x.sum() > 0) settings.rate++", "D208", "settings.rate++", /assign a variable/],
  ["if (x.sum() > 0) delete settings.rate", "D208", "delete settings.rate", /assign a variable/],
  ["const o = {}; if (x.sum() > 0) o.a = 1", "D208", "o.a = 1", /build the object after it/],
  ["if (x.sum() > 0) far = 1", "D208", "far = 1", /declared in the function/],
  ["const y = x > 0 ? (x = 1) : 0", "D106", "(x = 1)", /use `if` and `else`/],
  ["while ((x = x - 1).sum() > 0) {}", "D107", "(x = x - 1).sum() > 0", /assign in the body/],
  ["if (x.sum() > 0) { var v = 1 }", "D211", "var v = 1", /use `let`/],
  ["switch (x.sum()) { case 1: x = x + 1 }", "D206", "x.sum()", /use `if` and `else`/],
  ["switch (1) { case x.sum(): x = x + 1 }", "D206", "x.sum()", /use `if` and `else`/],
  ["a: while (x.sum() > 0) { while (true) { break a } }", "D203", "break a", /use a flag|function/],
  ["x[0] = 1", "D108", "x[0] = 1", /putSlice/],
  ["delete x[0]", "D108", "delete x[0]", /putSlice/],
  ["const y = +x", "D110", "+x", /asType/],
  ["const y = x >>> 1", "D110", "x >>> 1", /`>>` for integers/],
  ["const y = 'sum' in x", "D110", "'sum' in x", /\.shape/],
]

describe("D5.4 what cannot depend on a tensor", () => {
  test.each(ROWS)("%s", (body, code, place, instead) => {
    const [found, text, message] = refusal(`const f = defn((x) => { ${body}; return x })`)
    expect([found, text]).toEqual([code, place])
    expect(message).toMatch(instead)
    expect(message.split("\n").at(-1)).toBe(`  see docs/errors.md#${code}`)
  })
  test("nothing of it was done", () => {
    expect([scope.log, scope.settings]).toEqual([[], { rate: 1 }])
  })
  test.each([
    "try { x = x * 2 } catch { x = -x }",
    "if (x.rank === 1) { try { x = x * 2 } catch { x = -x } }",
    "let i = 0; while (i++ < 1) { try { x = x * 2 } finally { } }",
    "try { if (x.sum() > 0) x = x * 2 } catch { x = -x }",
  ])("a plain condition leaves `try` to JavaScript: %s", (body) => {
    const f = cell<(t: library.Tensor) => library.Tensor>(
      `const f = defn((x) => { ${body}; return x })`,
      scope,
    )
    expect(f(tensor([1, 2, 3])).toArray()).toEqual([2, 4, 6])
  })
})
