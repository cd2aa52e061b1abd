/**
 * @file What a function captured (C14): the rewriter registers a thunk that reads the captured variables anew at each call.
 * Captured functions bring their own captures along.
 */
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

/** The captured values of `f` now, with those of every captured function in place of it beside it. */
export function capturesOf(f: object, seen: Set<object> = new Set()): unknown {
  const own = facts.get(f)
  if (!own || seen.has(f)) return undefined
  seen.add(f)
  return expand(own.captures(), seen)
}
function expand(c: unknown, seen: Set<object>): unknown {
  if (typeof c === "function") return facts.has(c) ? [c, capturesOf(c, seen)] : c
  if (typeof c !== "object" || c === null || isTensor(c)) return c
  if (Array.isArray(c)) return c.length > 1000 ? c : c.map((x) => expand(x, seen))
  if (Object.getPrototypeOf(c) !== Object.prototype) return c
  return Object.fromEntries(Object.entries(c).map(([k, x]) => [k, expand(x, seen)]))
}
