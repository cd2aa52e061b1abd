/** @file The semantics S4, S7, S8, S14, S15 as tables: all pairs of dtypes, all reductions, all rules of names. */
import { describe, expect, test } from "vitest"
import * as d from "./index.ts"

const FLOATS = ["f16", "bf16", "f32", "f64"] as const
const UNSIGNED = ["u8", "u16", "u32", "u64"] as const
const SIGNED = ["i8", "i16", "i32", "i64"] as const
const ALL = ["bool", ...UNSIGNED, ...SIGNED, ...FLOATS] as const
type Known = (typeof ALL)[number]

const of = (dtype: Known, ...shape: number[]): d.TensorType => ({ dtype, shape })
const typeOf = (types: readonly d.TensorType[], f: (...x: d.Tensor[]) => d.Tensor): d.TensorType =>
  d.withTrace(new d.Trace(), () => d.graphOf(types, (...x) => [f(...x)]).outputs[0].type)
const promoted = (a: Known, b: Known): Known =>
  typeOf([of(a), of(b)], (x, y) => d.maximum(x, y)).dtype as Known
const bits = (x: Known): number => Number(x.match(/\d+/)?.[0] ?? 1)

/** S4 in words, written once more: what two dtypes become. */
function expected(a: Known, b: Known): Known {
  if (a === b) return a
  if (a === "bool" || b === "bool") return a === "bool" ? b : a
  const [fa, fb] = [a, b].map((x) => (FLOATS as readonly string[]).includes(x))
  if (fa && fb) return bits(a) === bits(b) ? "f32" : bits(a) > bits(b) ? a : b
  if (fa || fb) {
    const [float, int] = fa ? [a, b] : [b, a]
    return bits(float) === 16 && bits(int) >= 32 ? "f32" : float
  }
  const [ua, ub] = [a, b].map((x) => x.startsWith("u"))
  if (ua === ub) return bits(a) > bits(b) ? a : b
  const [unsigned, signed] = ua ? [a, b] : [b, a]
  return `i${Math.min(64, Math.max(bits(signed), 2 * bits(unsigned)))}` as Known
}

test.each(ALL)("S4 %s with every dtype, from both sides", (a) => {
  for (const b of ALL) {
    expect([b, promoted(a, b)]).toEqual([b, expected(a, b)])
    expect(promoted(b, a)).toBe(promoted(a, b))
  }
})

test.each([...UNSIGNED, ...SIGNED, "bool"] as const)(
  "S4 divide, mean and exp of %s are f32",
  (a) => {
    const whole = [of(a, 3)]
    expect(typeOf([...whole, ...whole], (x, y) => d.divide(x, y)).dtype).toBe("f32")
    expect(typeOf(whole, (x) => d.mean(x)).dtype).toBe("f32")
    expect(typeOf(whole, (x) => d.exp(x)).dtype).toBe("f32")
  },
)

test.each([
  ["bool", "i32"],
  ["u8", "u32"],
  ["u16", "u32"],
  ["i8", "i32"],
  ["i16", "i32"],
  ...(["i32", "u32", "i64", "u64", "f16", "bf16", "f32", "f64"] as const).map((x) => [x, x]),
] as [Known, Known][])("S7 sums, products and running ones of %s are %s", (given, wide) => {
  for (const f of [d.sum, d.product, d.cumSum, d.cumProduct] as ((x: d.Tensor) => d.Tensor)[]) {
    expect(typeOf([of(given, 3)], f).dtype).toBe(wide)
  }
})

test("S4 indices are i32", () => {
  for (const f of [d.argMax, d.argMin, d.argSort] as ((x: d.Tensor) => d.Tensor)[])
    expect(typeOf([of("f64", 3)], f).dtype).toBe("i32")
})

describe("S8 NaN", () => {
  const x = d.tensor([1, Number.NaN, 3])
  test.each([
    [d.sum, 4],
    [d.product, 3],
    [d.mean, 2],
    [d.max, 3],
    [d.min, 1],
    [d.variance, 1],
    [d.standardDeviation, 1],
    [d.logSumExp, Math.log(Math.E + Math.E ** 3)],
    [d.norm, Math.sqrt(10)],
    [d.argMax, 2],
    [d.argMin, 0],
  ] as [(x: d.Tensor, o?: object) => d.Tensor, number][])(
    "%o is NaN, or leaves it out",
    (f, left) => {
      // The index of NaN is a number: it is the first that is found.
      expect(f(x).item()).toBe(["argMax", "argMin"].includes(f.name) ? 1 : Number.NaN)
      expect(f(x, { nan: "ignore" }).item()).toBeCloseTo(left, 5)
    },
  )
  test("comparisons, predicates and logic are bool", () => {
    for (const f of [d.equal, d.less, d.greaterEqual, d.logicalAnd, d.logicalXor])
      expect(typeOf([of("f32"), of("f32")], f as never).dtype).toBe("bool")
    for (const f of [d.isNaN, d.isFinite, d.isInfinite, d.logicalNot, d.all, d.any])
      expect(typeOf([of("f32", 2)], f as never).dtype).toBe("bool")
  })
  test("what is counted", () => {
    expect(d.countNonzero(x).item()).toBe(3)
    expect(d.countNonzero(x, { nan: "ignore" }).item()).toBe(2)
  })
  test("without any number the index is the first; -Infinity is a number", () => {
    const index = (...values: number[]) => d.argMax(d.tensor(values), { nan: "ignore" }).item()
    expect(index(Number.NaN, Number.NaN)).toBe(0)
    expect(index(Number.NaN, Number.NEGATIVE_INFINITY)).toBe(1)
  })
  test("clip keeps NaN", () => expect(d.clip(x, 0, 2).toArray()).toEqual([1, Number.NaN, 2]))
})

