/** @file The display list of a graph: from layout to rectangles, lines and texts. One list, many painters. */
import { clip, formatConstant } from "../format.ts"
import type { Box, Edge, Point } from "../layout/boxes.ts"
import type { Layout } from "../layout/fold.ts"
import type { OverlayMark } from "../query/overlay.ts"
import type { Reach } from "../query/reach.ts"
import { drawBox, drawChip } from "./box.ts"
import { cutAt, drawScissors, drawScissorsAtChip } from "./cuts.ts"
import { drawEmphasis } from "./emphasis.ts"
import { drawGroups } from "./groups.ts"
import { Labels, turnsText } from "./labels.ts"
import { type Mark, marksOf } from "./marks.ts"
import type { Colour, DisplayList, Hit, Item } from "./primitives.ts"
import { textWidth } from "./text-width.ts"
import { FAINT } from "./theme.ts"

/** What is drawn beside the graph itself. */
export interface PaintOptions {
  /** Key of the selected box. Its pair is lit, its edges grow, the others fade. */
  readonly selected?: string
  /** Key of the box under the pointer: its row gets a band. */
  readonly hovered?: string
  readonly residuals?: "none" | "selected" | "all"
  /** Column heads, 30 px. */
  readonly heading?: boolean
  /** Badges by box key; absent: those of `marksOf`. */
  readonly marks?: ReadonlyMap<string, Mark>
  /** One measure of every box, by key: fill, bar and second line. */
  readonly overlay?: ReadonlyMap<string, OverlayMark>
  /** Number of matches of a search by box key; they get an outline. */
  readonly found?: ReadonlyMap<string, number>
  /** Key of the match where the search stands. */
  readonly foundNow?: string
  /** Places of the styling rules that a box satisfies, by key. */
  readonly rules?: ReadonlyMap<string, readonly number[]>
  /** What tracing reached: lit, with the number of hops; edges elsewhere fade. */
  readonly reach?: Reach
  readonly labels?: Labels
  /** Frames around the boxes of each kernel: of all, or with one of them chosen by its index. */
  readonly kernels?: "all" | number
}

const HEADING = 30

/** What the parts of the painting share. */
export interface Canvas {
  readonly layout: Layout
  readonly labels: Labels
  readonly options: PaintOptions
  readonly marks: ReadonlyMap<string, Mark>
  readonly selected: number
  readonly lit: (box: number) => boolean
  readonly add: (...items: Item[]) => void
  readonly hit: (hit: Hit) => void
}

/** Paints a layout. The same layout and options give the same list. */
export function paintGraph(layout: Layout, options: PaintOptions = {}): DisplayList {
  const items: Item[] = []
  const hits: Hit[] = []
  const selected = layout.boxes.findIndex((box) => box.key === options.selected)
  const pair = layout.boxes[selected]?.pair
  const canvas: Canvas = {
    layout,
    labels: options.labels ?? new Labels(layout.model, layout.tree),
    options,
    marks: options.marks ?? marksOf(layout),
    selected,
    lit: options.reach
      ? (i) => options.reach?.has(layout.boxes[i].key) === true
      : (i) => i === selected || (pair !== undefined && layout.boxes[i].pair === pair),
    add: (...more) => items.push(...more),
    hit: (hit) => hits.push(hit),
  }
  drawBands(canvas)
  drawGroups(canvas)
  drawFrames(canvas)
  for (const edge of layout.edges) drawEdge(canvas, edge)
  drawTurns(canvas)
  for (const row of layout.rows) for (const chip of row.leaves) drawChip(canvas, chip, row.forward)
  layout.boxes.forEach((box, i) => {
    drawBox(canvas, i)
    drawEmphasis(canvas, box)
  })
  const heading = options.heading === false ? [] : headings(layout)
  return {
    width: layout.width,
    height: layout.height,
    heading,
    headingHeight: heading.length > 0 ? HEADING : 0,
    items,
    hits,
  }
}

