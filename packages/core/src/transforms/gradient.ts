/** @file grad, valueAndGrad, vjp: reverse mode of functions of containers (D3.8, S10). */
import { capturesOf, factsOf } from "../captures.ts"
import {
  type Container,
  flatten,
  flattenWithPaths,
  mapLeaves,
  type Path,
  unflatten,
} from "../container.ts"
import { compiled, type Defn, isDefn } from "../defn.ts"
import type { AnyFunction } from "../eager.ts"
import { GradError, OptionError } from "../errors.ts"
import { isWeak } from "../ops/align.ts"
import { constant, differentiable, onesOf, zerosOf } from "../ops/source.ts"
import { asType } from "../ops/type.ts"
import { checkOptions, optionsAt } from "../options.ts"
import { formatType, sameType } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { pullback } from "./grad.ts"
import { separately } from "./separate.ts"
import type { ArgNumbers, Gradient, Gradients } from "./types.ts"

/** The name of a function, for the names of what is derived from it. */
export const nameOf = (f: AnyFunction): string => factsOf(f)?.name || f.name || "function"
/** A compiled function made from others; what they capture, it captures, and it is compiled like the first of them. */
export function derived<F extends AnyFunction>(
  name: string,
  from: readonly AnyFunction[],
  f: F,
): Defn<F> {
  for (const g of from) {
    if (typeof g !== "function")
      throw new OptionError(`${name.split("(")[0]}: takes a function, not ${String(g)}`)
  }
  const [first] = from
  const [original, options] = isDefn(first) ? [first.original, first.options] : [first, {}]
  const captures = (): Container => from.map((g) => capturesOf(g))
  return compiled(f, captures, { ...options, name }, undefined, original)
}

/** Numbers become f32 scalars, so that there is something to differentiate. */
export const asTensors = (c: Container): Container =>
  mapLeaves(c, (x) => {
    if (typeof x === "number") return constant(x, "f32")
    return isTensor(x) && isWeak(x) ? asType(x, "f32") : x
  })
/** @throws GradError naming the first leaf that has no gradient */
export function requireFloats(op: string, leaves: readonly [Path, Tensor][], where: string): void {
  const bad = leaves.find(([, x]) => !differentiable(x))
  if (!bad) return
  const [path, x] = bad
  throw new GradError(
    `${op}: ${where}${path} is ${formatType(x.type)}; only floats have gradients`,
    {
      op,
      node: x,
      remedy:
        "Convert it with asType, or pass it in another argument and name the ones to differentiate with argNumbers.",
    },
  )
}
/** What a value that is no tensor is called in a sentence. */
function kindOf(y: unknown): string {
  if (y === undefined || y === null) return String(y)
  if (Array.isArray(y)) return "a list"
  return typeof y === "object" ? "an object" : `a ${typeof y}`
}
/** @throws GradError unless `y` is a float scalar */
function requireLoss(op: string, y: unknown, name: string): asserts y is Tensor {
  if (isTensor(y) && y.rank === 0 && differentiable(y)) return
  const got = isTensor(y) ? formatType(y.type) : kindOf(y)
  throw new GradError(`${op}: ${name} returned ${got}; it must return a float scalar`, {
    op,
    remedy:
      "Reduce with sum() or mean(); for other outputs use vjp or jacobian. With a second result, set hasAux.",
  })
}

export interface GradOptions<N extends ArgNumbers = ArgNumbers> {
  /** The position of the argument to differentiate, or several; default 0. */
  readonly argNumbers?: N
  /** The function returns `[loss, more]`, and `more` is handed through; default false. */
  readonly hasAux?: boolean
}
const GRAD = optionsAt<GradOptions>(1, { argNumbers: true, hasAux: true })
interface Differentiated {
  readonly value: unknown
  readonly gradients: unknown
}
/** The loss and its gradients, as nodes of the current trace. */
function differentiate(
  op: string,
  f: AnyFunction,
  args: readonly unknown[],
  { argNumbers = 0, hasAux }: GradOptions,
): Differentiated {
  const positions: readonly number[] = Array.isArray(argNumbers)
    ? argNumbers
    : [argNumbers as number]
  const bad = positions.find((k) => !Number.isInteger(k) || k < 0 || k >= args.length)
  if (bad !== undefined) {
    throw new OptionError(
      `${op}: argument ${bad} of ${nameOf(f)}; it was called with ${args.length}, numbered from 0`,
      { op },
    )
  }
  const chosen = positions.map((k) => asTensors(args[k]))
  positions.forEach((k, i) => {
    requireFloats(op, flattenWithPaths(chosen[i]), `argument ${k}`)
  })
  const leaves = flatten(chosen)
  let result: unknown
  let shape: { loss: unknown; result: unknown } = { loss: undefined, result: undefined }
  const outputs = separately(leaves, (fresh) => {
    const inside = unflatten(chosen, fresh)
    result = f(...args.map((a, k) => (positions.includes(k) ? inside[positions.indexOf(k)] : a)))
    const loss = hasAux ? (result as readonly unknown[])?.[0] : result
    requireLoss(op, loss, nameOf(f))
    shape = { loss, result }
    const bars = pullback([loss], [onesOf(loss)], fresh)
    return [...flatten(result), ...bars.map((g, i) => g ?? zerosOf(fresh[i]))]
  })
  const count = flatten(shape.result).length
  const gradients = unflatten(chosen, outputs.slice(count))
  return {
    value: unflatten(result, outputs.slice(0, count)),
    gradients: Array.isArray(argNumbers) ? gradients : gradients[0],
  }
}

