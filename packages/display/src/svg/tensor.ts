/** @file A tensor as static SVG: one line of facts, a picture by rank, a histogram that drops nothing. */
import { clip, formatType } from "../format.ts"
import { LIGHT, type Theme } from "../paint/theme.ts"
import type { TensorDoc } from "../payload.ts"
import { loudWords, tensorFacts } from "../tensor-text.ts"
import { drawLabelled, drawPanels } from "./heat-map.ts"
import { drawHistogram } from "./histogram.ts"
import { drawLinked } from "./linked.ts"
import { newPen, PAD, text, WIDTH } from "./pen.ts"
import { byteLength, MAX_SVG_BYTES, svgDocument } from "./svg.ts"
import { drawVector } from "./vector.ts"

/** Cells of all panels together; fewer where the picture would be over 60 KB. */
const CELLS = 2400

/** SVG collapses runs of spaces. */
const GAP = "\u00a0\u00a0"

/** Width of one at 10.5 px, in px. */
const CHARACTER = 6.3

/** Paints a tensor. Large ones are shown by blocks, whose mean is drawn and whose NaN is kept. */
export function tensorSvg(doc: TensorDoc, options: { theme?: Theme } = {}): string {
  for (let cells = CELLS; ; cells /= 2) {
    const svg = paint(doc, options.theme ?? LIGHT, cells)
    if (byteLength(svg) <= MAX_SVG_BYTES || cells < 32) return svg
  }
}

function paint(doc: TensorDoc, theme: Theme, cells: number): string {
  const pen = newPen(theme)
  const type = formatType(doc.dtype, doc.shape, doc.names)
  const head = doc.title ? `${clip(doc.title, 30)}${GAP}${type}` : type
  pen.add(text(PAD, 22, 11.5, clip(head, 86), "ink", { weight: 600 }))
  const loud = doc.linked ? "" : loudWords(doc.stats).join(GAP)
  const facts = doc.linked ? "" : factsOf(doc)
  const start = loud ? [...loud].length + 2 : 0
  if (loud) pen.add(text(PAD, 40, 10.5, loud, "error", { weight: 600 }))
  pen.add(text(PAD + start * CHARACTER, 40, 10.5, clip(facts, 96 - start), "ink2"))
  const drawn = drawValues(pen, doc, 56, cells)
  const bottom = doc.linked ? drawn : drawHistogram(pen, doc, drawn)
  return svgDocument(pen.out.join(""), {
    width: WIDTH,
    height: bottom + 8,
    title: [type, loud, facts].filter(Boolean).join(", "),
    theme,
  })
}

function drawValues(
  pen: ReturnType<typeof newPen>,
  doc: TensorDoc,
  y: number,
  cells: number,
): number {
  if (doc.linked) return drawLinked(pen, doc, y - 22, cells)
  if (doc.shape.length >= 2 && (doc.labels?.rows || doc.labels?.columns))
    return drawLabelled(pen, doc, y)
  if (doc.shape.length === 1) return drawVector(pen, doc, y)
  return doc.shape.length > 1 ? drawPanels(pen, doc, y, cells) : y
}

/** The facts of the text without the loud words, which stand before them so that they are never cut. */
function factsOf(doc: TensorDoc): string {
  const loud = loudWords(doc.stats)
  return tensorFacts(doc)
    .filter((fact) => !loud.includes(fact))
    .join(GAP)
}
