/** @file Products of tensors as contractions: dot, matmul, inner, outer, tensorDot, kron (C3). */
import { type DType, type Promote, promote } from "../dtype.ts"
import { publiclyAs } from "../eager.ts"
import { OptionError, ShapeError } from "../errors.ts"
import { optionsAt } from "../options.ts"
import { type Axis, type AxisRef, axesOf, broadcastShapes, formatType, range } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { contract, contractOp } from "./contract.ts"
import { broadcastTo, flatten, reshapeTo } from "./move.ts"
import { axisFrom, integer } from "./static.ts"
import { asType } from "./type.ts"

const letters = (n: number, from = 0): string =>
  range(n)
    .map((i) => String.fromCharCode(97 + from + i))
    .join("")
/** Both operands in their common dtype (S4). */
export function common(a: Tensor, b: Tensor): [Tensor, Tensor] {
  const dtype = promote(a.dtype, b.dtype)
  return [asType(a, dtype), asType(b, dtype)]
}
const typesOfBoth = (a: Tensor, b: Tensor): string =>
  `${formatType(a.type)} with ${formatType(b.type)}`

/** Which axes {@link dot} sums over and which it pairs. */
export interface DotOptions {
  /** Axes to sum over: those of the left operand, those of the right one, in pairs. */
  readonly axes?: readonly [readonly AxisRef[], readonly AxisRef[]]
  /** Axes that are paired and kept, in front of the result. */
  readonly batchAxes?: readonly [readonly AxisRef[], readonly AxisRef[]]
}
/** Pairs of axes, as positions from the start. */
function pairs(op: string, a: Tensor, b: Tensor, axes: DotOptions["axes"]): [number[], number[]] {
  if (!axes) return [[], []]
  const at = (x: Tensor, list: readonly AxisRef[]): number[] =>
    list.map((k) => axisFrom(op, k, x.type) + x.rank)
  const [p, q] = [at(a, axes[0]), at(b, axes[1])]
  if (p.length !== q.length) {
    throw new OptionError(
      `${op}: ${p.length} axes of the left operand against ${q.length} of the right one; they go in pairs`,
      { op },
    )
  }
  return [p, q]
}
/** One label per axis: pairs share theirs. */
function label(
  a: Tensor,
  b: Tensor,
  summed: [number[], number[]],
  batch: [number[], number[]],
): string {
  const la = letters(a.rank)
  const shared = [
    [...batch[0], ...summed[0]],
    [...batch[1], ...summed[1]],
  ]
  const free = letters(b.rank, a.rank)
  const lb = [...free]
    .map((c, i) => (shared[1].includes(i) ? la[shared[0][shared[1].indexOf(i)]] : c))
    .join("")
  const keep = (l: string, paired: readonly number[]): string =>
    [...l].filter((_, i) => !paired.includes(i)).join("")
  const lead = batch[0].map((i) => la[i]).join("")
  return `${la},${lb}->${lead}${keep(la, shared[0])}${keep(lb, shared[1])}`
}
function checkPairs(op: string, a: Tensor, b: Tensor, [p, q]: [number[], number[]]): void {
  if (new Set(p).size < p.length || new Set(q).size < q.length) {
    throw new OptionError(
      `${op}: axes [${p}] and [${q}] of ${typesOfBoth(a, b)} name one axis twice`,
      { op },
    )
  }
  p.forEach((i, k) => {
    if (a.shape[i] === b.shape[q[k]]) return
    throw new ShapeError(
      `${op}: ${typesOfBoth(a, b)}: axis ${i} is ${a.shape[i]} on the left, axis ${q[k]} is ${b.shape[q[k]]} on the right; paired sizes must be equal`,
      { op, types: [formatType(a.type), formatType(b.type)] },
    )
  })
}
function dotNode(
  op: string,
  x: Tensor,
  y: Tensor,
  summed: [number[], number[]],
  batch: [number[], number[]],
): Tensor {
  checkPairs(op, x, y, [
    [...batch[0], ...summed[0]],
    [...batch[1], ...summed[1]],
  ])
  const [a, b] = common(x, y)
  return contract(a, b, label(a, b, summed, batch))
}

/**
 * The sum of products over paired axes: by default the last of `a` with the last but one of `b` (its only one, for a
 * vector). The result has the batch axes, then the other axes of `a`, then those of `b`. With a scalar, the product.
 * The dtype is the promoted one (S4).
 * @throws ShapeError when paired sizes differ
 * @example dot(ones([2, 3]), ones([3, 4])) // f32[2,4], every element 3
 */
export const dot = publiclyAs(
  "dot",
  <A extends DType, B extends DType>(
    a: Tensor<A>,
    b: Tensor<B>,
    options: DotOptions = {},
  ): Tensor<Promote<A, B>> => {
    const scalar = a.rank === 0 || b.rank === 0
    const batch = pairs("dot", a, b, options.batchAxes)
    const standard: [number[], number[]] = scalar
      ? [[], []]
      : [[a.rank - 1], [Math.max(0, b.rank - 2)]]
    const summed = options.axes ? pairs("dot", a, b, options.axes) : standard
    return dotNode("dot", a, b, summed, batch) as Tensor<Promote<A, B>>
  },
  { op: contractOp, kind: "product" as const },
  optionsAt<DotOptions>(2, { axes: true, batchAxes: true }),
)

