/**
 * @file A static picture of a figure for places without Plotly: saved pages, GitHub, an untrusted notebook (D8.2).
 * Draws scatter, line, bar, histogram and heat map; says so in the picture where a trace is of another type.
 */
import { type Column, type PlotLayout, type PlotTrace, SERIES, titleOf } from "./figure.ts"
import { bandScale, linearScale, logScale, type Scale } from "./scale.ts"

const INK = "#1d2127"
const FAINT = "#545b66"
const LINE = "#d9dde3"
const MARGIN = { left: 64, right: 16, top: 40, bottom: 48 }
/** Points of one series that the picture draws; more are thinned evenly, ends kept. */
const POINTS = 600

const escape = (s: string): string =>
  s.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;")
const px = (v: number): string => String(Math.round(v * 10) / 10)
const text = (x: number, y: number, s: string, more = ""): string =>
  `<text x="${px(x)}" y="${px(y)}" font-family="system-ui, sans-serif" font-size="11" fill="${FAINT}" ${more}>${escape(s)}</text>`

interface Frame {
  readonly width: number
  readonly height: number
  readonly x: Scale
  readonly y: Scale
}
interface Points {
  readonly x: readonly number[]
  readonly y: readonly number[]
  readonly color: string
  readonly mode: string
  readonly base?: number
}
const list = (c: Column | undefined): readonly (number | string | null)[] =>
  c ? Array.from(c as ArrayLike<number | string | null>) : []
const finite = (v: unknown): v is number => typeof v === "number" && Number.isFinite(v)

/** The figure as SVG. Presentation attributes only. */
export function plotSvg(traces: readonly PlotTrace[], layout: PlotLayout = {}): string {
  const width = layout.width ?? 640
  const height = layout.height ?? 360
  const heat = traces.find((t) => t.type === "heatmap" && t.z)
  const body = heat ? heatMap(heat, layout, width, height) : curves(traces, layout, width, height)
  const title = titleOf(layout.title)
  const caption = title
    ? `<text x="${px(width / 2)}" y="22" text-anchor="middle" font-family="system-ui, sans-serif" font-size="14" font-weight="600" fill="${INK}">${escape(title)}</text>`
    : ""
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"><title>${escape(title || "plot")}</title><rect width="${width}" height="${height}" fill="#ffffff"/>${caption}${body}</svg>`
}

function curves(
  traces: readonly PlotTrace[],
  layout: PlotLayout,
  width: number,
  height: number,
): string {
  const drawn = traces.map((t, i) => pointsOf(t, SERIES[i % SERIES.length]))
  const known = drawn.filter((d): d is Points => d !== undefined)
  const names = categories(traces)
  const log = layout.yaxis?.type === "log"
  const usable = known.map((d) => (log ? positive(d) : d))
  const right = traces.length > 1 ? MARGIN.right + 110 : MARGIN.right
  const frame: Frame = {
    width,
    height,
    x: names
      ? bandScale(names, MARGIN.left, width - right)
      : scaleFor(
          usable.flatMap((d) => d.x),
          MARGIN.left,
          width - right,
          7,
          false,
        ),
    y: scaleFor(
      usable.flatMap((d) => (d.base === undefined ? d.y : [...d.y, d.base])),
      height - MARGIN.bottom,
      MARGIN.top,
      5,
      log,
    ),
  }
  const left = traces.length - known.length
  const note = left
    ? text(MARGIN.left, height - 6, `${left} trace(s) of a type that only the live plot draws`)
    : ""
  return (
    axes(frame, layout, right) +
    usable.map((d) => series(d, frame)).join("") +
    legend(traces, width - right + 12) +
    note
  )
}
const positive = (d: Points): Points => {
  const keep = d.y.map((v) => v > 0)
  return { ...d, x: d.x.filter((_, i) => keep[i]), y: d.y.filter((_, i) => keep[i]) }
}
/** Names on the x axis, where the traces have them. */
function categories(traces: readonly PlotTrace[]): string[] | undefined {
  const names = [...new Set(traces.flatMap((t) => list(t.x)).filter((v) => typeof v === "string"))]
  return names.length ? (names as string[]) : undefined
}
function scaleFor(
  values: readonly number[],
  from: number,
  to: number,
  count: number,
  log: boolean,
): Scale {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const v of values) {
    low = Math.min(low, v)
    high = Math.max(high, v)
  }
  if (low > high) [low, high] = log ? [1, 10] : [0, 1]
  const room = log ? 0 : (high - low) * 0.04
  return log ? logScale(low, high, from, to) : linearScale(low - room, high + room, from, to, count)
}

