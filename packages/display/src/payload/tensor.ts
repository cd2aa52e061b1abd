/** @file The payload of a tensor: its summary and its picture, level by level; types only. */
import type { Base64, FloatValue, PayloadHead } from "./head.ts"

/** Summary of a tensor. All moments are over finite elements. */
export interface TensorStats {
  readonly count: number
  readonly zeros: number
  readonly nan: number
  readonly posInf: number
  readonly negInf: number
  readonly min: FloatValue
  readonly max: FloatValue
  readonly mean: FloatValue
  readonly std: FloatValue
}

/** Counts per power of two of the finite non-zero elements: bin k holds 2^(first+k) <= |x| < 2^(first+k+1). */
export interface TensorHistogram {
  readonly first: number
  readonly negative: readonly number[]
  readonly positive: readonly number[]
}

/**
 * One level of the pyramid. The last two axes are rows and columns and are reduced by `factor`; leading
 * axes are kept up to `panels` panels, in row-major order. Columns hold panels x rows x columns numbers.
 * Maximum, minimum and NaN survive every reduction.
 */
export interface TensorLevel {
  readonly panels: number
  readonly rows: number
  readonly columns: number
  readonly factor: readonly [rows: number, columns: number]
  /** f32, mean of the finite elements of the cell; NaN when it has none. */
  readonly mean: Base64
  /** f32; absent when `factor` is [1, 1], because it equals `mean`. */
  readonly min?: Base64
  readonly max?: Base64
  /** u8 flags of each cell: 1 has NaN, 2 has +Inf, 4 has -Inf, 8 is all exactly zero. */
  readonly flags: Base64
}

/** What several tensors that are shown together mean to each other. */
export type TensorRole = "value" | "gradient" | "update"

/** Summary and picture of one tensor; never the whole array when that is large. */
export interface TensorPicture {
  /** Its name among the tensors of one output. */
  readonly label?: string
  readonly role?: TensorRole
  readonly dtype: string
  readonly bytes: number
  readonly stats: TensorStats
  readonly histogram: TensorHistogram
  /** Counts of the finite elements in equal parts of [min, max]: the sparkline. */
  readonly spread?: readonly number[]
  /** Finest first; empty for a tensor without elements. */
  readonly pyramid: readonly TensorLevel[]
  /** |x| at which colours are full, of all elements; absent where every element is stored. */
  readonly limit?: FloatValue
  /** f64, row-major, when the tensor has at most 1,024 elements. */
  readonly values?: Base64
  /** The kernel that showed the tensor answers questions about its parts under this name (`TILES`). */
  readonly tiles?: { readonly id: string }
}

/** A tensor as an output; `linked` are others of the same shape, shown with one crosshair. */
export interface TensorDoc extends PayloadHead<"tensor">, TensorPicture {
  readonly title?: string
  readonly shape: readonly number[]
  readonly names?: readonly (string | null)[]
  readonly device?: string
  /** The `text/plain` of the same value. */
  readonly text: string
  /** Tick labels of the last two axes, as in a confusion matrix. */
  readonly labels?: { readonly rows?: readonly string[]; readonly columns?: readonly string[] }
  readonly linked?: readonly TensorPicture[]
  /** ‖update‖ / ‖value‖ of the linked tensors. */
  readonly ratio?: FloatValue
}
