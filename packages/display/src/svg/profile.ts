/** @file A compiled program as static SVG: the graph with its kernels as groups, then each kernel in words. */
import { clip } from "../format.ts"
import type { Layout } from "../layout/fold.ts"
import { paintGraph } from "../paint/paint.ts"
import type { Item, Text } from "../paint/primitives.ts"
import { LIGHT, type Theme } from "../paint/theme.ts"
import type { GraphLike, ProfileDoc } from "../payload.ts"
import { type KernelReport, kernelCount, kernelReports } from "../report/kernels.ts"
import { stageOf } from "../report/stages.ts"
import { captionOf, tooWide, withinLimits } from "./graph.ts"
import { itemSvg, svgDocument } from "./svg.ts"
import { wrap } from "./wrap.ts"

/** Kernels that are written out below the picture. */
const MOST_KERNELS = 10
const LEAST_WIDTH = 560
const LINE = 15

/** Paints the graph with its kernels, and below it why each kernel is one. */
export function profileSvg(doc: ProfileDoc, options: { theme?: Theme } = {}): string {
  const theme = options.theme ?? LIGHT
  const traced = stageOf(doc, 0).doc
  return (
    withinLimits(traced, (layout) => draw(layout, theme)) ?? tooWide(traced, titleOf(doc), theme)
  )
}
const titleOf = (doc: GraphLike): string => doc.title ?? "kernels"

function draw(layout: Layout, theme: Theme): string {
  const { doc } = layout.model
  const list = paintGraph(layout, { residuals: "none", kernels: "all" })
  const width = Math.max(LEAST_WIDTH, list.width)
  const graph = [...list.heading.map((x) => itemSvg(x, theme))]
  graph.push(
    `<g transform="translate(0 ${list.headingHeight})">`,
    ...list.items.map((x) => itemSvg(x, theme)),
    "</g>",
  )
  const top = list.height + list.headingHeight
  const { items, bottom } = describeKernels(layout, top, width)
  return svgDocument(graph.join("") + items.map((x) => itemSvg(x, theme)).join(""), {
    width,
    height: bottom,
    title: `${titleOf(doc)}: ${kernelCount(doc)}`,
    caption: captionOf(layout, titleOf(doc)),
    theme,
  })
}

function describeKernels(
  layout: Layout,
  top: number,
  width: number,
): { items: Item[]; bottom: number } {
  const items: Item[] = []
  const reports = kernelReports(layout.model, layout.tree)
  let y = top + 4
  const put = (x: number, text: string, more: Partial<Text> = {}) =>
    items.push({ kind: "text", role: "plain", x, y, size: 11, text, fill: "ink", ...more })
  items.push({
    kind: "line",
    role: "plain",
    points: [
      [0, top - 8.5],
      [width, top - 8.5],
    ],
    stroke: "line",
    width: 1,
  })
  for (const report of reports.slice(0, MOST_KERNELS)) {
    y += 18
    put(16, report.title, { weight: 600, mono: true })
    for (const line of wordsOf(report, Math.floor((width - 150) / 5.9))) {
      put(130, line, { fill: "ink2" })
      y += LINE
    }
    y -= LINE
  }
  const more = reports.length - MOST_KERNELS
  if (more > 0) {
    y += 18
    put(16, `and ${more} more kernel${more === 1 ? "" : "s"}`, { fill: "ink2" })
  }
  return { items, bottom: y + 10 }
}

function wordsOf(report: KernelReport, glyphs: number): string[] {
  const data = [report.reads && `reads ${report.reads}`, report.writes && `writes ${report.writes}`]
  const next = report.whyNotNext ? ` Not the next one too: ${report.whyNotNext}.` : ""
  return [
    ...wrap(`${report.why}.${next}`, glyphs).slice(0, 3),
    clip(data.filter(Boolean).join("; "), glyphs),
  ].filter(Boolean)
}
