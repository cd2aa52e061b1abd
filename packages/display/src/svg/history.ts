/** @file Gradient norms over the steps of a training run: a line for each parameter, on one logarithmic scale. */
import { decodeFloats } from "../base64.ts"
import { clip, formatNumber, superscript } from "../format.ts"
import type { Point } from "../layout/boxes.ts"
import type { Theme } from "../paint/theme.ts"
import type { GradientHistory, TrainingSeries } from "../payload.ts"
import { historyFacts } from "../report/history.ts"
import { newPen, type Pen, round, text } from "./pen.ts"
import { svgDocument } from "./svg.ts"
import { wrap } from "./wrap.ts"

const ROW = 30
const LINE_HEIGHT = 20
/** Left edges of the columns, and the width of the lines, which take what the others leave. */
interface Columns {
  readonly line: number
  readonly width: number
  readonly norm: number
  readonly ratio: number
  readonly badge: number
  /** Glyphs of a name. */
  readonly glyphs: number
}

/** Columns of a page of 904 px, and closer ones for an output that is narrower than 700. */
function columnsOf(width: number): Columns {
  const [line, norms, ratios, badges] = width < 700 ? [96, 62, 80, 76] : [190, 90, 90, 78]
  const room = Math.max(40, width - line - 16 - norms - ratios - badges)
  const norm = line + room + 16
  return {
    line,
    width: room,
    norm,
    ratio: norm + norms,
    badge: norm + norms + ratios,
    glyphs: Math.floor((line - 20) / 7),
  }
}
/** Lines of this width have room for their scale in the head. */
const WITH_SCALE = 170
/** Parameters that are drawn, and points of a line. */
const ROWS = 16
const POINTS = 160

interface Curve {
  readonly name: string
  readonly step: Float64Array
  readonly value: Float64Array
}
export const decoded = ({ name, step, value }: TrainingSeries): Curve => ({
  name,
  step: decodeFloats(step, 8) ?? new Float64Array(),
  value: decodeFloats(value, 8) ?? new Float64Array(),
})

/** The lines with their heads, as markup without a frame. */
export function historyPicture(
  history: GradientHistory,
  theme: Theme,
  width: number,
): { readonly body: string; readonly height: number } {
  const pen = newPen(theme)
  const columns = columnsOf(width)
  const of = (role: TrainingSeries["role"]) =>
    history.series.filter((s) => s.role === role).map(decoded)
  const norms = of("gradient")
  const ratios = new Map(of("update").map((c) => [c.name, c.value.at(-1)]))
  const logs = norms.flatMap((c) =>
    [...c.value].filter((v) => v > 0 && v < Infinity).map(Math.log2),
  )
  const scale = [Math.min(...logs, 0), Math.max(...logs, 1)] as const
  const plain = { mono: false } as const
  const powers = scale.map((power) => `2${superscript(Math.round(power))}`).join(" to ")
  pen.add(text(14, 16, 11, "parameter", "ink2", plain))
  pen.add(
    text(
      columns.line,
      16,
      11,
      columns.width < WITH_SCALE ? "gradient norm" : `gradient norm, ${powers}`,
      "bwd",
      { ...plain, weight: 600 },
    ),
  )
  pen.add(
    text(columns.norm, 16, 11, "now", "ink2", plain),
    text(columns.ratio, 16, 11, "‖Δw‖ / ‖w‖", "ink2", plain),
  )
  norms.slice(0, ROWS).forEach((curve, k) => {
    const place = { y: 26 + k * ROW, columns, steps: history.step, scale }
    drawRow(pen, curve, ratios.get(curve.name), place)
  })
  const shown = Math.min(norms.length, ROWS)
  let y = 26 + shown * ROW + 14
  const more = norms.length > shown ? [`${norms.length - shown} more parameters.`] : []
  for (const fact of [...historyFacts(history), ...more])
    for (const line of wrap(fact, Math.floor((width - 28) / 6.9))) {
      pen.add(text(14, y, 11.5, line, "ink2", plain))
      y += 17
    }
  return { body: pen.out.join(""), height: y - 8 }
}

/** Where a row is, and what its axes mean. */
interface RowPlace {
  readonly y: number
  readonly columns: Columns
  readonly steps: number
  readonly scale: readonly [low: number, high: number]
}

function drawRow(
  { add }: Pen,
  { name, step, value }: Curve,
  ratio: number | undefined,
  { y, columns, steps, scale: [low, high] }: RowPlace,
): void {
  const base = y + LINE_HEIGHT
  const at = (i: number): number =>
    columns.line + (columns.width * (step[i] - 1)) / Math.max(1, steps - 1)
  add(text(14, base - 5, 11.5, clip(name, columns.glyphs), "ink", { weight: 600 }))
  add({
    kind: "line",
    role: "plain",
    points: [
      [columns.line, base + 0.5],
      [columns.line + columns.width, base + 0.5],
    ],
    stroke: "line",
    width: 1,
  })
  for (const part of runs(value, POINTS)) {
    const points = part.map((i): Point => {
      const share = (Math.log2(value[i]) - low) / (high - low)
      return [round(at(i)), round(base - Math.max(0, Math.min(1, share)) * LINE_HEIGHT)]
    })
    if (points.length > 1) add({ kind: "line", role: "plain", points, stroke: "bwd", width: 1.5 })
    else if (points.length)
      add({
        kind: "rect",
        role: "plain",
        x: points[0][0] - 1.5,
        y: points[0][1] - 1.5,
        w: 3,
        h: 3,
        fill: "bwd",
      })
  }
  const broken = value.findIndex((v) => !Number.isFinite(v))
  if (broken >= 0)
    add({
      kind: "rect",
      role: "plain",
      x: round(at(broken)) - 2,
      y,
      w: 4,
      h: LINE_HEIGHT,
      fill: "warn",
      stroke: "warnInk",
      width: 1,
    })
  const last = value.at(-1) ?? Number.NaN
  add(text(columns.norm, base - 5, 11, formatNumber(last, 2), "ink2"))
  if (ratio !== undefined && !Number.isNaN(ratio))
    add(text(columns.ratio, base - 5, 11, formatNumber(ratio, 2), "ink2"))
  if (broken >= 0) drawBadge(add, `NaN ${step[broken]}`, columns.badge, y)
}
function drawBadge(add: Pen["add"], content: string, x: number, y: number): void {
  add(
    {
      kind: "rect",
      role: "plain",
      x,
      y: y + 3,
      w: [...content].length * 6.4 + 8,
      h: 16,
      radius: 3,
      fill: "warn",
      stroke: "warnInk",
      width: 1,
    },
    text(x + 4, y + 15, 10, content, "warnInk", { weight: 700 }),
  )
}
/** Positions of positive finite values in unbroken runs, thinned to about so many points. */
function runs(value: Float64Array, most: number): number[][] {
  const every = Math.ceil(value.length / most)
  const parts: number[][] = [[]]
  value.forEach((v, i) => {
    if (!(v > 0 && v < Infinity)) parts.push([])
    else if (i % every === 0 || i === value.length - 1) parts[parts.length - 1].push(i)
  })
  return parts.filter((part) => part.length)
}

/** The same as a picture of its own. */
export function historySvg(history: GradientHistory, theme: Theme, width = 904): string {
  const { body, height } = historyPicture(history, theme, width)
  return svgDocument(body, { width, height, title: "gradient norms by step", theme })
}
