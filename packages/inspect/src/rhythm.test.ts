/** @file The rhythm of watching, with times that are told and not measured. */
import { describe, expect, test } from "vitest"
import { Rhythm } from "./rhythm.ts"

interface Times {
  readonly alone: number
  readonly watched: number
  readonly compile: number
}
/** Goes through `steps` steps; gives those that were watched, and what watching took in all as a share. */
function run(rhythm: Rhythm, steps: number, { alone, watched, compile }: Times) {
  const turns: number[] = []
  for (let step = 1; step <= steps; step++) {
    if (!rhythm.isTurn(step)) rhythm.alone(alone)
    else {
      if (!turns.length) rhythm.compiled(compile)
      rhythm.watched(step, watched)
      turns.push(step)
    }
  }
  const extra = turns.length * (watched - alone) + compile
  return { turns, share: extra / (steps * alone) }
}

describe("within the budget", () => {
  const cases: readonly (readonly [string, Times])[] = [
    ["cheap", { alone: 2.5, watched: 2.7, compile: 35 }],
    ["as dear as the step", { alone: 2.5, watched: 5, compile: 35 }],
    ["much dearer than the step", { alone: 0.1, watched: 3, compile: 0 }],
    ["of long steps", { alone: 30, watched: 40, compile: 100 }],
  ]
  test.each(cases)("%s: 15 percent over 200 steps, compiling included", (_, times) => {
    const rhythm = new Rhythm(0.15)
    const { turns, share } = run(rhythm, 200, times)
    expect(share).toBeLessThanOrEqual(0.15 + (4 * times.watched) / (200 * times.alone))
    expect(turns.length).toBeGreaterThan(1)
    expect(rhythm.overhead).toBeCloseTo(share - times.compile / (200 * times.alone), 6)
  })
  test("it is used: what watching may take is taken", () => {
    const { share } = run(new Rhythm(0.15), 400, { alone: 2.5, watched: 5, compile: 35 })
    expect(share).toBeGreaterThan(0.14)
  })
  test("compiling that takes longer than all steps stops no watching", () => {
    const times = { alone: 0.05, watched: 0.1, compile: 60 }
    const { turns } = run(new Rhythm(0.15), 300, times)
    expect(turns.length).toBeGreaterThan(300 * 0.07)
  })
})
test("never two steps in a row, however cheap", () => {
  const { turns } = run(new Rhythm(1e6), 40, { alone: 1, watched: 1, compile: 0 })
  expect(turns[0]).toBe(5)
  expect(turns.slice(1).map((t, i) => t - turns[i])).toEqual(Array(turns.length - 1).fill(2))
})
test("a tiny budget: the first four, to have something to show", () => {
  const rhythm = new Rhythm(1e-9)
  expect(run(rhythm, 100, { alone: 1, watched: 1.5, compile: 0 }).turns).toEqual([5, 7, 9, 11])
  expect(rhythm.interval).toBe(1_000_000_000)
})
test("a rhythm that was given is kept", () => {
  const rhythm = new Rhythm(0.15, 3)
  expect(run(rhythm, 10, { alone: 1, watched: 9, compile: 0 }).turns).toEqual([1, 4, 7, 10])
  expect([rhythm.interval, rhythm.budget]).toEqual([3, undefined])
})
test("the first step of each kind is no measure", () => {
  const rhythm = new Rhythm(0.15, 2)
  rhythm.watched(1, 900)
  rhythm.alone(100)
  expect(rhythm.overhead).toBeUndefined()
  rhythm.watched(3, 3)
  rhythm.alone(2)
  expect(rhythm.overhead).toBe((2 * 1) / (4 * 2))
})