function pointsOf(t: PlotTrace, color: string): Points | undefined {
  if (t.type === "histogram") return histogram(list(t.x ?? t.y).filter(finite), color)
  if (t.type !== undefined && t.type !== "scatter" && t.type !== "bar" && t.type !== "scattergl")
    return undefined
  const y = list(t.y)
  const given = list(t.x)
  const names = [...new Set(given.filter((v) => typeof v === "string"))]
  const x = y.map((_, i) =>
    given.length
      ? typeof given[i] === "string"
        ? names.indexOf(given[i] as string)
        : given[i]
      : i,
  )
  const keep = y.flatMap((v, i) => (finite(v) && finite(x[i]) ? [i] : []))
  const thin = keep.filter(
    (_, k) => k % Math.ceil(keep.length / POINTS) === 0 || k === keep.length - 1,
  )
  const bar = t.type === "bar"
  return {
    x: thin.map((i) => x[i] as number),
    y: thin.map((i) => y[i] as number),
    color,
    mode: bar ? "bar" : (t.mode ?? "lines"),
    ...(bar ? { base: 0 } : {}),
  }
}
/** Counts in about sqrt(n) bins of round width. */
function histogram(values: readonly number[], color: string): Points {
  const low = Math.min(...values)
  const high = Math.max(...values)
  const raw = (high - low) / Math.max(1, Math.min(40, Math.sqrt(values.length))) || 1
  const power = 10 ** Math.floor(Math.log10(raw))
  const width = power * ([1, 2, 5, 10].find((m) => m * power >= raw) ?? 10)
  const first = Math.floor(low / width)
  const counts = new Array<number>(Math.floor(high / width) - first + 1).fill(0)
  for (const v of values) counts[Math.floor(v / width) - first]++
  return {
    x: counts.map((_, i) => (first + i + 0.5) * width),
    y: counts,
    color,
    mode: "bar",
    base: 0,
  }
}

function series(d: Points, { x, y }: Frame): string {
  const [px0, py0] = [d.x.map(x.at), d.y.map(y.at)]
  if (d.mode === "bar") return bars(d, px0, py0, y)
  const line =
    d.mode.includes("lines") && px0.length > 1
      ? `<polyline fill="none" stroke="${d.color}" stroke-width="1.6" points="${px0.map((v, i) => `${px(v)},${px(py0[i])}`).join(" ")}"/>`
      : ""
  const dots = d.mode.includes("markers")
    ? px0
        .map(
          (v, i) =>
            `<circle cx="${px(v)}" cy="${px(py0[i])}" r="2.6" fill="${d.color}" fill-opacity="0.75"/>`,
        )
        .join("")
    : ""
  return line + dots
}
function bars(d: Points, at: readonly number[], top: readonly number[], y: Scale): string {
  const gap = at.length > 1 ? Math.abs(at[1] - at[0]) : 40
  const zero = y.at(d.base ?? 0)
  return at
    .map(
      (v, i) =>
        `<rect x="${px(v - gap * 0.45)}" y="${px(Math.min(top[i], zero))}" width="${px(gap * 0.9)}" height="${px(Math.abs(zero - top[i]))}" fill="${d.color}" fill-opacity="0.6"/>`,
    )
    .join("")
}

