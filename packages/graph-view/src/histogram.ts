/** @file Histograms over powers of two, as SVG; exact zeros, NaN and infinities are bins of their own. */

import { formatPercent } from "@defnote/display"
import { svg } from "./dom.ts"
import { powerOfTwo } from "./numbers.ts"

/** Counts of a histogram. `first` is the exponent of the first bin of `positive` and `negative`. */
export interface Histogram {
  readonly first: number
  readonly negative: readonly number[]
  readonly positive: readonly number[]
  readonly zeros: number
  readonly infinite: number
  readonly nan: number
}

const BAR_CLASS = "dn-bar-value"

/** Room of a tick's text, and width of a bar for NaN or infinities with its name, in px. */
const TICK = 34
const ASIDE = 28

interface Bar {
  readonly kind: "value" | "zero" | "broken"
  readonly count: number
  readonly label: string
  readonly exponent?: number
}

/** The bars from left to right: negative large to small, zero, positive small to large, Inf, NaN. */
function barsOf(histogram: Histogram): readonly Bar[] {
  const { first, negative, positive } = histogram
  const length = Math.max(negative.length, positive.length)
  let [low, high] = [length, -1]
  for (let i = 0; i < length; i++) {
    if (!negative[i] && !positive[i]) continue
    low = Math.min(low, i)
    high = i
  }
  const bins = Array.from({ length: Math.max(0, high - low + 1) }, (_, i) => low + i)
  const bar =
    (list: readonly number[], sign: string) =>
    (i: number): Bar => ({
      kind: "value",
      count: list[i] ?? 0,
      exponent: first + i,
      label: `${sign}${powerOfTwo(first + i)} … ${sign}${powerOfTwo(first + i + 1)}`,
    })
  const bars: Bar[] = []
  const [below, above] = [negative, positive].map((list) => list.some((count) => count > 0))
  if (below) bars.push(...[...bins].reverse().map(bar(negative, "−")))
  if (histogram.zeros || below === above)
    bars.push({ kind: "zero", count: histogram.zeros, label: "0" })
  if (above) bars.push(...bins.map(bar(positive, "")))
  if (histogram.infinite) bars.push({ kind: "broken", count: histogram.infinite, label: "Inf" })
  if (histogram.nan) bars.push({ kind: "broken", count: histogram.nan, label: "NaN" })
  return bars
}

/** Zero, NaN and infinities are always named; powers of two where they have room. */
function ticks(
  bars: readonly Bar[],
  middles: readonly number[],
  every: number,
): readonly { x: number; text: string }[] {
  const special = bars.flatMap(({ kind, label }, i) =>
    kind === "value" ? [] : [{ x: middles[i], text: label }],
  )
  const powers = bars.flatMap(({ exponent }, i) => {
    const free = special.every(({ x }) => Math.abs(x - middles[i]) >= TICK - 8)
    const shown = exponent !== undefined && exponent % every === 0 && free
    return shown ? [{ x: middles[i], text: powerOfTwo(exponent) }] : []
  })
  return [...special, ...powers]
}

/** A histogram with tick labels, `width` x `height` px. */
export function histogramChart(
  histogram: Histogram,
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
  const bars = barsOf(histogram)
  const total = bars.reduce((sum, bar) => sum + bar.count, 0) || 1
  const most = Math.max(1, ...bars.map((bar) => bar.count))
  const aside = bars.filter((bar) => bar.kind === "broken").length
  const step = Math.min(26, (width - aside * ASIDE) / Math.max(1, bars.length - aside))
  const widths = bars.map((bar) => (bar.kind === "broken" ? ASIDE : step))
  const places = widths.map((_, i) => widths.slice(0, i).reduce((sum, w) => sum + w, 0))
  const end = widths.reduce((sum, w) => sum + w, 0)
  const base = height - 16
  chart.append(
    svg("line", {
      x1: 0,
      x2: end,
      y1: base + 0.5,
      y2: base + 0.5,
      class: "dn-axis",
    }),
  )
  bars.forEach((bar, i) => {
    const size = bar.count ? Math.max(1.5, (bar.count / most) * (base - 14)) : 0
    chart.append(column(bar, places[i], base - size, widths[i], size, total))
  })
  const middles = places.map((x, i) => x + widths[i] / 2)
  for (const { x, text } of ticks(bars, middles, Math.ceil(TICK / step)))
    chart.append(svg("text", { x, y: height - 3, class: "dn-tick" }, text))
  return chart
}

function column(
  bar: Bar,
  x: number,
  y: number,
  step: number,
  size: number,
  total: number,
): SVGElement {
  const hollow = bar.kind === "zero" ? 0.5 : 0
  const name = { value: BAR_CLASS, zero: "dn-bar-zero", broken: "dn-bar-broken" }[bar.kind]
  const shape = svg("rect", {
    x: x + 1 + hollow,
    y: y + hollow,
    width: Math.max(1, step - 2 - 2 * hollow),
    height: Math.max(0, size - hollow),
    class: name,
  })
  shape.append(
    svg(
      "title",
      {},
      `${bar.label}: ${bar.count.toLocaleString("en-US")} (${formatPercent(bar.count, total)})`,
    ),
  )
  if (bar.kind === "value" || !bar.count) return shape
  const note =
    bar.kind === "zero" ? formatPercent(bar.count, total) : bar.count.toLocaleString("en-US")
  return svg("g", {}, shape, svg("text", { x: x + step / 2, y: y - 3, class: "dn-tick" }, note))
}

/** The small strip of the gradient inspector: 132 x 22, one bin per power of two (VISUAL §11). */
export function strip(
  bins: readonly number[],
  zeros: number,
  broken: number,
  role: "forward" | "backward",
  label: string,
): SVGSVGElement {
  const [width, height, left, bin] = [132, 22, 14, 3.05]
  const chart = svg("svg", {
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "aria-label": label,
  })
  const most = Math.max(1, zeros, ...bins)
  const tall = (count: number) => (count ? Math.max(1.2, (count / most) * (height - 2)) : 0)
  const right = left + bins.length * bin
  chart.append(
    svg("line", { x1: left, x2: right, y1: height - 0.5, y2: height - 0.5, class: "dn-axis" }),
  )
  bins.forEach((count, i) => {
    const size = tall(count)
    if (!size) return
    const place = { x: left + i * bin, y: height - 1 - size, width: bin - 0.4, height: size }
    chart.append(svg("rect", { ...place, class: `dn-bar-${role}` }))
  })
  if (zeros) {
    const size = Math.max(3, tall(zeros))
    chart.append(
      svg("rect", {
        x: 1,
        y: height - 1 - size,
        width: 7,
        height: size,
        class: `dn-bar-hollow dn-${role}`,
      }),
    )
  }
  if (broken)
    chart.append(svg("rect", { x: right + 3, y: 14, width: 9, height: 7, class: "dn-bar-broken" }))
  return chart
}
