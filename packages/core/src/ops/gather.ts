/**
 * @file The nodes of indexing: gather and its adjoint scatterAdd, which choose rows by computed indices; dynamicSlice and
 * putSlice, which choose a window. The public functions are in indexing.ts.
 */

import { make } from "../make.ts"
import type { Value } from "../number.ts"
import type { Batched, Op, Values } from "../op.ts"
import * as s from "../scalar.ts"
import { axesOf, range, type Shape, sizeOf, split, typeOf } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { declare } from "./declare.ts"
import { broadcastTo, reshapeTo } from "./move.ts"
import { clamp, f64, i32, move } from "./move-family.ts"
import { permute } from "./move-order.ts"
import { zerosOf } from "./source.ts"

/** What an index outside the rows means: the nearest row, or nothing (S9). */
export type Outside = "clamp" | "drop"
interface GatherAttrs {
  /** How many axes a row has. */
  readonly inner: number
  readonly outside: Outside
}
const rowsOf = (x: Tensor, inner: number): number => x.shape[x.rank - 1 - inner]

/**
 * Rows of a table: x `[lead..., n, inner...]`, indices `[lead..., m]` -> `[lead..., m, inner...]`. Outside, "clamp" takes
 * the nearest row and "drop" gives zeros.
 */
export const gatherOp: Op = {
  ...move("gather", {
    type: ([x, i], a) => typeOf(x.dtype, [...axesOf(i), ...split(axesOf(x), a.inner as number)[1]]),
    at: (i, load, n) => {
      const { inner, outside } = n.attrs as unknown as GatherAttrs
      const [head, rest] = split(i, inner)
      const rows = rowsOf(n.inputs[0], inner)
      const row = load(1, head)
      const element = load(0, [...head.slice(0, -1), clamp(row, 0, rows - 1), ...rest])
      if (outside === "clamp") return element
      const inside = s.and(s.lessEqual(s.constant("i32", 0), row), s.less(row, rows))
      return s.select(inside, element, 0)
    },
    vjp: (g, n) => {
      const { inner, outside } = n.attrs as unknown as GatherAttrs
      return [scatterAdd(n.inputs[1], g, rowsOf(n.inputs[0], inner), inner, outside), null]
    },
    batch: (n, [x, i], batched, size): Batched => {
      const { inner, outside } = n.attrs as unknown as GatherAttrs
      if (!batched[0]) return { outputs: [manyIndices(x, i, inner, outside)], batched: [true] }
      const all = batched[1] ? i : broadcastTo(i, [size, ...i.shape])
      return { outputs: [gather(x, all, inner, outside)], batched: [true] }
    },
    samples: [
      { inputs: [f64(4, 2), i32(3)], attrs: { inner: 1, outside: "clamp" }, range: [-2, 6] },
      { inputs: [f64(2, 3), i32(2, 4)], attrs: { inner: 0, outside: "clamp" }, range: [-2, 6] },
      { inputs: [f64(4, 2), i32(3)], attrs: { inner: 1, outside: "drop" }, range: [-2, 6] },
    ],
  }),
  family: "gather",
}
export const gather = (
  x: Tensor,
  indices: Tensor,
  inner: number,
  outside: Outside = "clamp",
): Tensor => make(gatherOp, [x, indices], { inner, outside })

/**
 * One table, a batch of indices: the batch joins the index axis, so that the adjoint scatters into one table and not into
 * a batch of them.
 */
function manyIndices(x: Tensor, i: Tensor, inner: number, outside: Outside): Tensor {
  const lead = i.rank - 2
  const axes = axesOf(i.type)
  const [batch, count] = [axes[0], axes[i.rank - 1]]
  const behind = permute(i, [...range(lead).map((k) => k + 1 - i.rank), -i.rank, -1])
  const flat = reshapeTo(behind, [...axes.slice(1, -1), { size: batch.size * count.size }])
  const y = gather(x, flat, inner, outside)
  const known = axesOf(y.type)
  const open = reshapeTo(y, [...known.slice(0, lead), batch, count, ...known.slice(lead + 1)])
  return permute(
    open,
    [lead, ...range(open.rank).filter((k) => k !== lead)].map((k) => k - open.rank),
  )
}

/** Sums rows into zeros: indices `[lead..., m]`, updates `[lead..., m, inner...]` -> `[lead..., rows, inner...]`. */
export const scatterAddOp: Op = {
  name: "scatterAdd",
  family: "gather",
  linear: "each",
  type: ([i, u], a) => {
    const rows = { size: a.rows as number }
    return [
      typeOf(u.dtype, [...axesOf(i).slice(0, -1), rows, ...split(axesOf(u), a.inner as number)[1]]),
    ]
  },
  vjp: ([g], n) => {
    const { inner, outside } = n.attrs as unknown as GatherAttrs
    return [null, g && gather(g, n.inputs[0], inner, outside)]
  },
  evaluate: ([i, u], n) => [sumRows(i, u, n)],
  latex: { level: 3, print: (i, u) => `\\operatorname{scatter}_{${i}} ${u}` },
  samples: [
    { inputs: [i32(5), f64(5, 2)], attrs: { rows: 3, inner: 1, outside: "clamp" }, range: [-2, 6] },
    {
      inputs: [i32(2, 3), f64(2, 3)],
      attrs: { rows: 4, inner: 0, outside: "drop" },
      range: [-2, 6],
    },
    {
      inputs: [i32(5), { dtype: "i64", shape: [5] }],
      attrs: { rows: 3, inner: 0, outside: "drop" },
      range: [-2, 6],
    },
  ],
}
export const scatterAdd = (
  indices: Tensor,
  updates: Tensor,
  rows: number,
  inner: number,
  outside: Outside = "clamp",
): Tensor => make(scatterAddOp, [indices, updates], { rows, inner, outside })

