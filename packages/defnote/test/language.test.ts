/** @file The language of `defn` from text to numbers (D5). */

import { $lib, DISPATCH_ABI } from "@defnote/core/lang"
import { defn, pipe, where } from "@defnote/core/public"
import { DISPATCH_ABI as REWRITER_ABI } from "@defnote/syntax"
import { grad, type Tensor, tensor } from "defnote"
import { describe, expect, test } from "vitest"
import { cell } from "./cell.ts"

const scope = { defn, tensor, grad, where, pipe }
const values = (t: unknown): unknown => (t as Tensor).toArray()
const run = (source: string, ...args: unknown[]): unknown => cell(source, scope)(...args)
const x = tensor([1, 2, 3])

describe("D5.3 conditions", () => {
  test("?: on a tensor chooses per element", () => {
    const y = run("const f = defn((x, slope) => x > 0 ? x : slope * x)", tensor([3, -5, 5]), 0.1)
    expect(values(y)).toEqual([3, -0.5, 5])
  })
  test("if on a scalar tensor runs one branch and merges what it assigned", () => {
    const source =
      "const f = defn((x) => { let y = x; if (x.sum() > 3) { y = x * 2 } else { y = -x }; return y })"
    expect(values(run(source, x))).toEqual([2, 4, 6])
    expect(values(run(source, tensor([1, 1, 0])))).toEqual([-1, -1, -0])
  })
  test("if on a vector is an error at the condition that says what to write", () => {
    expect(() => run("const f = defn((x) => { if (x > 0) return x; return -x })", x)).toThrow(
      /must be a scalar[\s\S]*condition \? a : b/,
    )
  })
  test("&&, || and chains of comparisons are element-wise", () => {
    expect(values(run("const f = defn((x) => 1 < x && x < 3)", x))).toEqual([false, true, false])
    expect(values(run("const f = defn((x) => 1 < x < 3)", x))).toEqual([false, true, false])
  })
  test("S6 with checks, ?: is looked at where it is chosen, and the expression is named", () => {
    const source = "const f = defn((a) => a > 0 ? a.sqrt() : (a + 1).log(), { checks: true })"
    expect(values(run(source, tensor([4, -0.5])))).toEqual([2, expect.closeTo(-Math.LN2, 3)])
    expect(() => run(source, tensor([4, -3]))).toThrow(
      /^log: the value at \[1\] of f32\[2\] is NaN; the operand there is -2,.*\n {2}in \(a \+ 1\)\.log\(\) at cell \d+, line 1/,
    )
  })
  test("C7 the side of ?: that is not taken cannot poison the gradient", () => {
    const f = cell<(a: Tensor) => Tensor>(
      "const f = defn((a) => (a > 0 ? a.sqrt() : 0).sum())",
      scope,
    )
    expect(values(grad(f)(tensor([4, 0, 9])))).toEqual([0.25, 0, expect.closeTo(1 / 6, 6)])
    const trap = cell<(a: Tensor) => Tensor>(
      "const f = defn((a) => where(a > 0, a.sqrt(), 0).sum())",
      scope,
    )
    expect(values(grad(trap)(tensor([4, 0, 9])))).toEqual([
      0.25,
      Number.NaN,
      expect.closeTo(1 / 6, 6),
    ])
  })
})

describe("D5.4 loops", () => {
  test("while on a tensor is a loop in the graph", () => {
    expect(
      values(run("const f = defn((t) => { while (t.sum() < 100) t = t * 2; return t })", x)),
    ).toEqual([32, 64, 96])
  })
  test("a counter beside the tensor is carried", () => {
    const [y, n] = run(
      "const f = defn((x) => { let n = 0; while (x.sum() < 100) { x = x * 2; n += 1 }; return [x, n] })",
      x,
    ) as Tensor[]
    expect([values(y), n.item()]).toEqual([[32, 64, 96], 5])
  })
  test("break under a tensor condition", () => {
    const [y, n] = run(
      "const f = defn((x) => { let i = 0; while (true) { x = x * 2; i++; if (x.sum() > 100) break }; return [x, i] })",
      x,
    ) as Tensor[]
    expect([values(y), n.item()]).toEqual([[32, 64, 96], 5])
  })
  test("early return", () => {
    const source = "const f = defn((x) => { if (x.sum() > 30) return x * 2; return x - 1 })"
    expect(values(run(source, x))).toEqual([0, 1, 2])
    expect(values(run(source, tensor([20, 20])))).toEqual([40, 40])
  })
  test("for over numbers is unrolled, for...of over a tensor goes along its first axis", () => {
    expect(
      values(
        run(
          "const f = defn((x) => { let s = 0; for (let i = 0; i < 3; i++) s = s + x * i; return s })",
          x,
        ),
      ),
    ).toEqual([3, 6, 9])
    expect(
      values(
        run(
          "const f = defn((x) => { let s = 0; for (const r of x) s += r.sum(); return s })",
          tensor([
            [1, 2, 3],
            [4, 5, 6],
          ]),
        ),
      ),
    ).toBe(21)
  })
})

