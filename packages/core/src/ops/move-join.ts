/** @file Moves that join: concatenate, stack, tile. */
import { type DType, promote } from "../dtype.ts"
import { publiclyAs } from "../eager.ts"
import { OptionError, ShapeError } from "../errors.ts"
import { make } from "../make.ts"
import type { At, Op } from "../op.ts"
import { optionsAt } from "../options.ts"
import * as s from "../scalar.ts"
import {
  type Axis,
  axesOf,
  formatType,
  range,
  type Shape,
  sameType,
  type TensorType,
  typeOf,
} from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { broadcastTo, newAxis, reshapeTo } from "./move.ts"
import { clamp, f64, move } from "./move-family.ts"
import { type AxisOption, sliceAlong } from "./move-part.ts"
import { refusal } from "./refusal.ts"
import { constant, isConstant } from "./source.ts"
import { axisFrom, integers } from "./static.ts"
import { asType } from "./type.ts"

/** The axes of the operands with their sizes along `axis` added up; names merge (S14). */
function joinedAxes(types: readonly TensorType[], axis: number): Axis[] {
  const k = types[0].shape.length + axis
  return axesOf(types[0]).map(({ size }, i) => {
    const names = new Set(types.map((t) => t.names?.[i]).filter((n) => n))
    if (names.size > 1) {
      throw new ShapeError(
        `concatenate: axis ${i} is named ${[...names].join(" and ")}; rename one of them`,
        { op: "concatenate" },
      )
    }
    const sum = types.reduce((n, t) => n + t.shape[k], 0)
    return { size: i === k ? sum : size, name: [...names][0] ?? null }
  })
}

/** The operand that holds the index, chosen from the last to the first. */
const pick: At = (i, load, n) => {
  const k = i.length + (n.attrs.axis as number)
  const sizes = n.inputs.map((x) => x.shape[k])
  let start = sizes.reduce((a, b) => a + b, 0)
  let out: s.Scalar | undefined
  for (let j = sizes.length - 1; j >= 0; j--) {
    const stop = start
    start -= sizes[j]
    const here = load(j, i.with(k, clamp(s.sub(i[k], start), 0, sizes[j] - 1)))
    out = out ? s.select(s.less(i[k], stop), here, out) : here
  }
  return out as s.Scalar
}

/** Tensors one after another along an axis. */
export const concatenateOp: Op = {
  ...move("concatenate", {
    code: "concatenate([{all}], { axis: {axis} })",
    linear: "jointly",
    at: pick,
    type: (types, a) => typeOf(types[0].dtype, joinedAxes(types, a.axis as number)),
    vjp: (g, n) => {
      const axis = n.attrs.axis as number
      let stop = 0
      return n.inputs.map((x) => {
        stop += x.shape[x.rank + axis]
        return sliceAlong(g, axis, stop - x.shape[x.rank + axis], stop)
      })
    },
    samples: [
      { inputs: [f64(2, 3), f64(2, 2)], attrs: { axis: -1 } },
      { inputs: [f64(1, 3), f64(2, 3)], attrs: { axis: -2 } },
      { inputs: [f64(2), f64(1), f64(3)], attrs: { axis: -1 } },
    ],
    errors: [
      refusal(
        [f64(2, 3), f64(2, 2)],
        (...x) => concatenate(x),
        "along axis -2; the other sizes must be equal",
      ),
      refusal(
        [f64(2), f64(3)],
        (...x) => stack(x),
        "stack: f64[2] with f64[3]; shapes and names must be equal",
      ),
    ],
  }),
  normal: (xs: readonly Tensor[], a: Tensor["attrs"]): Tensor | undefined => {
    const axis = a.axis as number
    const full = xs.filter((x) => x.shape[x.rank + axis] > 0)
    if (full.length && full.length < xs.length) return make(concatenateOp, full, a)
    if (xs.length === 1) return xs[0]
    if (!xs.every((x) => isConstant(x) && Object.is(x.attrs.value, xs[0].attrs.value)))
      return undefined
    const t = concatenateOp.type(
      xs.map((x) => x.type),
      a,
      xs,
    )[0]
    return constant(xs[0].attrs.value as number, t.dtype, t.shape, t.names)
  },
}

