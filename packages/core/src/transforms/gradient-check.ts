/**
 * @file Checks of a closed graph against the definition of what was derived from it: gradients against differences with
 * random cotangents, forward against reverse mode, the gradient of the gradient, batching against a loop (D10.2). Runs the
 * reference compiler; knows no particular op.
 */
import { type DrawnRange, randomNumbers, randomValues } from "../drawn-values.ts"
import type { DType } from "../dtype.ts"
import { type Graph, graphOf, inline, typesOf } from "../graph.ts"
import type { Values } from "../op.ts"
import { differentiable, zerosOf } from "../ops/source.ts"
import { runGraph } from "../reference.ts"
import { formatType, sizeOf, type TensorType } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { withTable } from "../trace.ts"
import { pullback } from "./grad.ts"
import { jvpGraph } from "./jvp.ts"
import { batchGraph, batchType } from "./vmap.ts"

const inner = (a: Values, b: Values): number =>
  Array.from(a, (x, i) => Number(x) * Number(b[i])).reduce((p, q) => p + q, 0)
const nudged = (x: Values, t: Values, h: number): Values =>
  Array.from(x, (v, i) => (v as number) + h * (t[i] as number))

/** The float outputs of a graph, as a graph. */
const floatsOf = (g: Graph): Graph =>
  withTable(g.table, () =>
    graphOf(typesOf(g.inputs), (...x) => inline(g, x).filter(differentiable)),
  )
/** Inputs and cotangents of all outputs, to cotangents of the float inputs. */
function gradientOf(g: Graph): Graph {
  const back = (...a: Tensor[]): Tensor[] => {
    const x = a.slice(0, g.inputs.length)
    const wrt = x.filter(differentiable)
    return pullback(inline(g, x), a.slice(g.inputs.length), wrt).map((b, i) => b ?? zerosOf(wrt[i]))
  }
  return withTable(g.table, () => graphOf([...typesOf(g.inputs), ...typesOf(g.outputs)], back))
}

/** One check that failed. */
export interface Failure {
  readonly check: string
  readonly message: string
}
export interface CheckOptions {
  readonly range?: DrawnRange
  /** Check the gradient of the gradient too; default true. */
  readonly second?: boolean
  /** Check batching of every subset of the inputs; default true. */
  readonly batching?: boolean
  readonly seed?: number
}
const near = (a: number, b: number, tolerance: number): boolean =>
  Object.is(a, b) || Math.abs(a - b) <= tolerance * (1 + Math.abs(a) + Math.abs(b))
/** How far results may differ that are computed in another order. */
const TOLERANCE: Partial<Record<DType, number>> = { f64: 1e-9, f32: 1e-4, f16: 2e-2, bf16: 1e-1 }

