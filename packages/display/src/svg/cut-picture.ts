/** @file The graph around a gradient that is zero or missing, small enough to stand in the inspector. */
import { layoutGraph, prepare } from "../layout/fold.ts"
import { cutsOf } from "../paint/cuts.ts"
import { paintGraph } from "../paint/paint.ts"
import type { Theme } from "../paint/theme.ts"
import type { GraphLike } from "../payload.ts"
import { itemSvg, svgDocument } from "./svg.ts"

/** Forward boxes that are tried, and the height that the picture may have. */
const BUDGETS = [24, 14, 8, 4]
const HEIGHT = 760

/** The graph with its cut edges; undefined when there are none, or it does not fit. */
export function cutPicture(
  doc: GraphLike,
  theme: Theme,
  width: number,
): { readonly body: string; readonly width: number; readonly height: number } | undefined {
  // A parameter that nothing reads stands in no picture.
  if (cutsOf(doc).every((cut) => cut.from === cut.to)) return undefined
  for (const budget of BUDGETS) {
    const layout = layoutGraph(prepare(doc, budget), { budget })
    const list = paintGraph(layout, { residuals: "none", marks: new Map() })
    const height = list.height + list.headingHeight
    const isDrawn = list.items.some((item) => item.kind === "text" && item.text.startsWith("✂"))
    // In a closed scope the cut is not seen, and the picture says nothing.
    if (list.width > width || height > HEIGHT || !isDrawn) continue
    const [heading, items] = [list.heading, list.items].map((all) =>
      all.map((item) => itemSvg(item, theme)).join(""),
    )
    const body = `${heading}<g transform="translate(0 ${list.headingHeight})">${items}</g>`
    return { body, width: list.width, height }
  }
  return undefined
}

/** The same as a picture of its own. */
export function cutGraphSvg(doc: GraphLike, theme: Theme): string | undefined {
  const picture = cutPicture(doc, theme, Number.POSITIVE_INFINITY)
  return (
    picture &&
    svgDocument(picture.body, {
      width: picture.width,
      height: picture.height,
      title: `${doc.title ?? "gradient"}: where the gradient stops`,
      theme,
    })
  )
}
