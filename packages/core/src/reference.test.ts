/** @file The compilers of the engine itself: the oracle, and the one that only shows graphs (D6.5, K2). */
import { describe, expect, test } from "vitest"
import { engine } from "./engine.ts"
import {
  add,
  asType,
  defn,
  InterruptError,
  less,
  multiply,
  square,
  sum,
  type Tensor,
  tensor,
  whileLoop,
} from "./index.ts"

const twice = defn((x: Tensor) =>
  whileLoop(
    x,
    (c) => less(sum(c), 9),
    (c) => multiply(c, 2),
  ),
)

describe("reference", () => {
  test("stores every value in its dtype: halves as bits, 64-bit integers exactly", () => {
    const half = asType(tensor([1 / 3, 65520]), "f16")
    expect([...half.dataSync()]).toEqual([0x3555, 0x7c00])
    expect(multiply(tensor([2n ** 53n + 1n]), 3n).toArray()).toEqual([27021597764222979n])
    expect(add(tensor(Uint8Array.of(250)), tensor(Uint8Array.of(10))).toArray()).toEqual([4])
  })
  test("an interrupt ends a loop that would not end (K2.1, D7.4)", () => {
    const forever = defn((x: Tensor) =>
      whileLoop(
        x,
        (c) => less(sum(c), 9),
        (c) => multiply(c, 1),
      ),
    )
    const words = new Int32Array(new SharedArrayBuffer(32))
    const before = engine.words
    engine.attach(words)
    try {
      const stopAt = performance.now() + 50
      const poll = engine.poll
      engine.poll = () => {
        if (performance.now() > stopAt) Atomics.store(words, 0, 1)
        poll.call(engine)
      }
      try {
        expect(() => forever(tensor([1]))).toThrow(InterruptError)
      } finally {
        engine.poll = poll
      }
    } finally {
      engine.attach(before)
    }
    expect(twice(tensor([1])).toArray()).toEqual([16])
  })
  test("runs a program again with other inputs, and says what it runs", () => {
    const f = defn((x: Tensor) => sum(square(x)))
    expect([f(tensor([1, 2])).item(), f(tensor([3, 4])).item()]).toEqual([5, 25])
    const kernels = f.using("reference").kernels(tensor([1, 2]))
    expect(kernels.map((k) => k.nodes[0].op.name)).toContain("sum")
  })
})

describe("debug", () => {
  test("lists the graph, with the graphs of control flow inside", () => {
    expect(twice.using("debug").kernels(tensor([1]))[0].source).toMatchInlineSnapshot(`
      "(p0: f32[1]) =>
      %0: f32[1], i32[] = while(p0) {test: (1 in, 1 out), body: (1 in, 1 out), carries: 1}
        test:
          (p0: f32[1]) =>
          %0: f32[] = sum(p0) {axes: [-1]}
          %1: bool[] = less(%0, 9)
          return %1
        body:
          (p0: f32[1]) =>
          %0: f32[1] = constant() {value: 2, dtype: "f32", shape: [1]}
          %1: f32[1] = multiply(p0, %0)
          return %1
      return %0.0"
    `)
  })
  test("runs nothing, and says so", () => {
    expect(() => twice.using("debug")(tensor([1]))).toThrow("debug: this compiler runs nothing")
  })
})
