/** @file The main shell and its subshells (JEP 91): queues of cells, each with its own numbers and history. */
import type { Executor } from "./execute.ts"
import type { History } from "./history.ts"

/** A queue of cells. */
export interface Shell {
  readonly executor: Executor
  readonly history: History
}

/** So many subshells at most: a front end that forgets its own must not fill the memory. */
const MOST = 1000

/** The shells of a kernel. */
export class Shells {
  readonly main: Shell
  readonly #create: (number: number) => Shell
  readonly #children = new Map<string, Shell>()
  /** Deleted ones whose last cell may still run. */
  #leaving: Shell[] = []
  #created = 0

  /** @param create makes a shell; `number` is 0 for the main one, and another for every subshell */
  constructor(create: (number: number) => Shell) {
    this.#create = create
    this.main = create(0)
  }

  /** The ids of the subshells. */
  get ids(): string[] {
    return [...this.#children.keys()]
  }

  /** The shells that run a cell. */
  get running(): Shell[] {
    this.#leaving = this.#leaving.filter(({ executor }) => executor.running)
    const all = [this.main, ...this.#children.values(), ...this.#leaving]
    return all.filter(({ executor }) => executor.running)
  }

  /**
   * The shell that a message is for.
   *
   * @param id the `subshell_id` of its header; without one the main shell is meant
   * @throws Error when there is no such subshell
   */
  find(id: string | null | undefined): Shell {
    const shell = id === null || id === undefined ? this.main : this.#children.get(id)
    if (shell) return shell
    throw new Error(`there is no subshell ${id}: it was deleted, or its kernel was restarted`)
  }

  /** The id of a new subshell. @throws Error when there are too many */
  add(): string {
    if (this.#children.size >= MOST) {
      throw new Error(`there are ${MOST} subshells, which is all there may be: delete one`)
    }
    const id = crypto.randomUUID()
    this.#children.set(id, this.#create(++this.#created))
    return id
  }

  /** Deletes a subshell: what waits in it is aborted, a cell that runs comes to its end. @throws Error as {@link find} */
  remove(id: string): void {
    const shell = this.find(id)
    this.#children.delete(id)
    this.#leaving.push(shell)
    shell.executor.abort()
  }
}