describe("S14 axis names", () => {
  const named: d.TensorType = { dtype: "f32", shape: [2, 3], names: ["row", "column"] }
  const half: d.TensorType = { dtype: "f32", shape: [2, 3], names: ["row", null] }
  const other: d.TensorType = { dtype: "f32", shape: [2, 3], names: ["line", null] }
  const shown = (types: d.TensorType[], f: (...x: d.Tensor[]) => d.Tensor): string =>
    d.formatType(typeOf(types, f))
  test("element-wise ops merge them axis by axis; two names for one axis are an error", () => {
    expect(shown([half, named], (x, y) => d.add(x, y))).toBe("f32[row 2, column 3]")
    expect(shown([of("f32", 2, 3), half], (x, y) => d.add(x, y))).toBe("f32[row 2, 3]")
    expect(() => shown([named, other], (x, y) => d.add(x, y))).toThrow(/row.*line/s)
  })
  test.each([
    ["reductions drop them", (x) => d.sum(x, { axes: ["row"] }), "f32[column 3]"],
    ["or keep them", (x) => d.sum(x, { axes: ["row"], keepAxes: true }), "f32[row 1, column 3]"],
    ["transpose moves them", (x) => d.transpose(x), "f32[column 3, row 2]"],
    ["slice keeps them", (x) => d.slice(x, [0, 1], [2, 3]), "f32[row 2, column 2]"],
    ["pad keeps them", (x) => d.pad(x, [1, 0], [0, 0]), "f32[row 3, column 3]"],
    ["reverse keeps them", (x) => d.reverse(x, ["row"]), "f32[row 2, column 3]"],
    ["sort keeps them", (x) => d.sort(x), "f32[row 2, column 3]"],
    ["running folds keep them", (x) => d.cumSum(x), "f32[row 2, column 3]"],
    ["reshape drops them", (x) => d.reshape(x, [3, 2]), "f32[3,2]"],
    ["or takes new ones", (x) => d.reshape(x, [6], { names: ["all"] }), "f32[all 6]"],
    ["new axes have none", (x) => d.newAxis(x, 0), "f32[1, row 2, column 3]"],
    ["concatenate merges", (x) => d.concatenate([x, x], { axis: 0 }), "f32[row 4, column 3]"],
  ] as [string, (x: d.Tensor) => d.Tensor, string][])("%s", (_, f, type) => {
    expect(shown([named], f)).toBe(type)
  })
  test("an axis may be named wherever an axis is", () => {
    for (const [f, axis] of [
      [(a: string | number) => (x: d.Tensor) => d.softmax(x, { axis: a }), "row"],
      [(a: string | number) => (x: d.Tensor) => d.cumSum(x, { axis: a }), "row"],
      [(a: string | number) => (x: d.Tensor) => d.argMax(x, { axis: a }), "row"],
    ] as [(a: string | number) => (x: d.Tensor) => d.Tensor, string][]) {
      const table = d.rename(
        d.tensor([
          [1, 5, 3],
          [4, 2, 6],
        ]),
        ["row", "column"],
      )
      expect(f(axis)(table).toArray()).toEqual(f(0)(table).toArray())
      expect(() => f("depth")(table)).toThrow(/depth/)
    }
  })
})

test("S15 reductions take all axes, order and running folds the last, joins the first", () => {
  const x = d.tensor([
    [3, 1],
    [4, 2],
  ])
  expect(d.sum(x).item()).toBe(10)
  expect(d.max(x).item()).toBe(4)
  expect(d.sort(x).toArray()).toEqual([
    [1, 3],
    [2, 4],
  ])
  expect(d.argSort(x).toArray()).toEqual([
    [1, 0],
    [1, 0],
  ])
  expect(d.cumSum(x).toArray()).toEqual([
    [3, 4],
    [4, 6],
  ])
  for (const total of d.sum(d.softmax(x), { axes: [-1] }).toArray() as number[])
    expect(total).toBeCloseTo(1, 6)
  expect(d.concatenate([x, x]).shape).toEqual([4, 2])
  expect(d.stack([x, x, x]).shape).toEqual([3, 2, 2])
  expect(d.take(x, d.tensor([1], { dtype: "i32" })).toArray()).toEqual([[4, 2]])
  expect(d.split(x, 2).map((part) => part.shape)).toEqual([
    [1, 2],
    [1, 2],
  ])
})
