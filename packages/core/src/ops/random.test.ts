import { describe, expect, test } from "vitest"
import * as d from "../index.ts"
import { Trace, withTrace } from "../trace.ts"
import * as random from "./random.ts"
import { words } from "./threefry.ts"

const lists = (ks: readonly d.Tensor[]): unknown[] => ks.map((x) => x.toArray())
const numbers = (x: d.Tensor): number[] => d.reshape(x, [x.size]).toArray() as number[]
const original = { partitionable: false }

/** The hash of one counter under one key, as a program. */
const hash = d.defn(
  (key: d.Tensor, c: d.Tensor): d.Tensor => d.stack([...words(key, d.at(c, 0), d.at(c, 1))]),
)
const u32 = (...x: number[]): d.Tensor => d.tensor(Uint32Array.from(x))

describe("Threefry-2x32", () => {
  // D. E. Shaw Research, Random123 1.14, tests/kat_vectors, threefry2x32 with 20 rounds
  test("published known answers", () => {
    const all = 0xffffffff
    expect(hash(u32(0, 0), u32(0, 0)).toArray()).toEqual([0x6b200159, 0x99ba4efe])
    expect(hash(u32(all, all), u32(all, all)).toArray()).toEqual([0x1cb996fc, 0xbb002be7])
    expect(hash(u32(0x13198a2e, 0x03707344), u32(0x243f6a88, 0x85a308d3)).toArray()).toEqual([
      0xc4923a9c, 0x483df7a0,
    ])
  })
})

describe("keys (S12)", () => {
  test("a seed is the two words of an integer", () => {
    expect(random.key(1701).toArray()).toEqual([0, 1701])
    expect(random.key(-1).toArray()).toEqual([0, 0xffffffff])
    expect(random.key(2n ** 40n + 5n).toArray()).toEqual([256, 5])
    expect(() => random.key(0.5)).toThrow(/random.key: seed 0.5; it must be an integer/)
    expect(
      d
        .defn(() => random.key(7))()
        .toArray(),
    ).toEqual([0, 7])
  })
  test("split gives the keys of JAX, and of Nx in the original scheme", () => {
    expect(lists(random.split(random.key(1701), 2, original))).toEqual([
      [56197195, 1801093307],
      [961309823, 1704866707],
    ])
    expect(lists(random.split(random.key(1701)))[0]).toEqual([741045208, 1847055613])
    expect(lists(random.split(random.key(42), 2, original))[0]).toEqual([2465931498, 3679230171])
    expect(lists(random.split(random.key(42)))).toEqual([
      [1832780943, 270669613],
      [64467757, 2916123636],
    ])
    expect(random.keys(random.key(42), 2).toArray()).toEqual(lists(random.split(random.key(42))))
  })
  test("foldIn takes numbers and traced integers", () => {
    const k = random.key(3)
    const folded = random.foldIn(k, 5).toArray()
    expect(random.foldIn(k, d.tensor(5, { dtype: "i32" })).toArray()).toEqual(folded)
    expect(folded).toEqual(hash(k, u32(0, 5)).toArray())
  })
  test("what is no key is refused with a remedy", () => {
    expect(() => random.uniform(d.tensor([1, 2]), [3])).toThrow(
      /random.uniform: f32\[2\] is no key/,
    )
  })
})