function axes({ width, height, x, y }: Frame, layout: PlotLayout, right: number): string {
  const bottom = height - MARGIN.bottom
  const vertical = x.ticks.map(
    (t) =>
      `<line x1="${px(t.at)}" y1="${MARGIN.top}" x2="${px(t.at)}" y2="${bottom}" stroke="${LINE}"/>${text(t.at, bottom + 16, t.label, 'text-anchor="middle"')}`,
  )
  const horizontal = y.ticks.map(
    (t) =>
      `<line x1="${MARGIN.left}" y1="${px(t.at)}" x2="${width - right}" y2="${px(t.at)}" stroke="${LINE}"/>${text(MARGIN.left - 6, t.at + 4, t.label, 'text-anchor="end"')}`,
  )
  return [...vertical, ...horizontal].join("") + axisTitles(layout, width, height, right)
}
function axisTitles(layout: PlotLayout, width: number, height: number, right: number): string {
  const [x, y] = [titleOf(layout.xaxis?.title), titleOf(layout.yaxis?.title)]
  const middle = (MARGIN.top + height - MARGIN.bottom) / 2
  const below = x
    ? text((MARGIN.left + width - right) / 2, height - 12, x, 'text-anchor="middle"')
    : ""
  const beside = y
    ? text(16, middle, y, `text-anchor="middle" transform="rotate(-90 16 ${px(middle)})"`)
    : ""
  return below + beside
}
function legend(traces: readonly PlotTrace[], x: number): string {
  if (traces.length < 2) return ""
  return traces
    .map(
      (t, i) =>
        `<rect x="${px(x)}" y="${MARGIN.top + i * 18}" width="10" height="10" fill="${SERIES[i % SERIES.length]}"/>${text(x + 16, MARGIN.top + 9 + i * 18, t.name ?? `trace ${i}`)}`,
    )
    .join("")
}

/** Cells from white to green, with their numbers while they are few. */
function heatMap(t: PlotTrace, layout: PlotLayout, width: number, height: number): string {
  const z = (t.z ?? []).map((row) => list(row).map((v) => (finite(v) ? v : Number.NaN)))
  const columns = Math.max(0, ...z.map((r) => r.length))
  const names = (c: Column | undefined, n: number): string[] =>
    Array.from({ length: n }, (_, i) => String(list(c)[i] ?? i))
  const x = bandScale(names(t.x, columns), MARGIN.left + 24, width - MARGIN.right)
  const down = layout.yaxis?.autorange === "reversed"
  const y = bandScale(
    names(t.y, z.length),
    ...((down ? [MARGIN.top, height - MARGIN.bottom] : [height - MARGIN.bottom, MARGIN.top]) as [
      number,
      number,
    ]),
  )
  const all = z.flat().filter(finite)
  const [low, high] = [Math.min(0, ...all), Math.max(...all)]
  const cells = z.flatMap((row, i) =>
    row.map((v, j) =>
      cell(v, (v - low) / (high - low || 1), x.at(j), y.at(i), x.band, y.band, all.length <= 400),
    ),
  )
  const labels = [
    ...x.ticks.map((k) => text(k.at, height - MARGIN.bottom + 16, k.label, 'text-anchor="middle"')),
    ...y.ticks.map((k) => text(MARGIN.left + 18, k.at + 4, k.label, 'text-anchor="end"')),
  ]
  return cells.join("") + labels.join("") + axisTitles(layout, width, height, MARGIN.right)
}
function cell(
  v: number,
  share: number,
  x: number,
  y: number,
  w: number,
  h: number,
  numbers: boolean,
): string {
  const mix = (a: number, b: number): number =>
    Math.round(a + (b - a) * (Number.isNaN(share) ? 0 : share))
  const fill = Number.isNaN(v) ? "#ffd60a" : `rgb(${mix(255, 27)},${mix(255, 120)},${mix(255, 55)})`
  const box = `<rect x="${px(x - w / 2)}" y="${px(y - h / 2)}" width="${px(w)}" height="${px(h)}" fill="${fill}" stroke="#ffffff"/>`
  return numbers && w > 18 && h > 12
    ? `${box}<text x="${px(x)}" y="${px(y + 4)}" text-anchor="middle" font-family="system-ui, sans-serif" font-size="11" fill="${share > 0.55 ? "#ffffff" : INK}">${Number(v.toPrecision(3))}</text>`
    : box
}