function sumRows(indices: Values, updates: Values, n: Tensor): Value[] {
  const { inner, outside } = n.attrs as unknown as GatherAttrs
  const rows = n.attrs.rows as number
  const width = sizeOf(split(n.shape, inner)[1])
  const count = n.inputs[0].shape[n.inputs[0].rank - 1]
  const zero = n.dtype === "i64" || n.dtype === "u64" ? 0n : 0
  const out = new Array<Value>(sizeOf(n.shape)).fill(zero)
  for (let k = 0; k < indices.length; k++) {
    const index = Number(indices[k])
    if (outside === "drop" && (index < 0 || index >= rows)) continue
    const row = Math.floor(k / count) * rows + Math.max(0, Math.min(rows - 1, index))
    for (let j = 0; j < width; j++) {
      out[row * width + j] = (out[row * width + j] as number) + (updates[k * width + j] as number)
    }
  }
  return out
}

/** The first elements of a window, so that it stays inside. */
function windowStart(load: s.Scalar, size: number, window: number): s.Scalar {
  return clamp(load, 0, size - window)
}
/** Inputs: x `[lead..., axes...]`, one start `[lead...]` per axis; `sizes` of the window. The window is kept inside. */
export const dynamicSliceOp: Op = {
  ...move("dynamicSlice", {
    type: ([x], a) => {
      const sizes = a.sizes as Shape
      const [lead, last] = split(axesOf(x), sizes.length)
      return typeOf(x.dtype, [...lead, ...last.map((axis, k) => ({ ...axis, size: sizes[k] }))])
    },
    at: (i, load, n) => {
      const sizes = n.attrs.sizes as Shape
      const [lead, last] = split(i, sizes.length)
      const full = split(n.inputs[0].shape, sizes.length)[1]
      return load(0, [
        ...lead,
        ...last.map((x, k) => s.add(x, windowStart(load(k + 1, lead), full[k], sizes[k]))),
      ])
    },
    vjp: (g, n) => [
      putSliceNode(zerosOf(n.inputs[0]), g, n.inputs.slice(1)),
      ...n.inputs.slice(1).map(() => null),
    ],
    samples: [
      { inputs: [f64(5), i32()], attrs: { sizes: [2] }, range: [0, 4] },
      { inputs: [f64(3, 4), i32(), i32()], attrs: { sizes: [2, 3] }, range: [-1, 4] },
      { inputs: [f64(2, 4), i32(2)], attrs: { sizes: [2] }, range: [-1, 4] },
    ],
  }),
  family: "gather",
}
export const dynamicSliceNode = (x: Tensor, starts: readonly Tensor[], sizes: Shape): Tensor =>
  make(dynamicSliceOp, [x, ...starts], { sizes })

/** Inputs: x, the update, and starts as of `dynamicSlice`: x with the window replaced. */
export const putSliceOp: Op = {
  ...move("putSlice", {
    linear: "no",
    type: ([x]) => x,
    at: (i, load, n) => {
      const k = n.inputs.length - 2
      const [lead, last] = split(i, k)
      const [full, window] = [n.inputs[0], n.inputs[1]].map((x) => split(x.shape, k)[1])
      const from = last.map((x, j) => s.sub(x, windowStart(load(j + 2, lead), full[j], window[j])))
      const inside = from
        .map((x, j) => s.and(s.lessEqual(s.constant("i32", 0), x), s.less(x, window[j])))
        .reduce((a, b) => s.and(a, b))
      const update = load(1, [...lead, ...from.map((x, j) => clamp(x, 0, window[j] - 1))])
      return s.select(inside, update, load(0, i))
    },
    vjp: (g, n) => {
      const [, update, ...starts] = n.inputs
      const window = split(update.shape, starts.length)[1]
      return [
        putSliceNode(g, zerosOf(update), starts),
        dynamicSliceNode(g, starts, window),
        ...starts.map(() => null),
      ]
    },
    samples: [
      { inputs: [f64(5), f64(2), i32()], attrs: {}, range: [0, 4] },
      { inputs: [f64(3, 4), f64(2, 3), i32(), i32()], attrs: {}, range: [-1, 4] },
      { inputs: [f64(2, 4), f64(2, 2), i32(2)], attrs: {}, range: [-1, 4] },
    ],
  }),
  family: "gather",
  normal: ([x, update]: readonly Tensor[]) => (update.size === 0 ? x : undefined),
}
export const putSliceNode = (x: Tensor, update: Tensor, starts: readonly Tensor[]): Tensor =>
  make(putSliceOp, [x, update, ...starts])

for (const op of [gatherOp, scatterAddOp, dynamicSliceOp, putSliceOp]) declare(op)
