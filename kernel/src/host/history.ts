/** @file The inputs of this session and the searches Jupyter makes in them; nothing is written to disk. */
import type { Content } from "../wire/message.ts"

/** At most this many inputs are remembered. */
const REMEMBERED = 10_000

/** The number Jupyter gives to the current session. */
const CURRENT_SESSION = 1

/** One input: session, execution count, source. */
export type HistoryEntry = [session: number, line: number, source: string]

/** The history of one kernel process. */
export class History {
  readonly #entries: HistoryEntry[] = []

  /** Remembers an executed cell. */
  add(executionCount: number, source: string): void {
    this.#entries.push([CURRENT_SESSION, executionCount, source])
    if (this.#entries.length > REMEMBERED) this.#entries.shift()
  }

  /** Answers a `history_request`. Outputs are not kept: with `output` they are null. */
  find(request: Content): (HistoryEntry | [number, number, [string, null]])[] {
    const found = this.#select(request)
    if (request.output !== true) return found
    return found.map(([session, line, source]) => [session, line, [source, null]])
  }

  #select(request: Content): HistoryEntry[] {
    const count = typeof request.n === "number" ? request.n : this.#entries.length
    switch (request.hist_access_type) {
      case "tail":
        return last(this.#entries, count)
      case "range":
        return this.#range(request)
      case "search":
        return this.#search(String(request.pattern ?? "*"), request.unique === true, count)
      default:
        return []
    }
  }

  #range(request: Content): HistoryEntry[] {
    const session = Number(request.session ?? 0)
    if (session > 0 && session !== CURRENT_SESSION) return []
    const start = Number(request.start ?? 1)
    const stop = request.stop == null ? Number.POSITIVE_INFINITY : Number(request.stop)
    return this.#entries.filter(([, line]) => line >= start && line < stop)
  }

  #search(pattern: string, unique: boolean, count: number): HistoryEntry[] {
    const glob = globPattern(pattern)
    let found = this.#entries.filter(([, , source]) => glob.test(source))
    if (unique) {
      const latest = new Map(found.map((entry) => [entry[2], entry]))
      found = found.filter((entry) => latest.get(entry[2]) === entry)
    }
    return last(found, count)
  }
}

function last<T>(list: readonly T[], count: number): T[] {
  return count <= 0 ? [] : list.slice(-count)
}

/** A shell pattern (`*`, `?`) for a whole text. */
function globPattern(pattern: string): RegExp {
  const body = [...pattern].map((letter) => {
    if (letter === "*") return "[^]*"
    if (letter === "?") return "[^]"
    return letter.replace(/[\\^$.|+()[\]{}*?/-]/u, "\\$&")
  })
  return new RegExp(`^${body.join("")}$`, "u")
}
