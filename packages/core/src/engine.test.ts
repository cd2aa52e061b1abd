/** @file Interrupts, critical sections and what is put right after a termination (D7.4, K2.1). */
import { afterEach, describe, expect, test } from "vitest"
import { engine } from "./engine.ts"
import { defn, type Tensor, tensor } from "./index.ts"
import { currentTrace, Trace, withTrace } from "./trace.ts"

const before = engine.words
afterEach(() => engine.attach(before))

describe("the cancel word", () => {
  test("is reported once and then clear", () => {
    engine.attach(new Int32Array(new SharedArrayBuffer(32)))
    engine.poll()
    Atomics.store(engine.words, 0, 1)
    expect(() => engine.poll()).toThrow(
      expect.objectContaining({ name: "InterruptError", code: "InterruptError" }),
    )
    engine.poll()
  })
  test("stops the next call, and the one after it runs", () => {
    engine.attach(new Int32Array(new SharedArrayBuffer(32)))
    const f = defn((x: Tensor) => x.negate())
    const x = tensor([1])
    expect(f(x).toArray()).toEqual([-1])
    Atomics.store(engine.words, 0, 1)
    expect(() => f(x)).toThrow(/interrupted/)
    expect(f(x).toArray()).toEqual([-1])
  })
})

test("critical sections nest, and end with an error too", () => {
  engine.attach(new Int32Array(new SharedArrayBuffer(32)))
  const depth = (): number => Atomics.load(engine.words, 1)
  expect(engine.critical(() => engine.critical(depth))).toBe(2)
  expect(() =>
    engine.critical(() => {
      throw new Error("mine")
    }),
  ).toThrow("mine")
  expect(depth()).toBe(0)
})

test("recover ends a trace that was cut, clears the words and calls what was registered", () => {
  engine.attach(new Int32Array(new SharedArrayBuffer(32)))
  let called = 0
  engine.onRecover(() => {
    called++
  })
  withTrace(new Trace(), () => {
    // A termination skips every finally: this is the state that it leaves.
    engine.words.fill(3, 0, 2)
    expect(currentTrace()).toBeDefined()
    engine.recover()
    expect([currentTrace(), engine.words[0], engine.words[1], called]).toEqual([undefined, 0, 0, 1])
    expect(tensor([1, 2]).add(1).toArray()).toEqual([2, 3])
  })
})

describe("modules", () => {
  test("a module keeps the text that was registered before it ran", () => {
    engine.registerSource("m", { text: "x + 1", cellId: "id", executionCount: 4 })
    expect(engine.module("m", [0, 5])).toMatchObject({
      name: "m",
      text: "x + 1",
      executionCount: 4,
      sites: [0, 5],
    })
    expect(engine.module("unknown", [])).toMatchObject({ name: "unknown", sites: [] })
  })
})
