/** @file The part of Plotly's figures that the static picture understands. Values may come as tensors' plain arrays. */

/** Numbers, or category names. */
export type Column =
  | readonly (number | string | null)[]
  | Readonly<Float32Array>
  | Readonly<Float64Array>
  | Readonly<Int32Array>

/** One trace; any further attribute of Plotly is passed on to it. */
export interface PlotTrace {
  readonly type?: "scatter" | "bar" | "histogram" | "heatmap" | (string & {})
  readonly mode?: string
  readonly name?: string
  readonly x?: Column
  readonly y?: Column
  readonly z?: readonly Column[]
  readonly text?: unknown
  readonly [attribute: string]: unknown
}
export interface PlotAxis {
  readonly title?: string | { readonly text?: string }
  readonly type?: string
  readonly range?: readonly [number, number]
  readonly autorange?: boolean | string
  readonly [attribute: string]: unknown
}
export interface PlotLayout {
  /** Stands above the plot. */
  readonly title?: string | { readonly text?: string }
  /** The horizontal axis: its title, its type ("linear" or "log"), its range. */
  readonly xaxis?: PlotAxis
  /** The vertical axis. */
  readonly yaxis?: PlotAxis
  /** In CSS px; without it the width of the notebook. */
  readonly width?: number
  /** In CSS px. */
  readonly height?: number
  readonly [attribute: string]: unknown
}
export const titleOf = (t: PlotLayout["title"]): string =>
  typeof t === "string" ? t : (t?.text ?? "")
/** Series colours, told apart under the usual colour-vision deficiencies. @source M. Okabe, K. Ito, Color Universal Design, 2008 */
export const SERIES = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#e69f00",
  "#56b4e9",
  "#000000",
] as const
