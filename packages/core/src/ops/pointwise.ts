/**
 * @file The element-wise families: each fills in type, alignment, evaluation and samples, so that a declaration holds
 * only what is its own (D3.4). Knows no particular op.
 */
import { computeType, type DType, floatingOf, isFloat, isInt, isWide } from "../dtype.ts"
import { publicly } from "../eager.ts"
import { DTypeError } from "../errors.ts"
import { make } from "../make.ts"
import { cast, fit, type Value } from "../number.ts"
import type { ErrorSample, Family, Flat, Grad, Hazard, Latex, Op, Sample, Values } from "../op.ts"
import * as s from "../scalar.ts"
import { range, type TensorType, typeOf, unifyAxes } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { Trace, withTrace } from "../trace.ts"
import { align, asTensor, commonShape, commonType, type Operand, weakly } from "./align.ts"
import { broadcastTo } from "./move.ts"
import type {
  Binary,
  Compare,
  DivideLike,
  FloatingUnary,
  Predicate,
  Select,
  Unary,
} from "./pointwise-types.ts"
import { freshParam } from "./source.ts"
import { asType } from "./type.ts"

/** What every element-wise declaration says. */
export interface Meaning {
  /**
   * The value as a plain function of numbers, the oracle; the result is rounded or wrapped to the dtype afterwards.
   * It is also called with bigints for i64 and u64, unless `exact` is there.
   */
  readonly reference: (...x: number[]) => number | boolean
  /** The same for integers of every width, as bigints, where the numbers of JavaScript are not enough. */
  readonly exact?: (...x: bigint[]) => bigint | boolean
  /** The value in scalar instructions: what compilers spell. Halves arrive as f32 and are rounded back. */
  readonly scalar: (...x: s.Scalar[]) => s.Scalar
  readonly latex: Latex
  /** Where samples are drawn from; default [-2, 2]. */
  readonly range?: readonly [number, number]
  /** Dtypes of the samples besides f64 and f32; default by family. */
  readonly dtypes?: readonly DType[]
  readonly normal?: Op["normal"]
  readonly hazards?: readonly Hazard[]
  readonly divisor?: Op["divisor"]
  readonly errors?: readonly ErrorSample[]
}
type Prepare = (args: readonly Operand[]) => readonly Tensor[]

const SHAPES = [[], [3], [2, 3]] as const
/** Every dtype at one shape, and f64 at three. */
function samplesFor(
  arity: number,
  dtypes: readonly DType[],
  span?: readonly [number, number],
): Sample[] {
  const of = (dtype: DType, shape: readonly number[]): Sample => ({
    inputs: range(arity).map((): TensorType => ({ dtype, shape })),
    ...(span ? { range: span } : {}),
  })
  const floats = dtypes.includes("f64") ? SHAPES.map((shape) => of("f64", shape)) : []
  return [...floats, ...dtypes.filter((d) => d !== "f64").map((d) => of(d, [2, 3]))]
}
const FLOATS: readonly DType[] = ["f64", "f32", "f16", "bf16"]
const INTS: readonly DType[] = ["i32", "u32", "i8", "u8", "i16", "u16", "i64", "u64"]
const NUMBERS: readonly DType[] = [...FLOATS, ...INTS]

/** Applies the oracle to every element. */
function evaluate(m: Meaning, inputs: readonly Values[], from: DType, to: DType): Value[] {
  const f = (isInt(from) && m.exact ? m.exact : m.reference) as (...x: Value[]) => Value | boolean
  const lift = isInt(from) && m.exact ? BigInt : (v: Value) => v
  const [a, b] = inputs
  // Spreading is slow, and most have one operand or two.
  const call = [
    (k: number) => f(...inputs.map((x) => lift(x[k]))),
    (k: number) => f(lift(a[k])),
    (k: number) => f(lift(a[k]), lift(b[k])),
  ]
  const at = call[inputs.length] ?? call[0]
  return Array.from(a, (_, k) => {
    const y = at(k)
    const value = typeof y === "boolean" ? Number(y) : y
    return isWide(to) && typeof value === "number" ? cast(value, "f64", to) : fit(to, value)
  })
}

