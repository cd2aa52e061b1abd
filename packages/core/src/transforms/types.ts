/** @file What the transforms of functions return, in types. */
import type { Tensor } from "../tensor.ts"

/** The gradient in the shape of an argument: tensors stay, numbers become scalar tensors, the rest is as it was. */
export type Gradient<T> = T extends Tensor
  ? T
  : T extends number
    ? Tensor
    : T extends (...args: never[]) => unknown
      ? T
      : T extends object
        ? { [K in keyof T]: Gradient<T[K]> }
        : T
/** Which arguments to differentiate: one position, or several. */
export type ArgNumbers = number | readonly number[]
/** The gradients of the chosen arguments. */
export type Gradients<
  A extends readonly unknown[],
  N extends ArgNumbers,
> = N extends readonly number[]
  ? { [K in keyof N]: N[K] extends number ? Gradient<A[N[K]]> : never }
  : N extends number
    ? Gradient<A[N]>
    : never
