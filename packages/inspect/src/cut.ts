/**
 * @file Why a gradient is zero or missing: the edges between a parameter and the loss at which it stops, each with its
 * reason. A cut is read off the rules and the numbers: a rule that gives nothing, or gives only zeros (D3.4).
 */
import { isConstant, isElement, isFloat, type Notes, type Tensor } from "@defnote/core"
import type { Expressions } from "./expression.ts"
import type { Frame } from "./frame.ts"
import type { Statistics } from "./statistics.ts"

/** Why nothing comes back along an edge (VISUAL 12). */
export type CutKind = "stop" | "integer" | "comparison" | "step" | "unused" | "dead" | "zero"

/** The gradient of `to` does not reach `from`. For `unused` both are the parameter. */
export interface Cut {
  readonly from: Tensor
  readonly to: Tensor
  readonly kind: CutKind
  readonly pattern: string
  readonly reason: string
  readonly fix?: string
}

export interface Flow {
  readonly frame: Frame
  /** Inputs whose gradient was asked for. */
  readonly wanted: readonly Tensor[]
  readonly gradientOf: (n: Tensor) => Statistics | undefined
  readonly expressions: Expressions
}

export const isZero = (s: Statistics | undefined): boolean =>
  s !== undefined && s.n > 0 && s.zeros === s.n

/** For each wanted input without any gradient, the edges at which it stops. */
export function cutsOf(flow: Flow): Map<Tensor, readonly Cut[]> {
  const found = new Map<Tensor, readonly Cut[]>()
  for (const p of flow.wanted) {
    const g = flow.gradientOf(p)
    if (p.size && (!g || isZero(g))) found.set(p, cutsFrom(p, flow))
  }
  return found
}

const isForward = (n: Tensor, notes: Notes): boolean => !notes.dual.has(n) && !notes.sums.has(n)
/** The forward operations that read a node; those that read one of several outputs count as its. */
function readers(n: Tensor, { frame }: Flow): Tensor[] {
  const { notes } = frame.graph.table
  return frame
    .users(n)
    .flatMap((u) => (isElement(u) ? frame.users(u) : [u]))
    .filter((u) => isForward(u, notes))
}

/** Walks from the parameter towards the loss, through what has no gradient either, and stops where one is lost. */
function cutsFrom(parameter: Tensor, flow: Flow): Cut[] {
  const cuts: Cut[] = []
  const reached = new Set([parameter])
  for (const n of reached) {
    const users = readers(n, flow)
    if (!users.length && n === parameter) return [unused(parameter, flow)]
    for (const u of users) {
      const cut = cutAt(n, u, flow)
      if (cut === "none") reached.add(u)
      else if (cut) cuts.push(cut)
    }
  }
  return cuts.length ? cuts : [unused(parameter, flow)]
}
function unused(p: Tensor, { expressions }: Flow): Cut {
  const name = expressions.of(p)
  return {
    from: p,
    to: p,
    kind: "unused",
    pattern: "unused parameter",
    reason: `Nothing that the result is made of reads ${name}.`,
    fix: `use ${name} in the result, or leave it out of the parameters`,
  }
}

/** The cut of an edge; "none" when the gradient is lost further on; undefined when it has nothing to do with the result. */
function cutAt(n: Tensor, user: Tensor, flow: Flow): Cut | "none" | undefined {
  const { notes } = flow.frame.graph.table
  const structural = refusal(n, user, flow)
  if (structural) return structural
  const given = notes.contributions.get(user)
  if (!given) return reachesResult(user, flow) ? "none" : undefined
  const own = flow.gradientOf(user)
  if (own && isZero(own)) return "none"
  const k = user.inputs.findIndex((x) => x === n || (isElement(x) && x.inputs[0] === n))
  return numeric(n, user, k, flow)
}
const reachesResult = (n: Tensor, flow: Flow): boolean => readers(n, flow).length > 0

