/** @file Curves over steps as SVG: a log-scaled line with its running mean, and a strip of colours. */

import { formatNumber, type TrainingSeries } from "@defnote/display"
import { svg } from "./dom.ts"

/** One decoded curve. */
export interface Curve {
  readonly name: string
  readonly role: TrainingSeries["role"]
  readonly step: Float64Array
  readonly value: Float64Array
}

const LEFT = 52
const RIGHT = 12
const BOTTOM = 8

/** A curve with thin raw values and a thick running mean, the last mean written at its end. */
export function lineChart(
  curve: Curve,
  steps: number,
  width: number,
  height: number,
  label: string,
): SVGSVGElement {
  const chart = svg("svg", {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": label,
  })
  const mean = runningMean(curve.value)
  const finite = [...curve.value, ...mean].filter(Number.isFinite)
  if (!finite.length) return chart
  const scale = verticalScale(finite, height)
  const span = Math.max(1, steps, curve.step.at(-1) ?? 1)
  const x = (step: number) => LEFT + ((width - LEFT - RIGHT) * step) / span
  for (const tick of scale.ticks) chart.append(...grid(scale.y(tick), width, formatNumber(tick, 2)))
  const line = (values: ArrayLike<number>, name: string) =>
    svg("path", { d: path(curve.step, values, x, scale.y), class: name })
  chart.append(line(curve.value, "dn-curve-thin"), line(mean, "dn-curve-thick"))
  const last = mean.length - 1
  if (Number.isFinite(mean[last])) {
    const end = x(curve.step[last])
    const room = end < width - 70
    const at = room
      ? { x: end + 6, y: scale.y(mean[last]) + 4 }
      : { x: width - 4, y: scale.y(mean[last]) - 9 }
    const name = room ? "dn-curve-last" : "dn-curve-last dn-tick-end"
    chart.append(svg("text", { ...at, class: name }, formatNumber(mean[last])))
  }
  return chart
}

function grid(y: number, width: number, text: string): SVGElement[] {
  return [
    svg("line", { x1: LEFT, x2: width - RIGHT, y1: y, y2: y, class: "dn-grid" }),
    svg("text", { x: LEFT - 8, y: y + 3.5, class: "dn-tick dn-tick-end" }, text),
  ]
}

interface VerticalScale {
  readonly ticks: readonly number[]
  y(value: number): number
}

/** Log axis when all values are positive and span more than a factor of three; else linear. */
function verticalScale(values: readonly number[], height: number): VerticalScale {
  const low = values.reduce((a, b) => Math.min(a, b))
  const high = values.reduce((a, b) => Math.max(a, b))
  const log = low > 0 && high / low > 3
  const to = (v: number) => (log ? Math.log10(v) : v)
  const [a, b] = [to(low), to(high)]
  const pad = (b - a) * 0.06 || Math.abs(a) * 0.1 || 1
  const y = (v: number) =>
    height - BOTTOM - ((to(v) - a + pad) / (b - a + 2 * pad)) * (height - BOTTOM - 16)
  return { ticks: log ? logTicks(low, high) : linearTicks(low, high), y }
}

function logTicks(low: number, high: number): readonly number[] {
  const ticks: number[] = []
  for (let e = Math.floor(Math.log10(low)); e <= Math.log10(high); e++) {
    for (const k of [1, 3]) if (k * 10 ** e >= low && k * 10 ** e <= high) ticks.push(k * 10 ** e)
  }
  const every = Math.ceil(ticks.length / 6)
  return ticks.filter((_, i) => i % every === 0)
}

function linearTicks(low: number, high: number): readonly number[] {
  const raw = (high - low || 1) / 4
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((k) => k * power).find((s) => s >= raw) ?? raw
  const ticks: number[] = []
  for (let v = Math.ceil(low / step) * step; v <= high; v += step)
    ticks.push(Number(v.toPrecision(12)))
  return ticks
}

/** Exponential mean that starts at the first value; a broken value leaves it as it is. */
function runningMean(values: Float64Array): Float64Array {
  const weight = 2 / (Math.min(40, Math.max(2, values.length / 16)) + 1)
  let mean = Number.NaN
  return values.map((v) => {
    if (Number.isFinite(v)) mean = Number.isNaN(mean) ? v : mean + weight * (v - mean)
    return mean
  })
}

function path(
  steps: Float64Array,
  values: ArrayLike<number>,
  x: (step: number) => number,
  y: (value: number) => number,
): string {
  let text = ""
  let pen = "M"
  for (let i = 0; i < steps.length; i++) {
    if (!Number.isFinite(values[i])) {
      pen = "M"
      continue
    }
    text += `${pen}${x(steps[i]).toFixed(1)} ${y(values[i]).toFixed(1)}`
    pen = "L"
  }
  return text
}

/** Most columns of a strip; more steps are merged by their maximum, and NaN wins. */
const COLUMNS = 160

/** One row of colours, a column a step, from pale at 2^low to full at 2^high. */
export function normStrip(
  curve: Curve,
  low: number,
  high: number,
  width: number,
  label: string,
): SVGSVGElement {
  const [count, height] = [Math.min(COLUMNS, curve.value.length), 16]
  const chart = svg("svg", { width, height, role: "img", "aria-label": label })
  for (let i = 0; i < count; i++) {
    const from = Math.floor((i * curve.value.length) / count)
    const to = Math.max(from + 1, Math.floor(((i + 1) * curve.value.length) / count))
    const worst = [...curve.value.subarray(from, to)].reduce((a, b) =>
      a >= b || Number.isNaN(a) ? a : b,
    )
    const place = { x: (i * width) / count, y: 0, width: width / count + 0.3, height }
    const broken = !Number.isFinite(worst)
    const share = broken ? 1 : shade(worst, low, high)
    const column = svg("rect", { ...place, class: broken ? "dn-bar-broken" : "dn-bar-backward" })
    if (!broken) column.setAttribute("opacity", share.toFixed(2))
    column.append(svg("title", {}, `${curve.step[from]}: ${formatNumber(worst)}`))
    chart.append(column)
  }
  return chart
}

const shade = (value: number, low: number, high: number) =>
  value > 0 ? 0.12 + 0.88 * clamp((Math.log2(value) - low) / Math.max(1, high - low)) : 0.05

const clamp = (share: number) => Math.max(0, Math.min(1, share))
