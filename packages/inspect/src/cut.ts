/**
 * @file Why a gradient is zero or missing: the edges between a parameter and the loss at which it stops, each with its
 * reason. A cut is read off the rules and the numbers: a rule that gives nothing, or gives only zeros (D3.4).
 */
import {
  type Graph,
  type Hazard,
  isConstant,
  isElement,
  isFloat,
  type Notes,
  type Region,
  type Tensor,
} from "@defnote/core"
import { count } from "./explain.ts"
import type { Expressions } from "./expression.ts"
import { Frame } from "./frame.ts"
import type { Statistics } from "./statistics.ts"

/** Why nothing comes back along an edge (VISUAL 12). */
export type CutKind = "stop" | "integer" | "comparison" | "step" | "unused" | "dead" | "zero"

/** The gradient of `to` does not reach `from`. For `unused` both are the parameter. */
export interface Cut {
  readonly from: Tensor
  readonly to: Tensor
  /** Inside a loop or a branch: the operation of its body at which it stops. */
  readonly inner?: Tensor
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
  const flat = flatAt(n, user, operandOf(n, user), flow)
  if (flat) return flat
  const own = flow.gradientOf(user)
  const passes = !notes.contributions.has(user) || (own !== undefined && isZero(own))
  if (passes) return reachesResult(user, flow) ? "none" : undefined
  return insideOf(n, user, flow) ?? zeroSlope(n, user, flow)
}
/** Which operand a value, or one of several values of a node, is. */
const operandOf = (n: Tensor, user: Tensor): number =>
  user.inputs.findIndex((x) => x === n || (isElement(x) && x.inputs[0] === n))
const reachesResult = (n: Tensor, flow: Flow): boolean => readers(n, flow).length > 0

/** An operation that never hands a gradient to this operand. */
function refusal(n: Tensor, user: Tensor, { expressions }: Flow): Cut | undefined {
  const text = expressions.of(user)
  const given = expressions.operand(user, operandOf(n, user)) ?? expressions.of(n)
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
        `${given}   // without ${user.op.name}, if it must learn`,
      )
    return cut(
      "step",
      "step function",
      `${text} is ${user.op.vjp.flat}: its derivative is 0.`,
      `${given}   // or a smooth step, such as sigmoid`,
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
    user.op.family === "unary"
      ? `${given}   // without the cast`
      : `(${given} * 10).softmax()   // a soft choice: weigh with it in place of an index`,
  )
}
const comparisonGap = (n: Tensor, expressions: Expressions): string =>
  n.inputs.map((_, k) => expressions.operand(n, k) ?? "x").join(" - ")

/** Turns of a loop that are looked into. */
const TURNS = 100

/** The first operation in a loop or a branch at which the gradient of an operand stops in every turn. */
function insideOf(n: Tensor, user: Tensor, flow: Flow): Cut | undefined {
  const { frame } = flow
  if (!user.op.turns || !frame.knows(user)) return undefined
  const given = frame.storagesOf(user.inputs)
  let found: Map<Tensor, Cut> | undefined
  let left = TURNS
  for (const { graph, inputs } of user.op.turns(user, given, frame.runner.run)) {
    if (--left < 0) break
    const within = {
      ...flow,
      frame: new Frame(graph, inputs, frame.runner),
      expressions: flow.expressions.inside,
    }
    const cuts = cutsInside(entrances(n, user, graph), within)
    found = found ? new Map([...found].filter(([x]) => cuts.has(x))) : cuts
  }
  const [first] = found ?? []
  return first && { ...first[1], from: n, to: user, inner: first[1].inner ?? first[0] }
}
/** The region of a node of control flow that a graph is. */
const regionOf = (user: Tensor, graph: Graph): Region | undefined =>
  user.op.nested?.(user).regions.find((r) => r.graph === graph)
/** Where a value comes into a graph. */
const entrances = (n: Tensor, user: Tensor, graph: Graph): Tensor[] =>
  graph.inputs.filter((_, i) => {
    const of = regionOf(user, graph)?.inputs[i]?.of
    const x = of === undefined ? undefined : user.inputs[of]
    return x && (x === n || (isElement(x) && x.inputs[0] === n))
  })