describe("samples", () => {
  const key = random.key(42)
  test("normal numbers are those of JAX's documentation", () => {
    expect(random.normal(key).item()).toBeCloseTo(-0.028304616, 7)
    expect(random.normal(key, [], original).item()).toBeCloseTo(-0.18471177, 7)
  })
  test("prefixes of different lengths agree when partitionable", () => {
    const long = numbers(random.bits(key, [7]))
    expect(numbers(random.bits(key, [2, 2]))).toEqual(long.slice(0, 4))
  })
  test("every width, both schemes", () => {
    for (const dtype of ["u8", "u16", "u32", "u64"] as const) {
      for (const partitionable of [true, false]) {
        const x = random.bits(key, [5], { dtype, partitionable })
        expect(x.dtype).toBe(dtype)
        expect(new Set((x.toArray() as number[]).map(String)).size).toBeGreaterThan(3)
      }
    }
  })
  test("the original scheme cuts narrow bits out of words", () => {
    const wide = numbers(random.bits(key, [2], { partitionable: false }))
    const bytes = numbers(random.bits(key, [7], { dtype: "u8", partitionable: false }))
    expect(bytes).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => (wide[i >> 2] >>> (8 * (i % 4))) & 255))
  })
  test("uniform stays in its bounds and fills them", () => {
    for (const dtype of ["f16", "bf16", "f32", "f64"] as const) {
      const x = d.asType(random.uniform(key, [2000], { dtype, min: -2, max: 3 }), "f64")
      const all = numbers(x)
      expect(Math.min(...all)).toBeGreaterThanOrEqual(-2)
      expect(Math.max(...all)).toBeLessThanOrEqual(dtype === "bf16" ? 3 : 2.9999999)
      expect(Math.abs(numbers(d.mean(x))[0] - 0.5)).toBeLessThan(0.1)
    }
  })
  test("moments", () => {
    const n = 4000
    const moments = (x: d.Tensor): [number, number] => {
      const all = numbers(d.asType(x, "f64"))
      const mean = all.reduce((a, b) => a + b) / n
      return [mean, all.reduce((a, b) => a + (b - mean) ** 2, 0) / n]
    }
    const cases: [d.Tensor, number, number][] = [
      [random.normal(key, [n]), 0, 1],
      [random.normal(key, [n], { mean: 2, standardDeviation: 3 }), 2, 9],
      [random.bernoulli(key, [n], 0.3), 0.3, 0.21],
      [random.exponential(key, [n]), 1, 1],
      [random.gumbel(key, [n]), 0.5772, Math.PI ** 2 / 6],
      [random.laplace(key, [n]), 0, 2],
      [random.randInt(key, [n], -3, 7), 1.5, 8.25],
      [random.randInt(key, [n], 0, 256, { dtype: "u8" }), 127.5, (256 ** 2 - 1) / 12],
    ]
    for (const [x, mean, variance] of cases) {
      const [m, v] = moments(x)
      expect(Math.abs(m - mean)).toBeLessThan(4 * Math.sqrt(variance / n))
      expect(Math.abs(v / variance - 1)).toBeLessThan(0.15)
    }
  })
  test("randInt: empty ranges give min; bounds may be tensors and 64 bits wide", () => {
    expect(numbers(random.randInt(key, [3], 5, 5))).toEqual([5, 5, 5])
    const high = d.tensor([1, 2, 100], { dtype: "i32" })
    const x = numbers(random.randInt(key, [3], 0, high))
    expect(x[0]).toBe(0)
    expect(x[1]).toBeLessThan(2)
    const wide = random
      .randInt(key, [50], -(2n ** 63n), 2n ** 63n, { dtype: "i64" })
      .toArray() as bigint[]
    expect(wide.some((v) => v < -(2n ** 61n)) && wide.some((v) => v > 2n ** 61n)).toBe(true)
  })
  test("permutation permutes", () => {
    const p = numbers(random.permutation(key, 20))
    expect([...p].sort((a, b) => a - b)).toEqual([...p.keys()])
    expect(p).not.toEqual([...p.keys()])
    const rows = random.permutation(key, d.reshape(d.arange(6), [3, 2])).toArray() as number[][]
    expect(rows.map(([a, b]) => b - a)).toEqual([1, 1, 1])
    const own = random.permutation(key, d.reshape(d.arange(40), [20, 2]), { independent: true })
    expect(numbers(d.sum(own, { axes: [0] }))).toEqual([380, 400])
  })
  test("choice with and without replacement, weighted and not", () => {
    const x = d.tensor([10, 20, 30, 40])
    expect(random.choice(key, x, [2, 3]).shape).toEqual([2, 3])
    expect(new Set(numbers(random.choice(key, x, [4], { replace: false }))).size).toBe(4)
    const p = d.tensor([0, 0.5, 0, 0.5])
    const drawn = new Set(numbers(random.choice(key, x, [200], { p })))
    expect(drawn).toEqual(new Set([20, 40]))
    expect(new Set(numbers(random.choice(key, x, [2], { p, replace: false })))).toEqual(drawn)
    expect(() => random.choice(key, 3, [4], { replace: false })).toThrow(
      /random.choice: 4 draws from 3/,
    )
  })
  test("categorical follows the logits", () => {
    const logits = d.broadcastTo(d.tensor([0, Math.log(3)]), [2000, 2])
    const ones = numbers(random.categorical(key, logits)).reduce((a, b) => a + b)
    expect(Math.abs(ones / 2000 - 0.75)).toBeLessThan(0.05)
  })
  test("a sampler is one box of a picture", () => {
    withTrace(new Trace(), () => {
      const trace = d.currentTrace() as Trace
      const y = random.uniform(random.key(0), [3])
      expect(trace.table.notes.scopes.get(y)?.name).toBe("uniform")
    })
  })
})
