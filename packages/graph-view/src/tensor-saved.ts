/** @file What of a tensor view is kept with the notebook: axes, indices, table, scale. Saved data is not trusted. */
import type { TensorDoc } from "@defnote/display"
import { type Arrangement, plainArrangement } from "./tensor-arrangement.ts"

/** The state that a view saves. */
export interface TensorState {
  readonly arrangement: Arrangement
  /** Chosen index of each axis of the tensor. */
  readonly index: readonly number[]
  readonly table: boolean
  /** Colours follow the cells in sight in place of the whole tensor. */
  readonly windowScale: boolean
}

/** The state as JSON with what differs from the plain one; empty for that. */
export interface SavedTensorView {
  readonly order?: readonly number[]
  readonly facets?: false
  readonly index?: readonly number[]
  readonly table?: true
  readonly scale?: "window"
}

/** What is shown before anybody chose. */
export const plainState = (doc: TensorDoc): TensorState => ({
  arrangement: plainArrangement(doc.shape.length),
  index: doc.shape.map(() => 0),
  table: false,
  windowScale: false,
})

/** The part of a state that is worth keeping. */
export function savedState({
  arrangement,
  index,
  table,
  windowScale,
}: TensorState): SavedTensorView {
  const { order, facets } = arrangement
  return {
    ...(order.some((axis, i) => axis !== i) ? { order } : {}),
    ...(facets ? {} : { facets: false as const }),
    ...(index.some((at) => at > 0) ? { index } : {}),
    ...(table ? { table: true as const } : {}),
    ...(windowScale ? { scale: "window" as const } : {}),
  }
}

/** The state that was saved for a document; what does not fit it is as if it had not been saved. */
export function readState(saved: unknown, doc: TensorDoc): TensorState {
  const plain = plainState(doc)
  if (typeof saved !== "object" || saved === null) return plain
  const { order, facets, index, table, scale } = saved as Readonly<Record<string, unknown>>
  const rank = doc.shape.length
  const isOrder =
    Array.isArray(order) &&
    order.length === rank &&
    plain.arrangement.order.every((axis) => order.includes(axis))
  const fits =
    Array.isArray(index) &&
    index.length === rank &&
    index.every((at, axis) => Number.isInteger(at) && at >= 0 && at < doc.shape[axis])
  return {
    arrangement: { order: isOrder ? order : plain.arrangement.order, facets: facets !== false },
    index: fits ? index : plain.index,
    table: table === true,
    windowScale: scale === "window",
  }
}
