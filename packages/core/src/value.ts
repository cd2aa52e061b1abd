/**
 * @file Concrete tensors: making them from JavaScript values (S1) and reading them (D4.1, D4.5).
 * Installs the reading half of the Tensor class.
 */

import { allocateBuffer } from "./budget.ts"
import {
  allocate,
  DTYPES,
  type DType,
  isFloat,
  isHalf,
  isInt,
  isWide,
  type TypedArray,
  view,
} from "./dtype.ts"
import { DeviceError, DTypeError, ShapeError } from "./errors.ts"
import { cast, read, type Value, wrap, write } from "./number.ts"
import { fromStorage } from "./ops/source.ts"
import { integers } from "./ops/static.ts"
import { checkOptions, optionsAt } from "./options.ts"
import { formatTensor, type PrintOptions } from "./print.ts"
import { formatType, type Shape, sizeOf, type TensorType } from "./shape.ts"
import { CpuStorage, elementsOf } from "./storage.ts"
import { isConcrete, isTensor, type NestedArray, storageOf, Tensor } from "./tensor.ts"
import { needNumber } from "./weak.ts"

export type { PrintOptions } from "./print.ts"

export interface TensorOptions<D extends DType = DType> {
  /** The dtype of the result; without it that of the values (S1). */
  readonly dtype?: D
  /** For a flat or typed array: how its elements are arranged. */
  readonly shape?: Shape
  /** A name for each axis, or null. */
  readonly names?: readonly (string | null)[]
}
const TENSOR = optionsAt<TensorOptions>(1, { dtype: true, shape: true, names: true })
type NestedOf<T> = T | readonly NestedOf<T>[]
type Nested = NestedOf<number> | NestedOf<boolean> | NestedOf<bigint> | TypedArray
/** The dtype of a typed array (S1). */
export type DTypeOfArray<A> = A extends Float64Array
  ? "f64"
  : A extends Float32Array
    ? "f32"
    : A extends Int32Array
      ? "i32"
      : A extends Uint32Array
        ? "u32"
        : A extends Int16Array
          ? "i16"
          : A extends Uint16Array
            ? "u16"
            : A extends Int8Array
              ? "i8"
              : A extends BigInt64Array
                ? "i64"
                : A extends BigUint64Array
                  ? "u64"
                  : "u8"

const TYPED: readonly (readonly [{ new (n: number): TypedArray | Uint8ClampedArray }, DType])[] = [
  [Float32Array, "f32"],
  [Float64Array, "f64"],
  [Int32Array, "i32"],
  [Uint32Array, "u32"],
  [Uint8Array, "u8"],
  [Uint8ClampedArray, "u8"],
  [Int8Array, "i8"],
  [Int16Array, "i16"],
  [Uint16Array, "u16"],
  [BigInt64Array, "i64"],
  [BigUint64Array, "u64"],
]
const dtypeOfArray = (a: object): DType | undefined =>
  TYPED.find(([constructor]) => a instanceof constructor)?.[1]

/**
 * A tensor of JavaScript values: a number, boolean or bigint, nested arrays of them, or a typed array (copied).
 *
 * @param options.dtype - default by S1: numbers f32, booleans bool, bigints i64, typed arrays their own
 * @param options.shape - arranges a flat list; the sizes must multiply to its length
 * @throws ShapeError when nested arrays are ragged or the shape does not fit
 * @throws DTypeError for values that are no numbers, and for integers beyond 2^24 that would become f32
 * @example
 * tensor([[1, 2], [3, 4]])   // f32[2,2] [[1, 2], [3, 4]]
 */
