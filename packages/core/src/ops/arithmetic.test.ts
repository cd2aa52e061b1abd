import { expect, test } from "vitest"
import * as d from "../index.ts"

const list = (x: d.Tensor): unknown => x.toArray()
const i32 = (...x: number[]): d.Tensor => d.tensor(Int32Array.from(x))
const i64 = (...x: bigint[]): d.Tensor => d.tensor(BigInt64Array.from(x))
const f64 = (...x: number[]): d.Tensor => d.tensor(Float64Array.from(x))

test("S4 integers divide to f32 and wrap in other arithmetic", () => {
  expect(list(d.divide(i32(1, 7), i32(2, -2)))).toEqual([0.5, -3.5])
  expect(list(d.add(d.tensor(Uint8Array.of(255)), 1))).toEqual([0])
  expect(list(d.multiply(i32(0x7fffffff), i32(0x7fffffff)))).toEqual([1])
  expect(list(d.multiply(i64(2n ** 62n + 1n), i64(3n)))).toEqual([
    BigInt.asIntN(64, 3n * (2n ** 62n + 1n)),
  ])
})
test("S6 integer division by zero gives 0; the remainder has the sign of the dividend", () => {
  expect(list(d.remainder(i32(7, -7, 7, -7, 5), i32(3, 3, -3, -3, 0)))).toEqual([1, -1, 1, -1, 0])
  expect(list(d.remainder(i32(-(2 ** 31)), i32(-1)))).toEqual([0])
  expect(list(d.remainder(f64(7.5, -7.5), 2))).toEqual([1.5, -1.5])
})
test("S5 halves away from zero, or to even", () => {
  const x = f64(0.5, 1.5, 2.5, -0.5, -2.5, 0.49999999999999994, 2 ** 52 + 1)
  expect(list(d.round(x))).toEqual([1, 2, 3, -1, -3, 0, 2 ** 52 + 1])
  expect(list(d.round(x, { half: "even" }))).toEqual([0, 2, 2, -0, -2, 0, 2 ** 52 + 1])
  expect(list(d.round(i32(3)))).toEqual([3])
})
test("S5 casts round to nearest even", () => {
  expect(list(d.asType(d.asType(f64(1 + 2 ** -11, 1 + 3 * 2 ** -11), "f16"), "f64"))).toEqual([
    1,
    1 + 2 ** -9,
  ])
  expect(list(d.asType(d.asType(f64(1 + 2 ** -8, 1 + 3 * 2 ** -8), "bf16"), "f64"))).toEqual([
    1,
    1 + 2 ** -6,
  ])
})
test("S5 64-bit integers are rounded once on their way to f32", () => {
  // Just above the middle of two f32; an f64 in between would be exactly the middle.
  const x = 2n ** 62n + 2n ** 38n + 1n
  expect(list(d.asType(i64(x, -x, 2n ** 62n + 2n ** 38n), "f32"))).toEqual([
    2 ** 62 + 2 ** 39,
    -(2 ** 62 + 2 ** 39),
    2 ** 62,
  ])
})
test("S6 float to int truncates and saturates, NaN is 0; int to int wraps", () => {
  const x = f64(1.9, -1.9, 300, -300, Number.NaN, Number.POSITIVE_INFINITY)
  expect(list(d.asType(x, "i8"))).toEqual([1, -1, 127, -128, 0, 127])
  expect(list(d.asType(x, "u64"))).toEqual([1n, 0n, 300n, 0n, 0n, 2n ** 64n - 1n])
  expect(list(d.asType(i32(300, -1), "u8"))).toEqual([44, 255])
})
test("powers: whole exponents are products, integers wrap, negative exponents of integers give 0, 1 or -1", () => {
  const square = d.defn((x: d.Tensor) => d.power(x, 2))
  expect(square.graph(f64(3)).outputs[0].op.name).toBe("square")
  expect(list(d.power(i32(3, 2, -1, 1, 0), i32(4, -1, -3, -5, -1)))).toEqual([81, 0, -1, 1, 0])
  expect(list(d.power(i64(3n), i64(100n)))).toEqual([BigInt.asIntN(64, 3n ** 100n)])
  expect(list(d.power(f64(2, 0, -8, 9), f64(10, 0, 3, 0.5)))).toEqual([1024, 1, -512, 3])
})
test("S10 the derivative of x ** 0 is 0, of 0 ** p in p is 0", () => {
  const inBase = d.grad((x: d.Tensor, p: d.Tensor) => d.sum(d.power(x, p)))
  const inExponent = d.grad((p: d.Tensor, x: d.Tensor) => d.sum(d.power(x, p)))
  expect(list(inBase(f64(0, 5, 0), f64(0, 0, 2)))).toEqual([0, 0, 0])
  expect(list(inExponent(f64(2, 0), f64(0, 1)))).toEqual([0, 0])
})
test("S10 ties share the gradient, abs'(0) = 0, sqrt'(0) = Infinity", () => {
  expect(list(d.grad((x: d.Tensor) => d.sum(d.maximum(x, 1)))(f64(0, 1, 2)))).toEqual([0, 0.5, 1])
  expect(list(d.grad((x: d.Tensor) => d.sum(d.minimum(x, 1)))(f64(0, 1, 2)))).toEqual([1, 0.5, 0])
  expect(list(d.grad((x: d.Tensor) => d.sum(d.abs(x)))(f64(-2, 0, 2)))).toEqual([-1, 0, 1])
  expect(list(d.grad((x: d.Tensor) => d.sum(d.sqrt(x)))(f64(0)))).toEqual([
    Number.POSITIVE_INFINITY,
  ])
  expect(list(d.grad((x: d.Tensor) => d.sum(d.clip(x, 0, 1)))(f64(-1, 0, 1, 2)))).toEqual([
    0, 1, 1, 0,
  ])
})
test("S8 NaN wins in maximum and minimum", () => {
  expect(list(d.maximum(f64(Number.NaN, 1), f64(1, Number.NaN)))).toEqual([Number.NaN, Number.NaN])
  expect(list(d.notEqual(f64(Number.NaN), f64(Number.NaN)))).toEqual([true])
})
test("shifts beyond the width empty the value", () => {
  expect(list(d.leftShift(i32(3, 3, 3), i32(1, 32, -1)))).toEqual([6, 0, 0])
  expect(list(d.rightShift(i32(-8, -8, 8), i32(1, 40, 40)))).toEqual([-4, -1, 0])
})
test("S2 S3 dynamic numbers are weak: a second value needs no new trace, and f16 stays f16", () => {
  const scaled = d.defn((x: d.Tensor, rate: number) => d.multiply(x, d.multiply(rate, 2)))
  const x = d.asType(f64(1, 2), "f16")
  expect(scaled(x, 0.5).dtype).toBe("f16")
  expect(list(d.asType(scaled(x, 0.25), "f64"))).toEqual([0.5, 1])
  expect(list(d.asType(scaled(x, 0.125), "f64"))).toEqual([0.25, 0.5])
  expect(scaled.traces).toBe(2)
})
test("S3 a dynamic number that meets integers becomes static, since its value decides the dtype", () => {
  const scaled = d.defn((x: d.Tensor, rate: number) => d.multiply(x, rate))
  expect(scaled(i32(3), 2).dtype).toBe("i32")
  expect(scaled(i32(3), 4).dtype).toBe("i32")
  expect(scaled(i32(3), 0.5).dtype).toBe("f32")
})