function checkJoin(op: string, xs: readonly Tensor[]): void {
  if (!Array.isArray(xs) || xs.length === 0) {
    throw new OptionError(`${op}: takes a list of at least one tensor`, { op })
  }
}
/**
 * Tensors one after another along an axis, in their common dtype.
 * @throws ShapeError unless the other axes have equal sizes
 * @example concatenate([zeros([2, 3]), ones([1, 3])]) // f32[3,3]
 */
export const concatenate = publiclyAs(
  "concatenate",
  <D extends DType>(xs: readonly Tensor<D>[], options: AxisOption = {}): Tensor<D> => {
    checkJoin("concatenate", xs)
    const axis = axisFrom("concatenate", options.axis ?? 0, xs[0].type)
    const k = xs[0].rank + axis
    for (const x of xs) {
      if (x.rank === xs[0].rank && x.shape.every((n, i) => i === k || n === xs[0].shape[i]))
        continue
      throw new ShapeError(
        `concatenate: ${formatType(xs[0].type)} with ${formatType(x.type)} along axis ${axis}; the other sizes must be equal`,
        { op: "concatenate" },
      )
    }
    const dtype = xs.map((x): DType => x.dtype).reduce(promote)
    return make(
      concatenateOp,
      xs.map((x) => asType(x, dtype)),
      { axis },
    ) as Tensor<D>
  },
  { op: concatenateOp, kind: "create" as const },
  optionsAt<AxisOption>(1, { axis: true }),
)

/**
 * Tensors of one shape side by side along a new axis; the first by default.
 * @throws ShapeError unless the shapes are equal
 * @example stack([zeros([3]), ones([3])]) // f32[2,3]
 */
export const stack = publiclyAs(
  "stack",
  <D extends DType>(xs: readonly Tensor<D>[], options: { axis?: number } = {}): Tensor<D> => {
    checkJoin("stack", xs)
    const bad = xs.find(
      (x) => !sameType({ ...x.type, dtype: "f32" }, { ...xs[0].type, dtype: "f32" }),
    )
    if (bad) {
      throw new ShapeError(
        `stack: ${formatType(xs[0].type)} with ${formatType(bad.type)}; shapes and names must be equal`,
        { op: "stack" },
      )
    }
    const axis = options.axis ?? 0
    const rows = xs.map((x) => newAxis(x, axis))
    return concatenate(rows, { axis }) as Tensor<D>
  },
  { op: concatenateOp, kind: "create" as const },
  optionsAt<AxisOption>(1, { axis: true }),
)

/**
 * `x` repeated as a whole: `repeats[i]` times along axis i. More repeats than axes add axes in front.
 * @throws OptionError for a negative count
 * @example tile(tensor([1, 2]), [2, 2]) // [[1, 2, 1, 2], [1, 2, 1, 2]]
 */
export const tile = publiclyAs(
  "tile",
  <D extends DType>(x: Tensor<D>, repeats: Shape): Tensor<D> => {
    const given = integers("tile", "repeats", repeats)
    if (given.some((n) => n < 0))
      throw new OptionError(`tile: repeats [${given}]; they must not be negative`, { op: "tile" })
    const rank = Math.max(x.rank, given.length)
    const counts = [...range(rank - given.length).map(() => 1), ...given]
    const axes: Axis[] = [...range(rank - x.rank).map(() => ({ size: 1 })), ...axesOf(x.type)]
    const open = reshapeTo(
      x,
      axes.flatMap((a) => [{ size: 1 }, { size: a.size }]),
    )
    const wide = broadcastTo(
      open,
      axes.flatMap((a, i) => [counts[i], a.size]),
    )
    return reshapeTo(
      wide,
      axes.map((a, i) => ({ size: a.size * counts[i], name: a.name })),
    ) as Tensor<D>
  },
  { op: concatenateOp, kind: "move" as const },
)
