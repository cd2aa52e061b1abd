/**
 * @file The types of `$d` in the types text (D5.1): operators as generic functions over both operands, so that a wrong
 * operand is reported at the operand, and number with number stays number. Declarations only.
 */
import type { DType, Floating, Promote } from "../dtype.ts"
import type { Tensor } from "../tensor.ts"

/** An operand of an operator inside `defn`. */
export type TensorLike = Tensor | number | boolean | bigint
type Plain = number | boolean
type IsAny<T> = 0 extends 1 & T ? true : false
/** Of a bare `Tensor` it is `any`; inferring it would give every dtype. */
type Of<X> = X extends Tensor ? X["dtype"] : never

/** Arithmetic: tensors promote, a number takes its partner's dtype, plain values stay plain. */
export type Arith<A, B> =
  IsAny<A> extends true
    ? B extends Tensor
      ? B
      : Tensor & number
    : [A] extends [Tensor]
      ? [B] extends [Tensor]
        ? Tensor<Promote<Of<A>, Of<B>>>
        : A
      : [B] extends [Tensor]
        ? B
        : [A] extends [bigint]
          ? bigint
          : [A | B] extends [Plain]
            ? number
            : Tensor
type Quotient<A, B> =
  Arith<A, B> extends Tensor<infer D> ? Tensor<DType extends D ? DType : Floating<D>> : Arith<A, B>
/** A comparison: of tensors a tensor of bools. */
export type Compared<A, B> = [Extract<A | B, Tensor>] extends [never]
  ? boolean
  : [Exclude<A | B, Tensor>] extends [never]
    ? Tensor<"bool">
    : [A] extends [Tensor]
      ? Tensor<"bool">
      : [B] extends [Tensor]
        ? Tensor<"bool">
        : boolean
type Operator = <A extends TensorLike, B extends TensorLike>(a: A, b: B) => Arith<A, B>
type Relation = <A extends TensorLike, B extends TensorLike>(a: A, b: B) => Compared<A, B>
type Same = <A, B extends A | TensorLike>(a: A, b: B) => Compared<A, B>
/** `+` also joins text. */
interface Plus {
  <A extends string, B extends string | number | boolean>(a: A, b: B): string
  <A extends number | boolean, B extends string>(a: A, b: B): string
  <A extends TensorLike, B extends TensorLike>(a: A, b: B): Arith<A, B>
}
type Step = <A extends Tensor | number | bigint>(
  a: A,
) => A extends Tensor ? A : A extends bigint ? bigint : number
type MathOf = {
  readonly [K in keyof Math]: Math[K] extends (...x: infer A) => number ? MathFunction<A> : Math[K]
}
type MathFunction<A extends unknown[]> = <X extends { [K in keyof A]: TensorLike }>(
  ...x: X
) => [Extract<X[number], Tensor>] extends [never] ? number : Extract<X[number], Tensor>

export interface TypesDispatch {
  readonly add: Plus
  readonly subtract: Operator
  readonly multiply: Operator
  readonly divide: <A extends TensorLike, B extends TensorLike>(a: A, b: B) => Quotient<A, B>
  readonly remainder: Operator
  readonly power: Operator
  readonly less: Relation
  readonly lessEqual: Relation
  readonly greater: Relation
  readonly greaterEqual: Relation
  readonly equal: Same
  readonly notEqual: Same
  readonly bitwiseAnd: Operator
  readonly bitwiseOr: Operator
  readonly bitwiseXor: Operator
  readonly leftShift: Operator
  readonly rightShift: Operator
  readonly negate: Step
  readonly bitwiseNot: Step
  readonly increment: Step
  readonly decrement: Step
  readonly first: <T>(old: T, next: unknown) => T
  readonly chain: <V extends readonly TensorLike[]>(
    names: readonly string[],
    values: V,
  ) => [Extract<V[number], Tensor>] extends [never] ? boolean : Tensor<"bool">
  /** The type of `c ? a : b` whose branches have type `V`: a number beside a tensor condition is a tensor. */
  readonly select: <C, V>(
    condition: C,
    value: V,
  ) => [C] extends [Tensor] ? (V extends number | boolean | bigint ? Tensor : V) : V
  readonly at: AtOf
  readonly Math: MathOf
}
interface AtOf {
  <D extends DType>(x: Tensor<D>, ...i: (number | Tensor)[]): Tensor<D>
  <T extends object, K extends keyof T>(x: T, key: K): T[K]
  <T>(x: readonly T[] | string, key: number): T
}
/** A value too, so that loaders which remove types file by file find the name; the text that runs has its own. */
export const $d = {} as TypesDispatch
