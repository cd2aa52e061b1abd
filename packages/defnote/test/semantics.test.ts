/** @file The table of the language (D5.2 to D5.5), a row each, from text to numbers on the real engine. */
import * as library from "defnote"
import { type Tensor, tensor } from "defnote"
import { describe, expect, test } from "vitest"
import { cell } from "./cell.ts"

const scope = library as unknown as Record<string, unknown>
/** Tensors as their elements, in the structure in which they came. */
function values(v: unknown): unknown {
  if (typeof v !== "object" || v === null) return v
  if ("toArray" in v) return (v as Tensor).toArray()
  if (Array.isArray(v)) return v.map(values)
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, values(x)]))
}
type Row = readonly [text: string, want: unknown, ...args: unknown[]]
const rows = (list: readonly Row[]): void => {
  test.each(list)("%s", (text, want, ...args) => {
    expect(values(cell(`const f = defn(${text})`, scope)(...args))).toEqual(want)
  })
}
const v = (...x: number[]): Tensor => tensor(x)
const ints = tensor([1, 2, 3], { dtype: "i32" })

describe("operators", () => {
  rows([
    ["(x) => x % 2", [1, 0, 1], v(1, 2, 3)],
    [
      "(x) => [x & 1, x | 1, x ^ 1]",
      [
        [1, 0, 1],
        [1, 3, 3],
        [0, 3, 2],
      ],
      ints,
    ],
    [
      "(x) => [x << 1, x >> 1, ~x]",
      [
        [2, 4, 6],
        [0, 1, 1],
        [-2, -3, -4],
      ],
      ints,
    ],
    [
      "(x) => [x == 2, x != 2]",
      [
        [false, true],
        [true, false],
      ],
      v(1, 2),
    ],
    ["(x) => x === null ? 1 : x", [1, 2], v(1, 2)],
    ["(x) => !(x > 1)", [true, false], v(1, 2)],
    ["(x) => x > 0 && x < 2 || x === 3", [true, false, true], v(1, 2, 3)],
    ["(x) => 0 <= x < 2", [true, false], v(1, 2)],
    ["(x) => [x ?? 1, x?.sum()]", [[1, 2], 3], v(1, 2)],
    ["(x) => x ** 0.5 + x ** -1", [2.25, 4.0625], v(4, 16)],
    ["(x) => x + (x > 3)", [5, 1], v(4, 1)],
    ["(x) => (x, x + 1)", [5], v(4)],
    ["(x) => typeof x", "object", v(4)],
    [
      "(x) => x[0, 1] + x[-1, -1]",
      6,
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ],
    ["(x, i) => x[i]", 6, v(5, 6, 7), tensor(1, { dtype: "i32" })],
    ["(x) => String(x.shape) === '2' ? x : -x", [1, 2], v(1, 2)],
  ])
})

describe("assignment", () => {
  rows([
    [
      "(x) => { let h = x; h += 1; h -= 2; h *= 3; h /= 2; h **= 2; h %= 5; return h }",
      [0, 2.25, 4],
      v(1, 2, 3),
    ],
    ["(x) => { const o = { a: [x] }; o.a[0] += 1; return o.a[0] }", [2, 3], v(1, 2)],
    [
      "(x) => { let n = 0; const o = () => (n++, p), p = { v: x }; o().v *= 2; return [p.v, n] }",
      [[2, 4], 1],
      v(1, 2),
    ],
    [
      "(x) => { let i = x; i++; ++i; return [i--, i] }",
      [
        [3, 4],
        [2, 3],
      ],
      v(1, 2),
    ],
    [
      "(x) => { let s = x, t = x; s ||= 0; t &&= 1; return [s, t] }",
      [
        [false, true],
        [false, true],
      ],
      v(0, 2),
    ],
    [
      "(x) => { let [a, b] = [x, x * 2]; [a, b] = [b, a]; return [a, b] }",
      [
        [2, 4],
        [1, 2],
      ],
      v(1, 2),
    ],
    [
      "(x) => { let c = 0; const add = (n) => { c += n; return c }; add(x); add(1); return c }",
      [2, 3],
      v(1, 2),
    ],
  ])
})

