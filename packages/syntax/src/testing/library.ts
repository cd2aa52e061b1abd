/** @file A small declaration of a tensor library for tests of the types text; it stands for `defnote/lang`. */

/** The text of `library.d.ts`. */
export const LIBRARY = `
export interface Tensor {
  readonly isTensor: true
  sum(): Tensor
  mean(): Tensor
  exp(): Tensor
  matmul(other: Tensor): Tensor
  reshape(...sizes: number[]): Tensor
  [index: number]: Tensor
  [Symbol.iterator](): Iterator<Tensor>
}
export type TensorLike = Tensor | number
type Number = TensorLike | bigint
type Arithmetic<A, B> = A extends Tensor ? Tensor : B extends Tensor ? Tensor : A extends bigint ? bigint
  : A extends string ? string : B extends string ? string : number
type Compared<A, B> = A extends Tensor ? Tensor : B extends Tensor ? Tensor : boolean
type Same<A> = A extends Tensor ? Tensor : A extends bigint ? bigint : number
type M = typeof globalThis.Math
interface Dispatch {
  add<A extends Number | string, B extends Number | string>(a: A, b: B): Arithmetic<A, B>
  subtract: Binary; multiply: Binary; divide: Binary; remainder: Binary; power: Binary
  bitwiseAnd: Binary; bitwiseOr: Binary; bitwiseXor: Binary; leftShift: Binary; rightShift: Binary
  less: Comparison; lessEqual: Comparison; greater: Comparison; greaterEqual: Comparison
  equal<A, B extends A | TensorLike>(a: A, b: B): Compared<A, B>
  notEqual<A, B extends A | TensorLike>(a: A, b: B): Compared<A, B>
  chain<const V extends readonly Number[]>(operators: string[], values: V): V[number] extends number ? boolean : Tensor
  negate<A extends Number>(a: A): Same<A>
  bitwiseNot<A extends Number>(a: A): Same<A>
  increment<A extends Number>(a: A): Same<A>
  decrement<A extends Number>(a: A): Same<A>
  first<A>(old: A, next: unknown): A
  select<C, V>(condition: C, value: V): C extends Tensor ? (V extends TensorLike ? Tensor : V) : V
  at(target: Tensor, ...keys: (number | string | Tensor)[]): Tensor
  Math: { [K in keyof M]: M[K] extends (x: number) => number ? <A extends TensorLike>(x: A) => A extends Tensor ? Tensor : number : M[K] }
}
type Binary = <A extends Number, B extends Number>(a: A, b: B) => Arithmetic<A, B>
type Comparison = <A extends Number | string, B extends Number | string>(a: A, b: B) => Compared<A, B>
export declare const $d: Dispatch
export declare function defn<F extends (...values: any[]) => any>(f: F, options?: object): F
export declare function tensor(x: unknown): Tensor
`
