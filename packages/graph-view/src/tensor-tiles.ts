/** @file Parts of a tensor that are not in its payload, asked from whoever keeps it; remembers the latest. */
import { decodeLevel, levelProblem, type TileReply, type TileRequest } from "@defnote/display"
import type { Part, Patch, Window } from "./tensor-data.ts"

/** Who answers questions for parts: null when nobody does. */
export interface TileSource {
  ask(question: Omit<TileRequest, "request">): Promise<TileReply | null>
}

/** Why the finer picture is not there. */
export type TileState = "unasked" | "waiting" | "there" | "gone" | "not kept"

/** Patches that are remembered. */
const REMEMBERED = 64

/** The patches of one output. */
export class Tiles {
  readonly #source: TileSource | undefined
  readonly #changed: () => void
  readonly #patches = new Map<string, Patch>()
  readonly #asked = new Set<string>()
  #state: TileState = "unasked"
  #over = false

  /** @param changed is called when an answer came, good or not */
  constructor(source: TileSource | undefined, changed: () => void) {
    this.#source = source
    this.#changed = changed
  }

  /** How the latest question ended. */
  get state(): TileState {
    return this.#state
  }

  /** A patch that was answered before; otherwise it is asked for, once. */
  patch(
    part: Part,
    panel: number,
    window: Window,
    factor: readonly [number, number],
  ): Patch | undefined {
    const id = part.picture.tiles?.id
    if (id === undefined) return undefined
    const key = JSON.stringify([id, panel, window, factor, part.order])
    const found = this.#patches.get(key)
    const { order } = part
    const question = { id, panels: [panel], ...window, factor, ...(order ? { order } : {}) }
    if (!found && !this.#asked.has(key)) void this.#ask(key, question)
    return found
  }

  /** Asks again what could not be answered: the kernel may have the tensor now. */
  retry(): void {
    this.#asked.clear()
    this.#state = "unasked"
  }

  /** No answer changes anything any more. */
  end(): void {
    this.#over = true
    this.#patches.clear()
  }

  async #ask(key: string, question: Omit<TileRequest, "request">): Promise<void> {
    this.#asked.add(key)
    if (!this.#source) {
      this.#state = "gone"
      return
    }
    this.#state = "waiting"
    const reply = await this.#source.ask(question)
    if (this.#over) return
    this.#state = this.#take(key, reply, question)
    this.#changed()
  }

  #take(key: string, reply: TileReply | null, { rows, columns }: Window): TileState {
    if (!reply) return "gone"
    if ("problem" in reply) return reply.problem === "not kept" ? "not kept" : "gone"
    const { level } = reply
    const problem = levelProblem(level, rows[1] - rows[0], columns[1] - columns[0])
    if (problem || level.panels !== 1) {
      console.warn("defnote: a part of a tensor does not fit its question", problem)
      return "gone"
    }
    this.#patches.set(key, { ...decodeLevel(level), origin: [rows[0], columns[0]] })
    for (const oldest of this.#patches.keys()) {
      if (this.#patches.size <= REMEMBERED) break
      this.#patches.delete(oldest)
      this.#asked.delete(oldest)
    }
    return "there"
  }
}
