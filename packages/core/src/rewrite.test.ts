/** @file Rules: equations at special values, structural rules at their examples, the pass itself (D3.9, C12). */
import { describe, expect, test } from "vitest"
import { randomNumbers, randomValues } from "./drawn-values.ts"
import { type DType, isFloat } from "./dtype.ts"
import { close, graphOf, postorder } from "./graph.ts"
import { add, make, multiply, negate, type Tensor, Trace, withTrace } from "./index.ts"
import { roundFloat, type Value } from "./number.ts"
import type { Values } from "./op.ts"
import { constant, freshParam, isConstant, isParam } from "./ops/source.ts"
import { asTypeOp } from "./ops/type.ts"
import { runGraph } from "./reference.ts"
import {
  applyRule,
  type Equation,
  equation,
  isEquation,
  rewrite,
  type Structural,
} from "./rewrite.ts"
import { ALGEBRA, FAST, FOLDING, rulesFor, STRUCTURE } from "./rules.ts"

const SPECIAL = [0, -0, 1, -1, -2.5, 3, 1e30, 1e308, 5e-324, 1e-310, Infinity, -Infinity, NaN]
/** Ends of the range and what lies near them, where arithmetic wraps. */
const WHOLE: Record<string, readonly Value[]> = {
  bool: [0, 1],
  i8: [0, 1, -1, 2, -3, 7, 126, 127, -127, -128],
  u8: [0, 1, 2, 3, 7, 127, 128, 129, 254, 255],
  i32: [0, 1, -1, 5, -6, 2 ** 31 - 1, -(2 ** 31), 1 - 2 ** 31],
  u64: [0n, 1n, 2n, 7n, 2n ** 63n, 2n ** 64n - 2n, 2n ** 64n - 1n],
}
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
/** At how many of the special points the two sides differ; the rule applies to the dtype. */
function differences(rule: Equation, dtype: DType): { differ: number; points: number } {
  const types = rule.letters.map((l) => (l.dtype === "f64" ? { dtype, shape: [] } : l.type))
  const side = (root: Tensor) =>
    inTrace(() => graphOf(types, (...x) => [retyped(root, rule, x, dtype)]))
  const [from, to] = [side(rule.from), side(rule.to)]
  let [differ, points] = [0, 0]
  const values = isFloat(dtype) ? SPECIAL.map((x) => roundFloat(dtype, x)) : WHOLE[dtype]
  for (const a of values)
    for (const b of values)
      for (const c of [0, 1]) {
        const x = [[a], [b], [c]] as Values[]
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
  /** Where the ops take the dtype and the rule lets it through. */
  const takes = (rule: Equation, dtype: DType): boolean => {
    try {
      return inTrace(() => {
        const letters = rule.letters.map((l) =>
          freshParam({ dtype: l.dtype === "f64" ? dtype : l.dtype, shape: [] }),
        )
        return applyRule(rule, retyped(rule.from, rule, letters, dtype)) !== undefined
      })
    } catch {
      return false
    }
  }
  const whole = ALGEBRA.filter(isEquation).flatMap((r) =>
    Object.keys(WHOLE)
      .filter((d) => takes(r, d as DType))
      .map((d) => [r.name, d as DType, r] as const),
  )
  test.each(whole)("%s in %s", (_, dtype, rule) => {
    expect(differences(rule, dtype).differ).toBe(0)
  })
  test("rules apply to integers", () => expect(whole.length).toBeGreaterThan(40))
})

describe("structural rules", () => {
  test.each([...STRUCTURE, ...FOLDING].map((r) => [r.name, r] as const))(
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

describe("a conversion of a conversion", () => {
  const DTYPES: readonly DType[] = ["bool", "u8", "i8", "i32", "u64", "f16", "f32", "f64"]
  const values: Record<string, readonly Value[]> = { ...WHOLE }
  for (const d of ["f16", "f32", "f64"] as const)
    values[d] = [...SPECIAL, 300, 1e5, 2 ** 24 + 1, 0.1].map((x) => roundFloat(d, x))
  const rule = STRUCTURE.find((r) => r.name.startsWith("asType")) as Structural
  test("is left out only where nothing changes", () => {
    let fired = 0
    for (const a of DTYPES)
      for (const b of DTYPES)
        for (const c of DTYPES)
          inTrace(() => {
            const x = freshParam({ dtype: a, shape: [values[a].length] })
            const before = make(asTypeOp, [make(asTypeOp, [x], { dtype: b })], { dtype: c })
            const after = before.op === asTypeOp && applyRule(rule, before)
            if (!after) return
            fired++
            const [p, q] = [before, after].map((y) =>
              runGraph(close([x], [y]), [values[a] as Values]),
            )
            expect(Array.from(q[0]), `${a} ${b} ${c}`).toEqual(Array.from(p[0]))
          })
    expect(fired).toBeGreaterThan(50)
  })
})

describe("rewrite", () => {
  test("applies rules until none does, and records the steps", () => {
    inTrace(() => {
      const x = freshParam({ dtype: "f64", shape: [3] })
      const y = add(negate(negate(multiply(x, 1))), add(constant(2, "f64", [3]), 3))
      const r = rewrite([y], rulesFor())
      expect(r.steps.map((s) => s.rule.name).sort()).toEqual([
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
      const r = rewrite([multiply(negate(a), negate(b))], rulesFor())
      expect(r.outputs[0]).toBe(multiply(a, b))
    })
  })
  test("does not look into nodes that are kept", () => {
    inTrace(() => {
      const x = freshParam({ dtype: "f32", shape: [] })
      const kept = multiply(x, 1)
      const r = rewrite([negate(negate(kept))], rulesFor(), {
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
      expect(() => rewrite([add(a, b)], [there])).toThrow("rules undo each other")
    })
  })
  test("fast rules run only when asked for", () => {
    inTrace(() => {
      const x = freshParam({ dtype: "f32", shape: [] })
      const y = add(x, 0)
      expect(rewrite([y], rulesFor()).outputs[0]).toBe(y)
      expect(rewrite([y], rulesFor({ fastMath: true })).outputs[0]).toBe(x)
    })
  })
})