function headings({ columns, width, boxes, model }: Layout): Item[] {
  const items: Item[] = []
  const put = (x: number, text: string, fill: Colour) =>
    items.push({ kind: "text", role: "heading", x, y: 20, size: 11, text, fill, weight: 600 })
  const tangent =
    boxes.some((box) => box.column === "backward") && model.nodes.some((n) => n.phase === "jvp")
  const leaves = boxes.some((box) => box.column === "leaf" && model.cotangent[box.node] >= 0)
  if (columns.hasLeaf) put(columns.leaf, leaves ? "parameters, data" : "data", "ink3")
  if (columns.hasForward) put(columns.forward, "forward ↓", "fwd")
  if (columns.hasBackward) put(columns.backward, tangent ? "tangent ↓" : "backward ↑", "bwd")
  const updates = model.nodes.some((n) => n.phase === "update")
  if (columns.hasUpdate) put(columns.update, updates ? "update" : "result", "upd")
  if (items.length === 0) return []
  items.push({
    kind: "line",
    role: "heading",
    points: [
      [12, 29.5],
      [width - 12, 29.5],
    ],
    stroke: "line",
    width: 1,
  })
  return items
}

function drawBands({ layout, options, selected, add }: Canvas): void {
  const hovered = options.hovered
    ? layout.boxes.findIndex((box) => box.key === options.hovered)
    : -1
  for (const box of new Set([selected, hovered])) {
    const row = layout.rows[layout.rowOf[box]]
    if (row)
      add({
        kind: "rect",
        role: "band",
        x: 4,
        y: row.y - 6,
        w: layout.width - 8,
        h: row.height + 12,
        radius: 6,
        fill: "panel",
      })
  }
}

function drawFrames({ layout, add, hit }: Canvas): void {
  for (const { scope, x, y, bottom } of layout.frames) {
    const middle = y + 12
    add(
      {
        kind: "line",
        role: "frame",
        points: [
          [x, middle + 8],
          [x, bottom],
          [x + 5, bottom],
        ],
        stroke: "line",
        width: 1.25,
        radius: 3,
      },
      {
        kind: "line",
        role: "plain",
        points: [
          [x - 4, middle - 2],
          [x, middle + 2.5],
          [x + 4, middle - 2],
        ],
        stroke: "ink3",
        width: 1.5,
      },
    )
    const start = x + 10 + drawScopeGlyph(scope.kind, x + 11, middle, add)
    const width = drawScopeTitle(scope, start, middle + 4, add)
    hit({
      what: "scope",
      key: scope.key,
      box: -1,
      x: x - 8,
      y,
      w: Math.max(120, start - x + width + 60),
      h: 24,
      title: scope.name,
    })
  }
}

/** The name, and which of several equal scopes it is; returns the width of the name. */
function drawScopeTitle(
  scope: Layout["frames"][number]["scope"],
  x: number,
  y: number,
  add: Canvas["add"],
): number {
  const title = clip(scope.name, 40)
  const width = textWidth(title, 11.5)
  add({
    kind: "text",
    role: "plain",
    x,
    y,
    size: 11.5,
    text: title,
    fill: "ink2",
    weight: 600,
    mono: true,
  })
  const place = scope.run ? `${scope.runIndex + 1} of ${scope.run.members.length}` : ""
  const text = [place, turnsText(scope)].filter(Boolean).join(" · ")
  if (!text) return width
  add({
    kind: "text",
    role: "plain",
    x: x + width + 10,
    y,
    size: 10.5,
    text,
    fill: "ink3",
    mono: true,
  })
  return width
}

/** A turning arrow for a loop, a fork for a condition; returns the room that it takes. */
function drawScopeGlyph(kind: string, x: number, y: number, add: Canvas["add"]): number {
  const line = (...points: Point[]) =>
    add({ kind: "line", role: "plain", points, stroke: "ink2", width: 1.5 })
  if (kind === "loop")
    add({ kind: "text", role: "plain", x, y: y + 4.5, size: 13, text: "↻", fill: "ink2" })
  if (kind === "cond") {
    line([x, y], [x + 4, y], [x + 9, y - 4])
    line([x + 4, y], [x + 9, y + 4])
  }
  return kind === "loop" || kind === "cond" ? 16 : 0
}

