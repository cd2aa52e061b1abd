/** @file One promise queue: tasks run one after another. ZeroMQ sockets allow one send at a time (D7.2). */

/** A chain of tasks; a failed task is reported and does not stop those behind it. */
export class Queue {
  #last: Promise<void> = Promise.resolve()
  readonly #report: (error: unknown) => void

  /** @param report receives the error of a failed task */
  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  /** Appends a task. */
  push(task: () => Promise<void>): void {
    this.#last = this.#last.then(task).catch(this.#report)
  }

  /** Resolves when everything pushed so far is done. */
  drained(): Promise<void> {
    return this.#last
  }
}
