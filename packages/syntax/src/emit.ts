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
  private readonly back: (offset: number) => number
  private readonly starts: readonly number[]

  constructor(text: string, back: (offset: number) => number) {
    this.text = text
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

  /** Source text, mapped one to one; where a repair added something, only what is in the source is mapped. */
  copy(start: number, end: number): void {
    if (end <= start) return
    const piece = this.text.slice(start, end)
    const from = this.back(start)
    const length = this.back(end) - from
    if (this.muted === 0 && length > 0) this.segment(Math.min(length, piece.length), from, length)
    this.append(piece)
  }

  /** A name of ours that stands for a token of the source. */
  token(name: string, start: number, end: number): void {
    const from = this.back(start)
    if (this.muted === 0) this.segment(name.length, from, this.back(end) - from)
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
