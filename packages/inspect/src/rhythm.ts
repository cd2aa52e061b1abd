/** @file How often a step may be watched: from what steps took, alone and watched. Knows no steps. */

/** Steps that show what one takes: alone, and then watched. */
const ALONE = 4
const WATCHED = 4
/** At most every so many steps are watched, so that those between keep telling what a step takes alone. */
const CLOSEST = 2

/** Several runs of one kind: the shortest is what it takes, since all else that a machine does only adds. */
class Runs {
  ms = Number.POSITIVE_INFINITY
  count = 0
  add(ms: number): void {
    // The first one of a kind is slower than all others.
    if (++this.count > 1) this.ms = Math.min(this.ms, ms)
  }
}

/**
 * Keeps what watching adds to the time of the steps within a share of it. As long as compiling for it is not paid for, half
 * of the share pays for watching, and the other half for that.
 */
export class Rhythm {
  readonly #budget: number
  readonly #every: number | undefined
  readonly #alone = new Runs()
  readonly #watched = new Runs()
  #compileMs = 0
  #last = 0

  /** @param every - the n of every n-th step, in place of as many as the budget allows */
  constructor(budget: number, every?: number) {
    this.#budget = budget
    this.#every = every
  }
  alone(ms: number): void {
    this.#alone.add(ms)
  }
  watched(step: number, ms: number): void {
    this.#last = step
    this.#watched.add(ms)
  }
  compiled(ms: number): void {
    this.#compileMs += ms
  }
  /** Whether `step`, counted from 1, is to be watched. */
  isTurn(step: number): boolean {
    if (this.#every) return (step - 1) % this.#every === 0
    if (this.#alone.count < ALONE || step - this.#last < CLOSEST) return false
    if (this.#watched.count < WATCHED) return true
    const more = (this.#watched.count + 1) * this.#extraMs
    return more <= this.#share(more, step) * this.#alone.ms * step
  }
  /** The share of the time that may go into watching after `step` steps in which it took `spent` ms. */
  #share(spent: number, step: number): number {
    const inDebt = spent + this.#compileMs > this.#budget * this.#alone.ms * step
    return inDebt ? this.#budget / 2 : this.#budget
  }
  /** What a watched step takes more than one alone. */
  get #extraMs(): number {
    return Math.max(0, this.#watched.ms - this.#alone.ms)
  }
  get #steps(): number {
    return this.#alone.count + this.#watched.count
  }

  /** Every so many steps are watched at present. */
  get interval(): number {
    if (this.#every) return this.#every
    const cost = this.#extraMs / this.#alone.ms
    const share = this.#share(this.#watched.count * this.#extraMs, this.#steps)
    return Number.isFinite(cost) ? Math.max(CLOSEST, Math.ceil(cost / share)) : CLOSEST
  }
  /** What watching took so far, as a share of the time of the steps alone; undefined before it is known. */
  get overhead(): number | undefined {
    const share = (this.#watched.count * this.#extraMs) / (this.#steps * this.#alone.ms)
    return Number.isFinite(share) ? share : undefined
  }
  /** The same in milliseconds a step, on average. */
  get overheadMs(): number | undefined {
    const share = this.overhead
    return share === undefined ? undefined : share * this.#alone.ms
  }
  /** What compiling for it took, in ms. */
  get compileMs(): number {
    return this.#compileMs
  }
  /** The share of the time that watching may take; undefined where its rhythm was given. */
  get budget(): number | undefined {
    return this.#every ? undefined : this.#budget
  }
}