/** Operations at which all ways from the entrances to the results end; none where one way is open. */
function cutsInside(entrances: readonly Tensor[], flow: Flow): Map<Tensor, Cut> {
  const { outputs } = flow.frame.graph
  const cuts = new Map<Tensor, Cut>()
  const reached = new Set(entrances)
  for (const n of reached) {
    if (outputs.includes(n)) return new Map()
    for (const u of flow.frame.users(n)) {
      const cut = isElement(u) ? undefined : stopAt(n, u, flow)
      if (cut) cuts.set(u, cut)
      else reached.add(u)
    }
  }
  return cuts
}
const stopAt = (n: Tensor, u: Tensor, flow: Flow): Cut | undefined =>
  refusal(n, u, flow) ?? flatAt(n, u, u.inputs.indexOf(n), flow) ?? insideOf(n, u, flow)
const zeroSlope = (n: Tensor, user: Tensor, { expressions }: Flow): Cut => ({
  from: n,
  to: user,
  kind: "zero",
  pattern: "zero slope",
  reason: `The derivative of ${expressions.of(user)} by ${expressions.of(n)} is exactly 0 ${everywhere(user.size)}.`,
})
/** An operation whose slope by operand `k` is 0 wherever a gradient comes from behind, with the reason. */
function flatAt(n: Tensor, user: Tensor, k: number, flow: Flow): Cut | undefined {
  const { frame, expressions } = flow
  const declared = user.op.hazards?.filter((h) => h.in === "flat" && (h.operand ?? k) === k) ?? []
  if (user.types.length > 1 || !user.inputs.every((x) => x.types.length === 1)) return undefined
  if (!declared.length) return timesZero(n, user, k, flow)
  const [value, ...operands] = frame.valuesOf([user, ...user.inputs])
  if (operands.some((x) => x.length !== value.length && x.length !== 1)) return undefined
  const holds = (h: Hazard, i: number): boolean =>
    h.at(
      operands.map((x) => x[x.length === 1 ? 0 : i]),
      value[i],
    )
  for (const hazard of declared) {
    const hits = value.filter((_, i) => holds(hazard, i)).length
    // Places that no gradient reaches from behind need no reason of their own.
    if (
      !hits ||
      (hits < value.length && !excused(user, flow, value.length, (i) => holds(hazard, i)))
    )
      continue
    const fix = expressions.fill(hazard.fix, user)
    const where =
      hits === value.length ? everywhere(hits) : `in ${count(hits, value.length)} places`
    return {
      from: n,
      to: user,
      kind: hazard.operand === undefined ? "dead" : "zero",
      pattern: hazard.pattern,
      reason: `${expressions.of(user)}: ${where}. ${hazard.why}`,
      ...(fix ? { fix } : {}),
    }
  }
  return undefined
}
/** A product, of whatever form, whose other operand is 0 in all places. */
function timesZero(
  n: Tensor,
  user: Tensor,
  k: number,
  { frame, expressions }: Flow,
): Cut | undefined {
  if (user.op.linear !== "each" || user.inputs.length !== 2) return undefined
  const other = user.inputs[1 - k]
  if (!frame.valuesOf([other])[0].every((v) => v === 0)) return undefined
  const text = expressions.operand(user, 1 - k) ?? "its other operand"
  return {
    from: n,
    to: user,
    kind: "zero",
    pattern: "multiplied by 0",
    reason: `${expressions.of(user)}: ${text} is 0 ${everywhere(other.size)}, so nothing passes to what it is multiplied with.`,
  }
}
const everywhere = (n: number): string =>
  n === 1 ? "here" : `in all ${n.toLocaleString("en")} places`

/** Whether the cotangent is 0 wherever the hazard does not hold. */
function excused(
  user: Tensor,
  { frame }: Flow,
  size: number,
  holds: (i: number) => boolean,
): boolean {
  const whole = frame.graph.table.notes.cotangents.get(user)
  if (!whole || isConstant(whole) || !frame.knows(whole)) return false
  const [g] = frame.valuesOf([whole])
  // Where nothing at all comes from behind, the cut is further on.
  return g.length === size && g.some((v) => v !== 0) && g.every((v, i) => v === 0 || holds(i))
}
