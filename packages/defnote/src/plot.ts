/** @file Plotly figures in notebooks: live in JupyterLab, a static picture everywhere else (D8.1). */
import { isTensor, OptionError, shownValue, type Tensor } from "@defnote/core"
import {
  type Column,
  type PlotLayout,
  type PlotTrace,
  plotSvg,
  titleOf,
} from "@defnote/display/plot"
import { Output } from "./output.ts"

const PLOTLY = "application/vnd.plotly.v1+json"

/** A trace whose columns may be tensors. */
export type PlotInput = Omit<PlotTrace, "x" | "y" | "z"> & {
  readonly x?: Column | Tensor
  readonly y?: Column | Tensor
  readonly z?: PlotTrace["z"] | Tensor
}
export type { PlotLayout } from "@defnote/display/plot"

/** Tensors and typed arrays become plain arrays; NaN and infinities become gaps, as JSON has none of them. */
function plain(v: unknown): unknown {
  if (isTensor(v)) return plain(v.toArray())
  if (ArrayBuffer.isView(v)) return Array.from(v as Float64Array, plain)
  if (Array.isArray(v)) return v.map(plain)
  if (typeof v === "number") return Number.isFinite(v) ? v : null
  if (typeof v === "bigint") return Number(v)
  if (typeof v === "object" && v !== null)
    return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, plain(x)]))
  return v
}
/** Axis titles given as text, in the form that Plotly wants. */
function withTitles(layout: PlotLayout): PlotLayout {
  const full = (t: PlotLayout["title"]) => (typeof t === "string" ? { text: t } : t)
  const axis = (a: PlotLayout["xaxis"]) =>
    a ? { ...a, ...(a.title === undefined ? {} : { title: full(a.title) }) } : undefined
  return {
    ...layout,
    ...(layout.title === undefined ? {} : { title: full(layout.title) }),
    ...(layout.xaxis ? { xaxis: axis(layout.xaxis) } : {}),
    ...(layout.yaxis ? { yaxis: axis(layout.yaxis) } : {}),
  }
}

/**
 * A plot of one or several traces in Plotly's words; columns may be tensors.
 * @throws OptionError for what is no trace
 * @example plot([{ type: "scatter", mode: "lines", y: losses }], { title: "Loss", yaxis: { type: "log" } })
 */
export function plot(traces: PlotInput | readonly PlotInput[], layout: PlotLayout = {}): Output {
  const list: readonly unknown[] = Array.isArray(traces) ? traces : [traces]
  const other = list.find((t) => typeof t !== "object" || t === null || isTensor(t))
  if (!list.length || other !== undefined || list.includes(undefined))
    throw new OptionError(
      `plot: takes a trace such as { y: losses }, or a list of them, not ${list.length ? shownValue(other) : "an empty list"}`,
    )
  const data = plain(list) as PlotTrace[]
  return new Output(() => ({
    [PLOTLY]: { data, layout: withTitles(layout) },
    "image/svg+xml": plotSvg(data, layout),
    "text/plain": describe(data, layout),
  }))
}
function describe(data: readonly PlotTrace[], layout: PlotLayout): string {
  const title = titleOf(layout.title)
  const parts = data.map(
    (t) =>
      `${t.type ?? "scatter"}${t.name ? ` "${t.name}"` : ""}: ${(t.y ?? t.x ?? t.z ?? []).length} points`,
  )
  return `${title ? `${title}\n` : "plot\n"}${parts.map((p) => `  ${p}`).join("\n")}`
}