/** An operation that never hands a gradient to this operand. */
function refusal(n: Tensor, user: Tensor, { expressions }: Flow): Cut | undefined {
  const text = expressions.of(user)
  const cut = (kind: CutKind, pattern: string, reason: string, fix: string): Cut => ({
    from: n,
    to: user,
    kind,
    pattern,
    reason,
    fix,
  })
  const [type] = user.types
  if (user.types.some((t) => isFloat(t.dtype))) {
    if (!("flat" in user.op.vjp)) return undefined
    if (user.op.family === "move")
      return cut(
        "stop",
        "stopped gradient",
        `${text} is a constant for gradients.`,
        `${expressions.of(n)}   // without ${user.op.name}, if it must learn`,
      )
    return cut(
      "step",
      "step function",
      `${text} is ${user.op.vjp.flat}: its derivative is 0.`,
      `${expressions.of(n)}   // or a smooth step, such as sigmoid`,
    )
  }
  if (type.dtype === "bool")
    return cut(
      "comparison",
      "comparison",
      `${text} is true or false and has no derivative.`,
      `(${comparisonGap(user, expressions)}).sigmoid()   // a smooth step`,
    )
  return cut(
    "integer",
    "whole numbers",
    `${text} is ${type.dtype}, and whole numbers have no derivative.`,
    `${expressions.of(n)}   // stay with floats, or weight by a softmax`,
  )
}
const comparisonGap = (n: Tensor, expressions: Expressions): string =>
  n.inputs.map((_, k) => expressions.operand(n, k) ?? "x").join(" - ")

/** An operation whose rule gives only zeros here, with the hazard that says why. */
function numeric(n: Tensor, user: Tensor, k: number, flow: Flow): Cut {
  const { frame, expressions } = flow
  const flat = user.op.hazards?.filter((h) => h.in === "flat" && (h.operand ?? k) === k) ?? []
  const text = expressions.of(user)
  const plain = {
    from: n,
    to: user,
    kind: "zero" as const,
    pattern: "zero slope",
    reason: `The derivative of ${text} by ${expressions.of(n)} is exactly 0 ${everywhere(user.size)}.`,
  }
  if (!flat.length || user.types.length > 1) return plain
  const [value, ...operands] = frame.valuesOf([user, ...user.inputs])
  if (operands.some((x) => x.length !== value.length && x.length !== 1)) return plain
  for (const hazard of flat) {
    const hits = value.filter((y, i) =>
      hazard.at(
        operands.map((x) => x[x.length === 1 ? 0 : i]),
        y,
      ),
    ).length
    // Places that no gradient reaches from behind need no reason of their own.
    if (hits === 0 || (hits < value.length && !excused(user, hazard, flow, value, operands)))
      continue
    const fix = expressions.fill(hazard.fix, user)
    return {
      ...plain,
      kind: hazard.operand === undefined ? "dead" : "zero",
      pattern: hazard.pattern,
      reason: `${text}: ${hits === value.length ? everywhere(hits) : `in ${hits} of ${value.length} places`}. ${hazard.why}`,
      ...(fix ? { fix } : {}),
    }
  }
  return plain
}
const everywhere = (n: number): string =>
  n === 1 ? "here" : `in all ${n.toLocaleString("en")} places`

/** Whether the cotangent is 0 wherever the hazard does not hold. */
function excused(
  user: Tensor,
  hazard: { at: (x: readonly number[], y: number) => boolean },
  { frame }: Flow,
  value: Float64Array,
  operands: readonly Float64Array[],
): boolean {
  const whole = frame.graph.table.notes.cotangents.get(user)
  if (!whole || isConstant(whole) || !frame.knows(whole)) return false
  const [g] = frame.valuesOf([whole])
  return value.every(
    (y, i) =>
      g[i] === 0 ||
      hazard.at(
        operands.map((x) => x[x.length === 1 ? 0 : i]),
        y,
      ),
  )
}
