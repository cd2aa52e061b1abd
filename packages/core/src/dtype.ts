/** @file The dtypes and their facts. Knows nothing of shapes or nodes. */

interface DTypeFacts {
  readonly kind: "bool" | "unsigned" | "signed" | "float"
  /** Bytes of one element. */
  readonly bytes: 1 | 2 | 4 | 8
}

/** Every dtype, in the order in which documents list them. `f16` and `bf16` are kept as their bits. */
export const DTYPES = {
  bool: { kind: "bool", bytes: 1 },
  u8: { kind: "unsigned", bytes: 1 },
  u16: { kind: "unsigned", bytes: 2 },
  u32: { kind: "unsigned", bytes: 4 },
  u64: { kind: "unsigned", bytes: 8 },
  i8: { kind: "signed", bytes: 1 },
  i16: { kind: "signed", bytes: 2 },
  i32: { kind: "signed", bytes: 4 },
  i64: { kind: "signed", bytes: 8 },
  f16: { kind: "float", bytes: 2 },
  bf16: { kind: "float", bytes: 2 },
  f32: { kind: "float", bytes: 4 },
  f64: { kind: "float", bytes: 8 },
} as const satisfies Record<string, DTypeFacts>

/** The type of one element. */
export type DType = keyof typeof DTYPES
export const DTYPE_NAMES = Object.keys(DTYPES) as readonly DType[]

export type TypedArray =
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Float32Array
  | Float64Array

const ARRAYS = {
  bool: Uint8Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  u64: BigUint64Array,
  i8: Int8Array,
  i16: Int16Array,
  i32: Int32Array,
  i64: BigInt64Array,
  f16: Uint16Array,
  bf16: Uint16Array,
  f32: Float32Array,
  f64: Float64Array,
} as const

export type FloatDType = "f16" | "bf16" | "f32" | "f64"
export type IntDType = Exclude<DType, FloatDType | "bool">

export const isFloat = (d: DType): d is FloatDType => DTYPES[d].kind === "float"
export const isSigned = (d: DType): boolean => DTYPES[d].kind === "signed"
export const isInt = (d: DType): d is IntDType => !isFloat(d) && d !== "bool"
/** Held as bigint in JavaScript. */
export const isWide = (d: DType): boolean => d === "i64" || d === "u64"
/** Held as bits; arithmetic happens in f32 and is rounded back. */
export const isHalf = (d: DType): boolean => d === "f16" || d === "bf16"
/** The dtype in which a value of `d` is computed. */
export const computeType = (d: DType): DType => (isHalf(d) ? "f32" : d)

/** A zeroed array for `n` elements. */
export const allocate = (d: DType, n: number): TypedArray => new ARRAYS[d](n)
/** The elements of a buffer, without a copy. */
export const view = (d: DType, buffer: ArrayBufferLike, offset = 0, n?: number): TypedArray =>
  new ARRAYS[d](buffer as ArrayBuffer, offset, n)

/** Smallest and largest value of an integer dtype, exact. */
export function intRange(d: DType): readonly [bigint, bigint] {
  const bits = BigInt(DTYPES[d].bytes * 8)
  return isSigned(d) ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n]
}

const SIGNED = ["i8", "i16", "i32", "i64"] as const
/** The signed dtype that holds an unsigned one (S4). */
const SIGNED_ABOVE = { u8: "i16", u16: "i32", u32: "i64", u64: "i64" } as const

/** The common dtype of two operands (S4): commutative, lossless among floats, bool lowest. */
export function promote(a: DType, b: DType): DType {
  if (a === b || b === "bool") return a
  if (a === "bool") return b
  if (isFloat(a) && isFloat(b)) return promoteFloats(a, b)
  if (isFloat(a)) return withFloat(b, a)
  if (isFloat(b)) return withFloat(a, b)
  if (isSigned(a) === isSigned(b)) return DTYPES[a].bytes >= DTYPES[b].bytes ? a : b
  const [signed, unsigned] = isSigned(a) ? [a, b] : [b, a]
  const above = SIGNED_ABOVE[unsigned as keyof typeof SIGNED_ABOVE]
  const rank = (d: DType): number => SIGNED.indexOf(d as (typeof SIGNED)[number])
  return rank(signed) >= rank(above) ? signed : above
}
function promoteFloats(a: DType, b: DType): DType {
  if (isHalf(a) && isHalf(b)) return "f32"
  return DTYPES[a].bytes >= DTYPES[b].bytes ? a : b
}
const withFloat = (int: DType, float: DType): DType =>
  isHalf(float) && DTYPES[int].bytes >= 4 ? "f32" : float

type Above = typeof SIGNED_ABOVE
type Wider<
  A extends DType,
  B extends DType,
  Order extends readonly DType[],
> = Order extends readonly [...infer Rest extends readonly DType[], infer Last]
  ? Last extends A | B
    ? Last
    : Wider<A, B, Rest>
  : never
type Ints = readonly ["i8", "i16", "i32", "i64"]
type Unsigned = readonly ["u8", "u16", "u32", "u64"]
type Big = "i32" | "u32" | "i64" | "u64"
type WithFloat<I extends DType, F extends DType> = F extends "f16" | "bf16"
  ? I extends Big
    ? "f32"
    : F
  : F
type Floats<A extends DType, B extends DType> = "f64" extends A | B ? "f64" : "f32"
type IntsOf<A extends DType, B extends DType> = A extends Unsigned[number]
  ? B extends Unsigned[number]
    ? Wider<A, B, Unsigned>
    : Wider<Above[A & keyof Above], B, Ints>
  : B extends Unsigned[number]
    ? Wider<A, Above[B & keyof Above], Ints>
    : Wider<A, B, Ints>
/** {@link promote} at the level of types. */
// biome-ignore lint/suspicious/noExplicitAny: a dtype that nobody knows, with anything, is unknown
type Unknown = any
export type Promote<A extends DType, B extends DType> = unknown extends A
  ? Unknown
  : unknown extends B
    ? Unknown
    : DType extends A
      ? DType
      : DType extends B
        ? DType
        : A extends B
          ? A
          : B extends "bool"
            ? A
            : A extends "bool"
              ? B
              : A extends FloatDType
                ? B extends FloatDType
                  ? Floats<A, B>
                  : WithFloat<B, A>
                : B extends FloatDType
                  ? WithFloat<A, B>
                  : IntsOf<A, B>
/** The dtype of a transcendental function: floats keep theirs, everything else is f32 (S4). */
export type Floating<D extends DType> = D extends FloatDType ? D : "f32"
export const floatingOf = (d: DType): DType => (isFloat(d) ? d : "f32")
