/** @file Heat maps: facet panels over the leading axes, and a matrix with named rows and columns. */
import { clip, formatCount, formatNumber } from "../format.ts"
import { mix } from "../paint/theme.ts"
import type { TensorDoc } from "../payload.ts"
import { type Cells, cellColour, cellsOf, FLAG, type Scale, scaleOf } from "./cells.ts"
import { PAD, type Pen, round, text, WIDTH } from "./pen.ts"

/** Panels in a row and in all. */
const ACROSS = 4
const PANELS = 8

/** Where a panel stands. */
export interface Grid {
  readonly x: number
  readonly y: number
  readonly cell: readonly [w: number, h: number]
}

/** Cells of one panel: one path per colour, crosses on what is not finite. */
export function drawGrid(
  { out, add, theme }: Pen,
  cells: Cells,
  panel: number,
  grid: Grid,
  scale: Scale,
): void {
  const { rows, columns } = cells
  const [w, h] = grid.cell
  const paths = new Map<string, string[]>()
  const gap = Math.min(w, h) > 6 ? 0.5 : 0
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; ) {
      const colour = cellColour(cells, (panel * rows + r) * columns + c, scale, theme)
      let run = 1
      if (gap === 0)
        while (
          c + run < columns &&
          cellColour(cells, (panel * rows + r) * columns + c + run, scale, theme) === colour
        )
          run++
      const list = paths.get(colour) ?? []
      if (list.length === 0) paths.set(colour, list)
      const at = [grid.x + c * w + gap, grid.y + r * h + gap].map((v) => Math.round(v * 10) / 10)
      list.push(
        `M${at[0]} ${at[1]}h${round(run * w - 2 * gap)}v${round(h - 2 * gap)}h${round(2 * gap - run * w)}z`,
      )
      c += run
    }
  }
  for (const [colour, list] of paths) out.push(`<path d="${list.join("")}" fill="${colour}"/>`)
  if (Math.min(w, h) >= 5) drawCrosses(add, cells, panel, grid)
}

function drawCrosses(
  add: Pen["add"],
  cells: Cells,
  panel: number,
  { x, y, cell: [w, h] }: Grid,
): void {
  for (let k = 0; k < cells.rows * cells.columns; k++) {
    const flags = cells.flags[panel * cells.rows * cells.columns + k]
    if (!(flags & (FLAG.nan | FLAG.posInf | FLAG.negInf))) continue
    const middle = [
      x + ((k % cells.columns) + 0.5) * w,
      y + (Math.floor(k / cells.columns) + 0.5) * h,
    ]
    const r = Math.min(w, h) * 0.25
    const line = (dx: number, dy: number) =>
      ({
        kind: "line",
        role: "plain",
        points: [
          [middle[0] - dx, middle[1] - dy],
          [middle[0] + dx, middle[1] + dy],
        ],
        stroke: "warnInk",
        width: 1.25,
      }) as const
    if (flags & FLAG.nan) add(line(r, r), line(r, -r))
    else add(line(r, 0), ...(flags & FLAG.posInf ? [line(0, r)] : []))
  }
}