const STYLE = {
  forward: { stroke: "fwd", width: 1.25 },
  backward: { stroke: "bwd", width: 1.25 },
  update: { stroke: "upd", width: 1.25 },
  leaf: { stroke: "ink3", width: 1 },
  residual: { stroke: "res", width: 1.25 },
} as const

function drawEdge({ layout, options, selected, lit, add }: Canvas, edge: Edge): void {
  if (edge.points.length === 0) return
  const { reach } = options
  const near = reach
    ? lit(edge.from) && lit(edge.to)
    : selected >= 0 && (lit(edge.from) || lit(edge.to))
  const residual = edge.kind === "residual"
  const shown = options.residuals ?? "selected"
  if (residual && shown !== "all" && !(shown === "selected" && near)) return
  const cut = cutAt(layout, edge)
  const { stroke, width } = STYLE[edge.kind]
  const faint = (selected >= 0 || reach) && !near ? 0.35 : edge.kind === "leaf" ? FAINT : undefined
  add({
    kind: "line",
    role: residual ? "residual" : "edge",
    points: edge.points,
    stroke: cut === undefined ? stroke : "error",
    width: near || cut !== undefined ? width + 0.9 : width,
    radius: residual ? 10 : 6,
    dash: residual ? [3, 3] : undefined,
    opacity: faint,
    arrow: edge.kind !== "leaf",
  })
  if (cut !== undefined && edge.kind === "leaf") drawScissorsAtChip(edge.points, add)
  else if (cut !== undefined) drawScissors(edge.points, cut, add)
}

/** The seed: where forward turns into backward, once for each output that was differentiated. */
function drawTurns({ layout, labels, add }: Canvas): void {
  const fed = new Set(layout.edges.filter((e) => e.kind === "backward").map((e) => e.to))
  layout.boxes.forEach((box, i) => {
    if (
      box.column !== "backward" ||
      fed.has(i) ||
      box.members.every((n) => layout.model.nodes[n].phase !== "bwd")
    )
      return
    const forward = layout.boxes[layout.rows[layout.rowOf[i]].forward]
    if (!forward) return
    add({
      kind: "line",
      role: "edge",
      stroke: "ink2",
      width: 1.5,
      arrow: true,
      points: [
        [forward.x + forward.w, forward.y + forward.h / 2],
        [box.x, box.y + box.h / 2],
      ],
    })
    const room = box.x - forward.x - forward.w
    const x = (forward.x + forward.w + box.x) / 2 - 3
    const text = seedText(layout, labels, forward, box, room)
    add({
      kind: "text",
      role: "second",
      x,
      y: Math.min(forward.y, box.y) + forward.h / 2 - 5,
      size: 10,
      text,
      fill: "ink2",
      anchor: "middle",
    })
  })
}

/** `∂loss = 1` where the seed is a constant and there is room for the name. */
function seedText({ model }: Layout, labels: Labels, forward: Box, box: Box, room: number): string {
  const seed = box.members
    .flatMap((n) => model.nodes[n].inputs)
    .find((n) => model.nodes[n].info?.fold === "constant" && model.gradOf[n] >= 0)
  const attrs =
    seed === undefined ? undefined : (model.doc.nodes.attrs?.[seed] as { value?: unknown } | null)
  const value = typeof attrs?.value === "number" ? ` = ${formatConstant(attrs.value)}` : ""
  const name = forward.node >= 0 ? labels.names.of[forward.node] : ""
  const long = `∂${name}${value}`
  return long.length * 5.6 <= room - 10 ? long : value ? `∂${value.replace(/ /g, "")}` : "∂"
}