type Loss = (...args: never[]) => unknown
/**
 * The value of `f` and its gradient with respect to an argument, which may be a container: the gradient has its structure.
 * @param f - returns a float scalar, or with `hasAux` `[scalar, more]`
 * @returns a compiled function of the same arguments that gives `[value, gradient]`
 * @throws GradError when the value is no float scalar, or an argument holds integers (S10)
 * @example const [loss, g] = valueAndGrad((w: Tensor) => sum(square(w)))(tensor([1, 2])) // 5, [2, 4]
 */
export function valueAndGrad<F extends Loss, const N extends ArgNumbers = 0>(
  f: F,
  options: GradOptions<N> = {},
): Defn<(...args: Parameters<F>) => [value: ReturnType<F>, gradient: Gradients<Parameters<F>, N>]> {
  const fn = f as unknown as AnyFunction
  checkOptions("valueAndGrad", options, GRAD.names)
  const both = (...args: unknown[]): [unknown, unknown] => {
    const { value, gradients } = differentiate("valueAndGrad", fn, args, options)
    return [value, gradients]
  }
  return derived(`valueAndGrad(${nameOf(fn)})`, [fn], both) as never
}
/**
 * The gradient of `f`, which returns a float scalar; see {@link valueAndGrad}. With `hasAux` gives `[gradient, more]`.
 * @example grad((x: Tensor) => power(x, 3))(2) // f32[] 12
 */
export function grad<F extends Loss, const N extends ArgNumbers = 0>(
  f: F,
  options: GradOptions<N> & { readonly hasAux?: false } = {},
): Defn<(...args: Parameters<F>) => Gradients<Parameters<F>, N>> {
  const fn = f as unknown as AnyFunction
  checkOptions("grad", options, GRAD.names)
  const only = (...args: unknown[]): unknown => {
    const { value, gradients } = differentiate("grad", fn, args, options as GradOptions)
    return options.hasAux ? [gradients, ...(value as unknown[]).slice(1)] : gradients
  }
  return derived(`grad(${nameOf(fn)})`, [fn], only) as never
}

/**
 * Reverse mode for any outputs: `vjp(f)(args, cotangents)` gives `[value, gradients]`, the gradients of
 * `<cotangents, f(args)>` with respect to every argument. Cotangents have the structure of the value; where it holds
 * integers they are not read.
 * @throws GradError when a cotangent has another type than its output
 */
export function vjp<F extends Loss>(
  f: F,
): Defn<
  (
    args: Parameters<F>,
    cotangents: ReturnType<F>,
  ) => [value: ReturnType<F>, gradients: Gradient<Parameters<F>>]
> {
  const fn = f as unknown as AnyFunction
  const both = (args: readonly unknown[], cotangents: Container): [unknown, unknown] => {
    const given = asTensors(args) as unknown[]
    const leaves = flatten(given)
    const bars = flatten(asTensors(cotangents))
    let value: unknown
    const outputs = separately([...leaves, ...bars], (fresh) => {
      value = fn(...(unflatten(given, fresh.slice(0, leaves.length)) as unknown[]))
      const y = flatten(value)
      requireCotangents(y, bars)
      const wrt = fresh.slice(0, leaves.length)
      const g = fresh.slice(leaves.length).map((c, i) => (differentiable(y[i]) ? c : null))
      return [...y, ...pullback(y, g, wrt).map((b, i) => b ?? zerosOf(wrt[i]))]
    })
    const count = outputs.length - leaves.length
    return [unflatten(value, outputs.slice(0, count)), unflatten(given, outputs.slice(count))]
  }
  return derived(`vjp(${nameOf(fn)})`, [fn], both) as never
}
function requireCotangents(outputs: readonly Tensor[], bars: readonly Tensor[]): void {
  const bad = outputs.findIndex(
    (y, i) =>
      !bars[i] ||
      (differentiable(y) &&
        !sameType({ ...y.type, names: undefined }, { ...bars[i].type, names: undefined })),
  )
  if (bad < 0 && bars.length === outputs.length) return
  const print = (list: readonly Tensor[]): string =>
    list.map((x) => formatType(x.type)).join(", ") || "nothing"
  throw new GradError(
    `vjp: cotangents ${print(bars)} for outputs ${print(outputs)}; the types must be equal`,
    { op: "vjp" },
  )
}
