/** @file The payload of a batch of images: where each is on the picture beside it, labels and predictions; types only. */
import type { FloatValue, PayloadHead } from "./head.ts"

/** Images that stand in rows on one picture, which is the `image/png` of the same output. */
export interface ImageDoc extends PayloadHead<"image"> {
  readonly title?: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly names?: readonly (string | null)[]
  /** Meaning of the axes, such as `NHWC`. */
  readonly layout: string
  /** Values of black and of full brightness. */
  readonly range: readonly [black: FloatValue, white: FloatValue]
  /** Images of the tensor, and how many of them are on the picture. */
  readonly count: number
  readonly shown: number
  /** Images in a row of the picture; width and height of one, and what lies between two, in its pixels. */
  readonly sheet: {
    readonly columns: number
    readonly width: number
    readonly height: number
    readonly gap: number
  }
  /** The number of columns was asked for: rows are not wrapped. */
  readonly fixed?: boolean
  /** One for each image that is shown. */
  readonly captions?: readonly string[]
  readonly labels?: readonly string[]
  readonly predictions?: readonly string[]
  /** The `text/plain` of the same output. */
  readonly text: string
}
