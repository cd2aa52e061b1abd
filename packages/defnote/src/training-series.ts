/** @file One curve of a training run that never grows: neighbours are joined when it is full. */
import { doublesToBase64, type TrainingSeries, worseOf } from "@defnote/display"

/** How neighbours are joined: a loss keeps its level, a norm its worst value. Neither loses NaN. */
const JOIN = {
  mean: (a: number, b: number) => (a + b) / 2,
  worst: worseOf,
} as const

/** Steps and values, at most `most` of each. */
export class BoundedSeries {
  readonly #most: number
  readonly #join: (a: number, b: number) => number
  #steps: number[] = []
  #values: number[] = []
  /** Steps that one point stands for, and how many the last one has. */
  #stride = 1
  #inLast = 0

  constructor(most: number, join: keyof typeof JOIN) {
    this.#most = most
    this.#join = JOIN[join]
  }

  /** Adds the value of a step; steps rise. */
  add(step: number, value: number): void {
    const last = this.#values.length - 1
    if (last >= 0 && this.#inLast < this.#stride) {
      this.#values[last] = this.#join(this.#values[last], value)
      this.#steps[last] = step
      this.#inLast++
      return
    }
    if (this.#values.length >= this.#most) this.#halve()
    this.#steps.push(step)
    this.#values.push(value)
    this.#inLast = 1
  }

  /** The curve for a payload. */
  encode(name: string, role: TrainingSeries["role"]): TrainingSeries {
    return { name, role, step: doublesToBase64(this.#steps), value: doublesToBase64(this.#values) }
  }

  #halve(): void {
    const pairs = Array.from({ length: Math.floor(this.#values.length / 2) }, (_, i) => 2 * i)
    this.#values = pairs.map((i) => this.#join(this.#values[i], this.#values[i + 1]))
    this.#steps = pairs.map((i) => this.#steps[i + 1])
    this.#stride *= 2
  }
}
