/** @file `watch`: a training step that keeps an eye on its gradients (D8). */
import { checkOptions, type Defn, defn, isDefn, OptionError, optionNames } from "@defnote/core"
import { gradientListing, gradientSvg, MIME, stored } from "@defnote/display"
import { historyDocument } from "@defnote/display/document"
import { StepWatcher, type WatchEvent, type WatchedRow, type WatchOptions } from "@defnote/inspect"
import { DISPLAY, type MimeBundle } from "./output.ts"

// biome-ignore lint/suspicious/noExplicitAny: any step can be watched
type AnyFunction = (...x: any[]) => unknown

/** A step that is watched. Call it like the step; shown, it is the history of its gradients. */
export interface Watched<F extends AnyFunction> {
  (...args: Parameters<F>): ReturnType<F>
  /** What was seen, by watched step: statistics of the gradient of each parameter, and ‖update‖ / ‖value‖. */
  readonly rows: readonly WatchedRow[]
  /** Names of the parameters, in the order of `rows[i].seen`. */
  readonly parameters: readonly string[]
  /** What broke, and when. */
  readonly events: readonly WatchEvent[]
  /** The last step that was finite, with the parameters that it had. */
  readonly lastGood: { readonly step: number; readonly parameters: Parameters<F>[0] } | undefined
  /** The first step that was not finite, with its arguments: `inspect(loss, ...failed.args)`. */
  readonly failed: { readonly step: number; readonly args: Parameters<F> } | undefined
  /** What watching cost so far, as a share of the time of the steps; undefined before it is known. */
  readonly overhead: number | undefined
  /** Every so many steps one is watched. */
  readonly interval: number
  toString(): string
}

/**
 * Watches a training step: a compiled function that takes the parameters first, computes their gradient inside, and may
 * return the new parameters. The numbers are made inside the compiled step; as many steps are watched as the budget allows,
 * and every step whose loss is not finite.
 * @param options - `budget`: the share of the time that watching may cost, default 0.15; or `every`: the n of every n-th step
 * @throws OptionError when the step computes no gradient of its first argument
 */
export function watch<F extends AnyFunction>(step: F, options: WatchOptions = {}): Watched<F> {
  if (typeof step !== "function")
    throw new OptionError(`watch: takes a function, not ${step === null ? "null" : typeof step}`)
  checkOptions("watch", options, optionNames<WatchOptions>({ budget: true, every: true }))
  const compiled: Defn = isDefn(step) ? step : defn(step)
  const watcher = new StepWatcher(compiled, options)
  const bundle = (): MimeBundle => {
    const { functionName, original } = compiled
    const title = `watch(${functionName})`
    const doc = historyDocument(watcher, { title, original })
    if (!doc) return { "text/plain": `${title}: no step was watched yet.` }
    return {
      [MIME.gradient]: stored(doc).doc,
      "image/svg+xml": gradientSvg(doc),
      "text/plain": gradientListing(doc),
    }
  }
  const text = (): string => String(bundle()["text/plain"])
  const call = (...args: Parameters<F>): unknown => watcher.call(args)
  return Object.defineProperties(call, {
    rows: { get: () => watcher.rows },
    parameters: { get: () => watcher.names },
    events: { get: () => watcher.events },
    lastGood: { get: () => watcher.lastGood },
    failed: { get: () => watcher.failed },
    overhead: { get: () => watcher.rhythm.overhead },
    interval: { get: () => watcher.rhythm.interval },
    toString: { value: text },
    [DISPLAY]: { value: bundle },
    [Symbol.for("nodejs.util.inspect.custom")]: { value: text },
  }) as unknown as Watched<F>
}
