/** @file Tensors made of a shape: constants, sequences, masks. They are nodes, and cost no memory inside a program. */
import { type DType, isFloat } from "../dtype.ts"
import { publicly } from "../eager.ts"
import { DTypeError, OptionError, ShapeError } from "../errors.ts"
import { checkOptions, optionsAt } from "../options.ts"
import { formatType, range, type Shape, type TensorType } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { asTensor, type Literal, type Operand, strongType } from "./align.ts"
import { add, divide, multiply, subtract } from "./arithmetic.ts"
import { where } from "./choice.ts"
import { equal, lessEqual } from "./compare.ts"
import { broadcastTo, newAxis, rename, reshape } from "./move.ts"
import { moveAxis } from "./move-order.ts"
import { pad } from "./move-part.ts"
import { constant, iotaNode, zerosOf } from "./source.ts"
import { axisFrom, integer, integers } from "./static.ts"
import { asType } from "./type.ts"

export interface CreateOptions<D extends DType = DType> {
  /** The dtype of the result; without it that of the function or of the value. */
  readonly dtype?: D
  /** A name for each axis, or null. */
  readonly names?: TensorType["names"]
}
const CREATE = optionsAt<CreateOptions>(1, { dtype: true, names: true })

function sizes(op: string, shape: Shape): number[] {
  const list = integers(op, "the shape", shape)
  if (list.some((n) => n < 0)) {
    throw new ShapeError(`${op}: shape [${list.join(", ")}]; sizes must not be negative`, { op })
  }
  return list
}
/** @throws DTypeError for an integer that f32 has not, where nobody asked for f32 (S1) */
function requireExact(op: string, value: Operand, o: CreateOptions): void {
  if (o.dtype || typeof value !== "number" || !Number.isSafeInteger(value)) return
  if (Math.fround(value) === value) return
  throw new DTypeError(`${op}: ${value} has no exact f32 (integers are exact up to 2^24)`, {
    op,
    remedy: 'Give {dtype: "i32"}, {dtype: "f64"} or a bigint.',
  })
}
/** The value as a splat of `shape`; a traced value is spread. */
function filled(op: string, shape: Shape, value: Operand, o: CreateOptions): Tensor {
  const to = sizes(op, shape)
  requireExact(op, value, o)
  const x = asTensor(value)
  const typed = asType(x, o.dtype ?? strongType(x))
  const y = broadcastTo(typed, to)
  return o.names ? rename(y, o.names) : y
}
type Filler = <D extends DType = "f32">(shape: Shape, options?: CreateOptions<D>) => Tensor<D>
const filler = (op: string, value: number) =>
  Object.assign(
    publicly(
      op,
      (shape: Shape, o: CreateOptions = {}) => filled(op, shape, value, o),
      CREATE,
    ) as unknown as Filler,
    { kind: "create" as const },
  )
/** Zeros of a shape; f32 unless `dtype` says otherwise. */
export const zeros = filler("zeros", 0)
/** Ones of a shape; f32 unless `dtype` says otherwise. */
export const ones = filler("ones", 1)
/** One value everywhere; its dtype is that of the value (S1) unless `dtype` says otherwise. */
export const full = Object.assign(
  publicly(
    "full",
    (shape: Shape, value: Tensor | Literal, o: CreateOptions = {}) =>
      filled("full", shape, value, o),
    { ...CREATE, at: 2 },
  ) as unknown as <D extends DType = "f32">(
    shape: Shape,
    value: Tensor | Literal,
    options?: CreateOptions<D>,
  ) => Tensor<D>,
  { kind: "create" as const },
)
const alike = (op: string, value: number) =>
  Object.assign(
    publicly(op, <D extends DType>(x: Tensor<D>): Tensor<D> => {
      return constant(value, x.dtype, x.shape, x.names) as Tensor<D>
    }),
    { kind: "unary" as const },
  )
/** Zeros of the type of `x`, names too. */
export const zerosLike = alike("zerosLike", 0)
/** Ones of the type of `x`, names too. */
export const onesLike = alike("onesLike", 1)
/** `value` everywhere, in the type of `x`. */
export const fullLike = Object.assign(
  publicly("fullLike", <D extends DType>(x: Tensor<D>, value: Tensor | Literal): Tensor<D> => {
    return filled("fullLike", x.shape, value, { dtype: x.dtype, names: x.names }) as Tensor<D>
  }),
  { kind: "move" as const },
)

