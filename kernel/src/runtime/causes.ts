/**
 * @file Carries a value from code to the callbacks it causes: promises, timers, microtasks.
 *
 * Node's `AsyncLocalStorage` does the same, but it makes Node count asynchronous scopes, and a
 * termination (D7.4) leaves the count wrong: Node then aborts. Nothing here is counted.
 */
import { promiseHooks } from "node:v8"

/** A constructor that returns its argument: fields of subclasses are added to that object. */
const Same = class {
  constructor(target: object) {
    // biome-ignore lint/correctness/noConstructorReturn: the point of this class
    return target
  }
}

/** Writes a cause on a promise in a private field, which no inspection shows. */
class Stamp extends Same {
  readonly #cause: unknown
  constructor(target: object, cause: unknown) {
    super(target)
    this.#cause = cause
  }
  static read(target: object): unknown {
    return #cause in target ? (target as Stamp).#cause : undefined
  }
}

let current: unknown

/** The cause of the code that runs now. */
export function currentCause(): unknown {
  return current
}

/** From here on, code has this cause. */
export function setCause(cause: unknown): void {
  current = cause
}

/** The cause of the code that made a promise. */
export function causeOf(promise: object): unknown {
  return Stamp.read(promise)
}

const SUSPEND = "defnote.kernel.suspendCauses"

/** An expression that stops the carrying through promises; for use while the thread is paused. */
export const SUSPEND_CAUSES = `globalThis[Symbol.for("${SUSPEND}")]()`

/** The names of the hook functions. */
export const PROMISE_HOOKS: readonly string[] = ["init", "before", "after"]

let stopHooks: (() => void) | undefined

/** Begins to carry causes through promises and the timer functions of the global object. */
export function carryCauses(): void {
  carryThroughPromises()
  Object.defineProperty(globalThis, Symbol.for(SUSPEND), { value: suspend })
  const globals = globalThis as unknown as Record<string, Scheduler>
  for (const name of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]) {
    globals[name] = carrying(globals[name])
  }
  process.nextTick = carrying(process.nextTick as Scheduler)
}

function suspend(): void {
  stopHooks?.()
  stopHooks = undefined
}

/** Carries causes through promises, again after they were suspended. */
export function carryThroughPromises(): void {
  stopHooks ??= promiseHooks.createHook({
    init(promise) {
      if (current !== undefined) new Stamp(promise, current)
    },
    before(promise) {
      current = Stamp.read(promise)
    },
    after() {
      current = undefined
    },
  }) as () => void
}

type Callback = (...values: unknown[]) => unknown
type Scheduler = (callback: Callback, ...rest: unknown[]) => never

/** A function that takes a callback, which then runs with the cause of the call. */
function carrying(schedule: Scheduler): Scheduler {
  const wrapped: Scheduler = (callback, ...rest) => {
    const cause = current
    if (cause === undefined || typeof callback !== "function") return schedule(callback, ...rest)
    // When the callback throws, the cause stays for the handler of uncaught exceptions.
    return schedule(
      function (this: unknown, ...values: unknown[]) {
        const outer = current
        current = cause
        const result = callback.apply(this, values)
        current = outer
        return result
      },
      ...rest,
    )
  }
  // `util.promisify(setTimeout)` reads a symbol of the function.
  Object.defineProperties(wrapped, Object.getOwnPropertyDescriptors(schedule))
  return wrapped
}
