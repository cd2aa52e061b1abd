/** @file A tensor of a step as a heat map: numbers in the cells while they are few, colours alone beyond; lit and chosen entries. */
import { entryName, formatNumber, formatShape, positionOf } from "@defnote/display"
import { inkOn, parseColor } from "./colors.ts"
import { context2d, element, sizeCanvas } from "./dom.ts"
import { rampOf } from "./heat-map.ts"
import type { PageTheme } from "./theme.ts"
import type { Translate } from "./view.ts"

/** Rows and columns up to which cells hold their numbers (VISUAL §11). */
const WRITTEN = 8
const CELL = { width: 48, height: 26, canvas: 10 }
/** Largest side of a picture in px, so that three stand beside each other. */
const LARGEST = 220

export interface MatrixOptions {
  readonly name: string
  readonly role: "fwd" | "bwd"
  readonly shape: readonly number[]
  /** Absent: the tensor is too large, and `summary` says what is known of it. */
  readonly values: Float64Array | undefined
  readonly summary?: string
  /** Rows and columns change places, as in `xᵀ`. */
  readonly transposed?: boolean
  /** Entries that take part in the chosen one. */
  readonly lit?: ReadonlySet<number>
  readonly chosen?: number
  /** Entries that are not shown yet. */
  readonly hidden?: (at: number) => boolean
  readonly pick?: (at: number) => void
}

interface Grid {
  readonly rows: number
  readonly columns: number
  /** Flat position of a cell. */
  at(row: number, column: number): number
}
/** Leading axes stand below each other; a vector is one row. */
function gridOf({ shape, transposed }: MatrixOptions): Grid {
  const columns = shape.at(-1) ?? 1
  const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1)
  if (!transposed) return { rows, columns, at: (r, c) => r * columns + c }
  return { rows: columns, columns: rows, at: (r, c) => c * columns + r }
}

/** Characters that a cell has room for. */
const ROOM = 7
/** A number that is whole in its cell: with fewer digits where three are too long. */
function shortNumber(value: number): string {
  const fits = [3, 2, 1].map((digits) => formatNumber(value, digits))
  return fits.find((text) => text.length <= ROOM) ?? fits[2]
}

/** One figure: name, shape, cells. */
export function matrix(options: MatrixOptions, theme: PageTheme, t: Translate): HTMLElement {
  const { name, role, shape, values, summary, transposed } = options
  const title = `${name}${transposed && shape.length > 1 ? "ᵀ" : ""}`
  const caption = element(
    "figcaption",
    "dn-code",
    {},
    element("strong", `dn-${role}`, {}, title),
    ` ${shape.length ? formatShape(transposed ? [...shape].reverse() : shape) : ""}`,
  )
  const figure = element("figure", "dn-step-matrix", {}, caption)
  const grid = gridOf(options)
  if (!values) figure.append(element("p", "dn-mute", {}, summary ?? t("not stored")))
  else if (!values.length) figure.append(element("p", "dn-mute", {}, t("no elements")))
  else if (grid.rows <= WRITTEN && grid.columns <= WRITTEN)
    figure.append(written(options, grid, values, theme, t))
  else figure.append(coloured(options, grid, values, theme, t))
  return figure
}

function limitOf(values: Float64Array): number {
  return values.reduce((m, v) => (Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m), 0) || 1
}
const colourOf = (value: number, ramp: ReturnType<typeof rampOf>, theme: PageTheme): string =>
  !Number.isFinite(value) ? theme.colours.warn : value === 0 ? ramp.zero : ramp.color(value)

/** What a screen reader says of the whole. */
function spoken({ name, shape, values, hidden }: MatrixOptions, t: Translate): string {
  if (!values) return name
  const size = shape.length ? shape.join(" × ") : t("scalar")
  const secret = [...values.keys()].filter((at) => hidden?.(at)).length
  if (secret === values.length) return t("%1, %2, not shown yet", name, size)
  const number = (v: number, at: number): string =>
    hidden?.(at) ? t("not shown yet") : formatNumber(v)
  const all = values.length <= 12 ? Array.from(values, number).join(", ") : ""
  return [name, size, all].filter(Boolean).join(", ")
}

