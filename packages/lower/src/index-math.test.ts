import { scalarInstructions as s } from "@defnote/core"
import { expect, test } from "vitest"
import { IndexMath } from "./index-math.ts"

const i = s.index(0)
const j = s.index(1)

test("quotient and remainder recombine", () => {
  const m = new IndexMath([24])
  const split = s.add(s.mul(s.quotient(i, 6), 6), s.remainder(i, 6))
  expect(m.simplify(split)).toBe(i)
})
test("three digits recombine", () => {
  const m = new IndexMath([24])
  const [a, b, c] = [s.quotient(i, 12), s.remainder(s.quotient(i, 4), 3), s.remainder(i, 4)]
  expect(m.simplify(s.add(s.add(s.mul(a, 12), s.mul(b, 4)), c))).toBe(i)
})
test("rows and columns come apart", () => {
  const m = new IndexMath([5, 7])
  const f = s.add(s.mul(i, 7), j)
  expect(m.simplify(s.quotient(f, 7))).toBe(i)
  expect(m.simplify(s.remainder(f, 7))).toBe(j)
})
test("clamps and comparisons with known ranges disappear", () => {
  const m = new IndexMath([5])
  expect(m.simplify(s.max(s.min(i, 4), 0))).toBe(i)
  expect(m.simplify(s.less(i, 5)).value).toBe(1)
  expect(m.simplify(s.less(i, 4)).op).toBe("less")
})
test("an outer digit is one quotient", () => {
  const m = new IndexMath([60])
  const row = s.add(s.mul(s.quotient(i, 20), 4), s.remainder(s.quotient(i, 5), 4))
  expect(m.simplify(row)).toBe(s.quotient(i, 5))
})
test("simplified expressions keep their value", () => {
  let seed = 7
  const random = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % n
  for (let t = 0; t < 300; t++) {
    const m = new IndexMath([12, 10])
    const grow = (depth: number): s.Scalar => {
      if (depth === 0) return [i, j, s.constant("i32", random(9) - 2)][random(3)]
      const a = grow(depth - 1)
      const c = random(6) + 1
      return [
        () => s.add(a, grow(depth - 1)),
        () => s.sub(a, grow(depth - 1)),
        () => s.mul(a, c),
        () => s.quotient(a, c),
        () => s.remainder(a, c),
        () => s.max(a, c - 3),
        () => s.min(a, grow(depth - 1)),
      ][random(7)]()
    }
    const e = grow(5)
    const short = m.simplify(e)
    for (let k = 0; k < 20; k++) {
      const at = [random(12), random(10)]
      expect(run(short, at) + 0, `${t}`).toBe(run(e, at) + 0)
    }
  }
})
function run(e: s.Scalar, at: number[]): number {
  const x = e.args.map((a) => run(a, at))
  switch (e.op) {
    case "constant":
      return Number(e.value)
    case "index":
      return at[Number(e.value)]
    case "add":
      return x[0] + x[1]
    case "sub":
      return x[0] - x[1]
    case "mul":
      return x[0] * x[1]
    case "quotient":
      return Math.trunc(x[0] / x[1]) + 0
    case "remainder":
      return (x[0] % x[1]) + 0
    case "min":
      return Math.min(x[0], x[1])
    default:
      return Math.max(x[0], x[1])
  }
}
