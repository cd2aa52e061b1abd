import { describe, expect, test } from "vitest"
import type { DType } from "./dtype.ts"
import { fma32, fma64 } from "./fused.ts"
import type { Value } from "./number.ts"
import * as s from "./scalar.ts"
import { compileScalar } from "./scalar-run.ts"

const arg = (d: DType, i = 0) => s.argument(d, i)
/** `f` of two operands of dtype `d`. */
const run = (d: DType, f: (a: s.Scalar, b: s.Scalar) => s.Scalar, ...argument: Value[]): Value =>
  compileScalar(f(arg(d, 0), arg(d, 1)))({ argument })

describe("D3.5 scalar instructions", () => {
  test("integers wrap at their width", () => {
    expect(run("i8", s.add, 127, 1)).toBe(-128)
    expect(run("u8", s.sub, 0, 1)).toBe(255)
    expect(run("i16", s.mul, 300, 300)).toBe(90000 - 65536)
    expect(run("i32", s.mul, 0x7fffffff, 3)).toBe(0x7ffffffd)
    expect(run("u32", s.mul, 0xffffffff, 0xffffffff)).toBe(1)
    expect(run("i64", s.add, 2n ** 63n - 1n, 1n)).toBe(-(2n ** 63n))
    expect(run("u64", s.neg, 1n, 0n)).toBe(2n ** 64n - 1n)
    expect(run("i32", (a) => s.abs(a), -(2 ** 31), 0)).toBe(-(2 ** 31))
  })
  test("shifts take their amount modulo the width", () => {
    expect(run("u8", s.shiftLeft, 3, 9)).toBe(6)
    expect(run("i16", s.shiftRight, -4, 17)).toBe(-2)
    expect(run("u32", s.shiftRight, 0x80000000, 31)).toBe(1)
    expect(run("i64", s.shiftLeft, 1n, 63n)).toBe(-(2n ** 63n))
    expect(run("u64", s.shiftRight, 2n ** 63n, 127n)).toBe(1n)
  })
  test("bits are counted in the width", () => {
    expect(run("u8", (a) => s.countLeadingZeros(a), 1, 0)).toBe(7)
    expect(run("i64", (a) => s.countLeadingZeros(a), 0n, 0n)).toBe(64n)
    expect(run("i32", (a) => s.popCount(a), -1, 0)).toBe(32)
  })
  test("mulHigh is the upper half", () => {
    for (const [a, b] of [
      [0xffffffff, 0xffffffff],
      [0x12345678, 0x9abcdef0],
      [65536, 65535],
      [3, 5],
    ]) {
      expect(run("u32", s.mulHigh, a, b)).toBe(Number((BigInt(a) * BigInt(b)) >> 32n))
    }
  })
  test("division by zero gives 0 where a target leaves it open", () => {
    expect(run("i32", s.quotient, 5, 0)).toBe(0)
    expect(run("i64", s.remainder, 5n, 0n)).toBe(0n)
    expect(run("i32", s.quotient, -(2 ** 31), -1)).toBe(-(2 ** 31))
  })
  test("min and max know NaN and the sign of zero; comparisons are false with NaN", () => {
    expect(run("f32", s.min, Number.NaN, 1)).toBeNaN()
    expect(Object.is(run("f32", s.max, -0, 0), 0)).toBe(true)
    expect(run("f64", s.lessEqual, Number.NaN, 1)).toBe(0)
  })
  test("roundEven keeps the sign of zero", () => {
    expect(run("f32", (a) => s.roundEven(a), 2.5, 0)).toBe(2)
    expect(
      Object.is(
        run("f32", (a) => s.roundEven(a), -0.25, 0),
        -0,
      ),
    ).toBe(true)
  })
  test("bitcast reads bits", () => {
    expect(run("f32", (a) => s.bitcast(a, "i32"), 1, 0)).toBe(0x3f800000)
    expect(run("f64", (a) => s.bitcast(a, "u64"), -2, 0)).toBe(0xc000000000000000n)
    expect(run("f16", (a) => s.bitcast(a, "u16"), 1.5, 0)).toBe(0x3e00)
  })
})

describe("fma with one rounding", () => {
  test("f32: halfway cases that two roundings get wrong", () => {
    const a = 1 + 2 ** -12
    expect(fma32(a, a, -1 - 2 ** -11)).toBe(2 ** -24)
    // The exact sum is just above the middle of two f32; the f64 sum is exactly the middle.
    expect(fma32(1 + 2 ** -23, 1, 2 ** -24 + 2 ** -47)).toBe(1 + 2 ** -22)
    expect(fma32(1, 1, 2 ** -24)).toBe(1)
    expect(fma32(1, 1, 2 ** -24 * (1 + 2 ** -23))).toBe(1 + 2 ** -23)
  })
  test("f64: the low half of the product survives cancellation", () => {
    const a = 1 + 2 ** -30
    expect(fma64(a, a, -1 - 2 ** -29)).toBe(2 ** -60)
    expect(fma64(1e200, 1e200, Number.NEGATIVE_INFINITY)).toBe(Number.NEGATIVE_INFINITY)
  })
})
