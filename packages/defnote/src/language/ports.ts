/** @file What a language service of cells answers, for whoever asks. */

/** A place in a cell, UTF-16 offsets of its source. */
export interface Span {
  from: number
  to: number
}

/** What the type checker says about a cell. */
export interface CellDiagnostic extends Span {
  severity: "error" | "warning"
  /** `TS2322`, `D107`. */
  code: string
  message: string
  /** Whether it lies in the body of a defn. */
  insideDefn: boolean
}

/** One completion. */
export interface CompletionItem {
  text: string
  /** A word for the icon: function, variable, class, keyword... */
  kind: string
  signature?: string
}

/** Completions and the part of the source they replace (UTF-16 offsets). */
export interface CompletionList extends Span {
  items: CompletionItem[]
}

/** A cell of a notebook that was not run. */
export interface DraftCell {
  id: string
  code: string
}

/** The type checker. Every method says `undefined` when no checker runs. */
export interface Language {
  /** Checks a cell; `commit` later makes its names visible to others. */
  check(run: number, source: string): Promise<CellDiagnostic[] | undefined>
  commit(run: number): void
  /** Forgets every name (a new runtime has none). */
  reset(): void
  complete(source: string, offset: number): Promise<CompletionList | undefined>
  hover(source: string, offset: number): Promise<string | undefined>
  signature(source: string, offset: number): Promise<string | undefined>
  drafts(cells: readonly DraftCell[]): Promise<Map<string, CellDiagnostic[]> | undefined>
  /** True once after the server was lost: the caller tells it once. */
  takeLoss(): boolean
  stop(): Promise<void>
}
