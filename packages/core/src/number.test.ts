/** @file Rounding to halves and casts against exact arithmetic of rationals (S5, S6). */
import { describe, expect, test } from "vitest"
import { fromBf16, fromF16, roundEven, toBf16, toF16 } from "./half.ts"
import { cast, fit, roundFloat, wrap } from "./number.ts"

/** A float of `precision` bits and this smallest exponent, as the exact rational that its bits mean. */
interface Format {
  readonly fraction: number
  readonly bias: number
  readonly from: (bits: number) => number
  readonly to: (x: number) => number
}
const FORMATS: Record<string, Format> = {
  f16: { fraction: 10, bias: 15, from: fromF16, to: toF16 },
  bf16: { fraction: 7, bias: 127, from: fromBf16, to: toBf16 },
}
/** Bits as an integer multiple of 2^-(bias + fraction): exact. */
function units(bits: number, { fraction }: Format): bigint {
  const exponent = (bits & 0x7fff) >> fraction
  const low = BigInt(bits & ((1 << fraction) - 1))
  const whole = exponent ? (low | (1n << BigInt(fraction))) << BigInt(exponent - 1) : low
  return whole
}
const smallest = ({ fraction, bias }: Format): number => 2 ** (1 - bias - fraction)
const infinityBits = ({ fraction }: Format): number => 0x7fff - ((1 << fraction) - 1)

describe.each(Object.entries(FORMATS))("S5 %s", (_, format) => {
  const infinite = infinityBits(format)
  test("all 65,536 patterns mean what the standard says, and come back", () => {
    let wrong = 0
    for (let bits = 0; bits < 65536; bits++) {
      const x = format.from(bits)
      const magnitude = bits & 0x7fff
      if (magnitude > infinite)
        wrong += Number.isNaN(x) && Number.isNaN(format.from(format.to(x))) ? 0 : 1
      else {
        const exact =
          magnitude === infinite
            ? Number.POSITIVE_INFINITY
            : Number(units(bits, format)) * smallest(format)
        wrong += Object.is(x, bits & 0x8000 ? -exact : exact) && format.to(x) === bits ? 0 : 1
      }
    }
    expect(wrong).toBe(0)
  })
  test("every midpoint goes to the even neighbour, and its neighbours in f64 to the nearer one", () => {
    let wrong = 0
    for (let bits = 0; bits < infinite; bits++) {
      const [a, b] = [units(bits, format), units(bits + 1, format)]
      // The sum of neighbours has few bits: the midpoint and the next f64 on either side are exact.
      const middle =
        Number(a + b) * (smallest(format) / 2) || (Number(a + b) / 2) * smallest(format)
      const even = bits & 1 ? bits + 1 : bits
      const gap = middle * 2 ** -52
      for (const sign of [0, 0x8000]) {
        const s = sign ? -1 : 1
        wrong += format.to(s * middle) === (sign | even) ? 0 : 1
        wrong += format.to(s * (middle - gap)) === (sign | bits) ? 0 : 1
        wrong += format.to(s * (middle + gap)) === (sign | (bits + 1)) ? 0 : 1
      }
    }
    expect(wrong).toBe(0)
  })
  test("what is smaller than half of the smallest is zero of its sign", () => {
    expect(format.to(Number.MIN_VALUE)).toBe(0)
    expect(format.to(-Number.MIN_VALUE)).toBe(0x8000)
    expect(format.to(-0)).toBe(0x8000)
    expect(format.to(Number.MAX_VALUE)).toBe(infinite)
    expect(format.to(Number.NEGATIVE_INFINITY)).toBe(infinite | 0x8000)
  })
})

test("roundEven", () => {
  expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.4999, 2.5001].map((x) => roundEven(x) + 0)).toEqual([
    0, 2, 2, 0, -2, 2, 3,
  ])
})

describe("S5 64-bit integers are rounded once", () => {
  /** The nearest multiple of a power of two with `precision` significant bits, halves to even. */
  function nearest(x: bigint, precision: number): bigint {
    const magnitude = x < 0n ? -x : x
    const lost = BigInt(Math.max(0, magnitude.toString(2).length - precision))
    const unit = 1n << lost
    const down = magnitude / unit
    const twice = 2n * (magnitude % unit)
    const up = twice > unit || (twice === unit && lost > 0n && down % 2n === 1n) ? 1n : 0n
    return (x < 0n ? -1n : 1n) * (down + up) * unit
  }
  const cases: bigint[] = []
  for (let e = 20n; e < 63n; e++)
    for (const low of [
      0n,
      1n,
      1n << (e - 8n),
      (1n << (e - 8n)) + 1n,
      (1n << (e - 8n)) - 1n,
      e > 24n ? (1n << (e - 24n)) + 1n : 3n,
      e > 24n ? (3n << (e - 24n)) - 1n : 5n,
    ])
      cases.push((1n << e) + low, -(1n << e) - low)
  test.each([
    ["f32", 24],
    ["bf16", 8],
    ["f64", 53],
  ] as const)("%s", (dtype, precision) => {
    for (const x of cases)
      expect(BigInt(cast(x, "i64", dtype) as number), String(x)).toBe(nearest(x, precision))
  })
})

describe("S6 casts", () => {
  test("floats truncate and saturate; NaN is 0", () => {
    const given = [2.9, -2.9, 1e30, -1e30, Number.NaN, Number.POSITIVE_INFINITY, -0.5]
    const to = (d: Parameters<typeof cast>[2]) => given.map((x) => cast(x, "f64", d))
    expect(to("i8")).toEqual([2, -2, 127, -128, 0, 127, 0])
    expect(to("u8")).toEqual([2, 0, 255, 0, 0, 255, 0])
    expect(to("u32")).toEqual([2, 0, 4294967295, 0, 0, 4294967295, 0])
    expect(to("i64")).toEqual([2n, -2n, 2n ** 63n - 1n, -(2n ** 63n), 0n, 2n ** 63n - 1n, 0n])
    expect(to("u64")).toEqual([2n, 0n, 2n ** 64n - 1n, 0n, 0n, 2n ** 64n - 1n, 0n])
    expect(to("bool")).toEqual([1, 1, 1, 1, 1, 1, 1])
  })
  test("integers wrap, like two's complement of as many bits", () => {
    const bits = { i8: 8, u8: 8, i16: 16, u16: 16, i32: 32, u32: 32, i64: 64, u64: 64 } as const
    for (const x of [
      0n,
      1n,
      -1n,
      127n,
      128n,
      255n,
      256n,
      -129n,
      2n ** 31n,
      -(2n ** 31n) - 1n,
      2n ** 53n + 1n,
      -(2n ** 63n),
      2n ** 63n,
    ])
      for (const [d, n] of Object.entries(bits)) {
        const exact = d[0] === "i" ? BigInt.asIntN(n, x) : BigInt.asUintN(n, x)
        expect(BigInt(wrap(d as "i8", x)), `${x} as ${d}`).toBe(exact)
        if (x >= -(2n ** 53n) && x <= 2n ** 53n)
          expect(BigInt(wrap(d as "i8", Number(x))), `${x} as ${d}`).toBe(exact)
      }
  })
  test("arithmetic of a dtype", () => {
    expect([fit("i8", 128), fit("u8", -1), fit("bool", 7), fit("f32", 0.1)]).toEqual([
      -128,
      255,
      1,
      Math.fround(0.1),
    ])
    expect([roundFloat("f16", 65519), roundFloat("f16", 65520), roundFloat("f64", 0.1)]).toEqual([
      65504,
      Number.POSITIVE_INFINITY,
      0.1,
    ])
  })
})
