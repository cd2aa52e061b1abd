/** @file The last good step of a run, and the first that was not: one owner of both. Knows no tensors. */

/** The last step whose numbers were finite, as long as none was not; then it stays. */
export class LastGood<Parameters, Failed = undefined> {
  #good: { readonly step: number; readonly parameters: Parameters } | undefined
  #failed: { readonly step: number; readonly what: Failed } | undefined
  #badSteps = 0

  /** The last good step before the first bad one, with the parameters it began with. */
  get step(): { readonly step: number; readonly parameters: Parameters } | undefined {
    return this.#good
  }

  /** The first bad step. */
  get failed(): { readonly step: number; readonly what: Failed } | undefined {
    return this.#failed
  }

  /** How many steps were bad. */
  get badSteps(): number {
    return this.#badSteps
  }

  /** A step was finite. */
  good(step: number, parameters: Parameters): void {
    if (!this.#failed) this.#good = { step, parameters }
  }

  /** A step was not finite; `what` is kept of the first one. */
  bad(step: number, what: Failed): void {
    this.#badSteps++
    this.#failed ??= { step, what }
  }
}
