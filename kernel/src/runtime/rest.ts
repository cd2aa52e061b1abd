/** @file Tells whether the event loop of this thread rests: it waits, and next to no code runs. */
import { performance } from "node:perf_hooks"
// The global `setTimeout` belongs to cells: it refuses what an interrupted one starts.
import { setTimeout } from "node:timers"

/** The event loop is watched for this long (ms). */
const WATCH_MS = 4
/** A thread at rest spends at least this share of the time waiting. */
const IDLE_SHARE = 0.7

/** Watches the event loop for a moment, then calls `act` if it was idle. */
export function whenAtRest(act: () => void): void {
  const start = performance.now()
  const { idleTime } = performance.nodeTiming
  setTimeout(() => {
    const waited = performance.nodeTiming.idleTime - idleTime
    if (waited > IDLE_SHARE * (performance.now() - start)) act()
  }, WATCH_MS)
}
