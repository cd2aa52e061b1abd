/**
 * @file Carries a value from code to the callbacks it causes: promises, timers, microtasks.
 *
 * Node's `AsyncLocalStorage` does the same, but it makes Node count asynchronous scopes, and a
 * termination (D7.4) leaves the count wrong: Node then aborts. Nothing here is counted.
 */
import { promiseHooks } from "node:v8"
import { Word } from "./protocol.ts"

/** A constructor that returns its argument: fields of subclasses are added to that object. */
const Same = class {
  constructor(target: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the point of this class
    return target
  }
}

/** Writes a cause on a promise in a private field, which no inspection shows. */
class Stamp extends Same {
  readonly #cause: Cause
  constructor(target: object, cause: Cause) {
    super(target)
    this.#cause = cause
  }
  static read(target: object): Cause | undefined {
    return #cause in target ? (target as Stamp).#cause : undefined
  }
}

/** What callbacks are made for. */
export interface Cause {
  /** Once true, its timers do not fire and it can make no more: it was interrupted. */
  dead: boolean
}

let current: Cause | undefined

/** The cause of the code that runs now. */
export function currentCause(): Cause | undefined {
  return current
}

/** From here on, code has this cause. */
export function setCause(cause: Cause): void {
  current = cause
}

/** The cause of the code that made a promise. */
export function causeOf(promise: object): Cause | undefined {
  return Stamp.read(promise)
}

interface Keeper {
  promise: object | undefined
}

const keepers = new Set<Keeper>()
let keeper: Keeper | undefined

/**
 * Keeps the next promise that is made from being collected.
 *
 * @returns a function that lets go of it
 */
export function keepNextPromise(): () => void {
  const mine: Keeper = { promise: undefined }
  keeper = mine
  keepers.add(mine)
  return () => keepers.delete(mine)
}

const SUSPEND = "defnote.kernel.suspendCauses"

/** An expression that stops the carrying through promises; for use while the thread is paused. */
export const SUSPEND_CAUSES = `globalThis[Symbol.for("${SUSPEND}")]()`

/** The names of the hook functions and of what they call. */
export const PROMISE_HOOKS: readonly string[] = ["init", "before", "after", "read", "Stamp"]

let stopHooks: (() => void) | undefined
let words: Int32Array = new Int32Array(Word.words)

/**
 * Begins to carry causes through promises and the timer functions of the global object.
 *
 * @param shared its cancel word is set while code of a dead cause runs: what was interrupted while
 *   it waited for a file or the network computes no further when the answer comes
 */
export function carryCauses(shared: Int32Array<SharedArrayBuffer>): void {
  words = shared
  carryThroughPromises()
  Object.defineProperty(globalThis, Symbol.for(SUSPEND), { value: suspend })
  const globals = globalThis as unknown as Record<string, Scheduler>
  for (const name of ["setTimeout", "setInterval", "setImmediate"]) {
    globals[name] = carrying(globals[name], true)
  }
  globals.queueMicrotask = carrying(globals.queueMicrotask, false)
  process.nextTick = carrying(process.nextTick as Scheduler, false)
}

function suspend(): void {
  stopHooks?.()
  stopHooks = undefined
}

/** Carries causes through promises, again after they were suspended. */
export function carryThroughPromises(): void {
  stopHooks ??= promiseHooks.createHook({
    init(promise) {
      if (keeper) {
        keeper.promise = promise
        keeper = undefined
      }
      if (current !== undefined) new Stamp(promise, current)
    },
    before(promise) {
      current = Stamp.read(promise)
      if (current?.dead) Atomics.store(words, Word.cancel, 1)
    },
    after() {
      if (current?.dead) Atomics.store(words, Word.cancel, 0)
      current = undefined
    },
  }) as () => void
}

const INTERRUPTED = "the cell was interrupted: it can start nothing more"

type Callback = (...values: unknown[]) => unknown
type Scheduler = (callback: Callback, ...rest: unknown[]) => never

/**
 * A function that takes a callback, which then runs with the cause of the call.
 *
 * @param ends whether a dead cause can neither call it nor be called back; Node itself needs its
 *   microtasks and ticks
 */
function carrying(schedule: Scheduler, ends: boolean): Scheduler {
  const wrapped: Scheduler = (callback, ...rest) => {
    const cause = current
    if (cause === undefined || typeof callback !== "function") return schedule(callback, ...rest)
    if (ends && cause.dead) throw Object.assign(new Error(INTERRUPTED), { name: "InterruptError" })
    // When the callback throws, the cause stays for the handler of uncaught exceptions.
    const called = function (this: unknown, ...values: unknown[]) {
      if (ends && cause.dead) return undefined
      const outer = current
      current = cause
      const result = callback.apply(this, values)
      current = outer
      return result
    }
    return schedule(called, ...rest)
  }
  // `util.promisify(setTimeout)` reads a symbol of the function.
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(schedule))
  return wrapped
}