export function tensor<D extends DType>(
  values: Nested,
  options: TensorOptions<D> & { readonly dtype: D },
): Tensor<D>
export function tensor<A extends TypedArray>(
  values: A,
  options?: TensorOptions,
): Tensor<DTypeOfArray<A>>
export function tensor(values: NestedOf<number>, options?: TensorOptions): Tensor<"f32">
export function tensor(values: NestedOf<boolean>, options?: TensorOptions): Tensor<"bool">
export function tensor(values: NestedOf<bigint>, options?: TensorOptions): Tensor<"i64">
export function tensor(values: Nested, options?: TensorOptions): Tensor
export function tensor(values: Nested, options: TensorOptions = {}): Tensor {
  checkOptions("tensor", options, TENSOR.names)
  if (isTensor(values))
    throw new DTypeError("tensor: the value already is a tensor; use it as it is", { op: "tensor" })
  const own = ArrayBuffer.isView(values) ? dtypeOfArray(values) : undefined
  const flat = own ? (values as unknown as TypedArray) : leavesOf(values as Nested)
  const natural = own ?? naturalDType(flat as readonly unknown[])
  const dtype = (options.dtype ?? natural) as DType
  if (!Object.hasOwn(DTYPES, dtype))
    throw new DTypeError(
      `tensor: there is no dtype "${dtype}"; dtypes are ${Object.keys(DTYPES).join(", ")}`,
    )
  const shape = options.shape
    ? integers("tensor", "the shape", options.shape)
    : own
      ? [flat.length]
      : shapeOf(values as Nested)
  if (shape.some((n) => n < 0))
    throw new ShapeError(`tensor: shape [${shape}]; sizes must not be negative`, { op: "tensor" })
  if (sizeOf(shape) !== flat.length) {
    throw new ShapeError(
      `tensor: ${flat.length} values for shape [${shape}], which has ${sizeOf(shape)} elements`,
      { op: "tensor" },
    )
  }
  const type = {
    dtype,
    shape: [...shape],
    ...(options.names ? { names: checkedNames(options.names, shape) } : {}),
  }
  return fromStorage(new CpuStorage(fill(flat, own ?? natural, dtype)), type)
}
function checkedNames(names: readonly (string | null)[], shape: Shape): readonly (string | null)[] {
  if (names.length !== shape.length)
    throw new ShapeError(`tensor: ${names.length} names for ${shape.length} axes`)
  const given = names.filter((n) => n !== null)
  const bad = names.find((n) => n !== null && typeof n !== "string")
  if (bad !== undefined)
    throw new ShapeError(`tensor: the axis name ${String(bad)}; a name is text or null`)
  if (new Set(given).size < given.length)
    throw new ShapeError(`tensor: the names ${given.join(", ")}; each may stand once`)
  return names
}
function shapeOf(v: Nested): number[] {
  const shape: number[] = []
  for (let x: unknown = v; Array.isArray(x); x = x[0]) shape.push(x.length)
  return shape
}
function leavesOf(v: Nested): unknown[] {
  if (!Array.isArray(v)) return [v]
  const shape = shapeOf(v)
  let level: unknown[] = [v]
  shape.forEach((n, depth) => {
    for (const x of level) {
      if (!Array.isArray(x) || x.length !== n) {
        const found = Array.isArray(x) ? `a list of ${x.length}` : typeof x
        throw new ShapeError(
          `tensor: ragged array: ${found} where axis ${depth} has lists of ${n}`,
          { op: "tensor" },
        )
      }
    }
    level = (level as unknown[][]).flat()
  })
  return level
}
function naturalDType(leaves: readonly unknown[]): DType {
  refuseObjects(leaves)
  const kinds = new Set(leaves.map((x) => typeof x))
  if (kinds.size > 1)
    throw new DTypeError(
      `tensor: a mixture of ${[...kinds].join(" and ")}; give one kind, or convert first`,
    )
  const [kind] = kinds.size ? kinds : ["number"]
  if (kind === "boolean") return "bool"
  if (kind === "bigint") return "i64"
  if (kind === "number") return "f32"
  throw notValue(leaves[0], 0)
}
/** What stands where a number should, in the order of the list. */
function refuseObjects(leaves: readonly unknown[]): void {
  const list = leaves.findIndex(Array.isArray)
  if (list >= 0)
    throw new ShapeError(`tensor: ragged array: a list where others have a value, at ${list}`, {
      op: "tensor",
    })
  const bad = leaves.findIndex((x) => !["number", "boolean", "bigint"].includes(typeof x))
  if (bad >= 0) throw notValue(leaves[bad], bad)
}
function notValue(x: unknown, at: number): DTypeError {
  const missing = x === null || x === undefined
  const what = missing ? String(x) : typeof x === "object" ? "an object" : `a ${typeof x}`
  return new DTypeError(
    `tensor: value ${at} is ${isTensor(x) ? "a tensor" : what}; values are numbers, booleans or bigints`,
    { op: "tensor", remedy: remedyFor(x) },
  )
}
function remedyFor(x: unknown): string | undefined {
  if (isTensor(x)) return "Use stack([...]) or concatenate([...]) to join tensors."
  if (typeof x === "string") return "Convert text with Number(...) first."
  return x === null || x === undefined ? "Replace missing values, for example by NaN." : undefined
}
function fill(flat: ArrayLike<unknown>, from: DType, to: DType): ArrayBuffer {
  const buffer = allocateBuffer(to, flat.length, "tensor")
  const out = view(to, buffer)
  if (from === to && ArrayBuffer.isView(flat)) {
    ;(out as Uint8Array).set(flat as unknown as Uint8Array)
    return buffer
  }
  for (let i = 0; i < flat.length; i++) write(to, out, i, element(flat[i], from, to))
  return buffer
}
function element(x: unknown, from: DType, to: DType): Value {
  if (typeof x === "boolean") return x ? 1 : 0
  if (typeof x === "bigint") {
    if (isWide(to) && wrap(to, x) !== x)
      throw new DTypeError(`tensor: ${x} does not fit ${to}`, {
        op: "tensor",
        remedy: to === "i64" ? 'Give {dtype: "u64"} or {dtype: "f64"}.' : undefined,
      })
    return cast(x, from === "u64" ? "u64" : "i64", to)
  }
  const n = x as number
  if (
    to === "f32" &&
    Number.isInteger(n) &&
    Math.abs(n) > 2 ** 24 &&
    Math.fround(n) !== n &&
    Number.isSafeInteger(n)
  ) {
    throw new DTypeError(`tensor: ${n} has no exact f32 (integers are exact up to 2^24)`, {
      remedy: 'Give {dtype: "i32"}, {dtype: "f64"} or a bigint.',
    })
  }
  return cast(n, isFloat(from) ? "f64" : from, to)
}

