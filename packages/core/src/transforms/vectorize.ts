/** @file vmap: a function of one example as a function of a batch, over containers with an axis per argument. */
import { shownValue } from "../arguments.ts"
import { type Container, flatten, flattenWithPaths, mapLeaves, unflatten } from "../container.ts"
import type { Defn } from "../defn.ts"
import type { AnyFunction } from "../eager.ts"
import { OptionError, ShapeError } from "../errors.ts"
import { inline, traceGraph } from "../graph.ts"
import { isWeak } from "../ops/align.ts"
import { moved } from "../ops/move-order.ts"
import { axisFrom } from "../ops/static.ts"
import { checkOptions, optionsAt } from "../options.ts"
import { type AxisRef, formatType, range, type TensorType } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { derived, nameOf } from "./gradient.ts"
import { batchGraph } from "./vmap.ts"

/** An axis to go over, or null for what every example shares. */
export type InAxis = AxisRef | null
export interface VmapOptions {
  /**
   * The axis of the arguments: one for all (default 0), or one entry per argument, which may be a container in the
   * structure of the argument. null: not mapped.
   */
  readonly inAxes?: InAxis | readonly Container[]
  /** Where the batch axis of the results stands; default 0. */
  readonly outAxes?: number
}
const VMAP = optionsAt<VmapOptions>(1, { inAxes: true, outAxes: true })

/** The tensors of the arguments; traced numbers are shared by all examples. */
const examples = (c: Container): Tensor[] => flatten(c).filter((x) => !isWeak(x))
function withExamples(args: readonly unknown[], x: readonly Tensor[]): unknown[] {
  let at = 0
  return mapLeaves(args, (leaf) => (isTensor(leaf) && !isWeak(leaf) ? x[at++] : leaf)) as unknown[]
}
/** The axis of every tensor of an argument. */
function axesFor(arg: Container, spec: Container): InAxis[] {
  if (spec === null || typeof spec === "number" || typeof spec === "string")
    return examples(arg).map(() => spec)
  const specs: InAxis[] = []
  mapLeaves(arg, (x, path) => {
    if (isTensor(x) && !isWeak(x)) specs.push(atPath(spec, path))
    return x
  })
  return specs
}
/** The entry of `spec` on the way along a path like `.layers[0].w`: a leaf of it may stand for all below. */
function atPath(spec: Container, path: string): InAxis {
  let at: unknown = spec
  for (const [, key, index] of path.matchAll(/\.([^.[]+)|\[(\d+)\]/g)) {
    if (at === null || typeof at !== "object") break
    at = (at as Record<string, unknown>)[key ?? index]
  }
  if (at === null || typeof at === "number" || typeof at === "string") return at
  throw new OptionError(
    `vmap: inAxes gives ${String(at)} for${path || " an argument"}; it must be an axis or null`,
    { op: "vmap" },
  )
}
function batchSize(
  leaves: readonly Tensor[],
  axes: readonly (number | null)[],
  paths: readonly string[],
): number {
  const mapped = range(leaves.length).filter((i) => axes[i] !== null)
  const sizes = mapped.map((i) => leaves[i].shape[leaves[i].rank + (axes[i] as number)])
  if (!mapped.length)
    throw new OptionError("vmap: no argument is mapped; give at least one an axis in inAxes", {
      op: "vmap",
    })
  const bad = sizes.findIndex((n) => n !== sizes[0])
  if (bad < 0) return sizes[0]
  const print = (k: number): string =>
    `${paths[mapped[k]]} is ${formatType(leaves[mapped[k]].type)}, axis ${axes[mapped[k]]}`
  throw new ShapeError(
    `vmap: batches of ${sizes[0]} and ${sizes[bad]}: ${print(0)}; ${print(bad)}; sizes must be equal`,
    { op: "vmap" },
  )
}
const without = ({ dtype, shape, names }: TensorType): TensorType => {
  const rest = names?.slice(1)
  return { dtype, shape: shape.slice(1), ...(rest?.some((n) => n) ? { names: rest } : {}) }
}

/**
 * `f` for every example of a batch at once: the arguments get a batch axis, and so do the results.
 * @param f - works on one example; tensors in and out
 * @throws ShapeError when the batch sizes differ
 * @example vmap((x: Tensor, w: Tensor) => dot(w, x), { inAxes: [0, null] })(xs, w)
 */
export function vmap<F extends (...args: never[]) => unknown>(
  f: F,
  options: VmapOptions = {},
): Defn<F> {
  const fn = f as unknown as AnyFunction
  checkOptions("vmap", options, VMAP.names)
  if (typeof f !== "function")
    throw new OptionError(`vmap: takes a function, not ${shownValue(f)}`, { op: "vmap" })
  const { inAxes = 0, outAxes = 0 } = options
  const mapped = (...args: unknown[]): unknown => {
    const specs = args.map((_, i) => (Array.isArray(inAxes) ? (inAxes[i] as Container) : inAxes))
    if (Array.isArray(inAxes) && inAxes.length !== args.length) {
      throw new OptionError(
        `vmap: inAxes has ${inAxes.length} entries for ${args.length} arguments`,
        { op: "vmap" },
      )
    }
    const leaves = examples(args)
    const axes = args
      .flatMap((a, i) => axesFor(a, specs[i]))
      .map((a, i) => (a === null ? null : axisFrom("vmap", a, leaves[i].type)))
    const paths = flattenWithPaths(args).filter(([, x]) => !isWeak(x))
    const size = batchSize(
      leaves,
      axes,
      paths.map(([path]) => `argument ${path}`),
    )
    const front = leaves.map((x, i) => (axes[i] === null ? x : moved(x, axes[i], -x.rank)))
    let result: unknown
    const { graph, captured } = traceGraph(
      front.map((x, i) => (axes[i] === null ? x.type : without(x.type))),
      (...x) => {
        result = fn(...withExamples(args, x))
        return flatten(result)
      },
    )
    const on = [...axes.map((a) => a !== null), ...captured.map(() => false)]
    const batched = batchGraph(
      graph,
      on,
      size,
      graph.outputs.map(() => true),
    ).graph
    const outputs = inline(batched, [...front, ...captured])
    return unflatten(
      result,
      outputs.map((y) =>
        outAxes === 0 ? y : moved(y, -y.rank, axisFrom("vmap", outAxes, y.type)),
      ),
    )
  }
  return derived(`vmap(${nameOf(fn)})`, [fn], mapped) as unknown as Defn<F>
}
