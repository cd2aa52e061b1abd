/** @file Memory stays flat through a synchronous loop: nothing waits for a callback that cannot run (D4.2, D4.3). */
import { type Defn, defn, grad, type Tensor, tensor } from "defnote"
import { expect, test } from "vitest"

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
