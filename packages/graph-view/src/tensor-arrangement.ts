/** @file Which axes of a tensor are rows, columns, panels side by side and sliders; the document in that order. No DOM. */
import type { Cells, TensorDoc } from "@defnote/display"
import type { ArrangedDoc, Part } from "./tensor-data.ts"

/** What an axis can be; the others have sliders. */
export type AxisRole = "rows" | "columns" | "facets"

/** How a tensor is looked at. */
export interface Arrangement {
  /** Its axes: sliders, then the one side by side, then rows and columns. */
  readonly order: readonly number[]
  /** Whether entries of the last axis before rows and columns stand side by side. */
  readonly facets: boolean
}

/** As the axes come. */
export const plainArrangement = (rank: number): Arrangement => ({
  order: Array.from({ length: rank }, (_, axis) => axis),
  facets: true,
})

/** Place of a role in the order, from its end. */
const PLACE: Readonly<Record<AxisRole, number>> = { facets: 3, rows: 2, columns: 1 }

/** The axis of a role; undefined where there is none. */
export function axisOf({ order, facets }: Arrangement, role: AxisRole): number | undefined {
  return role === "facets" && !facets ? undefined : order.at(-PLACE[role])
}

/** Gives a role to an axis; the axis that had it takes the other's place. No axis: nothing is side by side. */
export function withRole(
  { order, facets }: Arrangement,
  role: AxisRole,
  axis: number | undefined,
): Arrangement {
  if (axis === undefined) return { order, facets: false }
  const [from, to] = [order.indexOf(axis), order.length - PLACE[role]]
  const moved = [...order]
  ;[moved[from], moved[to]] = [moved[to], moved[from]]
  return { order: moved, facets: facets || role === "facets" }
}

/** Rows become columns. */
export const transposed = (arrangement: Arrangement): Arrangement =>
  withRole(arrangement, "rows", axisOf(arrangement, "columns"))

const isPlain = (order: readonly number[]): boolean => order.every((axis, i) => axis === i)

/** The document with its axes in the order of the arrangement: shape, names, labels of rows and columns. */
export function arrangedDoc(doc: TensorDoc, { order }: Arrangement): ArrangedDoc {
  if (isPlain(order)) return doc
  const { labels, names } = doc
  const rank = doc.shape.length
  const byAxis = new Map([
    [rank - 2, labels?.rows],
    [rank - 1, labels?.columns],
  ])
  const [rows, columns] = [order.at(-2), order.at(-1)].map((axis) => byAxis.get(axis ?? -1))
  return {
    ...doc,
    axes: order,
    shape: order.map((axis) => doc.shape[axis]),
    ...(names ? { names: order.map((axis) => names[axis]) } : {}),
    labels: { ...(rows ? { rows } : {}), ...(columns ? { columns } : {}) },
  }
}

/** The parts in the order of the arrangement. A level that was not stored for it is left out: the kernel has it. */
export function arrangedParts(
  parts: readonly Part[],
  shape: readonly number[],
  { order }: Arrangement,
): readonly Part[] {
  if (isPlain(order)) return parts
  return parts.map(({ picture, levels, exact }) => ({
    picture,
    levels: levels.flatMap((level) => arrangedLevel(level, shape, order) ?? []),
    ...(exact ? { exact: gather(exact, places(shape, order)) } : {}),
    order,
  }))
}

/** A level with its axes in another order; undefined where its cells or panels do not say that. */
export function arrangedLevel(
  level: Cells,
  shape: readonly number[],
  order: readonly number[],
): Cells | undefined {
  const rank = shape.length
  const lead = shape.slice(0, -2)
  const complete = level.panels === lead.reduce((a, b) => a * b, 1)
  const whole = level.factor[0] * level.factor[1] === 1
  const samePlane = order.slice(-2).every((axis) => axis >= rank - 2)
  if (!(complete && whole) && !samePlane) return undefined
  if (!complete && !isPlain(order.slice(0, -2))) return undefined
  const sizes = complete
    ? [...lead, level.rows, level.columns]
    : [level.panels, level.rows, level.columns]
  const moves = complete ? order : [0, ...order.slice(-2).map((axis) => axis - rank + 3)]
  const at = places(sizes, moves)
  const turned = order.at(-1) !== rank - 1 && samePlane
  const [down, across] = level.factor
  const [rows, columns] = moves.slice(-2).map((axis) => sizes[axis])
  return {
    panels: at.length / rows / columns,
    rows,
    columns,
    factor: turned ? [across, down] : [down, across],
    mean: gather(level.mean, at),
    min: gather(level.min, at),
    max: gather(level.max, at),
    flags: Uint8Array.from(at, (from) => level.flags[from]),
  }
}

const gather = (values: Float64Array, at: Uint32Array): Float64Array =>
  Float64Array.from(at, (from) => values[from])

/** Where each element of a reordered array comes from, row-major. */
function places(shape: readonly number[], order: readonly number[]): Uint32Array {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1))
  let found = Uint32Array.of(0)
  for (const axis of order) {
    const longer = new Uint32Array(found.length * shape[axis])
    for (let i = 0; i < longer.length; i++)
      longer[i] = found[Math.floor(i / shape[axis])] + (i % shape[axis]) * strides[axis]
    found = longer
  }
  return found
}
