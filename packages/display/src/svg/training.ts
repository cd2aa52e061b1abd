/** @file A training run as static SVG: what a saved notebook keeps of the live panel. */
import {
  type Curve,
  curvePath,
  decodeCurve,
  normRange,
  normShade,
  runningMean,
  stripColumns,
  verticalScale,
} from "../curves.ts"
import { clip, formatNumber, superscript } from "../format.ts"
import { LIGHT, mix, type Theme } from "../paint/theme.ts"
import type { TrainingDoc } from "../payload.ts"
import { trainingFacts, trainingState } from "../training-text.ts"
import { newPen, PAD, type Pen, round, text, WIDTH } from "./pen.ts"
import { svgDocument } from "./svg.ts"

const LEFT = PAD + 56
/** Points of a line, strips, and columns of a strip, so that the picture stays under 60 KB. */
const POINTS = 400
const STRIPS = 12
const COLUMNS = 80

/** Paints a training run. */
export function trainingSvg(doc: TrainingDoc, options: { theme?: Theme } = {}): string {
  const theme = options.theme ?? LIGHT
  const pen = newPen(theme)
  const { progress, speed, left } = trainingFacts(doc)
  const head = clip(`${clip(doc.title ?? "training", 40)}, ${trainingState(doc)}`, 96)
  const facts = [progress, ...speed, left].filter(Boolean).join("\u00a0\u00a0")
  pen.add(text(PAD, 22, 11.5, head, "ink", { weight: 600 }))
  pen.add(text(PAD, 40, 10.5, clip(facts, 96), "ink2"))
  const curves = doc.series.map(decodeCurve)
  let y = 52
  for (const curve of curves.filter((c) => c.role === "loss" || c.role === "metric").slice(0, 4))
    y = drawCurve(pen, curve, doc, y)
  const norms = curves.filter((c) => c.role === "gradient" && c.value.length > 0)
  if (norms.length) y = drawNorms(pen, norms, y)
  for (const event of doc.events.slice(-3)) {
    pen.add(text(PAD, y + 12, 10, clip(`Step ${event.step}: ${event.text}`, 100), "error"))
    y += 16
  }
  return svgDocument(pen.out.join(""), { width: WIDTH, height: y + 12, title: head, theme })
}

function drawCurve(pen: Pen, curve: Curve, doc: TrainingDoc, y: number): number {
  const { add, theme, out } = pen
  const height = 120
  add(text(PAD, y + 12, 10.5, clip(curve.name, 40), "ink", { weight: 600 }))
  const mean = runningMean(curve.value)
  const finite = [...curve.value, ...mean].filter(Number.isFinite)
  if (!finite.length) return y + 24
  const scale = verticalScale(finite, y + 22, y + height)
  const span = Math.max(1, doc.steps ?? 0, curve.step.at(-1) ?? 1)
  const x = (step: number) => LEFT + ((WIDTH - PAD - 50 - LEFT) * step) / span
  for (const tick of scale.ticks) {
    const at = scale.y(tick)
    const points: [number, number][] = [
      [LEFT, at],
      [WIDTH - PAD, at],
    ]
    add({ kind: "line", role: "plain", points, stroke: "line", width: 0.75 })
    add(text(LEFT - 6, at + 3.5, 9.5, formatNumber(tick, 2), "ink3", { anchor: "end" }))
  }
  const every = Math.ceil(curve.step.length / POINTS)
  const some = (values: Float64Array) => values.filter((_, i) => i % every === 0)
  const line = (values: Float64Array, colour: string, width: number) =>
    out.push(
      `<path d="${curvePath(some(curve.step), some(values), x, scale.y) || "M0 0"}" fill="none" stroke="${colour}" stroke-width="${width}"/>`,
    )
  line(curve.value, theme.colours.ink3, 0.75)
  line(mean, theme.colours.ink, 1.75)
  const last = mean.length - 1
  const end = [x(curve.step[last]) + 5, scale.y(mean[last]) + 4]
  add(text(end[0], end[1], 10.5, formatNumber(mean[last]), "ink", { weight: 600 }))
  return y + height + 12
}

/** A row of columns for each parameter, all with one scale. */
function drawNorms(pen: Pen, norms: readonly Curve[], y: number): number {
  const { add } = pen
  const [low, high] = normRange(norms)
  const about = `each column is a step; 2${superscript(low)} weak to 2${superscript(high)} strong`
  add(text(PAD, y + 10, 10.5, "gradient norm", "bwd", { weight: 600 }))
  add(text(PAD + 100, y + 10, 10, about, "ink2"))
  const shown = norms.slice(0, STRIPS)
  shown.forEach((curve, k) => {
    drawStrip(pen, curve, y + 20 + 16 * k, [low, high])
  })
  const more = norms.length - shown.length
  if (more) add(text(PAD, y + 30 + 16 * shown.length, 10, `${more} more`, "ink3"))
  return y + 26 + 16 * (shown.length + (more ? 1 : 0))
}

function drawStrip(
  { add, theme, out }: Pen,
  curve: Curve,
  y: number,
  [low, high]: readonly [number, number],
): void {
  const [start, end] = [PAD + 110, WIDTH - PAD - 44]
  add(text(PAD, y + 10, 10, clip(curve.name, 17), "ink"))
  const columns = stripColumns(curve, COLUMNS)
  const w = (end - start) / columns.length
  const paths = new Map<string, string[]>()
  columns.forEach(({ worst }, i) => {
    const broken = !Number.isFinite(worst)
    const shade = Math.round(normShade(worst, low, high) * 16) / 16
    const fill = broken ? theme.colours.warn : mix(theme.colours.paper, theme.colours.bwd, shade)
    const list = paths.get(fill) ?? []
    paths.set(fill, list)
    list.push(`M${round(start + i * w)} ${y}h${round(w)}v12h${round(-w)}z`)
  })
  for (const [fill, list] of paths) out.push(`<path d="${list.join("")}" fill="${fill}"/>`)
  const last = curve.value.at(-1) ?? Number.NaN
  const now =
    last > 0 && Number.isFinite(last)
      ? `2${superscript(Math.round(Math.log2(last)))}`
      : formatNumber(last)
  add(text(end + 8, y + 10, 10, now, "ink2"))
}
