/** @file Offsets, lines and code points: the ways to name a place in a text. */

/** A place: line and column from zero, column in UTF-16 units. */
export interface Position {
  line: number
  column: number
}

/** The place of an offset (UTF-16 units); an offset outside is moved to the nearest end. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, Math.max(0, offset))
  const start = before.lastIndexOf("\n") + 1
  return { line: before.split("\n").length - 1, column: before.length - start }
}

/** The offset of a place; a column behind the end of its line is moved to the end. */
export function offsetAt(text: string, position: Position): number {
  let start = 0
  for (let line = 0; line < position.line; line++) {
    const next = text.indexOf("\n", start)
    if (next < 0) return text.length
    start = next + 1
  }
  const end = text.indexOf("\n", start)
  return Math.min(start + position.column, end < 0 ? text.length : end)
}

/** UTF-16 offset of a position in code points (Jupyter's `cursor_pos`, protocol 5.2). */
export function fromCodePoints(text: string, points: number): number {
  let offset = 0
  for (let seen = 0; seen < points && offset < text.length; seen++) {
    offset += (text.codePointAt(offset) as number) > 0xffff ? 2 : 1
  }
  return offset
}

/** Position in code points of a UTF-16 offset. */
export function toCodePoints(text: string, offset: number): number {
  let points = 0
  for (let at = 0; at < offset && at < text.length; points++) {
    at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1
  }
  return points
}
