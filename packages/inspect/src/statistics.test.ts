/** @file Statistics against naive sums in the obvious way. */

import { CpuStorage, type DType, type Storage, storageOf, tensor } from "@defnote/core"
import { describe, expect, test } from "vitest"
import { BINS, FIRST_EXPONENT } from "./columns.ts"
import { merged, numbersOf, repeated, type Statistics, statistics } from "./statistics.ts"

/** A repeatable sequence over many magnitudes, with what floats have beside numbers. */
function values(n: number, seed: number): number[] {
  let s = seed
  const next = (): number => {
    s = (Math.imul(s, 1664525) + 1013904223) >>> 0
    return s / 2 ** 32
  }
  const special = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  return Array.from({ length: n }, () => {
    const u = next()
    return u < 0.1
      ? special[Math.floor(next() * special.length)]
      : (next() - 0.5) * 2 ** Math.floor(next() * 40 - 30)
  })
}

describe("statistics", () => {
  test.each([1, 2, 10, 1000, 20000])("%i elements", (n) => {
    const x = values(n, n)
    const finite = x.filter(Number.isFinite)
    const s = statistics(x)
    const sum = (f: (v: number) => number): number => finite.reduce((a, v) => a + f(v), 0)
    const mean = sum((v) => v) / finite.length
    const count = (f: (v: number) => boolean): number => x.filter(f).length
    expect([s.n, s.zeros, s.nan, s.posInf, s.negInf]).toEqual([
      n,
      count((v) => v === 0),
      count(Number.isNaN),
      count((v) => v === Infinity),
      count((v) => v === -Infinity),
    ])
    expect([s.min, s.max]).toEqual([Math.min(...finite), Math.max(...finite)])
    const close = (a: number, b: number): void =>
      expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(b)))
    close(s.mean, mean)
    close(s.std, Math.sqrt(sum((v) => (v - mean) ** 2) / finite.length))
    close(s.rms, Math.sqrt(sum((v) => v * v) / finite.length))
    close(s.l2, Math.sqrt(sum((v) => v * v)))
    expect(s.histogram.reduce((a, b) => a + b, 0)).toBe(finite.filter((v) => v !== 0).length)
  })
  test("a large mean does not swallow the deviation", () => {
    expect(statistics([1e8, 1e8 + 1, 1e8 + 2]).std).toBeCloseTo(Math.sqrt(2 / 3), 9)
  })
  test("each element falls into the bin of its exponent; the ends take what lies beyond", () => {
    const bin = (x: number): number => statistics([x]).histogram.indexOf(1)
    for (let e = FIRST_EXPONENT; e < FIRST_EXPONENT + BINS; e++)
      for (const x of [2 ** e, -(2 ** e) * 1.999])
        expect(bin(x), String(x)).toBe(e - FIRST_EXPONENT)
    expect([bin(1e-300), bin(-5e-324), bin(1e300)]).toEqual([0, 0, BINS - 1])
  })
  test("nothing finite gives no moments, and nothing at all no counts", () => {
    const none = statistics([Number.NaN, Number.POSITIVE_INFINITY])
    expect([none.min, none.mean, none.std, none.l2]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ])
    expect(statistics([]).n).toBe(0)
  })
  test("elements of every dtype as numbers", () => {
    const dtypes: readonly DType[] = [
      "bool",
      "u8",
      "i8",
      "u16",
      "i16",
      "u32",
      "i32",
      "u64",
      "i64",
      "f16",
      "bf16",
      "f32",
      "f64",
    ]
    for (const dtype of dtypes)
      expect(
        [...numbersOf(storageOf(tensor([0, 1, 1], { dtype })) as Storage, dtype)],
        dtype,
      ).toEqual([0, 1, 1])
    expect([...numbersOf(new CpuStorage(BigInt64Array.of(-5n).buffer), "i64")]).toEqual([-5])
  })
  const close = (a: Statistics, b: Statistics): void => {
    for (const key of ["n", "zeros", "nan", "posInf", "negInf", "min", "max"] as const)
      expect(a[key], key).toBe(b[key])
    for (const key of ["mean", "std", "rms", "l2"] as const)
      expect(Math.abs(a[key] - b[key]), key).toBeLessThanOrEqual(
        1e-9 * Math.max(1, Math.abs(b[key])),
      )
    expect([...a.bins]).toEqual([...b.bins])
    expect([...a.histogram]).toEqual([...b.histogram])
  }
  test("statistics of parts add up to those of the whole", () => {
    const x = values(1000, 9)
    const parts = [x.slice(0, 10), x.slice(10, 400), [Number.NaN], x.slice(400)].map(statistics)
    close(parts.reduce(merged), statistics([...x, Number.NaN]))
  })
  test("statistics of repeated elements", () => {
    const x = values(50, 3)
    expect(repeated(statistics(x), 0).n).toBe(0)
    for (const times of [1, 3])
      close(
        repeated(statistics(x), times),
        statistics(Array.from({ length: times }, () => x).flat()),
      )
  })
})
