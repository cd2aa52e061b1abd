/** @file Which request caused a run of a cell: one numbering for all shells, and late output finds its cell. */
import type { Message } from "../wire/message.ts"

/** Late output of this many runs finds its cell. */
const KEPT_RUNS = 1000

/** The runs of one kernel. */
export class Runs {
  readonly #requests = new Map<number, Message>()
  readonly #counts = new WeakMap<Message, number>()
  #latest = 0

  /**
   * A number for the run of a request.
   *
   * @param executionCount the number of the cell in its shell
   */
  add(request: Message, executionCount: number): number {
    const run = ++this.#latest
    this.#requests.set(run, request)
    this.#counts.set(request, executionCount)
    this.#requests.delete(run - KEPT_RUNS)
    return run
  }

  /** The request of a run, or of the latest one for output that comes too late. */
  requestOf(run: number): Message | undefined {
    return this.#requests.get(run) ?? this.#requests.get(this.#latest)
  }

  /** The number of the cell of a request. */
  countOf(request: Message): number {
    return this.#counts.get(request) ?? 0
  }
}