/** The declaration of an element-wise op; the operand that decides its dtype comes last. */
function pointwise(
  name: string,
  family: Family,
  m: Meaning,
  arity: number,
  result: (d: DType) => DType,
): Op {
  const last = arity - 1
  return {
    name,
    family,
    latex: m.latex,
    hazards: m.hazards,
    errors: m.errors,
    normal: m.normal,
    divisor: m.divisor,
    vjp: { flat: "its value is not a float" },
    type: (types) => [typeOf(result(types[last].dtype), unifyAxes(name, types))],
    at: (i, load, n) => {
      const x = range(arity).map((k) => load(k, i))
      return s.convert(m.scalar(...x.map((v) => s.convert(v, computeType(v.dtype)))), n.dtype)
    },
    evaluate: (x, n) => [evaluate(m, x, n.inputs[last].dtype, n.dtype)],
    samples: samplesFor(arity, m.dtypes ?? FLOATS, m.range),
  }
}

/** Operands that an op must refuse, and what it says: the error samples of a family. */
interface Refusal {
  readonly types: readonly TensorType[]
  readonly message: string
}
const of = (dtype: DType, ...shape: number[]): TensorType => ({ dtype, shape })
const SIZES: Refusal = {
  types: [of("f32", 2, 3), of("f32", 4)],
  message: "cannot broadcast f32[2,3] with f32[4]: axis -1 is 3 on the left and 4 on the right",
}
const INTEGER_SIZES: Refusal = {
  types: [of("i32", 2, 3), of("i32", 4)],
  message: "cannot broadcast i32[2,3] with i32[4]: axis -1 is 3 on the left and 4 on the right",
}
const refused = (dtype: DType, arity: number): Refusal => ({
  types: range(arity).map(() => of(dtype, 3)),
  message: `the operands are ${dtype}; it takes`,
})

/** Makes the op callable: `prepare` brings the arguments to what the node takes. */
function callable<K extends string>(
  plain: Op,
  kind: K,
  prepare: Prepare,
  refusals: readonly Refusal[] = [],
) {
  const errors = refusals.map(({ types, message }) => ({
    message,
    call: () => withTrace(new Trace(), () => fn(...types.map(freshParam))),
  }))
  const op: Op = { ...plain, errors: [...errors, ...(plain.errors ?? [])] }
  const fn = (...args: Operand[]): Tensor => weakly(make(op, prepare(args)), args)
  return Object.assign(publicly(op.name, fn), { op, kind })
}

const same = (d: DType): DType => d
const bool = (): DType => "bool"

/** @throws DTypeError unless `allowed`; `takes` completes "takes". */
function requireType(op: string, d: DType, allowed: boolean, takes: string, remedy?: string): void {
  if (!allowed)
    throw new DTypeError(`${op}: the operands are ${d}; it takes ${takes}`, { op, remedy })
}
const notBool = (name: string) => (d: DType) => {
  requireType(name, d, d !== "bool", "numbers", `Convert first: asType(x, "i32").`)
  return d
}

export type UnaryRule = ((g: Tensor, x: Tensor, y: Tensor) => Tensor) | Flat
const unaryVjp = (rule: UnaryRule): Op["vjp"] =>
  "flat" in rule ? rule : ([g], n) => [g && rule(g, n.inputs[0], n)]

/** One operand, same dtype: integers stay integers. `bools` says that bool is allowed. */
export function unary(
  name: string,
  m: Meaning & { vjp: UnaryRule; bools?: boolean; linear?: Op["linear"] },
): Unary {
  const op: Op = {
    ...pointwise(name, "unary", { dtypes: NUMBERS, ...m }, 1, same),
    vjp: unaryVjp(m.vjp),
    linear: m.linear,
  }
  const check = m.bools ? same : notBool(name)
  const prepare: Prepare = ([x]) => {
    const t = asTensor(x)
    check(t.dtype)
    return [t]
  }
  return callable(op, "unary", prepare, m.bools ? [] : [refused("bool", 1)]) as Unary
}
/** One operand, a float result: integers and bools become f32. */
export function floating(name: string, m: Meaning & { vjp: UnaryRule }): FloatingUnary {
  const op: Op = { ...pointwise(name, "unary", m, 1, same), vjp: unaryVjp(m.vjp) }
  return callable(op, "floating", ([x]) => {
    const t = asTensor(x)
    return [asType(t, floatingOf(t.dtype))]
  }) as FloatingUnary
}
/** A bool for each element, of any dtype. */
export function predicate(name: string, m: Meaning): Predicate {
  const op = pointwise(name, "compare", { dtypes: NUMBERS, ...m }, 1, bool)
  return callable(op, "predicate", ([x]) => [asTensor(x)]) as Predicate
}

export type BinaryRule = ((g: Tensor, a: Tensor, b: Tensor, y: Tensor) => readonly Grad[]) | Flat
const binaryVjp = (rule: BinaryRule): Op["vjp"] =>
  "flat" in rule ? rule : ([g], n) => (g ? rule(g, n.inputs[0], n.inputs[1], n) : [null, null])

