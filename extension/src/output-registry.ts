/** @file The live outputs of the page, and which of them was used last. Knows no payload. */
import type { KernelSource, OutputWidget } from "./output-widget.ts"

/** Live output widgets, for commands that act on "the" output. */
export class OutputRegistry {
  readonly #outputs = new Set<OutputWidget>()
  readonly #owners = new WeakMap<Element, KernelSource>()
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

  /** Says which kernel what is shown in a node outside of notebooks belongs to. */
  own(node: Element, kernel: KernelSource): void {
    this.#owners.set(node, kernel)
  }

  /** The kernel that was said of a node or of one around it, or null. */
  ownerOf(node: Element): KernelSource | null {
    for (let at: Element | null = node; at; at = at.parentElement) {
      const kernel = this.#owners.get(at)
      if (kernel) return kernel
    }
    return null
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
