/** @file A thread that waits rests; one that computes between its turns does not. */
import { performance } from "node:perf_hooks"
import { setImmediate, setTimeout } from "node:timers/promises"
import { expect, test } from "vitest"
import { whenAtRest } from "./rest.ts"

/** Whether the thread counted as at rest while `work` went on beside it. */
async function rested(work: () => Promise<void>): Promise<boolean> {
  let found = false
  whenAtRest(() => {
    found = true
  })
  await work()
  return found
}

test("waiting is rest, work is none, work in short turns is none", async () => {
  await setTimeout(50) // What the test runner still has to do is done.
  const waits = async () => void (await setTimeout(40))
  const turns = async () => {
    for (const end = performance.now() + 40; performance.now() < end; ) await setImmediate()
  }
  const computes = async () => {
    for (const end = performance.now() + 40; performance.now() < end; );
    await setTimeout(5)
  }
  // Another process may take the processor: a thread at rest is found so at least once in a few times.
  const found: boolean[] = []
  for (let i = 0; i < 5; i++) found.push(await rested(waits))
  expect(found).toContain(true)
  expect(await rested(turns)).toBe(false)
  expect(await rested(computes)).toBe(false)
})
