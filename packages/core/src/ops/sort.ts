/**
 * @file Sorting along one axis: sort, argSort, topK; stable, NaN last in both directions (S8, S15). The node sorts the
 * last axis and gives values and origins; its body is a bitonic network, so every compiler has it (D3.6).
 */
import { type DType, isFloat } from "../dtype.ts"
import { publiclyAs } from "../eager.ts"
import { OptionError } from "../errors.ts"
import { make } from "../make.ts"
import type { Value } from "../number.ts"
import type { Op, Values } from "../op.ts"
import { checkWord, optionsAt } from "../options.ts"
import { type AxisRef, axesOf, formatType, range, typeOf } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { bitwiseAnd } from "./bitwise.ts"
import { where } from "./choice.ts"
import { equal, greater, less } from "./compare.ts"
import { declare } from "./declare.ts"
import { scatterAdd } from "./gather.ts"
import { logicalAnd, logicalNot, logicalOr, logicalXor } from "./logic.ts"
import { broadcastTo, reshapeTo } from "./move.ts"
import { f64 } from "./move-family.ts"
import { concatenateOp } from "./move-join.ts"
import { moved } from "./move-order.ts"
import { padNode, sliceAlong } from "./move-part.ts"
import { called } from "./notation.ts"
import { highest, lowest } from "./order.ts"
import { refusal } from "./refusal.ts"
import { isNaN as isNaNOf } from "./rounding.ts"
import { constant, differentiable, elements, iotaNode } from "./source.ts"
import { axisFrom, integer } from "./static.ts"

export interface SortOptions {
  /** The last by default (S15). */
  readonly axis?: AxisRef
  /** Whether the smallest or the largest come first; "ascending" by default. */
  readonly direction?: "ascending" | "descending"
}
const SORT = optionsAt<SortOptions>(1, { axis: true, direction: true })

/** Sorts the last axis; outputs the values and, as i32, where each came from. */
export const sortOp: Op = declare({
  name: "sort",
  family: "routine",
  type: ([t]) => [t, typeOf("i32", axesOf(t))],
  vjp: ([g], n) => {
    const [x] = n.inputs
    return [g && differentiable(x) ? scatterAdd(elements(n)[1], g, x.shape[x.rank - 1], 0) : null]
  },
  evaluate: ([x], n) => sortRows(x, n),
  body: (n) => network(n.inputs[0], n.attrs.descending as boolean),
  errors: [
    refusal(
      [f64(3)],
      (x) => topK(x, 4),
      "topK: 4 of the 3 elements along axis -1 of f64[3]; k is 0 to 3",
    ),
    refusal([f64(3)], (x) => sort(x, { axis: 1 }), "sort: axis 1 of f64[3]; axes are -1 to 0"),
  ],
  latex: called("sort"),
  formula: () => ({
    at: "j",
    latex: (x, _, g) => `\\sum_{i} [j = \\operatorname{argsort}(${x})_{i}] \\, ${g}_{i}`,
  }),
  samples: [
    { inputs: [f64(5)], attrs: { descending: false } },
    { inputs: [f64(2, 4)], attrs: { descending: true } },
    ...(["f16", "i32", "u8", "i64", "bool"] as const).map((dtype) => ({
      inputs: [{ dtype, shape: [2, 5] }],
      attrs: { descending: false },
    })),
  ],
})

const isNaNValue = (v: Value): boolean => typeof v === "number" && Number.isNaN(v)
/** Negative when `a` comes first. */
function order(a: Value, b: Value, descending: boolean): number {
  const [p, q] = [isNaNValue(a), isNaNValue(b)]
  if (p || q) return Number(p) - Number(q)
  if (a === b) return 0
  return a < b !== descending ? -1 : 1
}
function sortRows(x: Values, n: Tensor): Values[] {
  const { shape } = n.inputs[0]
  const length = shape[shape.length - 1]
  const values = new Array<Value>(x.length)
  const origins = new Array<number>(x.length)
  for (let at = 0; at < x.length; at += length) {
    const from = range(length).sort(
      (i, j) => order(x[at + i], x[at + j], n.attrs.descending as boolean) || i - j,
    )
    from.forEach((i, k) => {
      values[at + k] = x[at + i]
      origins[at + k] = i
    })
  }
  return [values, origins]
}

/** A column of the network: values with their origins. */
interface Keyed {
  readonly value: Tensor
  readonly origin: Tensor
}
/** Whether `a` comes before `b`; ties by origin, so the network is stable and the order total. */
function before(a: Keyed, b: Keyed, descending: boolean): Tensor {
  const first = descending ? greater(a.value, b.value) : less(a.value, b.value)
  const earlier = less(a.origin, b.origin)
  if (!isFloat(a.value.dtype)) return logicalOr(first, logicalAnd(equal(a.value, b.value), earlier))
  const [p, q] = [isNaNOf(a.value), isNaNOf(b.value)]
  const tie = logicalOr(equal(a.value, b.value), logicalAnd(p, q))
  const numbers = logicalOr(first, logicalAnd(q, logicalNot(p)))
  return logicalOr(numbers, logicalAnd(tie, earlier))
}
/** What is added to reach a power of two comes last: the extreme, or NaN, with origins beyond all others. */
function lastValue(d: DType, descending: boolean): Value {
  if (isFloat(d)) return Number.NaN
  return descending ? lowest(d) : highest(d)
}

