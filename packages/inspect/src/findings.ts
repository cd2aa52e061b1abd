/** @file What is wrong with a run: where NaN and infinity begin, wrong rules, gradients that are zero, vanish or explode. */
import type { Site, Tensor } from "@defnote/core"
import { type Cut, cutsOf, type Flow } from "./cut.ts"
import { count, explain } from "./explain.ts"
import type { Frame } from "./frame.ts"
import { driftsOf, type Gains } from "./gain.ts"
import type { LocalCheck } from "./local-check.ts"
import { type Origin, originOf } from "./origin.ts"

export interface Finding {
  readonly kind: "nan" | "inf" | "overflow" | "wrong-rule" | "zero-grad" | "vanishing" | "exploding"
  readonly direction: "forward" | "backward"
  /** The node of the program; where it begins inside a loop or a branch, the node that holds it. */
  readonly node: Tensor
  /** Where it is written, and the text that stands there; an input is called by its name. */
  readonly site: Site | undefined
  readonly expression: string
  /** What people call it. */
  readonly pattern: string
  readonly reason: string
  /** Nodes of the program that it runs through, origin first. */
  readonly chain: readonly Tensor[]
  /** Code that avoids it. */
  readonly fix?: string
  /** Of a zero gradient: the edges at which it stops. */
  readonly cuts?: readonly Cut[]
}
/** What is known of the run. */
export interface Seen extends Flow {
  readonly gains: Gains
  readonly checks: ReadonlyMap<Tensor, LocalCheck>
}

/** Worst first. A run that is not finite has one finding: all the rest may follow from it. */
export function findings(seen: Seen): Finding[] {
  const origin = originOf(seen.frame)
  if (origin) return [notFinite(origin, seen)]
  return [...wrongRules(seen), ...zeroGradients(seen), ...drifting(seen)]
}

function notFinite(origin: Origin, { frame, expressions }: Seen): Finding {
  const { inner, node } = origin
  const texts = inner === node ? expressions : expressions.inside
  const { backward, ...words } = explain(origin, texts)
  return {
    ...words,
    direction: backward ? "backward" : "forward",
    node,
    site: texts.siteOf(inner),
    expression: texts.of(inner),
    chain: spread(frame, node),
  }
}
/** The bad nodes from the origin to a result, the shortest way. */
function spread(frame: Frame, origin: Tensor): Tensor[] {
  const before = new Map<Tensor, Tensor | undefined>([[origin, undefined]])
  let end = origin
  for (const n of before.keys()) {
    end = n
    if (frame.graph.outputs.includes(n)) break
    for (const u of frame.users(n))
      if (!before.has(u) && (frame.isBad(u) || u.types.length > 1)) before.set(u, n)
  }
  const chain: Tensor[] = []
  for (let n: Tensor | undefined = end; n; n = before.get(n)) chain.unshift(n)
  return chain
}

function wrongRules({ checks, expressions }: Seen): Finding[] {
  return [...checks].flatMap(([node, check]) => {
    if (check.verdict !== "wrong") return []
    const { pattern, reason, fix } = check.diagnosis ?? {
      pattern: "wrong derivative",
      reason: "It disagrees with finite differences.",
    }
    const found: Finding = {
      kind: "wrong-rule",
      direction: "backward",
      node,
      site: expressions.siteOf(node),
      expression: expressions.of(node),
      pattern,
      reason: `The derivative of ${expressions.of(node)} is wrong by ${percent(check.rel)} along a random direction. ${reason}`,
      chain: [node],
      ...(fix ? { fix } : {}),
    }
    return [found]
  })
}
const percent = (rel: number): string =>
  rel >= 0.01 ? `${Math.round(100 * rel)} %` : `${(100 * rel).toPrecision(1)} %`

/** One finding for each parameter without a gradient, those that nothing reads last. */
function zeroGradients(seen: Seen): Finding[] {
  const isUnused = ([, [cut]]: readonly [Tensor, readonly Cut[]]): number =>
    Number(cut.kind === "unused")
  const found = [...cutsOf(seen)].sort((a, b) => isUnused(a) - isUnused(b))
  return found.map(([p, cuts]) => {
    const [first] = cuts
    const { expressions } = seen
    const at = first.inner ?? first.to
    const more =
      cuts.length > 1
        ? ` All ${count(cuts.length, cuts.length).split(" ")[0]} ways from it to the result are cut.`
        : ""
    return {
      kind: "zero-grad",
      direction: "backward",
      node: first.to,
      site: expressions.siteOf(at),
      expression: expressions.of(at),
      pattern: first.pattern,
      reason: `No gradient reaches ${expressions.of(p)}. ${first.reason}${more}`,
      chain: first.to === p ? [p] : [first.to, first.from, ...(first.from === p ? [] : [p])],
      ...(first.fix ? { fix: first.fix } : {}),
      cuts,
    }
  })
}

function drifting({ frame, wanted, gradientOf, gains, expressions }: Seen): Finding[] {
  const found = new Map<Tensor, Finding>()
  for (const { node, kind, reason, fix, chain } of driftsOf(
    frame,
    wanted,
    gradientOf,
    gains,
    expressions,
  ))
    if (!found.has(node))
      found.set(node, {
        kind,
        direction: "backward",
        node,
        site: expressions.siteOf(node),
        expression: expressions.of(node),
        pattern: `${kind} gradient`,
        reason,
        fix,
        chain,
      })
  return [...found.values()]
}