class Checker {
  readonly failures: Failure[] = []
  count = 0
  readonly #graph: Graph
  readonly #range: DrawnRange | undefined
  readonly #next: () => number
  constructor(graph: Graph, { range, seed = 7 }: CheckOptions) {
    this.#graph = graph
    this.#range = range
    this.#next = randomNumbers(seed)
  }
  verify(check: string, ok: boolean, message: () => string): void {
    this.count++
    if (!ok) this.failures.push({ check, message: message() })
  }
  draw(nodes: readonly { readonly type: TensorType }[], range = this.#range): Values[] {
    return nodes.map((n) => randomValues(n.type, this.#next, range))
  }

  /** Sizes of values are those of the types. */
  sizes(): void {
    const x = this.draw(this.#graph.inputs)
    runGraph(this.#graph, x).forEach((v, i) => {
      const { type } = this.#graph.outputs[i]
      this.verify(
        "size",
        v.length === sizeOf(type.shape),
        () => `${v.length} values of ${formatType(type)}`,
      )
    })
  }
  /** Gradients, where all floats are f64: other differences are too coarse. */
  derivatives(second: boolean): void {
    const f = floatsOf(this.#graph)
    const wrt = f.inputs.filter(differentiable)
    const exact = [...wrt, ...f.outputs].every((n) => n.dtype === "f64")
    if (!f.outputs.length || !wrt.length || !exact) return
    const x = this.draw(f.inputs)
    const c = this.draw(f.outputs, [-1, 1])
    const t = f.inputs.map((p) =>
      differentiable(p) ? randomValues(p.type, this.#next, [-1, 1]) : null,
    )
    const dots = t.filter((d) => d !== null)
    const back = gradientOf(f)
    const slope = this.#difference(f, x, t, c)
    const reverse = sumOf(runGraph(back, [...x, ...c]), dots)
    this.verify(
      "gradient against differences",
      near(reverse, slope, 1e-5),
      () => `${reverse} against ${slope}`,
    )
    const forward = sumOf(runGraph(jvpGraph(f), [...x, ...dots]).slice(f.outputs.length), c)
    this.verify(
      "forward against reverse mode",
      near(forward, reverse, 1e-9),
      () => `${forward} against ${reverse}`,
    )
    if (second) this.#second(back, wrt, x, c, t, dots)
  }
  #second(
    back: Graph,
    wrt: readonly Tensor[],
    x: Values[],
    c: Values[],
    t: (Values | null)[],
    dots: Values[],
  ): void {
    const w = this.draw(wrt, [-1, 1])
    const again = runGraph(gradientOf(back), [...x, ...c, ...w]).slice(0, dots.length)
    const reverse = sumOf(again, dots)
    const slope = this.#difference(back, [...x, ...c], [...t, ...c.map(() => null)], w)
    this.verify(
      "gradient of gradient",
      near(reverse, slope, 1e-4),
      () => `${reverse} against ${slope}`,
    )
  }
  /** <c, f(x + h t) - f(x - h t)> / 2h. */
  #difference(
    f: Graph,
    x: readonly Values[],
    t: readonly (Values | null)[],
    c: readonly Values[],
    h = 1e-5,
  ): number {
    const at = (step: number): readonly Values[] =>
      runGraph(
        f,
        x.map((v, i) => (t[i] ? nudged(v, t[i], step) : v)),
      )
    return (sumOf(at(h), c) - sumOf(at(-h), c)) / (2 * h)
  }

  /** The batched graph against the graph in a loop, for every subset of batched inputs. */
  batches(): void {
    const f = floatsOf(this.#graph)
    const back = f.outputs.length && f.inputs.some(differentiable) ? gradientOf(f) : undefined
    for (let mask = 1; mask < 2 ** this.#graph.inputs.length; mask++) {
      this.#batch(this.#graph, mask, "vmap against map")
      if (back) this.#batch(back, mask, "vmap of gradient against map")
    }
  }
  #batch(g: Graph, mask: number, check: string, size = 3): void {
    const on = g.inputs.map((_, i) => Boolean((mask >> i) & 1))
    const batched = batchGraph(
      g,
      on,
      size,
      g.outputs.map(() => true),
    ).graph
    const x = this.draw(
      g.inputs.map((p, i) => ({ type: on[i] ? batchType(p.type, size) : p.type })),
    )
    const all = runGraph(batched, x)
    for (let k = 0; k < size; k++) {
      const one = runGraph(
        g,
        x.map((v, i) => (on[i] ? row(v, k, size) : v)),
      )
      one.forEach((v, i) => {
        const tolerance = TOLERANCE[g.outputs[i].dtype as DType] ?? 0
        const got = row(all[i], k, size)
        const bad = Array.from(v).findIndex((e, j) => !near(Number(got[j]), Number(e), tolerance))
        this.verify(
          `${check} ${mask.toString(2)}`,
          bad < 0,
          () => `output ${i}, row ${k}, element ${bad}: ${got[bad]} against ${v[bad]}`,
        )
      })
    }
  }
}
const row = (v: Values, k: number, size: number): Values =>
  Array.prototype.slice.call(v, (k * v.length) / size, ((k + 1) * v.length) / size)
const sumOf = (a: readonly Values[], b: readonly Values[]): number =>
  a.reduce((sum, v, i) => sum + inner(v, b[i]), 0)

/** All checks of a graph that apply; `count` says how many ran. */
export function checkGraph(
  graph: Graph,
  options: CheckOptions = {},
): { failures: Failure[]; count: number } {
  const checker = new Checker(graph, options)
  checker.sizes()
  checker.derivatives(options.second ?? true)
  if (options.batching ?? true) checker.batches()
  return { failures: checker.failures, count: checker.count }
}
