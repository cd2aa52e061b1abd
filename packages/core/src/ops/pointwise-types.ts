/** @file The types of element-wise public functions: what the dtype of the result follows from. */
import type { DType, Floating, Promote } from "../dtype.ts"
import type { Op } from "../op.ts"
import type { Tensor } from "../tensor.ts"
import type { Operand } from "./align.ts"

/** A function of one tensor that keeps its dtype. */
export interface Unary {
  <D extends DType>(x: Tensor<D>): Tensor<D>
  (x: Operand): Tensor
  readonly op: Op
  readonly kind: "unary"
}
/** A function of one tensor whose value is a float: integers become f32 (S4). */
export interface FloatingUnary {
  <D extends DType>(x: Tensor<D>): Tensor<Floating<D>>
  (x: Operand): Tensor
  readonly op: Op
  readonly kind: "floating"
}
/** A question about each element. */
export interface Predicate {
  (x: Operand): Tensor<"bool">
  readonly op: Op
  readonly kind: "predicate"
}
/** A function of two tensors in their common dtype. */
export interface Binary {
  <A extends DType, B extends DType>(a: Tensor<A>, b: Tensor<B>): Tensor<Promote<A, B>>
  <A extends DType>(a: Tensor<A>, b: number | bigint | boolean): Tensor<A>
  <B extends DType>(a: number | bigint | boolean, b: Tensor<B>): Tensor<B>
  (a: Operand, b: Operand): Tensor
  readonly op: Op
  readonly kind: "binary"
}
/** A function of two tensors whose value is a float: two integers give f32 (S4). */
export interface DivideLike {
  <A extends DType, B extends DType>(a: Tensor<A>, b: Tensor<B>): Tensor<Floating<Promote<A, B>>>
  <A extends DType>(a: Tensor<A>, b: number | bigint | boolean): Tensor<Floating<A>>
  <B extends DType>(a: number | bigint | boolean, b: Tensor<B>): Tensor<Floating<B>>
  (a: Operand, b: Operand): Tensor
  readonly op: Op
  readonly kind: "divideLike"
}
/** A question about two elements. */
export interface Compare {
  (a: Operand, b: Operand): Tensor<"bool">
  readonly op: Op
  readonly kind: "compare"
}

/** The choice of one of two elements by a condition. */
export interface Select {
  <A extends DType, B extends DType>(
    condition: Operand,
    a: Tensor<A>,
    b: Tensor<B>,
  ): Tensor<Promote<A, B>>
  <A extends DType>(condition: Operand, a: Tensor<A>, b: number | bigint | boolean): Tensor<A>
  <B extends DType>(condition: Operand, a: number | bigint | boolean, b: Tensor<B>): Tensor<B>
  (condition: Operand, a: Operand, b: Operand): Tensor
  readonly op: Op
  readonly kind: "select"
}
