/** @file customGrad: a function with a gradient of its own; checkpoint: one whose values are computed again. */
import { type Container, flatten, unflatten } from "../container.ts"
import type { Defn } from "../defn.ts"
import type { AnyFunction } from "../eager.ts"
import { GradError } from "../errors.ts"
import { type Graph, inline, traceGraph, typesOf } from "../graph.ts"
import { make } from "../make.ts"
import type { Batched, Grad, Op } from "../op.ts"
import { callNode } from "../ops/control-call.ts"
import { filled } from "../ops/control-shared.ts"
import { declare } from "../ops/declare.ts"
import { called } from "../ops/notation.ts"
import { differentiable, elements, zerosOf } from "../ops/source.ts"
import { asType } from "../ops/type.ts"
import { formatType, sameShape } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { asTensors, derived, nameOf } from "./gradient.ts"
import { batchGraph, lead } from "./vmap.ts"

/** Inputs: the arguments, then what the function captured, then what its rule captured. */
interface CustomAttrs {
  readonly body: Graph
  /** Arguments and cotangents of the float outputs to cotangents of the arguments. */
  readonly back: Graph
  readonly arguments: number
  /** How many inputs the body takes. */
  readonly taken: number
}
const attrsOf = (n: Tensor): CustomAttrs => n.attrs as unknown as CustomAttrs
const bodyInputs = (n: Tensor, x: readonly Tensor[]): Tensor[] => x.slice(0, attrsOf(n).taken)

/** A body with a declared gradient. */
export const customGradOp: Op = declare({
  name: "customGrad",
  family: "composite",
  type: (_, a) => typesOf((a as unknown as CustomAttrs).body.outputs),
  body: (n) => inline(attrsOf(n).body, bodyInputs(n, n.inputs)),
  turns: (n, inputs) => [
    { graph: attrsOf(n).body, inputs: inputs.slice(0, attrsOf(n).taken), label: "" },
  ],
  vjp: (g, n) => {
    const { back, arguments: count, taken } = attrsOf(n)
    const bars = inline(back, [
      ...n.inputs.slice(0, count),
      ...filled(g, elements(n)),
      ...n.inputs.slice(taken),
    ])
    return n.inputs.map((x, i): Grad => (i < count && differentiable(x) ? bars[i] : null))
  },
  batch: (n, inputs, batched, size): Batched => {
    const { body, back, arguments: count, taken } = attrsOf(n)
    const all = (g: Graph): boolean[] => g.outputs.map(() => true)
    const args = inputs.slice(0, count).map((x, i) => lead(x, batched[i], size))
    const on = args.map(() => true)
    const floats = body.outputs.filter(differentiable).map(() => true)
    const forward = batchGraph(body, [...on, ...batched.slice(count, taken)], size, all(body)).graph
    const reverse = batchGraph(
      back,
      [...on, ...floats, ...batched.slice(taken)],
      size,
      all(back),
    ).graph
    const node = make(customGradOp, [...args, ...inputs.slice(count)], {
      ...n.attrs,
      body: forward,
      back: reverse,
    })
    return { outputs: elements(node), batched: all(body) }
  },
  latex: called("custom"),
})

/** Gives the cotangents of the arguments, one entry per argument; null for none. */
export type GradRule<A extends readonly unknown[], R> = (
  cotangent: R,
  facts: { readonly inputs: A; readonly output: R },
) => readonly unknown[]

/**
 * `f` with the gradient that `rule` gives in place of the derived one. What `f` and `rule` use from outside counts as
 * constant.
 * @param rule - takes the cotangent of the value, the arguments and the value; gives one gradient per argument in the
 * structure of the argument, or null
 * @throws GradError when a gradient has not the shape of its argument
 * @example const clippedGrad = customGrad((x: Tensor) => x, (g) => [clip(g, -1, 1)])
 */
