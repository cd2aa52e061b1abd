/** @file How long each kernel of a run took: for programs that were compiled to be measured. */

/** Sums over the calls of one run: a kernel in a loop runs many times. */
export class KernelTimes {
  readonly #nanoseconds: Float64Array
  #kernel = -1
  #since = 0
  constructor(kernels: number) {
    this.#nanoseconds = new Float64Array(kernels)
  }
  /** Nanoseconds of each kernel since {@link begin}. */
  get nanoseconds(): readonly number[] {
    return [...this.#nanoseconds]
  }
  begin(): void {
    this.#nanoseconds.fill(0)
    this.#kernel = -1
  }
  /** A kernel begins, or, with -1, the one that ran has ended. */
  mark(kernel: number): void {
    const now = performance.now()
    if (this.#kernel >= 0) this.#nanoseconds[this.#kernel] += (now - this.#since) * 1e6
    this.#kernel = kernel
    this.#since = now
  }
}
