/** @file The `display` and `clearOutput` functions of cells. */
import type { Bundle } from "../host/ports.ts"
import { reportError } from "./errors.ts"
import { bundleOf, isBundle } from "./format.ts"
import { emit } from "./reporter.ts"
import { currentRun, type Run } from "./run.ts"

/** Options of {@link createDisplay}'s function. */
export interface DisplayOptions {
  /** A name under which the output can be replaced. */
  id?: string
  /** Replace the outputs of that name in place of adding one. */
  update?: boolean
}

/** A function that shows a value, or a MIME bundle as it is. */
export type Display = (value: unknown, options?: DisplayOptions) => void

/**
 * Makes the `display` function.
 *
 * @param limit bytes of display data per cell
 */
export function createDisplay(limit: number): Display {
  return function display(value, options = {}) {
    const run = currentRun()
    if (!run) return
    const { id, update = false } = options
    if (update && id === undefined) throw new TypeError("display: update: true needs an id")
    const send = (bundle: Bundle) => emitBundle(run, limit, bundle, { id, update })
    const bundle = isBundle(value) ? value : bundleOf(value)
    if (!(bundle instanceof Promise)) return send(bundle)
    const late = (error: unknown) =>
      emit({ type: "late", run: run.request.run, error: reportError(error) })
    run.pending.push(bundle.then(send).catch(late))
  }
}

/** Removes the outputs of the cell; with `wait` only when the next one comes. */
export function clearOutput(options: { wait?: boolean } = {}): void {
  const run = currentRun()
  if (run) emit({ type: "clear", run: run.request.run, wait: options.wait === true })
}

function emitBundle(
  run: Run,
  limit: number,
  bundle: Bundle,
  options: { id?: string; update: boolean },
): void {
  const sendable = encodeBinary(bundle)
  // What is replaced is not in the notebook any more: a panel that is updated for hours has the size of one.
  const { id } = options
  if (id !== undefined) run.displayBytes -= run.shownBytes.get(id) ?? 0
  const before = run.displayBytes
  const shown = bounded(run, limit, sendable)
  if (id !== undefined) run.shownBytes.set(id, run.displayBytes - before)
  emit({ type: "display", run: run.request.run, bundle: shown, ...options })
}

/** The bundle, or a sentence in its place when the cell showed too much. */
export function bounded(run: Run, limit: number, bundle: Bundle): Bundle {
  const bytes = JSON.stringify(bundle).length
  if (run.displayBytes + bytes <= limit) {
    run.displayBytes += bytes
    return bundle
  }
  const kinds = Object.keys(bundle).join(", ")
  const rest = limit - run.displayBytes
  return {
    "text/plain": `display: ${bytes} bytes of ${kinds} are not shown; ${rest} of ${limit} are left for this cell (DEFNOTE_DISPLAY_LIMIT)`,
  }
}

/** Bytes in a bundle become base64, as Jupyter wants them. */
export function encodeBinary(bundle: Bundle): Bundle {
  const entries = Object.entries(bundle).map(([type, data]) => {
    return [type, data instanceof Uint8Array ? Buffer.from(data).toString("base64") : data]
  })
  return Object.fromEntries(entries)
}
