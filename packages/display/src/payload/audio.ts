/** @file The payload of a sound: its waveform by columns, and 16-bit samples that a view can play; types only. */
import type { Base64, PayloadHead } from "./head.ts"

/** A sound of one or two channels. */
export interface AudioDoc extends PayloadHead<"audio"> {
  readonly title?: string
  readonly dtype: string
  readonly shape: readonly number[]
  /** Samples per second, and samples of each channel, of the tensor. */
  readonly sampleRate: number
  readonly samples: number
  readonly channels: number
  /** Columns of the waveform; `low` and `high` are f32, channels x columns, the extremes of the samples in each. */
  readonly columns: number
  readonly low: Base64
  readonly high: Base64
  /** What is played: i16, the channels of a moment beside each other, at this rate. */
  readonly sound: Base64
  readonly playedRate: number
  /** Sentences about what is played: clipped, at a lower rate, only the beginning. */
  readonly notes: readonly string[]
  /** The `text/plain` of the same output. */
  readonly text: string
}