describe("D5.5 pipes and patterns", () => {
  test("pipe applies functions from left to right, with operators inside defn", () => {
    const source = "const f = defn((x) => pipe(x, (y) => y - 1, (y) => y ** 2, (y) => y.sum()))"
    expect(values(run(source, x))).toBe(5)
    expect(pipe(2)).toBe(2)
    const steps = [1, 2, 3, 4, 5, 6, 7].map((k) => (y: number) => 10 * y + k)
    expect(pipe(0, ...steps)).toBe(1_234_567)
  })
  test("tuples and objects are taken apart", () => {
    const source = "const f = defn(({ w, b: [b0, ...rest] }, [x]) => x * w + b0 + rest.length)"
    expect(values(run(source, { w: 2, b: [x, x, x] }, [x]))).toEqual([5, 8, 11])
  })
})

describe("D5.5 access", () => {
  test("x[i] from both ends; an assignment is refused (S13)", () => {
    expect(values(run("const f = defn((x) => x[0] + x[-1])", x))).toBe(4)
    expect(() => run("const f = defn((x) => { x[0] = 1; return x })", x)).toThrow(/D108/)
  })
  test("Math.f works on tensors and on numbers", () => {
    expect(values(run("const f = defn((x) => Math.abs(-x) + Math.floor(1.5))", x))).toEqual([
      2, 3, 4,
    ])
  })
})

describe("S3 numbers", () => {
  test("a number argument is traced at its second value, and pinned where a number is needed", () => {
    const f = cell<((x: Tensor, n: number) => Tensor) & { traces: number }>(
      "const f = defn((x, k) => x * k)",
      scope,
    )
    expect([2, 3, 4, 5].map((k) => values(f(x, k)))).toEqual(
      [2, 3, 4, 5].map((k) => [k, 2 * k, 3 * k]),
    )
    expect(f.traces).toBe(2)
    const g = cell<(x: Tensor, n: number) => Tensor>(
      "const f = defn((x, n) => x.reshape([n, 6 / n]))",
      scope,
    )
    expect([2, 3, 6].map((n) => g(tensor([1, 2, 3, 4, 5, 6]), n).shape)).toEqual([
      [2, 3],
      [3, 2],
      [6, 1],
    ])
  })
  test("a loop bound is static", () => {
    const f = cell<(x: Tensor, n: number) => Tensor>(
      "const f = defn((x, n) => { let s = x; for (let i = 1; i < n; i++) s = s + x; return s })",
      scope,
    )
    expect([2, 3, 4].map((n) => values(f(x, n)))).toEqual([2, 3, 4].map((n) => [n, 2 * n, 3 * n]))
  })
})

describe("C14 captures", () => {
  test("a captured tensor is a parameter: another value of its type needs no new trace", () => {
    const f = cell<((x: Tensor) => Tensor) & { traces: number; set: (w: Tensor) => void }>(
      "let w = tensor([1, 1, 1]); const f = Object.assign(defn((x) => x * w), { set: (v) => { w = v } })",
      scope,
    )
    expect(values(f(x))).toEqual([1, 2, 3])
    f.set(tensor([10, 10, 10]))
    expect(values(f(x))).toEqual([10, 20, 30])
    expect(f.traces).toBe(1)
  })
})

test("an operand of another kind is named (K4)", () => {
  expect(() => run("const f = defn((x) => x + 'a')", x)).toThrow(
    /operator \+: cannot be applied to f32\[3\] and "a"/,
  )
})

test("K4 a shape error names what made its operands", () => {
  const source =
    "const f = defn((x) => {\n  const a = x.reshape([3, 1])\n  const b = x.reshape([1, 3]).slice([0, 0], [1, 2])\n  return a.matmul(b) + x.slice([0], [2]) + x\n})"
  expect(() => run(source, x)).toThrow(
    /add: cannot broadcast f32\[3,2\] with f32\[3\]: axis -1 is 2 on the left and 3 on the right; sizes must be equal or 1\n {2}left {3}made by a\.matmul\(b\) \+ x\.slice\(\[0\], \[2\]\) at cell \d+, line 4\n {2}see docs\/errors\.md#ShapeError/,
  )
})

test("K3 text that another version rewrote is refused with the remedy", () => {
  expect(REWRITER_ABI).toBe(DISPATCH_ABI)
  expect(() => $lib.module("cell_3", [], DISPATCH_ABI + 1)).toThrow(
    /^cell_3: its text was rewritten by another version of defnote \(\d+, this is \d+\)\nRun the cell again\.\n {2}see docs\/errors\.md#TraceError$/,
  )
})
