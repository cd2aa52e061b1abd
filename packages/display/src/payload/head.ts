/** @file What every payload begins with: kind, version, strings, places in the code; types and names only. */

/** The kinds of payload. Each has one MIME type and one JSON Schema in `packages/display/schema`. */
export type PayloadKind =
  | "graph"
  | "gradient"
  | "tensor"
  | "trace"
  | "profile"
  | "training"
  | "image"
  | "table"
  | "audio"

/** MIME type of each kind. The major version is in the name, so an old reader never sees a new major. */
export const MIME = {
  graph: "application/vnd.defnote.graph.v1+json",
  gradient: "application/vnd.defnote.gradient.v1+json",
  tensor: "application/vnd.defnote.tensor.v1+json",
  trace: "application/vnd.defnote.trace.v1+json",
  profile: "application/vnd.defnote.profile.v1+json",
  training: "application/vnd.defnote.training.v1+json",
  image: "application/vnd.defnote.image.v1+json",
  table: "application/vnd.defnote.table.v1+json",
  audio: "application/vnd.defnote.audio.v1+json",
} as const satisfies Record<PayloadKind, string>

/** A float in JSON: a number, or one of the four that JSON cannot say (D8.3). */
export type FloatValue = number | "NaN" | "Infinity" | "-Infinity" | "-0"

/** Base64 of little-endian IEEE 754 numbers; the width is named where the column is declared. */
export type Base64 = string

/** Code that a payload points into, with the text as it was when the graph was made. */
export interface Source {
  readonly cellId?: string
  readonly path?: string
  /** Hash of `text`; the view compares it with the cell to say "the cell changed". */
  readonly hash: string
  readonly text: string
  readonly executionCount?: number
}

/** `[source, start, end, parent]`: character offsets in `sources[source].text`; parent is a loc or -1. */
export type Loc = readonly [source: number, start: number, end: number, parent: number]

/** What every payload begins with. Names everywhere are indices into `strings`; -1 means none. */
export interface PayloadHead<K extends PayloadKind = PayloadKind> {
  readonly schema: { readonly kind: K; readonly major: number; readonly minor: number }
  readonly strings: readonly string[]
  readonly sources: readonly Source[]
  readonly locs: readonly Loc[]
}
