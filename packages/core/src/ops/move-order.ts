/** @file Moves that reorder: transpose, moveAxis, swapAxes, reverse. */
import type { DType } from "../dtype.ts"
import { publiclyAs } from "../eager.ts"
import { ShapeError } from "../errors.ts"
import { make } from "../make.ts"
import * as s from "../scalar.ts"
import { type AxisRef, axesOf, formatType, range, split, typeOf } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { f64, move, shortest } from "./move-family.ts"
import { called, raised } from "./notation.ts"
import { refusal } from "./refusal.ts"
import { axesFrom, axisFrom } from "./static.ts"

/** The last axes in the order `order`, each counted from the end. */
export const transposeOp = move("transpose", {
  code: "transpose({0}, {permutation})",
  splat: true,
  evenly: true,
  normal: (x, a) => {
    const order = a.order as number[]
    const short = shortest(order, (k, i) => k === i - order.length)
    if (short.length === 0) return x
    return short.length < order.length ? make(transposeOp, [x], { order: short }) : undefined
  },
  type: ([t], a) => {
    const order = a.order as number[]
    const [lead, last] = split(axesOf(t), order.length)
    return typeOf(t.dtype, [...lead, ...order.map((k) => last[last.length + k])])
  },
  at: (i, load, n) => {
    const order = n.attrs.order as number[]
    const [lead, last] = split(i, order.length)
    const from: s.Scalar[] = []
    order.forEach((k, j) => {
      from[order.length + k] = last[j]
    })
    return load(0, [...lead, ...from])
  },
  vjp: (g, n) => [permute(g, inverse(n.attrs.order as number[]))],
  latex: { ...raised((x) => `${x}^{\\top}`), reorders: true },
  samples: [
    { inputs: [f64(2, 3)], attrs: { order: [-1, -2] } },
    { inputs: [f64(2, 3, 2)], attrs: { order: [-1, -3, -2] } },
    { inputs: [{ dtype: "i8", shape: [2, 3] }], attrs: { order: [-1, -2] } },
  ],
  errors: [refusal([f64(2, 3)], (x) => transpose(x, [0]), "it must name each of the 2 axes once")],
})
function inverse(order: readonly number[]): number[] {
  const out: number[] = []
  order.forEach((k, j) => {
    out[order.length + k] = j - order.length
  })
  return out
}
/** The last axes in this order, counted from the end: for rules. */
export const permute = (x: Tensor, order: readonly number[]): Tensor =>
  make(transposeOp, [x], { order })

/**
 * The axes in another order; reversed by default.
 * @param order - every axis once, by position or name
 * @throws ShapeError unless each axis is there once
 * @example transpose(zeros([2, 3])) // f32[3,2]
 */
export const transpose = publiclyAs(
  "transpose",
  <D extends DType>(x: Tensor<D>, order?: readonly AxisRef[]): Tensor<D> => {
    const list = order ?? range(x.rank).reverse()
    const axes = list.map((a) => axisFrom("transpose", a, x.type))
    if (axes.length !== x.rank || new Set(axes).size < x.rank) {
      throw new ShapeError(
        `transpose: order [${list.join(", ")}] of ${formatType(x.type)}; it must name each of the ${x.rank} axes once`,
        { op: "transpose" },
      )
    }
    return permute(x, axes) as Tensor<D>
  },
  { op: transposeOp, kind: "move" as const },
)

/** All axes of `x` counted from the end. */
const allAxes = (x: Tensor): number[] => range(x.rank).map((i) => i - x.rank)

/** Axis `from` to position `to`, both from the end: for rules. */
export function moved(x: Tensor, from: number, to: number): Tensor {
  const order = allAxes(x).filter((k) => k !== from)
  order.splice(x.rank + to, 0, from)
  return permute(x, order)
}

/**
 * Moves one axis to another position; the others keep their order.
 * @example moveAxis(zeros([2, 3, 4]), 0, -1) // f32[3,4,2]
 */
export const moveAxis = publiclyAs(
  "moveAxis",
  <D extends DType>(x: Tensor<D>, from: AxisRef, to: AxisRef): Tensor<D> =>
    moved(x, axisFrom("moveAxis", from, x.type), axisFrom("moveAxis", to, x.type)) as Tensor<D>,
  { op: transposeOp, kind: "move" as const },
)

/** Exchanges two axes. @example swapAxes(zeros([2, 3, 4]), 0, 2) // f32[4,3,2] */
export const swapAxes = publiclyAs(
  "swapAxes",
  <D extends DType>(x: Tensor<D>, a: AxisRef, b: AxisRef): Tensor<D> => {
    const [p, q] = [a, b].map((axis) => axisFrom("swapAxes", axis, x.type))
    return permute(
      x,
      allAxes(x).map((k) => (k === p ? q : k === q ? p : k)),
    ) as Tensor<D>
  },
  { op: transposeOp, kind: "move" as const },
)

/** The elements of `axes` in opposite order. */
export const reverseOp = move("reverse", {
  code: "reverse({0}, {axes})",
  splat: true,
  evenly: true,
  normal: (x, a) => {
    const axes = (a.axes as number[]).filter((k) => x.shape.at(k) !== 1)
    if (axes.length === 0) return x
    return axes.length < (a.axes as number[]).length ? make(reverseOp, [x], { axes }) : undefined
  },
  type: ([t]) => t,
  at: (i, load, n) => {
    const axes = n.attrs.axes as number[]
    const flip = (x: s.Scalar, k: number): s.Scalar => s.sub(s.constant("i32", n.shape[k] - 1), x)
    return load(
      0,
      i.map((x, k) => (axes.includes(k - i.length) ? flip(x, k) : x)),
    )
  },
  vjp: (g, n) => [make(reverseOp, [g], n.attrs)],
  latex: { ...called("reverse"), reorders: true },
  samples: [
    { inputs: [f64(2, 3)], attrs: { axes: [-1] } },
    { inputs: [f64(2, 3)], attrs: { axes: [-2, -1] } },
  ],
})

/** The elements in opposite order along `axes`; all axes by default. @example reverse(tensor([1, 2, 3])) // [3, 2, 1] */
export const reverse = publiclyAs(
  "reverse",
  <D extends DType>(x: Tensor<D>, axes?: AxisRef | readonly AxisRef[]): Tensor<D> =>
    make(reverseOp, [x], { axes: axesFrom("reverse", axes, x.type) }) as Tensor<D>,
  { op: reverseOp, kind: "move" as const },
)