/** The coordinate along `axis` (from the end) of every element of `shape`, by broadcasting. */
function coordinate(shape: Shape, axis: number, dtype: DType): Tensor {
  const n = shape[shape.length + axis]
  const after = range(-1 - axis).map(() => 1)
  return reshape(iotaNode(n, dtype), [n, ...after])
}
export interface IotaOptions<D extends DType = DType> extends CreateOptions<D> {
  /** The axis to count along; the last by default. */
  readonly axis?: number
}
function counted(shape: Shape, o: IotaOptions = {}): Tensor {
  const { axis = -1, dtype = "i32", names } = o
  const to = sizes("iota", shape)
  const at = axisFrom("iota", axis, { dtype, shape: to })
  const y = broadcastTo(coordinate(to, at, dtype), to)
  return names ? rename(y, names) : y
}
/** 0, 1, 2, ... along one axis of a shape; i32 unless `dtype` says otherwise. */
export const iota = Object.assign(
  publicly(
    "iota",
    counted,
    optionsAt<IotaOptions>(1, { axis: true, dtype: true, names: true }),
  ) as unknown as <D extends DType = "i32">(shape: Shape, options?: IotaOptions<D>) => Tensor<D>,
  { kind: "create" as const },
)

/** Checks a step and gives the number of elements of [start, stop). */
function countSteps(start: number, stop: number, step: number): number {
  const n = Math.ceil((stop - start) / step)
  if (Number.isFinite(n)) return Math.max(0, n)
  throw new OptionError(
    `arange: from ${start} to ${stop} by ${step}; the step must not be 0 and all must be finite`,
    {
      op: "arange",
    },
  )
}
const staticNumber = (op: string, what: string, x: unknown): number =>
  typeof x === "number" && !Number.isInteger(x) ? x : integer(op, what, x)
type Range = <D extends DType = "f32">(
  start: number,
  stop?: number | CreateOptions<D>,
  step?: number | CreateOptions<D>,
  options?: CreateOptions<D>,
) => Tensor<D>
function ranged(...args: (number | CreateOptions)[]): Tensor {
  const last = args[args.length - 1]
  const o = typeof last === "object" && !("op" in last) ? (last as CreateOptions) : {}
  checkOptions("arange", o, CREATE.names)
  const numbers = args.filter((x) => x !== o && x !== undefined)
  const [first, second, third] = numbers.map((x) => staticNumber("arange", "a bound or step", x))
  const [start, stop, step] = numbers.length === 1 ? [0, first, 1] : [first, second, third ?? 1]
  const dtype = o.dtype ?? "f32"
  const x = multiply(iotaNode(countSteps(start, stop, step), dtype), constant(step, dtype))
  const y = add(x, constant(start, dtype))
  return o.names ? rename(y, o.names) : y
}
/**
 * start, start + step, ... below stop: `arange(stop)`, `arange(start, stop)` or `arange(start, stop, step)`, and options
 * last; f32 unless `dtype` says otherwise.
 * @example arange(2, 8, 2) // f32[3] [2, 4, 6]
 */
export const arange = Object.assign(publicly("arange", ranged) as unknown as Range, {
  kind: "create" as const,
})

export interface LinspaceOptions<D extends DType = DType> extends CreateOptions<D> {
  /** Whether `stop` is the last element; true by default. */
  readonly endpoint?: boolean
}
function spaced(start: Operand, stop: Operand, count: number, o: LinspaceOptions = {}): Tensor {
  const { endpoint = true, dtype = "f32", names } = o
  const n = integer("linspace", "count", count)
  if (n < 0)
    throw new OptionError(`linspace: count is ${n}; it must not be negative`, { op: "linspace" })
  const work = isFloat(dtype) ? dtype : "f32"
  const [a, b] = [start, stop].map((x) => asType(asTensor(x), work))
  const steps = endpoint ? Math.max(1, n - 1) : n
  const t = divide(iotaNode(n, work), constant(steps, work))
  // Both ends are exact: at t = 0 the second term vanishes, at t = 1 the first.
  const y = asType(add(multiply(a, subtract(1, t)), multiply(b, t)), dtype)
  return names ? rename(y, names) : y
}
/** `count` numbers from `start` to `stop` at equal distances; f32 unless `dtype` says otherwise. */
export const linspace = Object.assign(
  publicly(
    "linspace",
    spaced,
    optionsAt<LinspaceOptions>(3, { endpoint: true, dtype: true, names: true }),
  ) as unknown as <D extends DType = "f32">(
    start: number | Tensor,
    stop: number | Tensor,
    count: number,
    options?: LinspaceOptions<D>,
  ) => Tensor<D>,
  { kind: "create" as const },
)

