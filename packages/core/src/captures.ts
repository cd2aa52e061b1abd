/**
 * @file What a function captured (C14): the rewriter registers a thunk that reads the captured variables anew at each call.
 * Captured functions bring their own captures along.
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
export const factsOf = (f: object): FunctionFacts | undefined => facts.get(f)

/**
 * The captured values of `f` now, with those of every captured function beside it. Fields of captured objects are
 * captured with them, those of classes too: the body reads them while it is traced.
 */
export function capturesOf(f: object): unknown {
  const own = facts.get(f)
  const seen = walking ?? new Map()
  if (!own || seen.has(f)) return undefined
  seen.set(f, seen.size)
  const outer = walking
  walking = seen
  try {
    return expand(own.captures(), seen)
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
function expand(c: unknown, seen: Seen): unknown {
  if (typeof c === "function") return facts.has(c) ? [c, capturesOf(c)] : c
  if (typeof c !== "object" || c === null || isTensor(c)) return c
  if (ArrayBuffer.isView(c) || c instanceof Promise) return c
  const before = seen.get(c)
  if (before !== undefined) return `object ${before}`
  seen.set(c, seen.size)
  if (Array.isArray(c)) return c.map((x) => expand(x, seen))
  if (c instanceof Map || c instanceof Set) return [...c].map((x) => expand(x, seen))
  const own = Object.fromEntries(Object.entries(c).map(([k, x]) => [k, expand(x, seen)]))
  return isPlain(c) ? own : [c.constructor, own]
}
