/** @file S12: one key in two draws of a cell is warned of once, with both places; new keys never are. */
import { engine } from "@defnote/core"
import type { Tensor } from "defnote"
import * as library from "defnote"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { cell } from "./cell.ts"

const scope = library as unknown as Record<string, unknown>
const warn = vi.spyOn(console, "warn").mockImplementation(() => {})
beforeEach(() => warn.mockClear())
afterEach(() => engine.registerSource("between", { text: "" }))

/** Runs text as one cell; what was warned of. */
function warnings(source: string): string[] {
  cell(`${source}\nvar f = 0`, scope)
  return warn.mock.calls.map(([text]) => String(text))
}

describe("S12 a key used twice", () => {
  test.each([
    ["const k = random.key(0)\nrandom.normal(k, [2])\nrandom.uniform(k, [2])", "uniform", "normal"],
    ["const k = random.key(0); random.bits(k); random.bits(k)", "bits", "bits"],
    [
      "const k = random.key(0); random.choice(k, 3, [2]); random.permutation(k, 3)",
      "permutation",
      "choice",
    ],
    [
      "const k = random.key(0); for (let i = 0; i < 3; i++) random.normal(k, [2])",
      "normal",
      "normal",
    ],
    [
      "const [k] = random.split(random.key(0)); random.categorical(k, tensor([1, 2])); random.bernoulli(k)",
      "bernoulli",
      "categorical",
    ],
  ])("%j", (source, second, first) => {
    const found = warnings(source)
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(
      new RegExp(
        `^random\\.${second} at .+: its key was already used by random\\.${first} at .+; .*random\\.split\\(key\\)`,
      ),
    )
  })
  test("inside defn both places are expressions of the cell", () => {
    const [text] = warnings(
      "const g = defn((key, x) => {\n  const a = random.normal(key, [2])\n  return x + a + random.uniform(key, [2])\n})\ng(random.key(0), tensor([1, 2]))",
    )
    expect(text).toMatch(
      /^random\.uniform at cell \d+, line 3: .* by random\.normal at cell \d+, line 2;/,
    )
  })
  test("a key from outside of a loop in the graph", () => {
    expect(
      warnings(
        "const g = defn((key, x) => { const a = random.normal(key, [2]); while (x.sum() < 9) x = x + random.normal(key, [2]) ** 2; return x + a })\ng(random.key(0), tensor([1, 2]))",
      ),
    ).toHaveLength(1)
  })
})

describe("no false alarm", () => {
  test.each([
    "const [a, b] = random.split(random.key(0)); random.normal(a, [2]); random.normal(b, [2])",
    "for (const k of random.split(random.key(0), 5)) random.normal(k, [2])",
    "let k = random.key(0); for (let i = 0; i < 3; i++) { const [next, use] = random.split(k); random.normal(use, [2]); k = next }",
    "const k = random.key(0); for (let i = 0; i < 3; i++) random.normal(random.foldIn(k, i), [2])",
    "const k = random.key(0); random.normal(k, [2]); random.split(k); random.foldIn(k, 1)",
    "for (let i = 0; i < 3; i++) random.normal(random.key(0), [2])",
    "random.choice(random.key(0), 5, [2], { replace: false }); random.truncatedNormal?.(random.key(0))",
    "const g = defn((key, x) => x.sum() > 0 ? random.normal(key, [2]) : random.uniform(key, [2])); g(random.key(0), tensor([1, 2]))",
    "const g = defn((key, x) => { if (x.sum() > 0) return random.normal(key, [2]); return random.uniform(key, [2]) }); g(random.key(0), tensor([1, 2]))",
    "const g = defn((key, x) => { let i = 0; while (i < x.sum()) { x = x + random.normal(random.foldIn(key, i), [2]); i += 1 } return x }); g(random.key(0), tensor([1, 2]))",
    "const drop = defn((x, key) => (x * random.bernoulli(key, x.shape)).sum()); const k = random.key(1), x = tensor([1, 2]); valueAndGrad(drop)(x, k); drop(x, k); jvp((y) => drop(y, k))([x], [x]); checkpoint(drop)(x, k)",
    "const drop = defn((x, key) => x * random.bernoulli(key, x.shape)); vmap(drop)(ones([3, 2]), random.keys(random.key(0), 3)); drop(ones([2]), random.key(0)); drop(ones([3]), random.key(0))",
    "const h = defn((x, key) => hessian((y) => (random.normal(key, [2]) * y * y).sum())(x)); h(ones([2]), random.key(0))",
  ])("%s", (source) => expect(warnings(source)).toEqual([]))
  test("the counter of a loop in the graph folds in as its number does", () => {
    const f = cell<(key: Tensor) => Tensor>(
      "const f = defn((key) => { let i = 0, k = key; while (i < key.sum()) { k = random.foldIn(key, i); i += 1 } return k })",
      scope,
    )
    const key = library.random.key(3)
    expect(f(key).toArray()).toEqual(library.random.foldIn(key, 2).toArray())
  })
  test("the same key in two runs of a cell", () => {
    const shared = { ...scope, k: library.random.key(3) as Tensor }
    for (let i = 0; i < 2; i++) cell("random.normal(k, [2]); var f = 0", shared)
    expect(warn).not.toHaveBeenCalled()
  })
})
