import { describe, expect, test } from "vitest"
import * as d from "../index.ts"

type Activation = (x: d.Tensor) => d.Tensor
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
/** The normal distribution function, integrated with Simpson's rule. */
function normalBelow(x: number): number {
  const [n, h] = [2000, x / 2000]
  const f = (t: number): number => Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI)
  let sum = f(0) + f(x)
  for (let i = 1; i < n; i++) sum += (i % 2 ? 4 : 2) * f(i * h)
  return 0.5 + (sum * h) / 3
}
const CASES: [string, Activation, (x: number) => number][] = [
  ["relu", d.relu, (x) => Math.max(x, 0)],
  ["leakyRelu", (x) => d.leakyRelu(x, { slope: 0.2 }), (x) => (x > 0 ? x : 0.2 * x)],
  ["elu", (x) => d.elu(x, { alpha: 1.5 }), (x) => (x > 0 ? x : 1.5 * Math.expm1(x))],
  ["selu", d.selu, (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x))],
  ["silu", d.silu, (x) => x * sigmoid(x)],
  ["gelu", d.gelu, (x) => x * normalBelow(x)],
  [
    "gelu with tanh",
    (x) => d.gelu(x, { approximate: true }),
    (x) => 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  ],
  ["softplus", d.softplus, (x) => Math.log(1 + Math.exp(x))],
]
const f64 = (...x: number[]): d.Tensor => d.tensor(Float64Array.from(x))
const slopes = (f: Activation) => d.grad((x: d.Tensor) => d.sum(f(x)))

describe.each(CASES)("%s", (_, f, want) => {
  const points = [-3.5, -1, -0.3, 0.4, 1, 2.7]
  test("values", () => {
    const got = f(f64(...points)).toArray() as number[]
    got.forEach((y, i) => {
      expect(y).toBeCloseTo(want(points[i]), 12)
    })
  })
  test("slopes against differences", () => {
    const got = slopes(f)(f64(...points)).toArray() as number[]
    got.forEach((y, i) => {
      expect(y).toBeCloseTo((want(points[i] + 1e-6) - want(points[i] - 1e-6)) / 2e-6, 6)
    })
  })
  test("large arguments give finite values and slopes; NaN stays NaN", () => {
    const x = f64(-1e30, 1e30)
    expect((f(x).toArray() as number[])[0]).toBeLessThanOrEqual(0)
    for (const y of slopes(f)(f64(-800, 800)).toArray() as number[]) expect(y).not.toBeNaN()
    expect(f(d.tensor(Float64Array.of(Number.NaN))).toArray()).toEqual([Number.NaN])
  })
})

test("S10 the slope of relu at 0 is 0, of elu 1", () => {
  expect(slopes(d.relu)(f64(0)).toArray()).toEqual([0])
  expect(slopes(d.elu)(f64(0)).toArray()).toEqual([1])
})
test("integers become f32, relu keeps them", () => {
  const x = d.tensor(Int32Array.of(-1, 2))
  expect(d.elu(x).dtype).toBe("f32")
  expect(d.relu(x).dtype).toBe("i32")
  expect(d.relu(d.tensor(BigInt64Array.of(-1n, 2n))).toArray()).toEqual([0n, 2n])
})
