/** @file A graph as static SVG within the limits on boxes and bytes, by showing fewer boxes. */
import { formatCount } from "../format.ts"
import { type Layout, layoutGraph, prepare } from "../layout/fold.ts"
import { type PaintOptions, paintGraph } from "../paint/paint.ts"
import type { DisplayList } from "../paint/primitives.ts"
import { LIGHT, type Theme } from "../paint/theme.ts"
import type { GraphLike } from "../payload.ts"
import { byteLength, itemSvg, MAX_SVG_BYTES, svgDocument } from "./svg.ts"

/** Most boxes in a static picture. */
export const MAX_SVG_BOXES = 150

export interface GraphSvgOptions extends PaintOptions {
  readonly theme?: Theme
  /** Forward boxes at first; lowered until the picture fits. Default 44. */
  readonly budget?: number
  readonly title?: string
  /** Line below the picture; absent: how much of the graph is shown. "" for none. */
  readonly caption?: string
}

const BUDGETS = [44, 36, 28, 20, 14, 10, 7, 4, 1]

/** Paints a graph as SVG of at most 150 boxes and 60 KB. Deeper scopes stay closed where it must. */
export function graphSvg(doc: GraphLike, options: GraphSvgOptions = {}): string {
  const title = options.title ?? doc.title ?? "graph"
  const draw = (layout: Layout): string =>
    listSvg(paintGraph(layout, { residuals: "none", ...options }), {
      theme: options.theme ?? LIGHT,
      title: `${title}: computation graph, ${formatCount(doc.nodes.op.length)} nodes`,
      caption: options.caption ?? captionOf(layout, title),
    })
  return withinLimits(doc, draw, options.budget) ?? tooWide(doc, title, options.theme ?? LIGHT)
}

/** The first picture within the limits on boxes and bytes, with ever fewer open scopes; undefined when none is. */
export function withinLimits(
  doc: GraphLike,
  draw: (layout: Layout) => string,
  first = BUDGETS[0],
): string | undefined {
  for (const budget of [first, ...BUDGETS.filter((b) => b < first)]) {
    const layout = layoutGraph(prepare(doc, Math.max(8, budget)), { budget })
    if (layout.boxes.length > MAX_SVG_BOXES) continue
    const svg = draw(layout)
    if (byteLength(svg) <= MAX_SVG_BYTES) return svg
  }
  return undefined
}

export function captionOf(layout: Layout, title: string): string {
  const { nodes: columns, error } = layout.model.doc
  const nodes = columns.op.length
  if (error) return `${title}: tracing stopped. ${error.message.split("\n", 1)[0]}`
  return `${title}: ${layout.boxes.length} boxes from ${formatCount(nodes)} nodes. Open in JupyterLab for the interactive view.`
}

/** A display list as SVG. */
export function listSvg(
  list: DisplayList,
  { theme, title, caption }: { theme: Theme; title: string; caption?: string },
): string {
  const heading = list.heading.map((item) => itemSvg(item, theme)).join("")
  const items = list.items.map((item) => itemSvg(item, theme)).join("")
  const body =
    list.headingHeight > 0
      ? `${heading}<g transform="translate(0 ${list.headingHeight})">${items}</g>`
      : items
  return svgDocument(body, {
    width: list.width,
    height: list.height + list.headingHeight,
    title,
    caption,
    theme,
  })
}

/** A graph that no budget makes small enough, such as one op with a thousand arguments. */
export function tooWide(doc: GraphLike, title: string, theme: Theme): string {
  const text = `${title}: ${formatCount(doc.nodes.op.length)} nodes, too many in one row for a static picture.`
  const body = itemSvg(
    { kind: "text", role: "plain", x: 16, y: 26, size: 12, text, fill: "ink2" },
    theme,
  )
  return svgDocument(body, {
    width: 640,
    height: 30,
    title,
    caption: "Open in JupyterLab for the interactive view.",
    theme,
  })
}