/** i32 row and column numbers of the last two axes, to be broadcast. */
const rowsAndColumns = (rows: number, columns: number): [Tensor, Tensor] => [
  coordinate([rows, columns], -2, "i32"),
  coordinate([rows, columns], -1, "i32"),
]
function identity(n: number, columns: number | CreateOptions = n, o: CreateOptions = {}): Tensor {
  const options = typeof columns === "object" && !("op" in columns) ? columns : o
  checkOptions("eye", options, CREATE.names)
  const m = columns === options ? n : columns
  const [rows, cols] = sizes("eye", [n, m as number])
  const [i, j] = rowsAndColumns(rows, cols)
  const y = asType(equal(i, j), options.dtype ?? "f32")
  return options.names ? rename(y, options.names) : y
}
/** Ones on the diagonal of an `n` by `columns` matrix (square by default), zeros elsewhere. */
export const eye = Object.assign(
  publicly("eye", identity) as unknown as <D extends DType = "f32">(
    n: number,
    columns?: number | CreateOptions<D>,
    options?: CreateOptions<D>,
  ) => Tensor<D>,
  { kind: "create" as const },
)

export interface DiagonalOptions {
  /** Which diagonal: 0 the main one, positive above it, negative below. */
  readonly k?: number
}
const DIAGONAL = optionsAt<DiagonalOptions>(1, { k: true })
function requireRank(op: string, x: Tensor, rank: number): void {
  if (x.rank >= rank) return
  throw new ShapeError(
    `${op}: ${formatType(x.type)} has ${x.rank} axes; it needs at least ${rank}`,
    { op },
  )
}
const triangle = (op: string, keep: (i: Tensor, j: Tensor, k: number) => Tensor) =>
  Object.assign(
    publicly(
      op,
      <D extends DType>(x: Tensor<D>, { k = 0 }: DiagonalOptions = {}): Tensor<D> => {
        requireRank(op, x, 2)
        const [i, j] = rowsAndColumns(x.shape[x.rank - 2], x.shape[x.rank - 1])
        return where(keep(i, j, integer(op, "k", k)), x, zerosOf(x)) as Tensor<D>
      },
      DIAGONAL,
    ),
    { kind: "move" as const },
  )
/** The lower triangle of matrices, with the diagonal `k`; zeros above. */
export const tril = triangle("tril", (i, j, k) => lessEqual(j, add(i, k)))
/** The upper triangle of matrices, with the diagonal `k`; zeros below. */
export const triu = triangle("triu", (i, j, k) => lessEqual(add(i, k), j))

function diagonalMatrix<D extends DType>(x: Tensor<D>, o: DiagonalOptions = {}): Tensor<D> {
  requireRank("diag", x, 1)
  const k = integer("diag", "k", o.k ?? 0)
  const n = x.shape[x.rank - 1] + Math.abs(k)
  const [i, j] = rowsAndColumns(n, n)
  // Element j of the padded vector stands in column j.
  const lead = range(x.rank - 1).map(() => 0)
  const padded = pad(x, [...lead, Math.max(k, 0)], [...lead, Math.max(-k, 0)])
  const spread = newAxis(padded, -2)
  return where(equal(j, add(i, k)), spread, zerosOf(spread)) as Tensor<D>
}
/** Square matrices with the last axis of `x` on the diagonal `k`, zeros elsewhere. */
export const diag = Object.assign(publicly("diag", diagonalMatrix, DIAGONAL), {
  kind: "move" as const,
})

export interface OneHotOptions<D extends DType = DType> {
  /** f32 by default. */
  readonly dtype?: D
  /** Where the new axis stands in the result; the last by default. */
  readonly axis?: number
}
function hot(x: Tensor, classes: number, { dtype = "f32", axis = -1 }: OneHotOptions = {}): Tensor {
  if (isFloat(x.dtype) || x.dtype === "bool") {
    throw new OptionError(`oneHot: ${formatType(x.type)}; class numbers must be integers`, {
      op: "oneHot",
    })
  }
  const n = integer("oneHot", "classes", classes)
  const y = asType(equal(newAxis(x, -1), iotaNode(n, x.dtype)), dtype)
  return axis === -1 ? y : moveAxis(y, -1, axisFrom("oneHot", axis, y.type))
}
/** A new axis of `classes` elements, 1 at the class number that was there and 0 elsewhere; numbers out of range give zeros. */
export const oneHot = Object.assign(
  publicly("oneHot", hot, optionsAt<OneHotOptions>(2, { dtype: true, axis: true })) as unknown as <
    D extends DType = "f32",
  >(
    x: Tensor,
    classes: number,
    options?: OneHotOptions<D>,
  ) => Tensor<D>,
  { kind: "oneHot" as const },
)
