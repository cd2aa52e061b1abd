/** @file The panels of a tensor: their canvases, what of the tensor each shows, and the pointer and keys on them. */
import type { Scale, TensorDoc, TensorPicture } from "@defnote/display"
import { formatNumber, loudWords } from "@defnote/display"
import { element } from "./dom.ts"
import { paintPanel, rampOf } from "./heat-map.ts"
import { type PanelSize, panelSize } from "./panel-size.ts"
import {
  type ArrangedDoc,
  axisName,
  factorFor,
  leadingAxes,
  type Part,
  type Patch,
  type Place,
  panelIndex,
  planeOf,
  sameWindow,
  storedPatch,
  valueText,
  type Window,
  wholeWindow,
} from "./tensor-data.ts"
import { type TensorScale, windowScale } from "./tensor-scale.ts"
import type { Tiles } from "./tensor-tiles.ts"
import type { PageTheme } from "./theme.ts"
import { paintVector, VECTOR_HEIGHT, VECTOR_LEFT } from "./vector-chart.ts"

/** Panels in one row, and in one picture. */
export const ACROSS = 4
export const FACETS = 8
const GAP = 20
const MARGIN = 30

/** The smallest cell that is drawn, in px, and most cells that are asked for. */
const SMALLEST = 2
const ASKED = 4000

/** One panel. */
export interface Facet {
  readonly canvas: HTMLCanvasElement
  readonly part: Part
  readonly panel: number
  readonly about: HTMLElement
  readonly readout: HTMLElement
  patch: Patch | undefined
}

/** How many panels are side by side now: linked tensors, or entries of the last leading axis. */
export function facetCount(doc: TensorDoc, index: readonly number[], facets: boolean): number {
  if (doc.linked) return doc.linked.length + 1
  const sizes = leadingAxes(doc)
  if (!sizes.length || !facets) return 1
  return Math.min(FACETS, sizes[sizes.length - 1] - index[sizes.length - 1])
}

/** Size of each panel in an output of a width. */
export function facetSize(doc: TensorDoc, count: number, width: number): PanelSize {
  const across = Math.min(doc.linked ? 3 : ACROSS, count)
  // The name of the rows stands left of all panels: `in ↓`.
  const name = doc.shape.length > 1 ? doc.names?.at(-2) : undefined
  const beside = name ? 7 * ([...name].length + 2) : 0
  const room = (width - 2 * MARGIN - beside - (across - 1) * GAP) / across
  const [rows, columns] = planeOf(doc)
  if (doc.shape.length === 1) return vectorSize(doc, Math.min(room, count === 1 ? 720 : room))
  const height = count > ACROSS ? 150 : doc.linked ? 220 : 260
  const named = Math.max(0, ...(doc.labels?.rows ?? [String(rows - 1)]).map((t) => [...t].length))
  const left = rows > 1 ? 8 + 6 * Math.min(14, named) : 0
  return panelSize(rows, columns, [Math.min(room, count === 1 ? 620 : room), height], {
    left,
    bottom: columns > 1 ? 16 : 0,
  })
}

/** Bars of few entries are no wider than this, in px; named ones have room for their names. */
const WIDEST_BAR = 28
const WIDEST_NAMED = 72

function vectorSize({ shape: [count], labels }: TensorDoc, room: number): PanelSize {
  const longest = Math.max(0, ...(labels?.columns ?? []).map((name) => [...name].length))
  const bar = Math.max(WIDEST_BAR, Math.min(WIDEST_NAMED, longest * 6 + 8))
  const width = Math.min(Math.max(40, room - VECTOR_LEFT), count * bar)
  const cell = [width / count, VECTOR_HEIGHT] as const
  return { width, height: VECTOR_HEIGHT, left: VECTOR_LEFT, bottom: 16, cell }
}

/** The panels as elements, still unpainted. */
export function makeFacets(
  doc: TensorDoc,
  parts: readonly Part[],
  index: readonly number[],
  count: number,
): Facet[] {
  const sizes = leadingAxes(doc)
  return Array.from({ length: count }, (_, k) => {
    const at = [...index]
    if (!doc.linked && at.length) at[at.length - 1] += k
    const part = doc.linked ? parts[k] : parts[0]
    return {
      canvas: element("canvas", "", { "aria-hidden": "true" }),
      part,
      panel: panelIndex(sizes, at),
      about: element("span", "dn-mute"),
      readout: element("div", "dn-facet-readout dn-code"),
      patch: undefined,
    }
  })
}

/** A panel with its title: the name of a linked tensor, or the entry of the last leading axis. */
export function facetElement(
  doc: ArrangedDoc,
  facet: Facet,
  k: number,
  index: readonly number[],
): HTMLElement {
  const box = element("figure", "dn-facet")
  const { picture } = facet.part
  if (doc.linked) {
    box.append(facetTitle(picture, facet.about), facet.canvas, facet.readout)
    return box
  }
  const axis = leadingAxes(doc).length - 1
  if (axis >= 0) {
    const sign = doc.names?.[axis] ? " " : " = "
    const text = axisName(doc, axis) + sign + String(index[axis] + k)
    box.append(element("figcaption", "dn-facet-title", {}, text))
  }
  box.append(facet.canvas)
  return box
}