/** Facets over the leading axes, at most four a row and eight in all. */
export function drawPanels(pen: Pen, doc: TensorDoc, y: number, most: number): number {
  const leading = doc.shape.slice(0, -2).reduce((a, b) => a * b, 1)
  const panels = Math.min(PANELS, leading)
  const side = Math.floor(Math.sqrt(most / Math.max(1, panels)))
  const cells = cellsOf(
    doc,
    panels,
    side,
    Math.max(
      side,
      Math.floor(
        most / Math.max(1, panels) / Math.max(1, Math.min(side, doc.shape[doc.shape.length - 2])),
      ),
    ),
  )
  if (!cells) return y
  const across = Math.min(ACROSS, cells.panels)
  const room = (WIDTH - 2 * PAD - 34 - (across - 1) * 22) / across
  const size = Math.min(22, room / cells.columns, 260 / cells.rows)
  const cell: [number, number] = [
    Math.max(size, Math.min(4, room / cells.columns)),
    Math.max(size, Math.min(4, 260 / cells.rows)),
  ]
  const scale = scaleOf(cells)
  const height = cell[1] * cells.rows
  let bottom = y
  for (let panel = 0; panel < cells.panels; panel++) {
    const grid = {
      x: PAD + 34 + (panel % across) * (cell[0] * cells.columns + 22),
      y: y + 16 + Math.floor(panel / across) * (height + 46),
      cell,
    }
    if (leading > 1)
      pen.add(text(grid.x, grid.y - 5, 10, panelName(doc, panel), "ink2", { weight: 600 }))
    drawGrid(pen, cells, panel, grid, scale)
    drawAxes(pen, doc, cells, grid, panel % across === 0)
    bottom = grid.y + height + 30
  }
  if (leading > cells.panels)
    pen.add(
      text(PAD + 34, bottom + 2, 10, `${cells.panels} of ${formatCount(leading)} panels`, "ink3"),
    )
  return drawLegend(pen, cells, scale, bottom + (leading > cells.panels ? 16 : 4))
}

/** `head 3`, `[2, ·, ·]`: the place of a panel on the leading axes. */
function panelName(doc: TensorDoc, panel: number): string {
  const leading = doc.shape.slice(0, -2)
  const place: string[] = []
  let rest = panel
  for (let axis = leading.length - 1; axis >= 0; axis--) {
    const name = doc.names?.[axis]
    place.unshift(name ? `${name} ${rest % leading[axis]}` : String(rest % leading[axis]))
    rest = Math.floor(rest / leading[axis])
  }
  return clip(
    doc.names?.some(Boolean) ? place.join(", ") : `[${[...place, "·", "·"].join(", ")}]`,
    22,
  )
}

function drawAxes(
  { add }: Pen,
  doc: TensorDoc,
  cells: Cells,
  { x, y, cell }: Grid,
  first: boolean,
): void {
  const rank = doc.shape.length
  const bottom = y + cells.rows * cell[1]
  const right = x + cells.columns * cell[0]
  const [rows, columns] = [doc.shape[rank - 2] - 1, doc.shape[rank - 1] - 1]
  add(text(x, bottom + 12, 9.5, "0", "ink3"))
  if (right - x > 40) add(text(right, bottom + 12, 9.5, String(columns), "ink3", { anchor: "end" }))
  const name = doc.names?.[rank - 1]
  if (name)
    add(
      text(
        (x + right) / 2,
        bottom + 12,
        9.5,
        `${clip(name, Math.floor((right - x) / 7) - 4)} →`,
        "ink2",
        { anchor: "middle" },
      ),
    )
  if (!first) return
  add(text(x - 6, y + 9, 9.5, "0", "ink3", { anchor: "end" }))
  if (bottom - y > 24) add(text(x - 6, bottom - 1, 9.5, String(rows), "ink3", { anchor: "end" }))
  const down = doc.names?.[rank - 2]
  if (down && bottom - y > 44)
    add(text(x - 6, (y + bottom) / 2 + 4, 9.5, `${clip(down, 5)}↓`, "ink2", { anchor: "end" }))
}

