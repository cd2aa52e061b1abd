/** @file Curves over steps as SVG: a log-scaled line with its running mean, and a strip of colours. */

import {
  type Curve,
  curvePath,
  formatNumber,
  normShade,
  runningMean,
  stripColumns,
  verticalScale,
} from "@defnote/display"
import { svg } from "./dom.ts"

const LEFT = 52
const RIGHT = 12
const BOTTOM = 8

/** What a chart of one curve needs. */
export interface LineChartOptions {
  readonly curve: Curve
  /** Steps of the whole run: the width is theirs from the start. */
  readonly steps: number
  readonly width: number
  readonly height: number
  readonly label: string
  /** Steps that get a dotted line. */
  readonly marks: readonly number[]
}

/** A curve with thin raw values and a thick running mean, the last mean written at its end; and the step at an x. */
export function lineChart({ curve, steps, width, height, label, marks }: LineChartOptions): {
  readonly chart: SVGSVGElement
  stepAt(x: number): number
} {
  const frame = { width, height, viewBox: `0 0 ${width} ${height}` }
  const chart = svg("svg", { ...frame, role: "img", "aria-label": label })
  const span = Math.max(1, steps, curve.step.at(-1) ?? 1)
  const room = width - LEFT - RIGHT
  const x = (step: number) => LEFT + (room * step) / span
  const stepAt = (at: number) =>
    Math.max(0, Math.min(span, Math.round(((at - LEFT) / room) * span)))
  const mean = runningMean(curve.value)
  const finite = [...curve.value, ...mean].filter(Number.isFinite)
  if (!finite.length) return { chart, stepAt }
  const scale = verticalScale(finite, 16, height - BOTTOM)
  for (const tick of scale.ticks) chart.append(...grid(scale.y(tick), width, formatNumber(tick, 2)))
  for (const step of marks) chart.append(mark(x(step), height))
  const line = (values: ArrayLike<number>, name: string) =>
    svg("path", { d: curvePath(curve.step, values, x, scale.y), class: name })
  chart.append(line(curve.value, "dn-curve-thin"), line(mean, "dn-curve-thick"))
  const last = mean.length - 1
  if (Number.isFinite(mean[last]))
    chart.append(end(x(curve.step[last]), scale.y(mean[last]), width, mean[last]))
  return { chart, stepAt }
}

const mark = (x: number, height: number) =>
  svg("line", { x1: x, x2: x, y1: 8, y2: height - BOTTOM, class: "dn-curve-mark" })

/** The last mean: beside its point while there is room, above it at the edge. */
function end(x: number, y: number, width: number, value: number): SVGElement {
  const room = x < width - 70
  const at = room ? { x: x + 6, y: y + 4 } : { x: width - 4, y: y - 9 }
  const name = room ? "dn-curve-last" : "dn-curve-last dn-tick-end"
  return svg("text", { ...at, class: name }, formatNumber(value))
}

function grid(y: number, width: number, text: string): SVGElement[] {
  return [
    svg("line", { x1: LEFT, x2: width - RIGHT, y1: y, y2: y, class: "dn-grid" }),
    svg("text", { x: LEFT - 8, y: y + 3.5, class: "dn-tick dn-tick-end" }, text),
  ]
}

/** One row of colours, a column a step, from pale at 2^low to full at 2^high. */
export function normStrip(
  curve: Curve,
  low: number,
  high: number,
  width: number,
  label: string,
): SVGSVGElement {
  const height = 16
  const chart = svg("svg", { width, height, role: "img", "aria-label": label })
  const columns = stripColumns(curve)
  columns.forEach(({ step, worst }, i) => {
    const place = {
      x: (i * width) / columns.length,
      y: 0,
      width: width / columns.length + 0.3,
      height,
    }
    const broken = !Number.isFinite(worst)
    const column = svg("rect", { ...place, class: broken ? "dn-bar-broken" : "dn-bar-backward" })
    if (!broken) column.setAttribute("opacity", normShade(worst, low, high).toFixed(2))
    column.append(svg("title", {}, `${step}: ${formatNumber(worst)}`))
    chart.append(column)
  })
  return chart
}
