/** @file The methods of Tensor: the table again, so that the dtype in the type survives. No list of its own. */
import type { DType, Floating, Promote } from "../dtype.ts"
import type { Tensor } from "../tensor.ts"
import { Tensor as TensorClass } from "../tensor.ts"
import type { ReduceOptions, Widened } from "./reduce.ts"
import * as TABLE from "./table.ts"

type Table = typeof TABLE
type Literal = number | bigint | boolean

/** By `kind`, since structure alone takes a reduction for a unary function. */
interface ByKind<D extends DType> {
  unary: () => Tensor<D>
  floating: () => Tensor<Floating<D>>
  predicate: () => Tensor<"bool">
  binary: {
    <B extends DType>(other: Tensor<B>): Tensor<Promote<D, B>>
    (other: Literal): Tensor<D>
  }
  divideLike: {
    <B extends DType>(other: Tensor<B>): Tensor<Floating<Promote<D, B>>>
    (other: Literal): Tensor<Floating<D>>
  }
  compare: (other: Tensor | Literal) => Tensor<"bool">
  select: (then: Tensor | Literal, otherwise: Tensor | Literal) => Tensor
  asType: <E extends DType>(dtype: E) => Tensor<E>
  reduce: (options?: ReduceOptions) => Tensor<D>
  wideReduce: (options?: ReduceOptions) => Tensor<Widened<D>>
  floatReduce: (options?: ReduceOptions) => Tensor<Floating<D>>
  boolReduce: (options?: ReduceOptions) => Tensor<"bool">
}
/** With arguments of their own, and a result whose dtype follows from that of the tensor. */
interface ByKindAndRest<D extends DType, R extends readonly unknown[]> {
  /** Keeps the dtype. */
  move: (...rest: R) => Tensor<D>
  /** Gives several tensors of the same dtype. */
  list: (...rest: R) => Tensor<D>[]
  activation: (...rest: R) => Tensor<Floating<D>>
  /** Gives a float. */
  toFloat: (...rest: R) => Tensor<Floating<D>>
  /** Gives positions or counts. */
  index: (...rest: R) => Tensor<"i32">
  /** Gives values and their positions. */
  pair: (...rest: R) => [values: Tensor<D>, indices: Tensor<"i32">]
  predicateOfTwo: (...rest: R) => Tensor<"bool">
  /** Gives sums: narrow integers widen. */
  widen: (...rest: R) => Tensor<Widened<D>>
  /** Of two tensors, in their common dtype. */
  product: <B extends DType>(other: Tensor<B>, ...rest: Tail<R>) => Tensor<Promote<D, B>>
}
type Tail<R extends readonly unknown[]> = R extends readonly [unknown, ...infer T] ? T : []
type ArgumentsAfterFirst<F> = F extends (x: never, ...rest: infer R) => unknown ? R : never
/** The function without its first argument. Must not depend on the dtype, else Tensor is no longer covariant in it. */
type Rest<F> = F extends (x: never, ...rest: infer R) => infer T ? (...rest: R) => T : never
type Method<F, D extends DType> = F extends { readonly kind: infer K }
  ? K extends "create"
    ? never // takes a shape, not a tensor
    : K extends keyof ByKind<D>
      ? ByKind<D>[K]
      : K extends keyof ByKindAndRest<D, []>
        ? ByKindAndRest<D, ArgumentsAfterFirst<F>>[K]
        : Rest<F>
  : Rest<F>
/** Every function of the table as a method of a tensor of dtype `D`. */
export type Methods<D extends DType> = { readonly [K in keyof Table]: Method<Table[K], D> }

/** Called once by index.ts: a loop, not a file per method. */
export function installMethods(): void {
  for (const [name, fn] of Object.entries(TABLE)) {
    if (fn.kind === "create") continue
    Object.defineProperty(TensorClass.prototype, name, {
      configurable: true,
      value(this: Tensor, ...rest: unknown[]) {
        return (fn as (...x: unknown[]) => unknown)(this, ...rest)
      },
    })
  }
}
