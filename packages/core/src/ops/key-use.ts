/**
 * @file Warns when one key is used in two draws of a cell (S12): their numbers are not independent. Knows no algorithm.
 * Splitting and folding in give new keys and are no draws.
 */
import { type AnyFunction, publicly } from "../eager.ts"
import { engine } from "../engine.ts"
import type { Options } from "../options.ts"
import { formatSite } from "../source.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { currentTrace, type Trace } from "../trace.ts"

/** A draw: what drew, in which trace or cell, and where. */
interface Use {
  readonly name: string
  readonly trace: Trace | undefined
  readonly cell: number
  readonly place: string | (() => string)
  told: boolean
}
/** The last draw of each key that is still there. */
const uses = new WeakMap<Tensor, Use>()
/** A sampler that is made of samplers is one draw. */
let drawing = false
engine.onRecover(() => {
  drawing = false
})

/** Makes a sampler public: its first argument is the key. */
export function sampling<F extends AnyFunction>(name: string, fn: F, options: Options): F {
  const draw = publicly(name, fn, options)
  const noted = (...args: unknown[]): unknown => {
    if (drawing) return draw(...args)
    if (isTensor(args[0])) note(name, args[0], noted)
    drawing = true
    try {
      return draw(...args)
    } finally {
      drawing = false
    }
  }
  return Object.defineProperty(noted, "name", { value: name }) as unknown as F
}

function note(name: string, key: Tensor, caller: AnyFunction): void {
  const trace = currentTrace()
  const place = trace?.site ? formatSite(trace.site) : placeOfCall(caller)
  const use: Use = { name, trace, cell: engine.cells, place, told: false }
  const before = uses.get(key)
  uses.set(key, use)
  if (!before || !together(before, use)) return
  use.told = true
  if (!before.told) console.warn(sentence(before, use))
}
/** In one cell and one trace, or one inside of the other; the two sides of a condition are not together. */
const together = (a: Use, b: Use): boolean =>
  a.cell === b.cell &&
  (a.trace && b.trace ? within(a.trace, b.trace) || within(b.trace, a.trace) : a.trace === b.trace)
function within(inner: Trace | undefined, outer: Trace): boolean {
  for (let t = inner; t; t = t.parent) if (t === outer) return true
  return false
}

const read = ({ place }: Use): string => (typeof place === "string" ? place : place())
const at = (place: string): string => (place ? ` at ${place}` : "")
const sentence = (before: Use, use: Use): string =>
  `${use.name}${at(read(use))}: its key was already used by ${before.name}${at(read(before))}; ` +
  "draws from one key are not independent. Make a key for each: const [a, b] = random.split(key)"

/** Where the function was called, from the stack; the text of the stack is only made when somebody reads it. */
function placeOfCall(caller: AnyFunction): () => string {
  const here: { stack?: string } = {}
  Error.captureStackTrace?.(here, caller)
  return () => placeIn(here.stack ?? "")
}
/** `cell 3, line 2` of the innermost frame in a cell; else the innermost frame. */
export function placeIn(stack: string): string {
  const cell = /\bcell:(\w+):(\d+):\d+/.exec(stack)
  if (cell) return `cell ${cell[1]}, line ${cell[2]}`
  const frame = /([^\s()/]+):(\d+):\d+\)?\s*(?:\n|$)/.exec(stack)
  return frame ? `${frame[1]}, line ${frame[2]}` : ""
}
