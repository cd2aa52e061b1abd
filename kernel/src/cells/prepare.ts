/** @file From the text of a cell to the script the runtime evaluates, and from its positions back. */
import { alignColumn } from "./align.ts"
import { withHabit } from "./habits.ts"
import { CellSyntaxError, lowerCell, type NameKind } from "./lower.ts"
import {
  type CellTags,
  type Diagnostic,
  type EntryOptions,
  offsetAt,
  type Position,
  type Rewriting,
  readTags,
  rewriteRuntime,
  stripTypes,
  toSource,
} from "./syntax.ts"

/** A cell that is ready to run. */
export interface PreparedCell {
  /** The script name: `cell:3`. */
  name: string
  /** The module name in tables of sites: `cell_3`. */
  module: string
  source: string
  code: string
  showResult: boolean
  /** Library modules to load before it runs. */
  needs: string[]
  kinds: ReadonlyMap<string, NameKind>
  /** Warnings of the rewriter. */
  diagnostics: readonly Diagnostic[]
  /** Whether there is a defn in it. */
  hasDefn: boolean
  tags: CellTags
  /** The source offset of a place of the script (lines and columns from zero). */
  toSource(position: Position): number
}

/** Findings that keep a cell from running. */
export class CellRefused extends Error {
  readonly diagnostics: readonly Diagnostic[]
  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics.map((item) => item.message).join("; "))
    this.diagnostics = diagnostics
  }
}

/** Names of the library that the kernel supplies. */
export const LIBRARY = ["defnote", "defnote/lang"] as const

/**
 * Rewrites, lowers and strips a cell.
 *
 * @param id the execution count, or a name of a silent cell
 * @throws CellRefused
 */
export function prepareCell(
  source: string,
  id: string,
  known: ReadonlyMap<string, NameKind>,
  entries: EntryOptions = {},
): PreparedCell {
  const module = `cell_${id}`
  // Cells share one scope: a function traced after a later cell ran must find the places of its own cell.
  const dispatch = `$d_${id}`
  const rewriting = refusing(source, () =>
    rewriteRuntime(source, { ...entries, name: module, dispatch }),
  )
  const back = (offset: number) => nearestSource(rewriting, offset)
  const lowered = refusing(source, () => lowerCell(rewriting.code, known), back)
  const tags = readTags(source)
  const code =
    refusing(source, () => stripTypes(lowered.code)) + moduleDefinition(tags, lowered.exports)
  const lines = { lowered: lowered.code.split("\n"), code: code.split("\n") }
  return {
    name: `cell:${id}`,
    module,
    source,
    code,
    showResult: lowered.showResult && !tags.module,
    needs: neededLibraries(lowered.specifiers, rewriting.used, source),
    kinds: lowered.kinds,
    diagnostics: rewriting.diagnostics,
    hasDefn: rewriting.used,
    tags,
    toSource({ line, column }) {
      const before = lines.lowered[line] ?? ""
      const aligned = alignColumn(lines.code[line] ?? "", before, column)
      return back(lowered.toSource(offsetAt(lowered.code, { line, column: aligned })))
    },
  }
}

/** The source offset of generated text, or of what stands before it when nothing is mapped there. */
export function nearestSource(rewriting: Rewriting, offset: number): number {
  for (let at = offset; at >= 0; at--) {
    const found = toSource(rewriting.segments, at)
    if (found >= 0) return found
  }
  return 0
}

/** A cell with the tag `@module name` ends with the definition of that module, live as ES modules are. */
function moduleDefinition({ module }: CellTags, exports: ReadonlyMap<string, string>): string {
  if (!module) return ""
  const getters = [...exports].map(([name, local]) => `get ${name}() { return ${local} }`)
  return `;__define(${JSON.stringify(module)}, { ${getters.join(", ")} })`
}

function neededLibraries(specifiers: readonly string[], hasDefn: boolean, source: string) {
  const wanted = LIBRARY.filter((name) => specifiers.includes(name))
  const needsLang = hasDefn || source.includes("$lib")
  return needsLang && !wanted.includes("defnote/lang") ? [...wanted, "defnote/lang"] : wanted
}

/** Turns the errors of the parsers into findings at source offsets. */
function refusing<T>(
  source: string,
  task: () => T,
  back: (offset: number) => number = (offset) => offset,
): T {
  try {
    return task()
  } catch (error) {
    if (error instanceof CellSyntaxError) {
      const from = back(error.from)
      throw new CellRefused([withHabit(syntaxFinding(error.message, from, from + 1), source)])
    }
    const { diagnostics } = error as { diagnostics?: Diagnostic[] }
    if (Array.isArray(diagnostics))
      throw new CellRefused(diagnostics.map((finding) => withHabit(finding, source)))
    throw error
  }
}

function syntaxFinding(message: string, from: number, to: number): Diagnostic {
  return { code: "D101", message, from, to, severity: "error" }
}
