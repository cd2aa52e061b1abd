/** @file Rules: equations at special values, structural rules at their examples, the pass itself (D3.9, C12). */
import { describe, expect, test } from "vitest"
import type { DType } from "./dtype.ts"
import { close, graphOf, postorder } from "./graph.ts"
import { add, make, multiply, negate, type Tensor, Trace, withTrace } from "./index.ts"
import { roundFloat } from "./number.ts"
import { constant, freshParam, isConstant, isParam } from "./ops/source.ts"
import { runGraph } from "./reference.ts"
import { applyRule, type Equation, equation, isEquation, rewrite } from "./rewrite.ts"
import { ALGEBRA, FAST, rulesFor, STRUCTURE } from "./rules.ts"
import { randomNumbers, randomValues } from "./transforms/gradient-check.ts"

const SPECIAL = [0, -0, 1, -1, -2.5, 3, 1e30, 1e308, 5e-324, 1e-310, Infinity, -Infinity, NaN]
const inTrace = <T>(fn: () => T): T => withTrace(new Trace(), fn)

/** The pattern in another dtype, over `letters`. */
function retyped(root: Tensor, rule: Equation, letters: readonly Tensor[], dtype: DType): Tensor {
  const done = new Map<Tensor, Tensor>(rule.letters.map((l, i) => [l, letters[i]]))
  for (const n of postorder([root])) {
    if (done.has(n)) continue
    const d = n.dtype === "f64" ? dtype : n.dtype
    const inputs = n.inputs.map((x) => done.get(x) as Tensor)
    done.set(n, isConstant(n) ? constant(n.attrs.value as number, d) : make(n.op, inputs, n.attrs))
  }
  return done.get(root) as Tensor
}
/** At how many of the special points the two sides differ, in a float dtype. */
function differences(rule: Equation, dtype: DType): { differ: number; points: number } {
  const types = rule.letters.map((l) => (l.dtype === "f64" ? { dtype, shape: [] } : l.type))
  const side = (root: Tensor) =>
    inTrace(() => graphOf(types, (...x) => [retyped(root, rule, x, dtype)]))
  const [from, to] = [side(rule.from), side(rule.to)]
  let [differ, points] = [0, 0]
  for (const a of SPECIAL)
    for (const b of SPECIAL)
      for (const c of [0, 1]) {
        const x = [[roundFloat(dtype, a)], [roundFloat(dtype, b)], [c]]
        points++
        if (!Object.is(runGraph(from, x)[0][0], runGraph(to, x)[0][0])) differ++
      }
  return { differ, points }
}

describe("equations are exact, or not, as they say", () => {
  const rows = [...ALGEBRA, ...FAST]
    .filter(isEquation)
    .flatMap((r) => (["f64", "f32", "f16"] as const).map((d) => [r.name, d, r] as const))
  test.each(rows)("%s in %s", (_, dtype, rule) => {
    const { differ, points } = differences(rule, dtype)
    expect(points).toBe(338)
    if (rule.exact) expect(differ).toBe(0)
    else if (dtype === "f64") expect(differ).toBeGreaterThan(0)
  })
})

describe("structural rules", () => {
  test.each(STRUCTURE.map((r) => [r.name, r] as const))(
    "%s fires at its example and keeps the value",
    (_, rule) => {
      inTrace(() => {
        const before = rule.example()
        const after = applyRule(rule, before) as Tensor
        expect(after !== undefined && after !== before).toBe(true)
        const params = postorder([before]).filter(isParam)
        const x = params.map((p) => randomValues(p.type, randomNumbers(3)))
        const [a, b] = [before, after].map((y) => runGraph(close(params, [y]), x)[0])
        expect(Array.from(b)).toEqual(Array.from(a))
      })
    },
  )
})

describe("rewrite", () => {
  test("applies rules until none does, and records the steps", () => {
    inTrace(() => {
      const x = freshParam({ dtype: "f64", shape: [3] })
      const y = add(negate(negate(multiply(x, 1))), add(constant(2, "f64", [3]), 3))
      const r = rewrite([y], rulesFor(), { name: "simplify" })
      expect(r.steps.map((s) => s.rule).sort()).toEqual([
        "--x -> x",
        "op of constants -> constant",
        "x * 1 -> x",
      ])
      expect(r.outputs[0] === add(x, constant(5, "f64", [3]))).toBe(true)
      expect(r.became.get(y)).toBe(r.outputs[0])
    })
  })
  test("looks again at what a rule made", () => {
    inTrace(() => {
      const [a, b] = [0, 1].map(() => freshParam({ dtype: "f32", shape: [] }))
      const r = rewrite([multiply(negate(a), negate(b))], rulesFor(), { name: "signs" })
      expect(r.outputs[0]).toBe(multiply(a, b))
    })
  })
  test("does not look into nodes that are kept", () => {
    inTrace(() => {
      const x = freshParam({ dtype: "f32", shape: [] })
      const kept = multiply(x, 1)
      const r = rewrite([negate(negate(kept))], rulesFor(), {
        name: "kept",
        keep: (n) => n === kept,
      })
      expect(r.outputs[0]).toBe(kept)
    })
  })
  test("stops when rules undo each other", () => {
    const there = equation(
      "a + b -> b + a",
      (a, b) => add(a, b),
      (a, b) => add(b, a),
      { exact: true },
    )
    inTrace(() => {
      const [a, b] = [0, 1].map(() => freshParam({ dtype: "f32", shape: [] }))
      expect(() => rewrite([add(a, b)], [there], { name: "loop" })).toThrow("rules undo each other")
    })
  })
  test("fast rules run only when asked for", () => {
    inTrace(() => {
      const x = freshParam({ dtype: "f32", shape: [] })
      const y = add(x, 0)
      expect(rewrite([y], rulesFor(), { name: "exact" }).outputs[0]).toBe(y)
      expect(rewrite([y], rulesFor({ fastMath: true }), { name: "fast" }).outputs[0]).toBe(x)
    })
  })
})