/** The scale, with what is clipped, what a cell stands for, and what the special cells are. */
function drawLegend(pen: Pen, cells: Cells, scale: Scale, y: number): number {
  const { add, theme, out } = pen
  if (!cells.mean.some((v) => Number.isFinite(v) && v !== 0)) return y
  const [below, above] = [cells.mean.some((v) => v < 0), cells.mean.some((v) => v > 0)]
  const left = PAD + 34
  const { negative, positive, zero } = theme.colours
  for (let k = 0; k < 24; k++) {
    const share = (below ? -1 : 0) + (k / 23) * ((below ? 1 : 0) + (above || !below ? 1 : 0))
    const colour = mix(zero, share < 0 ? negative : positive, Math.abs(share) ** 0.8)
    out.push(`<rect x="${left + k * 5}" y="${y}" width="5" height="9" fill="${colour}"/>`)
  }
  const limit = formatNumber(scale.limit)
  const range = below && above ? `±${limit}` : below ? `−${limit} to 0` : `0 to ${limit}`
  const [down, across] = cells.factor
  const block = down * across > 1 ? `, a cell is the mean of ${down} × ${across}` : ""
  const label = range + (scale.clippedFrom !== null ? ", beyond in full colour" : "") + block
  add(text(left + 130, y + 8.5, 10, label, "ink2"))
  let x = left + 148 + [...label].length * 6.05
  const marks = [
    ["exactly 0", "exactZero", "line", cells.flags.some((f) => f & FLAG.zero)],
    ["NaN or Inf", "warn", "warnInk", cells.flags.some((f) => f & ~FLAG.zero)],
  ] as const
  for (const [content, fill, stroke, present] of marks) {
    if (!present) continue
    add({ kind: "rect", role: "plain", x: x + 0.5, y: y + 0.5, w: 8, h: 8, fill, stroke, width: 1 })
    add(text(x + 14, y + 8.5, 10, content, "ink2"))
    x += content.length * 6.05 + 34
  }
  return y + 22
}

/** A matrix with named rows and columns, and its numbers where they fit: a confusion matrix. */
export function drawLabelled(pen: Pen, doc: TensorDoc, y: number): number {
  const cells = cellsOf({ ...doc, shape: doc.shape.slice(-2) }, 1, 40, 40)
  if (!cells) return y
  const whole = cells.factor[0] === 1 && cells.factor[1] === 1
  const rows = doc.labels?.rows ?? []
  const columns = doc.labels?.columns ?? []
  const left = PAD + 8 + Math.min(14, Math.max(0, ...rows.map((r) => [...r].length))) * 6.1
  const w = Math.max(8, Math.min(44, (WIDTH - PAD - left) / cells.columns))
  const cell: [number, number] = [w, Math.max(8, Math.min(26, w))]
  const grid = { x: left + 8, y: y + 18, cell }
  const scale = scaleOf(cells)
  drawGrid(pen, cells, 0, grid, scale)
  const fits = (label: string) => clip(label, Math.max(1, Math.floor(w / 6.1)))
  if (whole) {
    rows.slice(0, cells.rows).forEach((label, r) =>
      pen.add(
        text(grid.x - 6, grid.y + (r + 0.5) * cell[1] + 3.5, 10, clip(label, 14), "ink2", {
          anchor: "end",
        }),
      ),
    )
    columns
      .slice(0, cells.columns)
      .forEach((label, c) =>
        pen.add(
          text(grid.x + (c + 0.5) * w, grid.y - 5, 10, fits(label), "ink2", { anchor: "middle" }),
        ),
      )
  }
  if (whole && w >= 26) drawNumbers(pen, cells, grid, scale)
  return grid.y + cells.rows * cell[1] + 20
}

function drawNumbers({ add }: Pen, cells: Cells, { x, y, cell: [w, h] }: Grid, scale: Scale): void {
  for (let k = 0; k < cells.rows * cells.columns; k++) {
    const value = cells.mean[k]
    if (!Number.isFinite(value)) continue
    const dark = Math.abs(value) > 0.55 * scale.limit
    const content = formatNumber(value, 2)
    if ([...content].length * 5.8 > w) continue
    const at = [
      x + ((k % cells.columns) + 0.5) * w,
      y + (Math.floor(k / cells.columns) + 0.5) * h + 3.5,
    ]
    add(text(at[0], at[1], 9.5, content, dark ? "paper" : "ink", { anchor: "middle" }))
  }
}
