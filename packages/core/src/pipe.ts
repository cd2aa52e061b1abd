/** @file `pipe`: functions one after the other, read from left to right (D5.5). It knows nothing of tensors. */

type Step<A, B> = (value: A) => B

/**
 * The value after each of the functions in turn: `pipe(x, f, g)` is `g(f(x))`.
 *
 * Works inside `defn`, where each function may use operators, and anywhere else.
 *
 * @example
 * const centred = (x: Tensor) => x.subtract(x.mean())
 * pipe(tensor([1, 2, 6]), centred, (x) => x.square(), (x) => x.sum()).item() // 14
 */
export function pipe<A>(value: A): A
export function pipe<A, B>(value: A, f: Step<A, B>): B
export function pipe<A, B, C>(value: A, f: Step<A, B>, g: Step<B, C>): C
export function pipe<A, B, C, D>(value: A, f: Step<A, B>, g: Step<B, C>, h: Step<C, D>): D
export function pipe<A, B, C, D, E>(
  value: A,
  f: Step<A, B>,
  g: Step<B, C>,
  h: Step<C, D>,
  i: Step<D, E>,
): E
export function pipe<A, B, C, D, E, F>(
  value: A,
  f: Step<A, B>,
  g: Step<B, C>,
  h: Step<C, D>,
  i: Step<D, E>,
  j: Step<E, F>,
): F
/** More functions than five, of one kind of value. */
export function pipe<A>(value: A, ...steps: Step<A, A>[]): A
export function pipe(value: unknown, ...steps: Step<unknown, unknown>[]): unknown {
  return steps.reduce((x, step) => step(x), value)
}
