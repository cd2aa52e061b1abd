/** @file Segments tie generated text to source text: lookups in both directions, and source maps. */

/**
 * A piece of generated text that comes from the source. With equal lengths the piece is verbatim; otherwise it is an
 * atom, such as an operator and the function name that stands for it. Sorted by `generated`, never overlapping there. In the types
 * text the variable of `h += e` is mapped twice (`h = $d.add(h, e)`), so an error about it may come twice.
 */
export interface Segment {
  generated: number
  length: number
  source: number
  sourceLength: number
}

export const isVerbatim = (s: Segment): boolean => s.length === s.sourceLength

/** The source offset of a generated offset; -1 where nothing is mapped. Inside of an atom: its start. */
export function toSource(segments: readonly Segment[], generatedOffset: number): number {
  const s = lastAtOrBefore(segments, generatedOffset)
  if (!s || generatedOffset > s.generated + s.length) return -1
  if (isVerbatim(s)) return s.source + generatedOffset - s.generated
  return generatedOffset === s.generated + s.length ? s.source + s.sourceLength : s.source
}

/**
 * The generated offset of a source offset; -1 where nothing is mapped. At a border of two pieces the one that ends
 * there wins, since completion asks there. Atoms answer only when no verbatim piece does.
 */
export function toGenerated(segments: readonly Segment[], sourceOffset: number): number {
  let starts = -1
  let atom = -1
  for (const s of segments) {
    if (sourceOffset < s.source || sourceOffset > s.source + s.sourceLength) continue
    if (!isVerbatim(s)) atom = atom < 0 ? s.generated : atom
    else if (sourceOffset > s.source) return s.generated + sourceOffset - s.source
    else if (starts < 0) starts = s.generated
  }
  return starts < 0 ? atom : starts
}

/**
 * The source range of a generated range, from its first mapped offset to its last. Undefined when nothing in it is
 * mapped: then it lies in a second copy of something, and the same error stands at the first copy too.
 */
export function rangeToSource(
  segments: readonly Segment[],
  from: number,
  to: number,
): { from: number; to: number } | undefined {
  let first = -1
  let last = -1
  for (const s of segments) {
    if (s.generated >= to && !(s.generated === from && from === to)) break
    const start = Math.max(from, s.generated)
    const end = Math.min(to, s.generated + s.length)
    if (start > end || (start === end && from !== to)) continue
    if (first < 0) first = isVerbatim(s) ? s.source + start - s.generated : s.source
    last = isVerbatim(s) ? s.source + end - s.generated : s.source + s.sourceLength
  }
  return first < 0 ? undefined : { from: first, to: Math.max(first, last) }
}

function lastAtOrBefore(segments: readonly Segment[], offset: number): Segment | undefined {
  let low = 0
  let high = segments.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (segments[middle]!.generated <= offset) low = middle + 1
    else high = middle
  }
  return segments[low - 1]
}

/** The offsets at which the lines of a text begin. */
export function lineStarts(text: string): number[] {
  const starts = [0]
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) starts.push(i + 1)
  return starts
}

/** The line (from 0) that holds `offset`. */
export function lineOf(starts: readonly number[], offset: number): number {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (starts[middle]! <= offset) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** A source map, version 3. */
export interface SourceMap {
  version: 3
  sources: string[]
  sourcesContent: string[]
  names: string[]
  mappings: string
}

/** The source map of generated `code`; every segment, and every line inside of a verbatim one, is a point. */
export function sourceMap(
  path: string,
  content: string,
  code: string,
  segments: readonly Segment[],
): SourceMap {
  const encoder = new MappingEncoder(lineStarts(content), lineStarts(code))
  for (const s of segments) {
    encoder.point(s.generated, s.source)
    if (!isVerbatim(s)) continue
    const end = s.generated + s.length
    for (let i = code.indexOf("\n", s.generated) + 1; i > 0 && i < end; i = next(code, i)) {
      encoder.point(i, s.source + i - s.generated)
    }
  }
  const { mappings } = encoder
  return { version: 3, sources: [path], sourcesContent: [content], names: [], mappings }
}
const next = (code: string, i: number) => code.indexOf("\n", i) + 1

/** Base64 VLQ deltas, as in https://tc39.es/ecma426/ section 6. */
class MappingEncoder {
  mappings = ""
  private line = 0
  private column = 0
  private sourceLine = 0
  private sourceColumn = 0
  private readonly source: readonly number[]
  private readonly generated: readonly number[]

  constructor(source: readonly number[], generated: readonly number[]) {
    this.source = source
    this.generated = generated
  }

  point(generatedOffset: number, sourceOffset: number): void {
    while ((this.generated[this.line + 1] ?? Number.POSITIVE_INFINITY) <= generatedOffset) {
      this.mappings += ";"
      this.line++
      this.column = 0
    }
    const line = lineOf(this.source, sourceOffset)
    const column = sourceOffset - this.source[line]!
    const here = generatedOffset - this.generated[this.line]!
    const comma = this.mappings !== "" && !this.mappings.endsWith(";") ? "," : ""
    const deltas = [here - this.column, 0, line - this.sourceLine, column - this.sourceColumn]
    this.mappings += comma + deltas.map(vlq).join("")
    this.column = here
    this.sourceLine = line
    this.sourceColumn = column
  }
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
function vlq(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1
  let text = ""
  do {
    const digit = rest & 31
    rest >>>= 5
    text += DIGITS[rest > 0 ? digit | 32 : digit]
  } while (rest > 0)
  return text
}
