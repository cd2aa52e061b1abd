/** D4.2, D4.4: a result that is disposed gives its memory to a later one, and nobody sees another's numbers. */
import * as d from "@defnote/core"
import { afterEach, beforeEach, expect, test } from "vitest"
import { wasm } from "./index.ts"

d.registerCompiler(wasm)

const SIZE = 1 << 16
const counted = (from: number): d.Tensor =>
  d.tensor(Float32Array.from({ length: SIZE }, (_, i) => from + i))
const double = d.defn((x: d.Tensor) => d.multiply(x, 2)).using("wasm")
const bufferOf = (x: d.Tensor): ArrayBuffer => d.storageOf(x)?.readSync?.() as ArrayBuffer
const isDouble = (x: d.TypedArray, from: number): boolean =>
  Array.from(x as Float32Array).every((v, i) => v === 2 * (from + i))

const saved = d.budget.bytes
beforeEach(() => d.dropSpares())
afterEach(() => {
  d.budget.bytes = saved
  d.setGauge(undefined)
})

test("the memory of a disposed result is that of the next, with the next one's numbers", () => {
  const first = double(counted(1))
  const memory = bufferOf(first)
  first.dispose()
  const second = double(counted(7))
  expect(bufferOf(second) === memory).toBe(true)
  expect(isDouble(second.dataSync(), 7)).toBe(true)
  expect(() => first.dataSync()).toThrow(/given up by dispose/)
})

test("a result that is disposed twice is one buffer", () => {
  const first = double(counted(1))
  first.dispose()
  first.dispose()
  expect(bufferOf(double(counted(2))) === bufferOf(double(counted(3)))).toBe(false)
})

test("an array that the user gave is never written", () => {
  const array = Float32Array.from({ length: SIZE }, (_, i) => i)
  d.tensor(array).dispose()
  double(counted(5))
  expect(array.every((v, i) => v === i)).toBe(true)
})

test.each([
  ["dataSync({copy: false})", async (x: d.Tensor) => x.dataSync({ copy: false })],
  ["data({copy: false})", (x: d.Tensor) => x.data({ copy: false })],
])("the array of %s stays as it was", async (_, read) => {
  const x = double(counted(1))
  const array = (await read(x)) as Float32Array
  x.dispose()
  double(counted(9))
  expect(isDouble(array, 1)).toBe(true)
})

test("a read that was begun before dispose gives the tensor's own numbers", async () => {
  const x = double(counted(1))
  const read = x.data()
  x.dispose()
  double(counted(9))
  expect(isDouble((await read) as Float32Array, 1)).toBe(true)
})

test("a reshaped result has the same memory, and is given up with it", () => {
  const x = double(counted(1))
  const square = d.reshape(x, [256, 256])
  const shared = bufferOf(square) === bufferOf(x)
  x.dispose()
  double(counted(9))
  if (shared) expect(() => square.dataSync()).toThrow(/given up/)
  else expect(isDouble(square.dataSync(), 1)).toBe(true)
})

test("what was donated is not also kept: the result that has its buffer stays", () => {
  const grow = d.defn((x: d.Tensor) => d.add(x, 1), { donate: [0] }).using("wasm")
  const x = double(counted(1))
  const y = grow(x)
  x.dispose()
  const numbers = y.dataSync()
  double(counted(9))
  expect(y.dataSync().every((v, i) => v === numbers[i])).toBe(true)
})

test("copies of inputs in linear memory do not outlive what they are copies of", () => {
  const sum = d.defn((x: d.Tensor) => d.dot(x, x)).using("wasm")
  const first = double(counted(1))
  for (let i = 0; i < 4; i++) sum(first)
  const memory = bufferOf(first)
  first.dispose()
  const second = double(counted(3))
  expect(bufferOf(second) === memory).toBe(true)
  const fresh = d.tensor(second.dataSync())
  expect(sum(second).item()).toBe(sum(fresh).item())
})

test("at most 64 MiB are kept, and none when the budget is short (D4.3)", () => {
  const large = 2 ** 25
  for (let i = 0; i < 4; i++) d.keepSpare(new ArrayBuffer(large))
  expect([d.takeSpare(large), d.takeSpare(large), d.takeSpare(large)].map((b) => !!b)).toEqual([
    true,
    true,
    false,
  ])
  d.keepSpare(new ArrayBuffer(large))
  d.setGauge({ used: () => 0 })
  d.budget.bytes = 1000
  expect(() => d.zeros([1000]).toArray()).toThrow(d.MemoryError)
  expect(d.takeSpare(large) === undefined).toBe(true)
})
