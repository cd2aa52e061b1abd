/**
 * @file How much of a graph is stored in a notebook (D8.3): at most 100 KB for every 1,000 nodes and 1 MB in all. The
 * deepest scopes of a larger one are left out, and a kernel gives them scope by scope.
 */
import { type ScopeNode, scopesBelow } from "../layout/scopes.ts"
import type { GradientDoc, GraphLike } from "../payload.ts"
import { findingsOf } from "../report/findings.ts"
import { stageOf } from "../report/stages.ts"
import { scopesToLeaveOut } from "./choose.ts"
import { type Placed, placed, placedAgain } from "./places.ts"
import { without } from "./summarise.ts"
import { weightsOf } from "./weights.ts"

/** Characters of one payload. */
export const MOST_STORED = 1_000_000
/** Characters for each node of a graph; every graph may have those of a thousand nodes. */
const PER_NODE = 100
/** Attempts to meet the limit exactly: the weights of nodes are estimates. */
const ATTEMPTS = 8

/** Characters that the payload of a graph may have; what is known of its values beside counts to the whole alone. */
export const limitOf = ({ nodes, schema }: GraphLike): number =>
  schema.kind === "graph"
    ? Math.min(MOST_STORED, PER_NODE * Math.max(1_000, nodes.op.length))
    : MOST_STORED

/** What of a document is stored, and the whole when that is more. */
export interface Stored<D extends GraphLike> {
  readonly doc: D
  /** Numbers its scopes as the parts do. */
  readonly whole?: D
}

/** Leaves scopes out of a document until it is as small as a payload must be; a small one stays as it is. */
export function stored<D extends GraphLike>(doc: D, limit = limitOf(doc)): Stored<D> {
  if (JSON.stringify(doc).length <= limit) return { doc }
  const traced = doc.passes?.length ? asTraced(doc, doc.passes.length) : doc
  if (JSON.stringify(traced).length <= limit) return { doc: traced }
  const whole = placed(traced)
  return { doc: fitting(whole, [], limit), whole: whole.doc }
}

/** A compiled program before its passes, and without what they made. */
function asTraced<D extends GraphLike>(doc: D, passes: number): D {
  const traced = stageOf(doc, 0).doc
  return {
    ...traced,
    whole: { nodes: traced.nodes.op.length, scopes: 0, passes },
  } as GraphLike as D
}

/**
 * The part of a whole that is stored, with what stands in some scopes more; of each as much as a payload may have.
 *
 * @param whole a document of {@link stored}
 * @param wanted numbers of its scopes, a scope before those inside of it; others are passed over
 */
export function partWith<D extends GraphLike>(
  whole: D,
  wanted: readonly number[],
  limit = limitOf(whole),
): D {
  return fitting(placedAgain(whole), wanted, limit)
}

/** Leaves out more until the text itself fits; that of the wanted scopes comes on top. */
function fitting<D extends GraphLike>(
  whole: Placed<D>,
  wanted: readonly number[],
  limit: number,
): D {
  const scopes = new Weighed(whole)
  let room = limit - scopes.fixed
  let least = scopes.leaveOut(room)
  let doc = without(whole, least)
  for (let k = 0; k < ATTEMPTS; k++) {
    const over = JSON.stringify(doc).length - limit
    if (over <= 0) break
    room -= over + limit / 100
    least = scopes.leaveOut(room)
    doc = without(whole, least)
  }
  const more = scopes.withWanted(least, wanted, limit)
  const part = more === least ? doc : without(whole, more)
  return {
    ...part,
    whole: { ...whole.doc.whole, nodes: whole.doc.nodes.op.length, scopes: more.size },
  }
}

/** The scopes of a document with the characters that they take. */
class Weighed {
  /** Characters that no choice of scopes changes: sources, rules, code. */
  readonly fixed: number
  readonly #whole: Placed
  readonly #own = new Map<ScopeNode, number>()
  readonly #kept: ReadonlySet<ScopeNode>

  constructor(whole: Placed) {
    this.#whole = whole
    const weights = weightsOf(whole.doc)
    weights.forEach((weight, n) => {
      const scope = whole.scopeOf[n]
      this.#own.set(scope, this.#of(scope) + weight)
    })
    const { root } = whole.tree
    this.fixed =
      JSON.stringify(whole.doc).length - weights.reduce((sum, w) => sum + w, 0) + this.#of(root)
    this.#kept = new Set(spokenOf(whole.doc).map((n) => whole.scopeOf[n]))
  }

  /** What is left out so that everything takes so many characters. */
  leaveOut(room: number): Set<ScopeNode> {
    return scopesToLeaveOut(this.#whole.tree.root, this.#of, room, this.#kept)
  }

  /** Takes scopes in that were left out, without those inside that would be too much. */
  withWanted(out: Set<ScopeNode>, wanted: readonly number[], room: number): Set<ScopeNode> {
    const byNumber = new Map(
      scopesBelow(this.#whole.tree.root).map((scope) => [scope.index, scope]),
    )
    let more = out
    for (const number of wanted) {
      const scope = byNumber.get(number)
      if (!scope || !more.has(scope)) continue
      more = new Set([...more, ...scopesToLeaveOut(scope, this.#of, room, this.#kept)])
      more.delete(scope)
    }
    return more
  }

  readonly #of = (scope: ScopeNode): number => this.#own.get(scope) ?? 0
}

/** Nodes of which the document says more than their row: they stay. */
function spokenOf(doc: GraphLike): number[] {
  const { harms = [] } = doc as Partial<GradientDoc>
  return [
    ...harms.map((harm) => harm.node),
    ...findingsOf(doc).map((finding) => finding.node),
    ...(doc.error ? [doc.error.node] : []),
  ]
}