describe("patterns, functions and pipes", () => {
  rows([
    [
      "(x) => { const { a, b: [c, ...d], ...e } = { a: x, b: [x * 2, x * 3], f: x * 5 }; return [a, c, d, e] }",
      [[1], [2], [[3]], { f: [5] }],
      v(1),
    ],
    ["(x, { k = 2 } = {}) => x * k", [2, 4], v(1, 2)],
    ["({ w, b = 1 }, ...xs) => xs.map((x) => x * w + b)", [[3], [7]], { w: v(2) }, v(1), v(3)],
    ["(x) => pipe(x, (a) => a + 1, (a) => a * 2)", [4], v(1)],
    ["(x) => { const f = (n) => n <= 1 ? 1 : n * f(n - 1); return x * f(4) }", [24, 48], v(1, 2)],
    [
      "(x) => { function g(a) { if (a.sum() > 3) return a * 2; return a } return g(g(x)) }",
      [4, 12],
      v(1, 3),
    ],
    [
      "(x) => { class L { w; constructor(w) { this.w = w } f(x) { return x * this.w } } return new L(x).f(x) }",
      [1, 4],
      v(1, 2),
    ],
    ["(x) => { const o = { f() { return this.x * 2 }, x }; return o.f() }", [2, 4], v(1, 2)],
    ["(x) => { const [a, b] = x; return a - b }", 3, v(5, 2)],
    ["(x) => [...x].map((r) => r * 2)", [2, 4], v(1, 2)],
  ])
})

describe("control flow", () => {
  rows([
    ["(x) => { switch (x.rank) { case 1: return x; default: return -x } }", [1, 2], v(1, 2)],
    ["(x, y) => (y ? x : -x)", [1, 2], v(1, 2), true],
    [
      "(x) => { if (x.sum() > 0) { if (x.max() > 2) return x; x = x + 1 } else { x = x - 1 } return x * 2 }",
      [4, 6],
      v(1, 2),
    ],
    [
      "(x) => { let n = 0; do { x = x * 2; n++ } while (x.sum() < 50); return [x, n] }",
      [[16, 32, 48], 4],
      v(1, 2, 3),
    ],
    [
      "(x) => { for (let i = 0; i < 100; i++) { if (x.sum() > 50) break; x = x * 2 } return x }",
      [16, 32, 48],
      v(1, 2, 3),
    ],
    [
      "(x) => { for (const k of [1, 2, 3]) { if (x.sum() > 5) break; x = x * k } return x }",
      [2, 4],
      v(1, 2),
    ],
    [
      "(x) => { let s = 0; for (const r of x) { if (r.sum() > 5) continue; s += r.sum() } return s }",
      3,
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ],
    [
      "(x) => { for (const r of x) { if (r.sum() > 5) return r } return x[0] }",
      [3, 4],
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ],
    [
      "(x) => { const out = []; for (const r of x) out.push(r * 2); return out }",
      [
        [2, 4],
        [6, 8],
      ],
      tensor([
        [1, 2],
        [3, 4],
      ]),
    ],
    [
      "(x) => { let s = x; a: for (let i = 0; i < 2; i++) for (let j = 0; j < 2; j++) { if (j > i) continue a; s = s + 1 } return s }",
      [4],
      v(1),
    ],
    [
      "(x) => { let t = 0; while (true) { t += 1; x = x * 2; if (x.sum() > 100) return [x, t] } }",
      [[64, 128], 6],
      v(1, 2),
    ],
    [
      "(x) => { let t = x; for (let i = 0; t.sum() < 20; i++) t = t + i; return t }",
      [11, 12],
      v(1, 2),
    ],
    [
      "(x) => { let t = x, i = 0; while (i < 5 && t.sum() < 20) { t = t * 2; i++ } return [t, i] }",
      [[8, 16], 3],
      v(1, 2),
    ],
    [
      "(x) => { let t = x; while (t.sum() < 20) { let u = t; while (u.sum() < 5) u = u + 1; t = t + u } return t }",
      [12, 20],
      v(1, 2),
    ],
    [
      "(x) => { let y; if (x.sum() > 0) ({ y } = { y: x * 2 }); else y = x; return y }",
      [2, 4],
      v(1, 2),
    ],
    ["(x) => x.sum() > 1 ? { a: x, b: [1] } : { a: -x, b: [2] }", { a: [1, 2], b: [1] }, v(1, 2)],
    ["(x) => { let n = 0; for (const r of x) n++; return n }", 2, v(1, 2)],
    ["(x, n) => { while (n > 0) { x = x * 2; n -= 1 } return x }", [8, 16], v(1, 2), 3],
    ["(x) => { var y = x; { let y = 2; y += 1 } return y }", [1, 2], v(1, 2)],
  ])
})
