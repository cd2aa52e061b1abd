/** @file Which scopes of a graph are left out of a payload: the deepest first, until it fits. */
import { type ScopeNode, scopesBelow } from "../layout/scopes.ts"

/** Characters that stand for a scope that is left out: its summaries, one for each phase. */
const SUMMARY = 400

/**
 * Scopes below `top` that are left out so that what is below it takes at most `room` characters, or as few as can be.
 * None lies in another, and none has one of `kept` in it. Deeper ones go first; of equally deep ones the repeats of
 * another, then the later.
 */
export function scopesToLeaveOut(
  top: ScopeNode,
  weightOf: (scope: ScopeNode) => number,
  room: number,
  kept: ReadonlySet<ScopeNode>,
): Set<ScopeNode> {
  const scopes = scopesBelow(top)
  const weight = new Map<ScopeNode, number>()
  for (const scope of [...scopes].reverse()) {
    const inner = scope.children.reduce((sum, child) => sum + (weight.get(child) as number), 0)
    weight.set(scope, weightOf(scope) + inner)
  }
  const left = new Set<ScopeNode>()
  let total = scopes.reduce((sum, scope) => sum + weightOf(scope), 0)
  for (const scope of inOrderOfLeaving(scopes)) {
    if (total <= room) break
    const saves = weightNow(scope, weightOf, weight, left) - SUMMARY
    if (saves <= 0 || kept.has(scope) || hasInside(scope, kept)) continue
    total -= saves
    left.add(scope)
  }
  return outermost(left)
}

function inOrderOfLeaving(scopes: readonly ScopeNode[]): ScopeNode[] {
  const place = new Map(scopes.map((scope, i) => [scope, i]))
  const isRepeat = (scope: ScopeNode): boolean => {
    for (let s: ScopeNode | undefined = scope; s; s = s.parent)
      if (s.run && s.runIndex > 0) return true
    return false
  }
  const repeat = new Map(scopes.map((scope) => [scope, isRepeat(scope) ? 1 : 0]))
  const of = <T>(map: Map<ScopeNode, T>, scope: ScopeNode) => map.get(scope) as T
  return [...scopes].sort(
    (a, b) => b.depth - a.depth || of(repeat, b) - of(repeat, a) || of(place, b) - of(place, a),
  )
}

/** What is still stored of a scope; those in it are decided before it. */
function weightNow(
  scope: ScopeNode,
  weightOf: (scope: ScopeNode) => number,
  weight: Map<ScopeNode, number>,
  left: ReadonlySet<ScopeNode>,
): number {
  const now = scope.children.reduce(
    (sum, child) => sum + (left.has(child) ? SUMMARY : (weight.get(child) as number)),
    weightOf(scope),
  )
  weight.set(scope, now)
  return now
}

function hasInside(scope: ScopeNode, kept: ReadonlySet<ScopeNode>): boolean {
  for (const one of kept) for (let s = one.parent; s; s = s.parent) if (s === scope) return true
  return false
}

function outermost(left: ReadonlySet<ScopeNode>): Set<ScopeNode> {
  const isInner = (scope: ScopeNode): boolean => {
    for (let s = scope.parent; s; s = s.parent) if (left.has(s)) return true
    return false
  }
  return new Set([...left].filter((scope) => !isInner(scope)))
}
