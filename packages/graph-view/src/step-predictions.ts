/**
 * @file What a reader has predicted so far: entries found, steps given up, hints taken; written into the notebook as short
 * keys and read from there. Knows no DOM.
 */
import type { TraceDoc } from "@defnote/display"

/** Hints that a step has: in words, its rule, its numbers. */
export const HINTS = 3

/** Only a part of a gradient whose numbers are stored can be checked. */
function isAsked({ steps, values }: TraceDoc, step: number): boolean {
  const { back, value } = steps[step] ?? {}
  if (!back || value === undefined) return false
  return [value, back.sum].every((v) => values[v]?.data !== undefined)
}

/** Answers to the steps of one document. */
export class Predictions {
  /** The reader wants to predict. */
  active = false
  readonly #found = new Map<number, Set<number>>()
  /** Steps whose numbers are shown, and whether they were predicted. */
  readonly #done = new Map<number, boolean>()
  readonly #hints = new Map<number, number>()

  /** Whether some entry of a step is still to be found. */
  isOpen(doc: TraceDoc, step: number): boolean {
    return this.active && !this.#done.has(step) && isAsked(doc, step)
  }
  /** Whether an entry of a step is not shown. */
  isHidden(doc: TraceDoc, step: number, entry: number): boolean {
    return this.isOpen(doc, step) && !this.#found.get(step)?.has(entry)
  }
  found(step: number): ReadonlySet<number> {
    return this.#found.get(step) ?? new Set()
  }
  /** Whether a finished step was predicted; undefined for one that is not finished. */
  result(step: number): boolean | undefined {
    return this.#done.get(step)
  }
  hints(step: number): number {
    return this.#hints.get(step) ?? 0
  }

  /** Entries of a step are right; the step is finished with the last of its `size`. */
  addFound(step: number, entries: readonly number[], size: number): void {
    const all = new Set([...this.found(step), ...entries])
    this.#found.set(step, all)
    if (all.size >= size) this.#done.set(step, true)
  }
  /** Shows the rest of a step: after a right answer it counts as predicted, else as given up. */
  finish(step: number): void {
    this.#done.set(step, this.found(step).size > 0)
  }
  takeHint(step: number): void {
    this.#hints.set(step, Math.min(HINTS, this.hints(step) + 1))
  }
  reset(): void {
    this.#found.clear()
    this.#done.clear()
    this.#hints.clear()
  }

  /** Steps that were predicted, and all that can be. */
  progress(doc: TraceDoc): { readonly right: number; readonly of: number } {
    const asked = [...doc.steps.keys()].filter((step) => isAsked(doc, step))
    return { right: asked.filter((step) => this.#done.get(step)).length, of: asked.length }
  }

  /** `right:12`, `shown:13`, `found:14:0.3`, `hint:14:2`. */
  keys(): string[] {
    const found = [...this.#found].filter(([step]) => !this.#done.has(step))
    return [
      ...[...this.#done].map(([step, ok]) => `${ok ? "right" : "shown"}:${step}`),
      ...found.map(([step, entries]) => `found:${step}:${[...entries].join(".")}`),
      ...[...this.#hints].map(([step, count]) => `hint:${step}:${count}`),
    ]
  }
  /** Takes in one key of a saved view; what it does not know is left alone. */
  restore(key: string): void {
    const [kind, step, rest = ""] = key.split(":")
    const at = Number(step)
    if (!Number.isInteger(at)) return
    if (kind === "right" || kind === "shown") this.#done.set(at, kind === "right")
    if (kind === "hint") this.#hints.set(at, Math.max(0, Math.min(HINTS, Number(rest) || 0)))
    if (kind === "found" && /^\d+(\.\d+)*$/.test(rest))
      this.#found.set(at, new Set(rest.split(".").map(Number)))
  }
}
