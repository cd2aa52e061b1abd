/** @file Replaces parts of a text, keeping its lines, and maps offsets back. It knows no language. */

/** A part of a text (UTF-16 offsets) and what replaces it. */
export interface Edit {
  from: number
  to: number
  text: string
}

/** A verbatim piece: `length` units at `generated` stood at `source`. */
interface Piece {
  generated: number
  length: number
  source: number
}

/** An edited text. */
export interface Edited {
  code: string
  /** The source offset of an offset of `code`; inside a replacement: the start of what it replaced. */
  toSource(offset: number): number
}

/** Applies edits that do not overlap. Line breaks that an edit would drop are appended to it. */
export function applyEdits(source: string, edits: readonly Edit[]): Edited {
  const pieces: Piece[] = []
  let code = ""
  let at = 0
  const copy = (to: number) => {
    pieces.push({ generated: code.length, length: to - at, source: at })
    code += source.slice(at, to)
    at = to
  }
  for (const edit of [...edits].sort((a, b) => a.from - b.from || a.to - b.to)) {
    if (edit.from < at) continue
    copy(edit.from)
    code += keepLines(source.slice(edit.from, edit.to), edit.text)
    at = edit.to
  }
  copy(source.length)
  return { code, toSource: (offset) => mapBack(pieces, offset) }
}

function keepLines(old: string, replacement: string): string {
  const missing = countLines(old) - countLines(replacement)
  return missing > 0 ? replacement + "\n".repeat(missing) : replacement
}

function countLines(text: string): number {
  return text.split("\n").length
}

function mapBack(pieces: readonly Piece[], offset: number): number {
  let best = 0
  for (const piece of pieces) {
    if (piece.generated > offset) return best
    best = piece.source + Math.min(offset - piece.generated, piece.length)
  }
  return best
}
