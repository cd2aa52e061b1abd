/** @file Memory stays flat through a synchronous loop: nothing waits for a callback that cannot run (D4.2, D4.3). */
import { compileFunction } from "node:vm"
import { budget, usedBytes } from "@defnote/core"
import { type Defn, defn, grad, MemoryError, ones, type Tensor, tensor } from "defnote"
import { afterEach, describe, expect, test, vi } from "vitest"
import { gauge } from "../src/gauge.ts"

const MIB = 2 ** 20
/** 256 KiB: kept for ever, 20,000 of them would be 5 GB. */
const SIZE = 65536
/** What a garbage collector may leave lying about between two looks. */
const SLACK = 300 * MIB

/** Trains without ever yielding to the event loop; the largest growth of memory after the first tenth. */
function growth(compiler: string, steps: number, size: number): number {
  const slope = grad(defn((w: Tensor, x: Tensor) => w.subtract(x).square().sum()))
  const gradient = (slope as unknown as Defn<(w: Tensor, x: Tensor) => Tensor>).using(compiler)
  const update = defn((w: Tensor, g: Tensor, rate: number) => w.subtract(g.multiply(rate))).using(
    compiler,
  )
  const x = tensor(new Float32Array(size).fill(3))
  let w = tensor(new Float32Array(size)) as Tensor
  const used = (): number => process.memoryUsage().rss
  let [start, peak] = [0, 0]
  for (let i = 0; i < steps; i++) {
    w = update(w, gradient(w, x), 0.01 + i * 1e-9)
    if (i % 100 === 0) peak = Math.max(peak, used())
    if (i === steps / 10) start = peak
  }
  expect(w.at(0).item()).toBeCloseTo(3, 3)
  return peak - start
}

test("20,000 steps on wasm", { timeout: 120_000 }, () => {
  expect(growth("wasm", 20_000, SIZE)).toBeLessThan(SLACK)
})
test("2,000 steps on reference", { timeout: 120_000 }, () => {
  expect(growth("reference", 2_000, 4096)).toBeLessThan(SLACK)
})

describe("D4.3 the budget bounds the sum of what lives", () => {
  const before = budget.bytes
  afterEach(() => {
    budget.bytes = before
  })
  const SIDE = 1024
  const ROOM = 64 * 4 * MIB
  const step = defn((x: Tensor) => x.multiply(0.5).add(1))
  /** Room for 64 of the tensors, beside what the process uses now. */
  const start = (): Tensor => {
    const x = ones([SIDE, SIDE])
    step(x)
    budget.bytes = usedBytes() + ROOM
    return x
  }
  test.each(["wasm", "reference"])("what is kept on %s ends in an error that names it", (name) => {
    const side = name === "wasm" ? SIDE : SIDE / 2
    const mib = (side * side * 4) / MIB
    const f = step.using(name)
    const x = ones([side, side])
    start()
    if (name !== "wasm") budget.bytes -= ROOM - 6 * MIB
    let kept: Tensor[] = []
    const keep = (): void => {
      for (let i = 0; i < 300; i++) kept.push(f(x))
    }
    expect(keep).toThrow(MemoryError)
    const made = kept.length
    expect(made).toBeGreaterThan(2)
    expect(keep).toThrow(
      new RegExp(
        `${name}: ${mib}\\.0 MiB for ${side * side} elements of f32; .* of the budget of .* are in use\\n.*\\d+ x f32\\[${side},${side}\\] \\(.* MiB\\)`,
      ),
    )
    kept = []
    expect(f(x).at(0, 0).item()).toBe(1.5)
  })
  test("20,000 steps that keep nothing never meet it", { timeout: 120_000 }, () => {
    let x = ones([SIDE / 4, SIDE / 4]) as Tensor
    start()
    budget.bytes -= ROOM - 64 * MIB
    const collections = vi.spyOn(gauge, "collect")
    for (let i = 0; i < 20_000; i++) x = step(x)
    expect(collections.mock.calls.length).toBeLessThan(20_000 / 100)
    collections.mockRestore()
    expect(x.at(0, 0).item()).toBeCloseTo(2, 5)
  })
  test("the place in the cell is named", () => {
    const x = start()
    const cell = "const kept = []\nfor (let i = 0; i < 300; i++) {\n  kept.push(f(x))\n}"
    const run = compileFunction(cell, ["f", "x"], { filename: "cell:7" }) as (
      ...x: unknown[]
    ) => void
    expect(() => run(step, x)).toThrow(/\d+ x f32\[1024,1024\] made at cell 7, line 3 \(.* MiB\)/)
  })
  test("tensors that are disposed make room", () => {
    const x = start()
    for (let i = 0; i < 300; i++) step(x).dispose()
  })
})