/** Name, role and badges of a linked tensor. */
export function facetTitle(picture: TensorPicture, about: HTMLElement | string = ""): HTMLElement {
  const name = element("strong", ROLE[picture.role ?? ""] ?? "", {}, picture.label ?? "")
  const marks = loudWords(picture.stats).map((word) => element("span", "dn-badge", {}, word))
  return element("figcaption", "dn-facet-title", {}, name, " ", about, " ", ...marks)
}

const ROLE: Readonly<Record<string, string>> = {
  value: "dn-fwd",
  gradient: "dn-bwd",
  update: "dn-upd",
}

/** What the facets are painted with. */
export interface FacetState {
  readonly doc: TensorDoc
  readonly size: PanelSize
  readonly window: Window
  readonly crosshair: Place | null
  readonly tiles: Tiles
}

/** Finds the cells of every panel: stored ones, or finer ones where the window asks for them and they are there. */
export function fillFacets(
  facets: readonly Facet[],
  { doc, size, window, tiles }: FacetState,
): void {
  const drawn = factorFor(window, [size.height / SMALLEST, size.width / SMALLEST])
  const whole = sameWindow(window, wholeWindow(doc))
  for (const facet of facets) {
    const stored = storedPatch(facet.part, facet.panel, window, drawn)
    const asked = factorFor(window, most(size))
    const coarse = !stored || stored.factor[0] > asked[0] || stored.factor[1] > asked[1]
    const finer =
      coarse && (!whole || !stored)
        ? tiles.patch(facet.part, facet.panel, window, asked)
        : undefined
    facet.patch = finer ?? stored
  }
}

/** Elements in a cell of the picture as it is, or as it will be when the answer for it has come. */
export function cellFactor(
  facets: readonly Facet[],
  { doc, size, window, tiles }: FacetState,
): readonly [rows: number, columns: number] {
  const shown = facets[0]?.patch?.factor ?? [1, 1]
  const whole = sameWindow(window, wholeWindow(doc))
  if (whole || !(tiles.state === "waiting" || tiles.state === "there")) return shown
  const asked = factorFor(window, most(size))
  return [Math.min(shown[0], asked[0]), Math.min(shown[1], asked[1])]
}

/** Rows and columns of an answer that fill a panel. */
function most({ width, height }: PanelSize): readonly [number, number] {
  const [rows, columns] = [height / SMALLEST, width / SMALLEST]
  const share = Math.sqrt(Math.min(1, ASKED / (rows * columns)))
  return [Math.max(1, Math.floor(rows * share)), Math.max(1, Math.floor(columns * share))]
}

/** The scale of each tensor for the cells in sight. */
export function windowScales(facets: readonly Facet[]): ReadonlyMap<TensorPicture, TensorScale> {
  const scales = new Map<TensorPicture, TensorScale>()
  for (const { part } of facets) {
    if (scales.has(part.picture)) continue
    const shown = facets.flatMap((f) => (f.part === part && f.patch ? [f.patch] : []))
    scales.set(part.picture, windowScale(shown))
  }
  return scales
}

/** Paints every panel and writes what stands beside it. */
export function paintFacets(
  facets: readonly Facet[],
  state: FacetState,
  scales: ReadonlyMap<TensorPicture, TensorScale>,
  theme: PageTheme,
): void {
  const { doc, size, window, crosshair } = state
  for (const facet of facets) {
    const { picture } = facet.part
    const scale = scales.get(picture)
    if (!scale) continue
    const ramp = rampOf(theme, scale)
    const labels = doc.labels ?? {}
    const { range } = scale
    const whole = !/^b?f/.test(picture.dtype)
    const painted = { patch: facet.patch, window, size, ramp, crosshair, labels, range, whole }
    if (doc.shape.length === 1) paintVector(facet.canvas, painted, theme)
    else paintPanel(facet.canvas, painted, theme)
    facet.about.textContent = `${sign(scale)}${formatNumber(scale.limit)}`
    if (crosshair && facet.patch) {
      const at = `[${crosshair.row}, ${crosshair.column}]`
      facet.readout.textContent = `${at} = ${valueText(facet.patch, crosshair, picture.dtype)}`
    } else facet.readout.textContent = " "
  }
}

const sign = ({ kind }: Scale) => (kind === "diverging" ? "±" : kind === "negative" ? "−" : "")

/** The element under a pointer on a canvas. */
export function placeAt(event: MouseEvent, size: PanelSize, window: Window): Place {
  const at = ([from, to]: readonly [number, number], offset: number, length: number) =>
    Math.max(from, Math.min(to - 1, from + Math.floor((offset / length) * (to - from))))
  return {
    row: at(window.rows, event.offsetY, size.height),
    column: at(window.columns, event.offsetX - size.left, size.width),
  }
}