/** A scalar tensor. @example scalar(2.5) // f32[] 2.5 */
export const scalar = <D extends DType = "f32">(
  value: number | bigint | boolean,
  options?: { dtype?: D },
): Tensor<D> => tensor(value as number, options as TensorOptions) as Tensor as Tensor<D>

/** A tensor over the elements of a typed array, which must not be written afterwards. No copy where it owns its buffer. */
export function fromTypedArray<D extends DType = DType>(
  array: TypedArray,
  type: TensorType,
): Tensor<D> {
  const whole =
    array.byteOffset === 0 &&
    array.byteLength === array.buffer.byteLength &&
    array.buffer instanceof ArrayBuffer
  const buffer = whole ? array.buffer : array.slice().buffer
  if (sizeOf(type.shape) !== array.length)
    throw new ShapeError(`fromTypedArray: ${array.length} elements for ${formatType(type)}`)
  return fromStorage<D>(new CpuStorage(buffer as ArrayBuffer), type)
}
/** A concrete tensor of zeros; for programs that fill it. */
export const allocateTensor = (type: TensorType): Tensor =>
  fromTypedArray(allocate(type.dtype, sizeOf(type.shape)), type)

/** The elements of a concrete CPU tensor, without a copy. */
export function elements(x: Tensor): TypedArray {
  const storage = storageOf(x)
  if (!storage) return needNumber(x, "reading a tensor")
  return elementsOf(storage, x.dtype)
}

/** Nested arrays of numbers (bigint for 64-bit integers, boolean for bool). */
export function toNested(t: TensorType, a: TypedArray): NestedArray {
  const leaf = (i: number): number | bigint | boolean =>
    t.dtype === "bool" ? a[i] !== 0 : read(t.dtype, a, i)
  const build = (axis: number, from: number, n: number): NestedArray => {
    if (axis === t.shape.length) return leaf(from)
    const step = n / t.shape[axis]
    return Array.from({ length: t.shape[axis] }, (_, i) => build(axis + 1, from + i * step, step))
  }
  return build(0, 0, a.length)
}

