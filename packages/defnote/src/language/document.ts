/** @file A cell as a document of the type checker: header line, types text, exports; positions both ways. */
import {
  analyseCell,
  type CellAnalysis,
  defnRanges,
  EntryNames,
  offsetAt,
  positionAt,
  type Range,
  type Rewriting,
  rangeToSource,
  rewriteTypes,
  toGenerated,
} from "@defnote/syntax"
import { exportLine, type NameTable } from "./names.ts"
import type { Span } from "./ports.ts"

/** A position of the language server protocol. */
export interface ServerPosition {
  line: number
  character: number
}

/** A range of the language server protocol. */
export interface ServerRange {
  start: ServerPosition
  end: ServerPosition
}

/** The text of a document and its source. */
export interface CellDocument {
  source: string
  text: string
  analysis: CellAnalysis
  rewriting: Rewriting
  defns: Range[]
}

const NOTHING: CellAnalysis = {
  declared: [],
  references: [],
  typeReferences: [],
  imports: [],
  loads: [],
  hasTopLevelAwait: false,
}

/** Makes the document of a cell; a text that cannot be read even with repairs links to nothing. */
export function createDocument(
  source: string,
  names: NameTable,
  entries: EntryNames,
): CellDocument {
  const analysis = tolerantAnalysis(source)
  const rewriting = rewriteTypes(source, entries.options)
  const header = libraryImport(rewriting) + names.header(analysis.references)
  const text = `${header}\n${rewriting.code}\n${exportLine(analysis, source)}`
  return {
    source,
    text,
    analysis,
    rewriting,
    defns: defnRanges(source, entries.namesIn(analysis.imports)),
  }
}

/** Makes the document of a file of a program: its names are its own, and so are its exports. */
export function moduleDocument(source: string): CellDocument {
  const analysis = tolerantAnalysis(source)
  const rewriting = rewriteTypes(source)
  const names = new EntryNames().namesIn(analysis.imports)
  const text = `${libraryImport(rewriting)}\n${rewriting.code}\n`
  return { source, text, analysis, rewriting, defns: defnRanges(source, names) }
}

const libraryImport = ({ used, library }: Rewriting): string =>
  used ? `import { $d as ${library} } from "defnote/lang"; ` : ""

/** The position in the document of an offset of the source, or undefined where nothing is mapped. */
export function toDocument(document: CellDocument, offset: number): ServerPosition | undefined {
  const generated = toGenerated(document.rewriting.segments, offset)
  if (generated < 0) return undefined
  const { line, column } = positionAt(document.rewriting.code, generated)
  return { line: line + 1, character: column }
}

/**
 * The span in the source of a range of the document; undefined for header and exports, and for the
 * second copy of something that stands in the document twice.
 */
export function fromDocument(document: CellDocument, range: ServerRange): Span | undefined {
  const { rewriting } = document
  const lines = rewriting.code.split("\n").length
  if (range.start.line < 1 || range.start.line > lines) return undefined
  const offset = ({ line, character }: ServerPosition) =>
    offsetAt(rewriting.code, { line: line - 1, column: character })
  return rangeToSource(rewriting.segments, offset(range.start), offset(range.end))
}

/** Whether a span of the source lies in the body of a defn. */
export function isInDefn({ defns }: CellDocument, { from }: Span): boolean {
  return defns.some(([start, end]) => from >= start && from < end)
}

function tolerantAnalysis(source: string): CellAnalysis {
  try {
    return analyseCell(source)
  } catch {
    return NOTHING
  }
}