/** Two operands in their common dtype. `bools` says that two bools are allowed. */
export function binary(
  name: string,
  m: Meaning & { vjp: BinaryRule; bools?: boolean; linear?: Op["linear"] },
): Binary {
  const op: Op = {
    ...pointwise(name, "binary", { dtypes: NUMBERS, ...m }, 2, same),
    vjp: binaryVjp(m.vjp),
    linear: m.linear,
  }
  const rule = m.bools ? same : notBool(name)
  const refusals = m.bools ? [SIZES] : [SIZES, refused("bool", 2)]
  return callable(op, "binary", (args) => align(name, args, rule), refusals) as Binary
}
/** Two operands in their common float dtype. */
export function divideLike(name: string, m: Meaning & { vjp: BinaryRule }): DivideLike {
  const op: Op = { ...pointwise(name, "binary", m, 2, same), vjp: binaryVjp(m.vjp) }
  return callable(op, "divideLike", (args) => align(name, args, floatingOf), [SIZES]) as DivideLike
}
/** A bool for each pair of elements in their common dtype. */
export function compare(name: string, m: Meaning): Compare {
  const op = pointwise(name, "compare", { dtypes: [...NUMBERS, "bool"], ...m }, 2, bool)
  return callable(op, "compare", (args) => align(name, args), [SIZES]) as Compare
}
/** A function of truth values; other dtypes count as true where they are not zero. */
export function logical(name: string, m: Meaning): Compare {
  const op = pointwise(name, "compare", { dtypes: ["bool"], ...m }, 2, bool)
  return callable(op, "compare", (args) => align(name, args, bool), [SIZES]) as Compare
}
/** The same of one operand. */
export function logicalUnary(name: string, m: Meaning): Predicate {
  const op = pointwise(name, "compare", { dtypes: ["bool"], ...m }, 1, bool)
  return callable(op, "predicate", ([x]) => [asType(asTensor(x), "bool")]) as Predicate
}
const bits = (name: string) => (d: DType) => {
  requireType(
    name,
    d,
    !isFloat(d),
    "integers and bools",
    "Convert with asType, or read the bits with bitcast.",
  )
  return d
}
const FLAT_BITS = { flat: "integers have no derivative" }
/** Two operands of an integer dtype or, with `bools`, of bool. */
export function bitwise(name: string, m: Meaning & { bools: boolean }): Binary {
  const dtypes = m.bools ? [...INTS, "bool" as const] : INTS
  const op: Op = { ...pointwise(name, "binary", { dtypes, ...m }, 2, same), vjp: FLAT_BITS }
  const check = (d: DType) => (m.bools ? bits(name)(d) : notBool(name)(bits(name)(d)))
  const refusals = [INTEGER_SIZES, refused("f32", 2), ...(m.bools ? [] : [refused("bool", 2)])]
  return callable(op, "binary", (args) => align(name, args, check), refusals) as Binary
}
/** One operand of an integer dtype or of bool. */
export function bitwiseUnary(name: string, m: Meaning): Unary {
  const op: Op = {
    ...pointwise(name, "unary", { dtypes: [...INTS, "bool"], ...m }, 1, same),
    vjp: FLAT_BITS,
  }
  const prepare: Prepare = ([x]) => {
    const t = asTensor(x)
    bits(name)(t.dtype)
    return [t]
  }
  return callable(op, "unary", prepare, [refused("f32", 1)]) as Unary
}

/** The only element-wise family of mixed dtypes: a bool and two operands in their common dtype. */
export function select(
  name: string,
  m: Meaning & { vjp: (g: Tensor, condition: Tensor) => readonly Grad[] },
): Select {
  const plain = pointwise(name, "select", { dtypes: [...NUMBERS, "bool"], ...m }, 3, same)
  const op: Op = {
    ...plain,
    vjp: ([g], n) => (g ? m.vjp(g, n.inputs[0]) : [null, null, null]),
    samples: plain.samples?.map((x) => ({
      ...x,
      inputs: [{ ...x.inputs[0], dtype: "bool" }, ...x.inputs.slice(1)],
    })),
  }
  const fn = (condition: Operand, a: Operand, b: Operand): Tensor => {
    const dtype = commonType(name, [a, b], same)
    const shape = commonShape(name, [condition, a, b])
    const [c, x, y] = [asType(asTensor(condition), "bool"), ...align(name, [a, b], () => dtype)]
    return weakly(
      make(
        op,
        [c, x, y].map((t) => broadcastTo(t, shape)),
      ),
      [a, b],
    )
  }
  return Object.assign(publicly(name, fn), { op, kind: "select" as const }) as Select
}
