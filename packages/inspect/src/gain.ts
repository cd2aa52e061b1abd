/** @file How much each operation enlarges or shrinks the gradient, and which one makes it vanish or explode. */
import { isConstant, type Notes, type Tensor } from "@defnote/core"
import { count } from "./explain.ts"
import type { Expressions } from "./expression.ts"
import type { Frame } from "./frame.ts"
import type { Statistics } from "./statistics.ts"

export interface Gains {
  /** ‖∂input‖ / ‖∂output‖ of a forward operation: the largest of its inputs; NaN where nothing was measured. */
  readonly of: (n: Tensor) => number
}
/** Bits, those of the text below, that a factor must move a gradient by between loss and parameter to be worth a word: those of an f32's fraction. */
const BITS = 23

export interface Drift {
  readonly kind: "vanishing" | "exploding"
  readonly parameter: Tensor
  /** The operation whose gain deviates most from 1 on the way. */
  readonly node: Tensor
  readonly reason: string
  readonly fix: string
  readonly chain: readonly Tensor[]
}

/** The part of the gradient that an operation gave to each input, as a norm. */
export function gainsOf(
  notes: Notes,
  stats: ReadonlyMap<Tensor, Statistics>,
  gradientOf: (n: Tensor) => Statistics | undefined,
): Gains {
  const norm = (g: Tensor): number =>
    stats.get(g)?.l2 ??
    (isConstant(g) ? Math.abs(Number(g.attrs.value)) * Math.sqrt(g.size) : Number.NaN)
  const of = (n: Tensor): number => {
    const after = gradientOf(n)
    const given = notes.contributions.get(n)?.flatMap((g) => (g ? [norm(g)] : [])) ?? []
    const measured = given.filter((x) => !Number.isNaN(x))
    return after && after.l2 > 0 && measured.length ? Math.max(...measured) / after.l2 : Number.NaN
  }
  return { of }
}

/** For each parameter whose gradient is much smaller or larger than the largest on its way to the loss, the operation behind it. */
export function driftsOf(
  frame: Frame,
  parameters: readonly Tensor[],
  gradientOf: (n: Tensor) => Statistics | undefined,
  gains: Gains,
  expressions: Expressions,
): Drift[] {
  return parameters.flatMap((p) => {
    const own = gradientOf(p)
    if (!own || !(own.rms > 0)) return []
    const path = pathFrom(p, frame)
    const strengths = path.flatMap((n) => gradientOf(n)?.rms ?? []).filter((x) => x > 0)
    const down = Math.log2(Math.max(...strengths) / own.rms)
    const up = Math.log2(own.rms / Math.min(...strengths))
    if (down < BITS && up < BITS) return []
    return [drift(p, down >= BITS ? "vanishing" : "exploding", path, gains, expressions)]
  })
}
/** The shortest way from a parameter to a result, along forward operations. */
function pathFrom(p: Tensor, frame: Frame): Tensor[] {
  const { notes } = frame.graph.table
  const before = new Map<Tensor, Tensor | undefined>([[p, undefined]])
  for (const n of before.keys()) {
    if (n !== p && frame.graph.outputs[0] === n) {
      const path: Tensor[] = []
      for (let x: Tensor | undefined = n; x; x = before.get(x)) path.unshift(x)
      return path
    }
    for (const u of frame.users(n))
      if (!before.has(u) && !notes.dual.has(u) && !notes.sums.has(u)) before.set(u, n)
  }
  return [p]
}
function drift(
  parameter: Tensor,
  kind: Drift["kind"],
  path: readonly Tensor[],
  gains: Gains,
  expressions: Expressions,
): Drift {
  const sign = kind === "vanishing" ? -1 : 1
  const strength = (n: Tensor): number => {
    const gain = Math.log2(gains.of(n))
    return Number.isFinite(gain) ? sign * gain : Number.NEGATIVE_INFINITY
  }
  const node = path.reduce((a, n) => (strength(n) > strength(a) ? n : a))
  const alike = path.filter((n) => n.op === node.op && strength(n) > 0)
  const text = expressions.of(node)
  const several =
    alike.length > 1
      ? ` ${count(alike.length, path.length)} operations on the way are like it.`
      : ""
  return {
    kind,
    parameter,
    node,
    chain: [node, ...path.filter((n) => n !== node)],
    fix: fixOf(kind, node, expressions),
    reason: `Between the result and ${expressions.of(parameter)} the gradient ${sign < 0 ? "shrinks" : "grows"} by more than the digits of f32 (2²³). ${text} does most of it: ×${gains.of(node).toPrecision(2).replace("-", "−")}.${several}`,
  }
}
const fixOf = (kind: Drift["kind"], node: Tensor, expressions: Expressions): string => {
  const flat = node.op.hazards?.find((h) => h.in === "flat")
  const declared = kind === "vanishing" && flat && expressions.fill(flat.fix, node)
  if (declared) return declared
  return kind === "vanishing"
    ? "x + f(x)   // a way around, or weights divided by the root of their number"
    : "gradient / gradient.norm().maximum(1)   // clip its length, and begin with smaller weights"
}