const reading = {
  async data(this: Tensor, { copy = true }: { copy?: boolean } = {}): Promise<TypedArray> {
    const storage = storageOf(this)
    if (!storage) return needNumber(this, "data")
    if (copy && storage.readSync) return elements(this).slice()
    const all = view(this.dtype, await storage.read())
    return copy ? all.slice() : all
  },
  dataSync(this: Tensor, { copy = true }: { copy?: boolean } = {}): TypedArray {
    const all = elements(this)
    if (copy) return all.slice()
    storageOf(this)?.share?.()
    return all
  },
  item(this: Tensor): number | bigint | boolean {
    if (this.size !== 1)
      throw new ShapeError(
        `item: ${formatType(this.type)} has ${this.size} elements; item reads a tensor of one`,
        { remedy: "Use toArray(), dataSync(), or reduce it first." },
      )
    const x = read(this.dtype, elements(this), 0)
    return this.dtype === "bool" ? x !== 0 : x
  },
  toArray(this: Tensor): NestedArray {
    return toNested(this.type, elements(this))
  },
  async to(this: Tensor, device: string): Promise<Tensor> {
    if (device === this.device) return this
    const storage = storageOf(this)
    if (device !== "cpu" || !storage)
      throw new DeviceError(
        `to: there is no device "${device}" here; this tensor is on ${this.device}`,
      )
    return fromStorage(new CpuStorage(await storage.read()), this.type)
  },
  toString(this: Tensor, options?: PrintOptions): string {
    return isConcrete(this)
      ? formatTensor(this.type, elements(this), options)
      : `${formatType(this.type)} (traced)`
  },
  toJSON(this: Tensor): unknown {
    return {
      dtype: this.dtype,
      shape: this.shape,
      ...(this.names ? { names: this.names } : {}),
      data: jsonData(this),
    }
  },
  dispose(this: Tensor): void {
    storageOf(this)?.dispose()
  },
  /** For `using x = ...`: gives the memory up at the end of the block. */
  [Symbol.dispose](this: Tensor): void {
    this.dispose()
  },
  *[Symbol.iterator](this: Tensor): Iterator<Tensor> {
    if (!this.rank) throw new ShapeError("iterate: a scalar has no axes to iterate over")
    for (let i = 0; i < this.shape[0]; i++)
      yield (this as unknown as { at(i: number): Tensor }).at(i)
  },
}
/** Numbers, with NaN and infinities as text, and 64-bit integers as text (D8.3). */
function jsonData(x: Tensor): unknown[] {
  const all = elements(x)
  return Array.from({ length: all.length }, (_, i) => {
    const v = read(x.dtype, all, i)
    return typeof v === "bigint" || !Number.isFinite(v) || Object.is(v, -0)
      ? Object.is(v, -0)
        ? "-0"
        : String(v)
      : v
  })
}

function refuse(this: Tensor, hint: string): unknown {
  // A template and String(x) ask for text; anything else would silently compute with NaN.
  if (hint === "string") return this.toString()
  if (!isConcrete(this)) return needNumber(this, "number")
  throw new DTypeError(
    `${formatType(this.type)} was used as a JavaScript ${hint === "number" ? "number" : "value"}; a tensor has no operators outside defn`,
    {
      remedy:
        "Wrap the code in defn(...), call a function such as x.add(y), or read a number with x.item().",
    },
  )
}

for (const [name, value] of Object.entries(reading))
  Object.defineProperty(Tensor.prototype, name, { value, configurable: true })
Object.defineProperties(Tensor.prototype, {
  [Symbol.iterator]: { value: reading[Symbol.iterator], configurable: true },
  [Symbol.dispose]: { value: reading[Symbol.dispose], configurable: true },
  [Symbol.toPrimitive]: { value: refuse, configurable: true },
  [Symbol.for("nodejs.util.inspect.custom")]: {
    value(this: Tensor) {
      return this.toString()
    },
    configurable: true,
  },
  device: {
    get(this: Tensor) {
      return storageOf(this)?.device ?? "trace"
    },
    configurable: true,
  },
})

/** Properties that a tensor does not have end here: an index is a mistake that would be undefined (S13). */
const indexing = new Proxy(Object.create(Object.prototype) as object, {
  get(target, key, receiver): unknown {
    if (typeof key === "string" && /^-?\d+$/.test(key))
      throw new DTypeError(`x[${key}]: tensors have no elements as properties outside defn`, {
        remedy: `Write x.at(${key}), or put the code into defn(...).`,
      })
    return Reflect.get(target, key, receiver)
  },
  set(target, key, value, receiver): boolean {
    if (typeof key === "string" && /^-?\d+$/.test(key))
      throw new DTypeError(`x[${key}] = ...: a tensor is a value and does not change`, {
        remedy: `Make another: x.putSlice([${key}], tensor([...])), or choose with c ? a : b inside defn.`,
      })
    return Reflect.set(target, key, value, receiver)
  },
})
Object.setPrototypeOf(Tensor.prototype, indexing)

export { isHalf, isInt, isWide }
