/** @file The cells of this session by script name: their sources, scripts, names. */

import type { NameKind } from "../cells/lower.ts"
import type { PreparedCell } from "../cells/prepare.ts"
import { analyseCell, EntryNames, type EntryOptions } from "../cells/syntax.ts"

/** Cells kept for tracebacks. */
const KEPT = 1000

/** The cells that ran. */
export class CellRegister {
  readonly #cells = new Map<string, PreparedCell>()
  readonly #entries = new EntryNames()
  #kinds = new Map<string, NameKind>()

  /** How the names of earlier cells live in the runtime. */
  get kinds(): ReadonlyMap<string, NameKind> {
    return this.#kinds
  }

  /** Which names mean `defn` or the library. */
  get entries(): EntryOptions {
    return this.#entries.options
  }

  /** Adds a cell about to run. */
  add(cell: PreparedCell): void {
    this.#cells.set(cell.name, cell)
    this.#entries.add(analyseCell(cell.source))
    for (const [name, kind] of cell.kinds) this.#kinds.set(name, kind)
    if (this.#cells.size > KEPT) this.#cells.delete(this.#cells.keys().next().value as string)
  }

  /** A cell by its script name (`cell:3`) or module name (`cell_3`). */
  find(name: string): PreparedCell | undefined {
    return this.#cells.get(name) ?? this.#cells.get(name.replace("_", ":"))
  }

  /** A new runtime has no names; sources stay for late tracebacks. */
  resetNames(): void {
    this.#kinds = new Map()
    this.#entries.clear()
  }
}

/** What a user reads for a script name: `cell 3`, `cell 3 of subshell 1`. */
export function cellLabel(name: string): string {
  return name.replace(":", " ").replace(/ s(\d+)_(\d+)$/u, " $2 of subshell $1")
}