export function customGrad<A extends readonly never[] | readonly unknown[], R>(
  f: (...args: A) => R,
  rule: GradRule<A, R>,
): Defn<(...args: A) => R> {
  const fn = f as unknown as AnyFunction
  const node = (...args: unknown[]): unknown => {
    const given = asTensors(args) as unknown[]
    const leaves = flatten(given)
    const at = (x: readonly Tensor[]): unknown[] => unflatten(given, x) as unknown[]
    let result: Container
    const body = traceGraph(typesOf(leaves), (...x) => {
      result = asTensors(fn(...at(x)))
      return flatten(result)
    })
    const { outputs } = body.graph
    const floats = outputs.filter(differentiable)
    const back = traceGraph([...typesOf(leaves), ...typesOf(floats)], (...x) => {
      const inputs = x.slice(0, leaves.length)
      const y = inline({ ...body.graph, effects: [] }, [...inputs, ...body.captured])
      const bars = x.slice(leaves.length)
      const g = y.map((v) => (differentiable(v) ? (bars.shift() as Tensor) : zerosOf(v)))
      const facts = { inputs: at(inputs) as never, output: unflatten(result, y) as never }
      return gradientsOf(nameOf(fn), given, rule(unflatten(result, g) as never, facts))
    })
    const inputs = [...leaves, ...body.captured, ...back.captured]
    const attrs = {
      body: body.graph,
      back: back.graph,
      arguments: leaves.length,
      taken: leaves.length + body.captured.length,
    }
    return unflatten(result, elements(make(customGradOp, inputs, attrs)))
  }
  return derived(`customGrad(${nameOf(fn)})`, [fn, rule as unknown as AnyFunction], node) as never
}
/** One tensor per leaf of the arguments; zeros where the rule gives null. @throws GradError */
function gradientsOf(
  name: string,
  args: readonly unknown[],
  gradients: readonly unknown[],
): Tensor[] {
  if (!Array.isArray(gradients) || gradients.length !== args.length) {
    throw new GradError(
      `customGrad: the rule of ${name} gave ${Array.isArray(gradients) ? gradients.length : typeof gradients} gradients for ${args.length} arguments; one each, or null`,
      { op: "customGrad" },
    )
  }
  return args.flatMap((arg, i) => {
    const leaves = flatten(arg)
    if (gradients[i] === null) return leaves.map(zerosOf)
    const bars = flatten(asTensors(gradients[i]))
    const bad = leaves.findIndex(
      (x, k) => !bars[k] || !isTensor(bars[k]) || !sameShape(x.shape, bars[k].shape),
    )
    if (bad >= 0 || bars.length !== leaves.length) {
      const got = bars.map((x) => formatType(x.type)).join(", ") || "nothing"
      throw new GradError(
        `customGrad: the rule of ${name} gave ${got} for argument ${i}, ${leaves.map((x) => formatType(x.type)).join(", ")}; shapes must be equal`,
        { op: "customGrad" },
      )
    }
    return bars.map((b, k) =>
      differentiable(leaves[k]) ? asType(b, leaves[k].dtype) : zerosOf(leaves[k]),
    )
  })
}

/**
 * `f` whose gradient computes its values again in place of keeping them: less memory, one more evaluation.
 * @example const block = checkpoint((x: Tensor, w: Tensor) => tanh(matmul(x, w)))
 */
export function checkpoint<F extends (...args: never[]) => unknown>(f: F): Defn<F> {
  const fn = f as unknown as AnyFunction
  const node = (...args: unknown[]): unknown => {
    const given = asTensors(args) as unknown[]
    const leaves = flatten(given)
    let result: Container
    const { graph, captured } = traceGraph(typesOf(leaves), (...x) => {
      result = asTensors(fn(...(unflatten(given, x) as unknown[])))
      return flatten(result)
    })
    return unflatten(
      result,
      callNode(graph, [...leaves, ...captured], { name: nameOf(fn), checkpoint: true }),
    )
  }
  return derived(`checkpoint(${nameOf(fn)})`, [fn], node) as unknown as Defn<F>
}
