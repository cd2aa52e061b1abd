/**
 * @file What a function captured (C14): the rewriter registers a thunk that reads the captured variables anew at each call.
 * Captured functions bring their own captures along, plain helpers, classes and methods of objects too.
 */
import { isPlain } from "./container.ts"
import { engine } from "./engine.ts"
import { isTensor } from "./tensor.ts"

export interface FunctionFacts {
  readonly captures: () => unknown
  readonly name?: string
  /** Source offsets of the function literal in its module. */
  readonly range?: readonly [from: number, to: number]
  readonly module?: string
}
const facts = new WeakMap<object, FunctionFacts>()

export function registerFunction<F extends object>(f: F, known: FunctionFacts): F {
  facts.set(f, known)
  return f
}
/**
 * Plain functions, classes and objects of rewritten text, with the same thunks. Text without `defn` runs where this
 * engine is not loaded yet, so it keeps them at a global place; the name is part of the contract with that text.
 */
const PLAIN = Symbol.for("defnote.captures/1")
type Thunk = () => unknown
const plainThunk = (f: object): Thunk | undefined =>
  (globalThis as { [PLAIN]?: WeakMap<object, Thunk> })[PLAIN]?.get(f)
const thunkOf = (f: object): Thunk | undefined => facts.get(f)?.captures ?? plainThunk(f)
/** The thunk of a plain function that a tool registered, for a body that is parsed from its text. */
export const plainCaptures = (f: object): (() => Record<string, unknown>) | undefined =>
  plainThunk(f) as (() => Record<string, unknown>) | undefined

/** A captured name that is not initialised yet makes the call fail where it is used, not here. */
function read(thunk: Thunk): unknown {
  try {
    return thunk()
  } catch (e) {
    if (e instanceof ReferenceError) return undefined
    throw e
  }
}

export const factsOf = (f: object): FunctionFacts | undefined => facts.get(f)

/**
 * The captured values of `f` now, with those of every captured function beside it. Fields of captured objects are
 * captured with them, those of classes too: the body reads them while it is traced.
 */
export function capturesOf(f: object): unknown {
  const outer = walking
  const seen = outer ?? new Map()
  walking = seen
  try {
    return meet(f, seen) ? capturedBy(f, seen) : undefined
  } finally {
    walking = outer
  }
}
/** Objects met on the way, numbered: an object met again is told from another one of the same structure. */
type Seen = Map<object, number>
/** The walk under way: a compiled function reads its captures through {@link capturesOf} again. */
let walking: Seen | undefined
engine.onRecover(() => {
  walking = undefined
})
/** True the first time. */
function meet(c: object, seen: Seen): boolean {
  if (seen.has(c)) return false
  seen.set(c, seen.size)
  return true
}
const capturedBy = (f: object, seen: Seen): unknown => {
  const thunk = thunkOf(f)
  return thunk && expand(read(thunk), seen)
}
const expandFields = (c: object, seen: Seen): object =>
  Object.fromEntries(Object.entries(c).map(([k, x]) => [k, expand(x, seen)]))

function expand(c: unknown, seen: Seen): unknown {
  if (typeof c === "function") return expandFunction(c, seen)
  if (typeof c !== "object" || c === null || isTensor(c)) return c
  if (ArrayBuffer.isView(c) || c instanceof Promise) return c
  const before = seen.get(c)
  if (before !== undefined) return `object ${before}`
  meet(c, seen)
  if (Array.isArray(c)) return c.map((x) => expand(x, seen))
  if (c instanceof Map || c instanceof Set) return [...c].map((x) => expand(x, seen))
  const own = expandFields(c, seen)
  if (isPlain(c)) return thunkOf(c) ? [own, capturedBy(c, seen)] : own
  return [expand(c.constructor, seen), own]
}
/** A function is told by itself, by what it captured, and by what was put on it: `f.scale = 2`, `static` fields. */
function expandFunction(f: object, seen: Seen): unknown {
  const hasFields = Object.keys(f).length > 0
  if (!(thunkOf(f) || hasFields) || !meet(f, seen)) return f
  return [f, capturedBy(f, seen), hasFields ? expandFields(f, seen) : undefined]
}
