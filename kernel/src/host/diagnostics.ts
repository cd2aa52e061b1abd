/** @file The comm `defnote.diagnostics`: findings for the squiggles of a front end (README.md). */
import type { Content, Message } from "../wire/message.ts"
import type { HostComm, HostTarget } from "./comm.ts"
import type { CellDiagnostic, DraftCell, Language } from "./ports.ts"

/** Cells checked for one message. */
const CELLS = 2000

/** Answers `check` messages and tells findings of executed cells. */
export class DiagnosticsTarget implements HostTarget {
  readonly #language: Language
  readonly #open = new Set<HostComm>()

  constructor(language: Language) {
    this.#language = language
  }

  open(comm: HostComm, data: Content): void {
    this.#open.add(comm)
    if (data.type === "check") void this.#check(comm, data)
  }

  message(comm: HostComm, data: Content): void {
    if (data.type === "check") void this.#check(comm, data)
  }

  close(comm: HostComm): void {
    this.#open.delete(comm)
  }

  /** A cell was executed with these findings. */
  executed(request: Message, found: readonly CellDiagnostic[]): void {
    const { cellId } = request.metadata
    if (typeof cellId !== "string") return
    const cells = [{ id: cellId, diagnostics: found }]
    for (const comm of this.#open) comm.send({ type: "executed", cells }, request.header)
  }

  async #check(comm: HostComm, data: Content): Promise<void> {
    const version = typeof data.version === "number" ? data.version : 0
    const found = await this.#language.drafts(readCells(data.cells))
    const cells = [...(found ?? [])].map(([id, diagnostics]) => ({ id, diagnostics }))
    comm.send({ type: "diagnostics", version, available: found !== undefined, cells })
  }
}

function readCells(value: unknown): DraftCell[] {
  if (!Array.isArray(value)) return []
  return value.slice(0, CELLS).flatMap((item: unknown) => {
    const { id, code } = (item ?? {}) as { id?: unknown; code?: unknown }
    return typeof id === "string" && typeof code === "string" ? [{ id, code }] : []
  })
}
