/** Inputs that stay in linear memory: the same numbers on every use, a bound, and no memory error because of them. */
import * as d from "@defnote/core"
import { afterEach, expect, test } from "vitest"
import { randomStorage } from "./compare.ts"
import { wasm } from "./index.ts"
import { inputCache } from "./input-cache.ts"
import { linearMemory } from "./memory.ts"

const f32 = (...shape: number[]): d.TensorType => ({ dtype: "f32", shape })
const graph = (types: d.TensorType[], f: (...x: d.Tensor[]) => d.Tensor | d.Tensor[]): d.Graph =>
  d.withTable(new d.InternTable(), () => d.graphOf(types, (...x) => [f(...x)].flat()))
const storage = (t: d.TensorType, seed = 9): d.Storage =>
  randomStorage(t, [-1, 1], d.randomNumbers(seed))
const numbers = (s: d.Storage): Float32Array => new Float32Array(s.readSync?.() as ArrayBuffer)
const same = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((x, i) => Object.is(x, b[i]))

const saved = d.budget.bytes
afterEach(() => {
  d.budget.bytes = saved
  d.engine.recover()
})

/** A large input used in every way that a program can use one. */
const type = f32(300, 260)
const row = f32(260)
const USES: Record<string, [d.TensorType[], (...x: d.Tensor[]) => d.Tensor | d.Tensor[]]> = {
  "streamed and reduced": [[type], (x) => [d.tanh(x), d.softmax(x)]],
  "read as a whole": [[type], (x) => d.dot(x, d.transpose(x))],
  "with another argument": [[type, row], (x, b) => d.add(x, b)],
  "also a result": [[type], (x) => [x, d.add(x, 1)]],
  "carried by a loop": [
    [type],
    (x) =>
      d.whileLoop(
        x,
        (c) => d.less(d.max(c), 10),
        (c) => d.multiply(c, 2),
      ) as d.Tensor,
  ],
  "row by row": [
    [type, row],
    (x, b) => d.scan(b, x, (c, r) => [d.add(c, r), d.multiply(c, r)]) as d.Tensor[],
  ],
  "sorted by the host": [[type], (x) => d.sort(x)],
}
for (const [name, [types, f]] of Object.entries(USES))
  test(`every use gives the same numbers: ${name}`, () => {
    const g = graph(types, f)
    const inputs = types.map((t, i) => storage(t, i + 3))
    const before = inputs.map((s) => numbers(s).slice())
    const run = wasm.compile(g, {})
    const first = run.run(inputs).map((s) => numbers(s).slice())
    for (let use = 2; use < 5; use++)
      run.run(inputs).forEach((s, i) => {
        expect(same(numbers(s), first[i])).toBe(true)
      })
    inputs.forEach((s, i) => {
      expect(same(numbers(s), before[i])).toBe(true)
    })
  })

test("the second use makes the copy, and giving the storage up drops it", () => {
  const run = wasm.compile(
    graph([type], (x) => d.exp(x)),
    {},
  )
  const x = storage(type)
  run.run([x])
  expect(inputCache.bytes).toBe(0)
  run.run([x])
  expect(inputCache.bytes).toBe(x.byteLength)
  x.dispose()
  expect(inputCache.bytes).toBe(0)
})

test("copies stay within their share of the budget, and the oldest go first", () => {
  d.budget.bytes = 2 ** 26
  const large = f32(2 ** 18)
  const run = wasm.compile(
    graph([large], (x) => d.add(x, 1)),
    {},
  )
  const inputs = Array.from({ length: 24 }, (_, i) => storage(large, i + 1))
  for (let turn = 0; turn < 3; turn++)
    for (const x of inputs) {
      const [y] = run.run([x])
      expect(numbers(y)[7]).toBe(Math.fround(numbers(x)[7] + 1))
      expect(inputCache.bytes).toBeLessThanOrEqual(2 ** 23)
    }
  expect(inputCache.bytes).toBe(2 ** 23)
})

test("a program that needs the room gets it", () => {
  d.budget.bytes = linearMemory.memory.buffer.byteLength + 2 ** 25
  const large = f32(2 ** 19)
  const keeping = wasm.compile(
    graph([large], (x) => d.add(x, 1)),
    {},
  )
  const inputs = [1, 2].map((seed) => storage(large, seed))
  for (const x of [...inputs, ...inputs]) keeping.run([x])
  const kept = inputCache.bytes
  expect(kept).toBeGreaterThan(0)
  // All that is allowed, but a little for the ends of blocks.
  const rest = d.budget.bytes - 2 ** 20
  const block = linearMemory.acquire(rest, "test")
  expect(inputCache.bytes).toBeLessThan(kept)
  linearMemory.release(block, rest)
  expect(() => linearMemory.acquire(2 * d.budget.bytes, "test")).toThrow(d.MemoryError)
})

test("what a run reads stays while another program runs in the middle of it", () => {
  const x = storage(type)
  const g = graph([type], (v) => {
    d.printValue(d.sum(v), "middle")
    return d.multiply(v, 3)
  })
  const run = wasm.compile(g, {})
  d.setPrinter(() => {})
  run.run([x])
  run.run([x])
  const want = numbers(x).map((v) => Math.fround(v * 3))
  d.setPrinter(() => {
    expect(inputCache.shrink()).toBe(false)
    x.dispose()
    expect(inputCache.bytes).toBeGreaterThan(0)
  })
  const [y] = run.run([x])
  d.setPrinter(() => {})
  expect(numbers(y)).toEqual(want)
  expect(inputCache.bytes).toBe(0)
})

test("after an interrupt a copy can go; after a recovery nothing is remembered", () => {
  const g = graph([type], (v) => {
    d.printValue(d.sum(v), "middle")
    return d.multiply(v, 3)
  })
  const run = wasm.compile(g, {})
  const x = storage(type)
  d.setPrinter(() => {})
  run.run([x])
  run.run([x])
  d.setPrinter(() => {
    throw new Error("stop")
  })
  expect(() => run.run([x])).toThrow("stop")
  d.setPrinter(() => {})
  expect(inputCache.shrink()).toBe(true)
  run.run([x])
  expect(inputCache.bytes).toBe(x.byteLength)
  d.engine.recover()
  expect(inputCache.bytes).toBe(0)
  const [y] = run.run([x])
  expect(numbers(y)[5]).toBe(Math.fround(numbers(x)[5] * 3))
})

test("a buffer that a result takes over is read anew", () => {
  const [giving, reading] = [{ donate: [0] }, {}].map((options) =>
    wasm.compile(
      graph([type], (x) => d.add(x, 1)),
      options,
    ),
  )
  let x: d.Storage = new d.CpuStorage(new ArrayBuffer(d.sizeOf(type.shape) * 4))
  for (let turn = 1; turn < 4; turn++) {
    for (let use = 0; use < 3; use++)
      expect(numbers(reading.run([x])[0]).every((v) => v === turn)).toBe(true)
    const [y] = giving.run([x])
    expect(y.readSync?.()).toBe(x.readSync?.())
    x = y
  }
})