function written(
  options: MatrixOptions,
  grid: Grid,
  values: Float64Array,
  theme: PageTheme,
  t: Translate,
): HTMLElement {
  const { lit, chosen, pick, hidden, name, shape } = options
  const ramp = rampOf(theme, { limit: limitOf(values), kind: "diverging", clippedFrom: null })
  const box = element("div", "dn-step-cells", {
    role: "img",
    "aria-label": spoken(options, t),
    style: `grid-template-columns: repeat(${grid.columns}, ${CELL.width}px)`,
  })
  for (let r = 0; r < grid.rows; r++)
    for (let c = 0; c < grid.columns; c++) {
      const at = grid.at(r, c)
      const unknown = hidden?.(at) === true
      const cell = element(
        "div",
        "dn-step-cell",
        { "data-at": at, title: `${entryName(name, at, shape)} = ${unknown ? "?" : values[at]}` },
        unknown ? "?" : shortNumber(values[at]),
      )
      const background = unknown ? theme.colours.panel : colourOf(values[at], ramp, theme)
      cell.style.background = background
      cell.style.color = unknown ? theme.colours.ink : inkOn(parseColor(background))
      cell.classList.toggle("dn-mod-unknown", unknown)
      cell.classList.toggle("dn-mod-lit", lit?.has(at) === true)
      cell.classList.toggle("dn-mod-chosen", at === chosen)
      if (pick) cell.addEventListener("click", () => pick(at))
      box.append(cell)
    }
  if (pick) box.classList.add("dn-mod-pick")
  return box
}

function coloured(
  options: MatrixOptions,
  grid: Grid,
  values: Float64Array,
  theme: PageTheme,
  t: Translate,
): HTMLElement {
  const { lit, chosen, pick, hidden } = options
  const size = Math.max(
    3,
    Math.min(CELL.canvas, Math.floor(LARGEST / Math.max(grid.rows, grid.columns))),
  )
  const canvas = element("canvas", "dn-step-canvas", {
    role: "img",
    "aria-label": spoken(options, t),
  })
  const ratio = sizeCanvas(canvas, grid.columns * size, grid.rows * size)
  const context = context2d(canvas)
  context.scale(ratio, ratio)
  const ramp = rampOf(theme, { limit: limitOf(values), kind: "diverging", clippedFrom: null })
  const marked: [number, number, boolean][] = []
  for (let r = 0; r < grid.rows; r++)
    for (let c = 0; c < grid.columns; c++) {
      const at = grid.at(r, c)
      const unknown = hidden?.(at) === true
      context.fillStyle = unknown ? theme.colours.panel : colourOf(values[at], ramp, theme)
      context.fillRect(c * size, r * size, size - 0.5, size - 0.5)
      if (at === chosen || lit?.has(at)) marked.push([r, c, at === chosen])
    }
  context.strokeStyle = theme.colours.ink
  for (const [r, c, heavy] of marked) {
    context.lineWidth = heavy ? 2 : 1
    context.strokeRect(c * size, r * size, size - 0.5, size - 0.5)
  }
  if (pick)
    canvas.addEventListener("click", (event) => {
      const [r, c] = [event.offsetY, event.offsetX].map((p) => Math.floor(p / size))
      if (r < grid.rows && c < grid.columns) pick(grid.at(r, c))
    })
  return canvas
}

/** The entry beside `at`, for arrow keys; `at` itself at the border. */
export function neighbour(at: number, shape: readonly number[], key: string): number {
  const columns = shape.at(-1) ?? 1
  const position = positionOf(at, shape)
  const column = position.at(-1) ?? 0
  const size = shape.reduce((a, b) => a * b, 1)
  if (key === "ArrowLeft") return column > 0 ? at - 1 : at
  if (key === "ArrowRight") return column < columns - 1 ? at + 1 : at
  const next = key === "ArrowUp" ? at - columns : at + columns
  return next >= 0 && next < size ? next : at
}
