/** @file Which cell runs, and which cell an asynchronous callback belongs to (D7.2). */
import type { EvaluateRequest } from "../host/ports.ts"
import { type Cause, causeOf, currentCause, setCause } from "./causes.ts"

/** How a run of a cell ended. */
export interface RunEnd {
  readonly status: "ok" | "error" | "interrupted"
  /** Name and message of the error; absent for a good end. */
  readonly reason?: string
}

/** The state of one run of a cell; it outlives the run while callbacks of it are alive. */
export interface Run extends Cause {
  readonly request: EvaluateRequest
  finished: boolean
  /** Bytes of stream text and of display data forwarded so far. */
  streamBytes: number
  displayBytes: number
  /** Of them, the bytes of the latest display of each name. */
  shownBytes: Map<string, number>
  /** Displays whose bundles are not ready. */
  pending: Promise<void>[]
  /** Aborted when the cell is interrupted. */
  abort: AbortController
  /** Who is told when the run ends, by who asked. */
  readonly endings: Map<object, (end: RunEnd) => void>
}

let latest: Run | undefined

/** Begins a run: from here on, callbacks that are made belong to it. */
export function beginRun(request: EvaluateRequest): Run {
  latest = {
    request,
    finished: false,
    dead: false,
    streamBytes: 0,
    displayBytes: 0,
    shownBytes: new Map(),
    pending: [],
    abort: new AbortController(),
    endings: new Map(),
  }
  setCause(latest)
  return latest
}

/** The run the current code belongs to, else the latest; undefined before the first. */
export function currentRun(): Run | undefined {
  return (currentCause() as Run | undefined) ?? latest
}

/** The latest run that was begun. */
export function latestRun(): Run | undefined {
  return latest
}

/** The run of the code that made a promise. */
export function runOfPromise(promise: object): Run | undefined {
  return (causeOf(promise) as Run | undefined) ?? latest
}

/** The number of {@link currentRun}; 0 before the first run. */
export function currentNumber(): number {
  return currentRun()?.request.run ?? 0
}

/**
 * Tells a listener once how the cell of the calling code ends; a second call of the same owner replaces the first.
 *
 * @returns whether there will be an end: false for callbacks of a cell that is over
 */
export function whenCellEnds(owner: object, listener: (end: RunEnd) => void): boolean {
  const run = currentRun()
  if (!run || run.finished) return false
  run.endings.set(owner, listener)
  return true
}

/** Tells the listeners of a run, each at most once: one that is cut is not told again. */
export function tellEnd(run: Run, end: RunEnd, failed: (error: unknown) => void): void {
  for (const [owner, listener] of run.endings) {
    run.endings.delete(owner)
    try {
      listener(end)
    } catch (error) {
      failed(error)
    }
  }
}
