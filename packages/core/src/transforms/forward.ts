/** @file jvp, jacobian, hessian: forward mode of functions, and full derivatives built of both modes. */
import { type Container, flatten, unflatten } from "../container.ts"
import type { Defn } from "../defn.ts"
import type { AnyFunction } from "../eager.ts"
import { GradError } from "../errors.ts"
import { inline, traceGraph } from "../graph.ts"
import { eye } from "../ops/create.ts"
import { reshapeTo } from "../ops/move.ts"
import { differentiable, onesOf, zerosOf } from "../ops/source.ts"
import { axesOf, formatType, sameShape } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { pullback } from "./grad.ts"
import { asTensors, derived, nameOf, requireFloats } from "./gradient.ts"
import { pushforward } from "./jvp.ts"
import { separately } from "./separate.ts"
import type { Gradient } from "./types.ts"
import { batchGraph } from "./vmap.ts"

type Any = (...args: never[]) => unknown
/**
 * Forward mode: `jvp(f)(args, tangents)` gives `[value, tangent]`, how the value moves when the arguments move along the
 * tangents. Tangents have the structure of the arguments; those of integers are not read.
 * @throws GradError when a tangent has another shape than its argument
 */
export function jvp<F extends Any>(
  f: F,
): Defn<
  (
    args: Parameters<F>,
    tangents: Gradient<Parameters<F>>,
  ) => [value: ReturnType<F>, tangent: ReturnType<F>]
> {
  const fn = f as unknown as AnyFunction
  const both = (args: readonly unknown[], tangents: Container): [unknown, unknown] => {
    const given = asTensors(args) as unknown[]
    const leaves = flatten(given)
    const dots = flatten(asTensors(tangents))
    requireTangents(leaves, dots)
    let value: unknown
    const outputs = separately([...leaves, ...dots], (fresh) => {
      const x = fresh.slice(0, leaves.length)
      value = fn(...(unflatten(given, x) as unknown[]))
      const y = flatten(value)
      const t = fresh.slice(leaves.length).map((d, i) => (differentiable(x[i]) ? d : null))
      return [...y, ...pushforward(y, x, t).map((d, i) => d ?? zerosOf(y[i]))]
    })
    const half = outputs.length / 2
    return [unflatten(value, outputs.slice(0, half)), unflatten(value, outputs.slice(half))]
  }
  return derived(`jvp(${nameOf(fn)})`, [fn], both) as never
}
function requireTangents(leaves: readonly Tensor[], dots: readonly Tensor[]): void {
  const bad = leaves.findIndex(
    (x, i) =>
      !dots[i] ||
      (differentiable(x) && (x.dtype !== dots[i].dtype || !sameShape(x.shape, dots[i].shape))),
  )
  if (bad < 0 && dots.length === leaves.length) return
  const print = (list: readonly Tensor[]): string =>
    list.map((x) => formatType(x.type)).join(", ") || "nothing"
  throw new GradError(
    `jvp: tangents ${print(dots)} for arguments ${print(leaves)}; the types must be equal`,
    { op: "jvp" },
  )
}

/** The rows of the Jacobian of one output: one reverse walk, batched over the elements of the output. */
function rows(y: Tensor, wrt: readonly Tensor[]): Tensor[] {
  const { graph, captured } = traceGraph([y.type], (g) =>
    pullback([y], [g], wrt).map((b, i) => b ?? zerosOf(wrt[i])),
  )
  const on = graph.inputs.map((_, i) => i === 0)
  const batched = batchGraph(
    graph,
    on,
    y.size,
    graph.outputs.map(() => true),
  ).graph
  const each = reshapeTo(eye(y.size, { dtype: y.dtype }) as Tensor, [
    { size: y.size },
    ...axesOf(y.type),
  ])
  return inline(batched, [each, ...captured]).map((r, i) =>
    reshapeTo(r, [...axesOf(y.type), ...axesOf(wrt[i].type)]),
  )
}
/**
 * All partial derivatives of `f` with respect to its first argument: for each float output of shape S and each tensor of
 * shape T in the argument, a tensor of shape S x T.
 * @param f - returns one float tensor
 * @throws GradError when the value is no float tensor, or the argument holds integers
 * @example jacobian((x: Tensor) => square(x))(tensor([1, 2])) // [[2, 0], [0, 4]]
 */
export function jacobian<F extends Any>(
  f: F,
): Defn<(...args: Parameters<F>) => Gradient<Parameters<F>[0]>> {
  const fn = f as unknown as AnyFunction
  const all = (...args: unknown[]): unknown => {
    const first = asTensors(args[0])
    requireFloats(
      "jacobian",
      flatten(first).map((x) => ["", x]),
      "argument 0",
    )
    const outputs = separately(flatten(first), (fresh) => {
      const y = fn(unflatten(first, fresh), ...args.slice(1))
      if (!isTensor(y) || !differentiable(y)) {
        const got = isTensor(y) ? formatType(y.type) : typeof y
        throw new GradError(
          `jacobian: ${nameOf(fn)} returned ${got}; it must return one float tensor`,
          { op: "jacobian" },
        )
      }
      return rows(y, fresh)
    })
    return unflatten(first, outputs)
  }
  return derived(`jacobian(${nameOf(fn)})`, [fn], all) as never
}
/**
 * The second derivatives of a scalar function with respect to its first argument, one tensor of shape T: T x T.
 * @throws GradError when the value is no float scalar
 */
export function hessian<F extends (x: Tensor, ...rest: never[]) => Tensor>(
  f: F,
): Defn<(...args: Parameters<F>) => Tensor> {
  const fn = f as unknown as AnyFunction
  const gradient = (x: Tensor, ...rest: unknown[]): Tensor => {
    const y = fn(x, ...rest) as Tensor
    if (!isTensor(y) || y.rank || !differentiable(y)) {
      throw new GradError(
        `hessian: ${nameOf(fn)} returned ${isTensor(y) ? formatType(y.type) : typeof y}; it must return a float scalar`,
        { op: "hessian" },
      )
    }
    return pullback([y], [onesOf(y)], [x])[0] ?? zerosOf(x)
  }
  const inner = jacobian(gradient as never) as unknown as AnyFunction
  return derived(`hessian(${nameOf(fn)})`, [fn], (...args: unknown[]) => inner(...args)) as never
}