/** The axes before the last two, broadcast against each other. */
function stretch(x: Tensor, lead: readonly number[]): Tensor {
  return x.rank > 2 ? broadcastTo(x, [...lead, ...x.shape.slice(-2)]) : x
}
/**
 * The matrix product; the axes before the last two are batches and broadcast. A vector is a row on the left and a column
 * on the right, and its axis is dropped.
 * @throws ShapeError for a scalar, or when the inner sizes differ
 * @example matmul(ones([5, 2, 3]), ones([3, 4])) // f32[5,2,4]
 */
export const matmul = publiclyAs(
  "matmul",
  <A extends DType, B extends DType>(a: Tensor<A>, b: Tensor<B>): Tensor<Promote<A, B>> => {
    if (a.rank === 0 || b.rank === 0) {
      throw new ShapeError(
        `matmul: ${typesOfBoth(a, b)}; both need an axis, use multiply for scalars`,
        { op: "matmul" },
      )
    }
    checkPairs("matmul", a, b, [[a.rank - 1], [Math.max(0, b.rank - 2)]])
    const leads = [a, b].map((x) => ({
      dtype: x.dtype,
      shape: x.shape.slice(0, Math.max(0, x.rank - 2)),
    }))
    const lead = broadcastShapes("matmul", leads)
    const [x, y] = common(stretch(a, lead), stretch(b, lead))
    const batch = letters(lead.length, 10)
    const [la, lb] = [x.rank > 2 ? batch : "", y.rank > 2 ? batch : ""]
    const [row, column] = [x.rank > 1 ? "r" : "", y.rank > 1 ? "c" : ""].map((l) => l.toUpperCase())
    return contract(x, y, `${la}${row}S,${lb}S${column}->${batch}${row}${column}`) as Tensor<
      Promote<A, B>
    >
  },
  { op: contractOp, kind: "product" as const },
)

/** The sum of products over the last axis of both. @example inner(ones([2, 3]), ones([4, 3])) // f32[2,4] */
export const inner = publiclyAs(
  "inner",
  <A extends DType, B extends DType>(a: Tensor<A>, b: Tensor<B>): Tensor<Promote<A, B>> => {
    const scalar = a.rank === 0 || b.rank === 0
    const summed: [number[], number[]] = scalar ? [[], []] : [[a.rank - 1], [b.rank - 1]]
    return dotNode("inner", a, b, summed, [[], []]) as Tensor<Promote<A, B>>
  },
  { op: contractOp, kind: "product" as const },
)
/** Every element of `a` times every element of `b`, both flattened. @example outer(ones([2]), ones([3])) // f32[2,3] */
export const outer = publiclyAs(
  "outer",
  <A extends DType, B extends DType>(a: Tensor<A>, b: Tensor<B>): Tensor<Promote<A, B>> => {
    const flat = (x: Tensor): Tensor => (x.rank === 1 ? x : flatten(x))
    return dotNode("outer", flat(a), flat(b), [[], []], [[], []]) as Tensor<Promote<A, B>>
  },
  { op: contractOp, kind: "product" as const },
)

/**
 * The sum of products over the last `axes` of `a` and the first `axes` of `b`, or over paired lists of axes.
 * @param options - `axes`: a count (default 2) or two lists
 * @throws ShapeError when paired sizes differ
 */
export const tensorDot = publiclyAs(
  "tensorDot",
  <A extends DType, B extends DType>(
    a: Tensor<A>,
    b: Tensor<B>,
    options: { axes?: number | DotOptions["axes"] } = {},
  ): Tensor<Promote<A, B>> => {
    const { axes = 2 } = options
    if (Array.isArray(axes)) {
      return dotNode("tensorDot", a, b, pairs("tensorDot", a, b, axes as DotOptions["axes"]), [
        [],
        [],
      ]) as Tensor<Promote<A, B>>
    }
    const n = integer("tensorDot", "axes", axes)
    if (n < 0 || n > Math.min(a.rank, b.rank)) {
      throw new OptionError(
        `tensorDot: ${n} axes of ${typesOfBoth(a, b)}; it must be 0 to ${Math.min(a.rank, b.rank)}`,
        { op: "tensorDot" },
      )
    }
    const summed: [number[], number[]] = [range(n).map((i) => a.rank - n + i), range(n)]
    return dotNode("tensorDot", a, b, summed, [[], []]) as Tensor<Promote<A, B>>
  },
  { op: contractOp, kind: "product" as const },
  optionsAt<Pick<DotOptions, "axes">>(2, { axes: true }),
)

/**
 * The Kronecker product: every element of `a` times a copy of `b`.
 * @example kron(tensor([1, 10]), tensor([1, 2])) // [1, 2, 10, 20]
 */
export const kron = publiclyAs(
  "kron",
  <A extends DType, B extends DType>(a: Tensor<A>, b: Tensor<B>): Tensor<Promote<A, B>> => {
    const rank = Math.max(a.rank, b.rank)
    const full = (x: Tensor): Axis[] => [
      ...range(rank - x.rank).map(() => ({ size: 1 })),
      ...axesOf(x.type),
    ]
    const [p, q] = [full(a), full(b)]
    const [x, y] = common(reshapeTo(a, p), reshapeTo(b, q))
    const [la, lb] = [letters(rank), letters(rank, rank)]
    const product = contract(
      x,
      y,
      `${la},${lb}->${range(rank)
        .map((i) => la[i] + lb[i])
        .join("")}`,
    )
    return reshapeTo(
      product,
      p.map((axis, i) => ({ size: axis.size * q[i].size, name: axis.name ?? q[i].name })),
    ) as Tensor<Promote<A, B>>
  },
  { op: contractOp, kind: "product" as const },
)
