/** @file `show` and `compare`: tensors as outputs with names, labels and one crosshair (VISUAL 11). */
import {
  checkOptions,
  formatType,
  isConcrete,
  isTensor,
  OptionError,
  optionNames,
  ShapeError,
  sameShape,
  type Tensor,
} from "@defnote/core"
import { MIME, type TensorDoc, type TensorRole, tensorSvg } from "@defnote/display"
import { comparisonDocument, tensorDocument } from "@defnote/display/document"
import { type MimeBundle, Output } from "./output.ts"
import { keepForTiles } from "./tiles.ts"

/** Names of the rows and columns: one list for every one of the last two axes that has its length, or a list each. */
export type AxisLabels =
  | readonly string[]
  | { readonly rows?: readonly string[]; readonly columns?: readonly string[] }

/** Options of {@link show} and {@link compare}. */
export interface ShowOptions {
  /** Stands above the picture. */
  readonly title?: string
  /** Names of the rows and columns. */
  readonly labels?: AxisLabels
}
const SHOW = optionNames<ShowOptions>({ title: true, labels: true })

/**
 * A tensor as an output with a title and the names of its rows and columns, as in a confusion matrix.
 * @param labels - class names, one for each row or column; a list alone names both axes that have its length
 * @throws OptionError when a list has another length than its axis
 * @example show(confusion, { title: "confusion", labels: ["cat", "dog"] })
 */
export function show(x: Tensor, options: ShowOptions = {}): Output {
  checkOptions("show", options, SHOW)
  const tensor = concrete(x, "show")
  const labels = options.labels && axisLabels(tensor.shape, options.labels)
  return new Output(() => tensorBundle(tensor, { title: options.title, labels }))
}

/**
 * Tensors of one shape side by side with one crosshair, each with its own scale. The names `value`, `gradient` and
 * `update` have the colours of the graph, and give ‖update‖ / ‖value‖.
 * @throws ShapeError when the shapes differ
 * @example compare({ value: w, gradient: dw, update: dw.multiply(-0.1) })
 */
export function compare(
  tensors: Readonly<Record<string, Tensor>>,
  options: ShowOptions = {},
): Output {
  checkOptions("compare", options, SHOW)
  const names = Object.keys(tensors ?? {})
  if (names.length < 2 || names.length > MOST)
    throw new OptionError(
      `compare: takes 2 to ${MOST} tensors by name, not ${names.length}: compare({value, gradient})`,
    )
  const parts = names.map((label) => ({
    label,
    role: isRole(label) ? label : undefined,
    tensor: concrete(tensors[label], `compare: ${label}`),
  }))
  const first = parts[0]
  for (const { label, tensor } of parts)
    if (!sameShape(tensor.shape, first.tensor.shape))
      throw new ShapeError(
        `compare: ${label} is ${formatType(tensor.type)}, ${first.label} is ${formatType(first.tensor.type)}; all must have one shape`,
      )
  const labels = options.labels && axisLabels(first.tensor.shape, options.labels)
  return new Output(() =>
    bundleOf(comparisonDocument(parts, { title: options.title, labels, keep: keepForTiles })),
  )
}

/** Panels of {@link compare}. */
const MOST = 6

const isRole = (name: string): name is TensorRole => /^(value|gradient|update)$/.test(name)

function concrete(x: Tensor, what: string): Tensor {
  if (!isTensor(x)) throw new OptionError(`${what}: takes a tensor, not ${typeof x}`)
  if (!isConcrete(x))
    throw new OptionError(`${what}: takes a tensor with values; inside defn there are none yet`)
  return x
}

/** @throws OptionError when a list does not fit its axis */
function axisLabels(shape: readonly number[], labels: AxisLabels): TensorDoc["labels"] {
  const sizes = { rows: shape.length > 1 ? shape.at(-2) : undefined, columns: shape.at(-1) }
  const axes = ["rows", "columns"] as const
  if (isList(labels)) {
    const fitting = axes.filter((axis) => sizes[axis] === labels.length)
    if (!fitting.length)
      throw new OptionError(
        `show: ${labels.length} labels; the last two axes have ${shape.slice(-2).join(" and ")} entries`,
      )
    return Object.fromEntries(fitting.map((axis) => [axis, labels.map(String)]))
  }
  for (const axis of axes)
    if (labels[axis] && labels[axis]?.length !== sizes[axis])
      throw new OptionError(
        `show: ${labels[axis]?.length} labels of ${axis}; there are ${sizes[axis] ?? "no"} ${axis}`,
      )
  return labels
}

const isList = (labels: AxisLabels): labels is readonly string[] => Array.isArray(labels)

/** The bundle of a concrete tensor: one line, a picture, the explorer's data. */
export const tensorBundle = (
  x: Tensor,
  options: { readonly title?: string; readonly labels?: TensorDoc["labels"] } = {},
): MimeBundle => bundleOf(tensorDocument(x, { ...options, keep: keepForTiles }))

const bundleOf = (doc: TensorDoc): MimeBundle => ({
  [MIME.tensor]: doc,
  "image/svg+xml": tensorSvg(doc),
  "text/plain": doc.text,
})
