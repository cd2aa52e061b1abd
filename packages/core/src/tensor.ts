/**
 * @file The node. A tensor is a node of a graph; a concrete tensor is a leaf that holds its storage (K1).
 * Knows no particular op; every tensor function is a method, derived from the op table (ops/methods.ts).
 */
import type { DType, TypedArray } from "./dtype.ts"
import type { Op } from "./op.ts"
import type { Methods } from "./ops/methods.ts"
import { formatType, type Shape, sizeOf, type TensorType } from "./shape.ts"
import type { Storage } from "./storage.ts"
import type { PrintOptions } from "./value.ts"

export type Attrs = Readonly<Record<string, unknown>>
export type NestedArray = number | bigint | boolean | readonly NestedArray[]

/** How tensors are recognised, also those of another copy of this package (D4.5). */
export const TENSOR = Symbol.for("defnote.tensor/1")

let serial = 0

/**
 * An n-dimensional array of one dtype: concrete, or a value of a graph that is being traced. Immutable (S13).
 * As a node it is `op` applied to `inputs` with `attrs`; its type was computed by the op when it was made.
 */
// biome-ignore lint/suspicious/noExplicitAny: a bare `Tensor` says nothing of its dtype, so it fits where one is known
export class Tensor<D extends DType = any> {
  readonly op: Op
  readonly inputs: readonly Tensor[]
  readonly attrs: Attrs
  /** One type; several for a node with several outputs, which only `element` may read. */
  readonly types: readonly TensorType[]
  readonly id: number
  /** @internal Tensors come from `tensor(...)` and from functions of tensors. */
  constructor(op: Op, inputs: readonly Tensor[], attrs: Attrs, types: readonly TensorType[]) {
    this.op = op
    this.inputs = inputs
    this.attrs = attrs
    this.types = types
    this.id = serial++
  }
  get type(): TensorType {
    return this.types[0]
  }
  get dtype(): D {
    return this.types[0].dtype as D
  }
  get shape(): Shape {
    return this.types[0].shape
  }
  get rank(): number {
    return this.types[0].shape.length
  }
  get size(): number {
    return sizeOf(this.types[0].shape)
  }
  get names(): readonly (string | null)[] | undefined {
    return this.types[0].names
  }
  get [TENSOR](): true {
    return true
  }
}
/** What value.ts and ops/methods.ts install. */
export interface Tensor<D extends DType> extends Methods<D>, TensorValue<D> {
  /** `x[i]` inside `defn`: the part at this index of the first axis. Outside, write `x.at(i)` (S13). */
  readonly [index: number]: Tensor<D>
}

/** Reading a concrete tensor (D4.1). */
export interface TensorValue<D extends DType> {
  /** "cpu", "webgpu:0", ...; "trace" for a traced value. */
  readonly device: string
  /** A copy of the elements, row-major; f16 and bf16 as bits. `{copy: false}` gives the memory itself: do not write. */
  data(options?: { copy?: boolean }): Promise<TypedArray>
  dataSync(options?: { copy?: boolean }): TypedArray
  /** The only element; of a tensor whose type says nothing of its dtype taken for a number. @throws ShapeError unless the size is 1 */
  item(this: Tensor<Exclude<DType, "bool" | "i64" | "u64">>): number
  item(this: Tensor<"bool">): boolean
  item(this: Tensor<"i64" | "u64">): bigint
  item(): number
  toArray(): NestedArray
  to(device: string): Promise<Tensor<D>>
  toString(options?: PrintOptions): string
  toJSON(): unknown
  /**
   * Gives the memory up; reading the tensor afterwards is an error. A later result may lie in it, which makes loops over large
   * tensors faster; arrays that `copy: false` gave out stay as they are.
   */
  dispose(): void
  [Symbol.dispose](): void
  [Symbol.iterator](): Iterator<Tensor<D>>
}

/** The op and the attributes of a node, printed for messages. */
export const describe = (n: Tensor): string =>
  `%${n.id}: ${n.types.map(formatType).join(", ")} = ${n.op.name}(${n.inputs.map((x) => `%${x.id}`).join(", ")})`

/** Recognises tensors by symbol, never by class. */
export const isTensor = (x: unknown): x is Tensor =>
  typeof x === "object" && x !== null && TENSOR in x

/** The leaf op of concrete tensors; `attrs.storage` holds the elements. Set by ops/source.ts. */
export const storageOf = (x: Tensor): Storage | undefined => x.attrs.storage as Storage | undefined
/** Holds its elements, as opposed to a traced value. */
export const isConcrete = (x: Tensor): boolean => x.attrs.storage !== undefined
