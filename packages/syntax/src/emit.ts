/** @file Text under construction, with a segment for every piece that comes from the source. */
import { isVerbatim, lineOf, lineStarts, type Segment } from "./map.ts"

/** Collects generated text. Offsets passed in are those of `text`; `back` maps them to the original source. */
export class Emitter {
  readonly segments: Segment[] = []
  private pieces = ""
  private newlines = 0
  private muted = 0
  private ahead = 0
  private readonly text: string
  private readonly source: string
  private readonly back: (offset: number) => number
  private readonly starts: readonly number[]

  /** `text` was parsed; `source` is what the user wrote, the same unless it was repaired. */
  constructor(text: string, source: string, back: (offset: number) => number) {
    this.text = text
    this.source = source
    this.back = back
    this.starts = lineStarts(text)
  }

  get code(): string {
    return this.pieces
  }

  /** Text of ours: not mapped. Holds no line break. */
  own(text: string): void {
    this.pieces += text
  }

  /** Source text, mapped one to one; where a repair changed something, only what is still as in the source. */
  copy(start: number, end: number): void {
    if (end <= start) return
    if (this.text === this.source) this.piece(start, end, start)
    else this.repaired(start, end)
  }

  private repaired(start: number, end: number): void {
    const { text, source, back } = this
    const isKept = (at: number) => back(at + 1) === back(at) + 1 && text[at] === source[back(at)]
    for (let from = start; from < end; ) {
      const kept = isKept(from)
      let to = from + 1
      while (to < end && isKept(to) === kept) to++
      if (kept) this.piece(from, to, back(from))
      else this.append(text.slice(from, to))
      from = to
    }
  }

  private piece(start: number, end: number, from: number): void {
    if (this.muted === 0) this.segment(end - start, from, end - start)
    this.append(this.text.slice(start, end))
  }

  /** A name of ours that stands for a token of the source: an atom, whose lengths must differ. */
  token(name: string, start: number, end: number): void {
    const from = this.back(start)
    const sourceLength = this.back(end) - from
    const isSame = this.source.startsWith(name, from)
    const length = name.length === sourceLength && !isSame ? name.length - 1 : name.length
    if (this.muted === 0) this.segment(length, from, sourceLength)
    this.pieces += name
  }

  /** Emits without mapping: the second copy of something. */
  mute(body: () => void): void {
    this.muted++
    body()
    this.muted--
  }

  /** Emits something before text that stands above it: its lines are not waited for. */
  early(body: () => void): void {
    this.ahead++
    body()
    this.ahead--
  }

  /** Adds line breaks until source offset `offset` is on its own line. Only where a line break may stand. */
  pad(offset: number): void {
    const missing = lineOf(this.starts, offset) - this.newlines
    if (missing > 0 && this.ahead === 0) this.append("\n".repeat(missing))
  }

  private append(piece: string): void {
    this.pieces += piece
    for (let i = piece.indexOf("\n"); i >= 0; i = piece.indexOf("\n", i + 1)) this.newlines++
  }

  private segment(length: number, source: number, sourceLength: number): void {
    const generated = this.pieces.length
    const last = this.segments.at(-1)
    const continues =
      last !== undefined &&
      length === sourceLength &&
      isVerbatim(last) &&
      last.generated + last.length === generated &&
      last.source + last.length === source
    if (continues) {
      last.length += length
      last.sourceLength += length
    } else this.segments.push({ generated, length, source, sourceLength })
  }
}
