/** @file The live outputs of the page, and which of them was used last. Knows no payload. */
import type { OutputWidget } from "./output-widget.ts"

/** Live output widgets, for commands that act on "the" output. */
export class OutputRegistry {
  readonly #outputs = new Set<OutputWidget>()
  #current: OutputWidget | null = null

  /** The output that was used last, or null. */
  get current(): OutputWidget | null {
    return this.#current && !this.#current.isDisposed ? this.#current : null
  }

  /** The output whose node contains `target`, or null. */
  at(target: Element | null): OutputWidget | null {
    for (const output of this.#outputs) if (target && output.node.contains(target)) return output
    return null
  }

  /** Adds an output until it is disposed. */
  add(output: OutputWidget): void {
    this.#outputs.add(output)
    output.disposed.connect(() => {
      this.#outputs.delete(output)
      if (this.#current === output) this.#current = null
    })
  }

  /** Remembers the output that the user works in. */
  touch(output: OutputWidget): void {
    this.#current = output
  }

  /** Number of outputs, for tests of disposal. */
  get size(): number {
    return this.#outputs.size
  }

  [Symbol.iterator](): IterableIterator<OutputWidget> {
    return this.#outputs.values()
  }
}