/** Batcher's bitonic network over the last axis: log2(n) (log2(n) + 1) / 2 element-wise steps. */
function network(x: Tensor, descending: boolean): Tensor[] {
  const length = x.shape[x.rank - 1]
  const size = 2 ** Math.ceil(Math.log2(Math.max(1, length)))
  const extra = { low: [0], high: [size - length], interior: [0] }
  let row: Keyed = {
    value: padNode(x, { ...extra, value: lastValue(x.dtype, descending) }),
    origin: broadcastTo(iotaNode(size, "i32"), [...x.shape.slice(0, -1), size]),
  }
  for (let block = 2; block <= size; block *= 2) {
    for (let distance = block / 2; distance >= 1; distance /= 2)
      row = exchange(row, block, distance, descending)
  }
  return [row.value, row.origin].map((t) => sliceAlong(t, -1, 0, length))
}
/** Compares elements at a distance and puts them in the order of their block: every second block runs backwards. */
function exchange(row: Keyed, block: number, distance: number, descending: boolean): Keyed {
  const axes = axesOf(row.value.type)
  const size = axes[axes.length - 1].size
  const pairs = [{ size: size / (2 * distance) }, { size: 2 }, { size: distance }]
  const open = (t: Tensor): Tensor => reshapeTo(t, [...axesOf(t.type).slice(0, -1), ...pairs])
  const side = (t: Tensor, i: number): Tensor => sliceAlong(open(t), -2, i, i + 1)
  const at = (i: number): Keyed => ({ value: side(row.value, i), origin: side(row.origin, i) })
  const [a, b] = [at(0), at(1)]
  const backward = side(equal(bitwiseAnd(iotaNode(size, "i32"), constant(block, "i32")), block), 0)
  const keep = logicalXor(before(a, b, descending), broadcastTo(backward, a.value.shape))
  const join = (p: Tensor, q: Tensor): Tensor =>
    reshapeTo(make(concatenateOp, [where(keep, p, q), where(keep, q, p)], { axis: -2 }), axes)
  return { value: join(a.value, b.value), origin: join(a.origin, b.origin) }
}

function sorted(
  op: string,
  x: Tensor,
  o: SortOptions,
): { values: Tensor; origins: Tensor; axis: number } {
  const { direction = "ascending" } = o
  checkWord(op, "direction", direction, ["ascending", "descending"])
  const axis = axisFrom(op, o.axis ?? -1, x.type)
  const [values, origins] = elements(
    make(sortOp, [moved(x, axis, -1)], { descending: direction === "descending" }),
  )
  return { values, origins, axis }
}
/**
 * The elements in order along an axis, NaN last; stable.
 * @example sort(tensor([3, 1, 2]), { direction: "descending" }) // [3, 2, 1]
 */
export const sort = publiclyAs(
  "sort",
  <D extends DType>(x: Tensor<D>, options: SortOptions = {}): Tensor<D> => {
    const { values, axis } = sorted("sort", x, options)
    return moved(values, -1, axis) as Tensor<D>
  },
  { op: sortOp, kind: "move" as const },
  SORT,
)
/** Where the elements of the sorted tensor come from, as i32: `takeAlongAxis(x, argSort(x))` is `sort(x)`. */
export const argSort = publiclyAs(
  "argSort",
  (x: Tensor, options: SortOptions = {}): Tensor<"i32"> => {
    const { origins, axis } = sorted("argSort", x, options)
    return moved(origins, -1, axis) as Tensor<"i32">
  },
  { op: sortOp, kind: "index" as const },
  SORT,
)
/**
 * The `k` largest elements along an axis in descending order, and where they are, as i32; "ascending" gives the smallest.
 * @throws OptionError when there are fewer than `k`
 */
export const topK = publiclyAs(
  "topK",
  <D extends DType>(
    x: Tensor<D>,
    k: number,
    options: SortOptions = {},
  ): [values: Tensor<D>, indices: Tensor<"i32">] => {
    const count = integer("topK", "k", k)
    const { values, origins, axis } = sorted("topK", x, { direction: "descending", ...options })
    const length = values.shape[values.rank - 1]
    if (count < 0 || count > length) {
      throw new OptionError(
        `topK: ${count} of the ${length} elements along axis ${axis} of ${formatType(x.type)}; k is 0 to ${length}`,
        { op: "topK" },
      )
    }
    const [v, i] = [values, origins].map((t) => moved(sliceAlong(t, -1, 0, count), -1, axis))
    return [v as Tensor<D>, i as Tensor<"i32">]
  },
  { op: sortOp, kind: "pair" as const },
  { ...SORT, at: 2 },
)
