/** @file A stepped run as static SVG: one row an operation, its value on the left, what it sends back on the right. */
import { clip, formatCount, formatShape } from "../format.ts"
import { costLine, isHidden, shortValue, turnsOfStep } from "../listing-steps.ts"
import { dataColour, LIGHT, type Theme } from "../paint/theme.ts"
import type { TraceDoc, TraceStep } from "../payload.ts"
import { TraceNumbers } from "../report/steps.ts"
import { newPen, type Pen, round, text } from "./pen.ts"
import { byteLength, MAX_SVG_BYTES, svgDocument } from "./svg.ts"

const PAD = 16
const WIDTH = 868
const BOX = { width: 406, height: 36, gap: 8 }
const RIGHT = WIDTH - PAD - BOX.width
const TITLE = { size: 11.5, advance: 6.95 }
const LINE = { size: 10, advance: 6.05 }
/** Cells of the small heat map at the right end of a box, and their size in px. */
const CELLS = 8
const CELL = 3.5
/** Boxes of the first try (D8.2); fewer when the picture is too large. */
const BOXES = [150, 100, 60, 30]

export interface StepsSvgOptions {
  readonly theme?: Theme
}

/** Paints a trace. Rows that do not fit are counted in the caption. */
export function traceSvg(doc: TraceDoc, { theme = LIGHT }: StepsSvgOptions = {}): string {
  let svg = ""
  for (const boxes of BOXES) {
    svg = paint(doc, boxes, theme)
    if (byteLength(svg) <= MAX_SVG_BYTES) break
  }
  return svg
}

/** Operations in program order with the steps that go back through them. */
function rowsOf(doc: TraceDoc): { forward: TraceStep; back: TraceStep[] }[] {
  const forward = doc.steps.filter((s) => s.phase === "fwd")
  return forward.map((f) => ({
    forward: f,
    back: doc.steps.filter((s) => s.back && s.back.output === f.value),
  }))
}

/** As many rows as have so many boxes together. */
function fitting(rows: ReturnType<typeof rowsOf>, boxes: number): number {
  let left = boxes - 1
  const over = rows.findIndex(({ back }) => {
    left -= 1 + back.length
    return left < 0
  })
  return over < 0 ? rows.length : over
}

function paint(doc: TraceDoc, boxes: number, theme: Theme): string {
  const pen = newPen(theme)
  const numbers = new TraceNumbers(doc)
  const rows = rowsOf(doc)
  const most = fitting(rows, boxes)
  pen.add(
    text(PAD, 22, 12, "forward, read down", "fwd", { mono: false, weight: 600 }),
    text(RIGHT, 22, 12, "backward, read up", "bwd", { mono: false, weight: 600 }),
  )
  let y = 34
  for (const { forward, back } of rows.slice(0, most)) {
    box(pen, doc, forward, numbers, PAD, y)
    back.forEach((s, k) => {
      box(pen, doc, s, numbers, RIGHT, y + k * (BOX.height + 3))
    })
    y += Math.max(1, back.length) * (BOX.height + 3) + BOX.gap
  }
  const left = rows.length - most
  const seed = doc.steps.find((s) => s.phase === "bwd" && !s.back)
  if (seed && left <= 0) {
    box(pen, doc, seed, numbers, RIGHT, y)
    y += BOX.height + BOX.gap
  }
  const more = left > 0 ? ` ${formatCount(left)} more operations are not drawn.` : ""
  return svgDocument(pen.out.join(""), {
    width: WIDTH,
    height: y,
    title: `${doc.title ?? "stepThrough"}: ${doc.steps.length} steps`,
    caption: `${doc.title ?? "stepThrough"}: ${costLine(doc)}.${more} Open in JupyterLab to step through.`,
    theme,
  })
}

function box(
  pen: Pen,
  doc: TraceDoc,
  step: TraceStep,
  numbers: TraceNumbers,
  x: number,
  y: number,
): void {
  const hue = step.phase === "fwd" ? "fwd" : "bwd"
  const { add } = pen
  add(
    {
      kind: "rect",
      role: "box",
      x: x + 0.5,
      y: y + 0.5,
      w: BOX.width - 1,
      h: BOX.height - 1,
      radius: 4,
      fill: "paper",
      stroke: "line",
      width: 1,
    },
    { kind: "rect", role: "bar", x, y, w: 3, h: BOX.height, fill: hue },
  )
  const { shape } = doc.values[step.value]
  const values = numbers.of(step.value)
  const hidden = isHidden(doc, step)
  const cells = hidden ? 0 : heat(pen, values, shape, x + BOX.width - 8, y)
  const room = BOX.width - 20 - cells
  const uses = step.back && step.back.uses > 1 ? `  use ${step.back.use} of ${step.back.uses}` : ""
  const turn = turnsOfStep(step)
  const note = `${turn ? `  ${turn}` : ""}${step.inside ? `  ${step.inside}` : uses}`
  const shown = hidden ? "" : shortValue(values, shape)
  const title = hidden ? `${step.label} = ?` : step.text
  add(
    text(x + 11, y + 15, TITLE.size, clip(title, Math.floor(room / TITLE.advance)), "ink", {
      weight: 600,
    }),
    text(
      x + 11,
      y + 29,
      LINE.size,
      clip(
        `${shape.length ? `${formatShape(shape)}  ` : ""}${shown}${note}`,
        Math.floor(room / LINE.advance),
      ),
      "ink2",
    ),
  )
}

/** A matrix or vector as small cells that end at `right`; gives the width that they take. */
function heat(
  { out, theme }: Pen,
  values: Float64Array | undefined,
  shape: readonly number[],
  right: number,
  y: number,
): number {
  const columns = shape.at(-1) ?? 0
  const rows = shape.length > 1 ? shape[shape.length - 2] : 1
  if (!values || shape.length < 1 || shape.length > 2 || rows > CELLS || columns > CELLS) return 0
  const limit = values.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 0)
  const size = Math.min(CELL * 2, (BOX.height - 8) / rows)
  const [left, top] = [right - size * columns, y + (BOX.height - size * rows) / 2]
  const paths = new Map<string, string>()
  values.forEach((v, i) => {
    const colour = !Number.isFinite(v)
      ? theme.colours.warn
      : v === 0
        ? theme.colours.exactZero
        : dataColour(theme, Math.round((16 * v) / limit) / 16)
    const [r, c] = [Math.floor(i / columns), i % columns]
    const cell = `M${round(left + c * size)} ${round(top + r * size)}h${round(size - 0.6)}v${round(size - 0.6)}h${round(0.6 - size)}z`
    paths.set(colour, (paths.get(colour) ?? "") + cell)
  })
  for (const [colour, d] of paths) out.push(`<path d="${d}" fill="${colour}"/>`)
  return size * columns + 10
}
