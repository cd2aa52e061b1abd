/**
 * @file A graph document with the scopes of the picture: groups of a long program are scopes of the document, and every
 * node stands in the scope of its box. What is left out of a payload is left out by these scopes.
 */
import { Strings } from "../build.ts"
import { ownerOf } from "../layout/boxes.ts"
import { type Prepared, prepare } from "../layout/fold.ts"
import { type ScopeNode, scopesBelow } from "../layout/scopes.ts"
import type { GraphLike, Scope } from "../payload.ts"

/** A document in which `tree.scopes` and `doc.scopes` are the same, with the scope of each node's box. */
export interface Placed<D extends GraphLike = GraphLike> extends Prepared {
  readonly doc: D
  /** Of every node of the model; those that are not in the document come last. */
  readonly scopeOf: readonly ScopeNode[]
}

/** Writes the scopes of the picture into a document. Idempotent. */
export function placed<D extends GraphLike>(doc: D): Placed<D> {
  const before = prepare(doc)
  const scopes = scopesBelow(before.tree.root)
  const number = new Map(scopes.map((scope, i) => [scope, i]))
  const strings = new Strings(doc.strings)
  const numberOf = (scope: ScopeNode | undefined) => (scope && number.get(scope)) ?? -1
  const written = scopes.map((scope): Scope => {
    const old = doc.scopes[scope.index]
    const first = scope.run && scope.runIndex > 0 ? numberOf(scope.run.members[0]) : -1
    return {
      name: strings.number(scope.name),
      parent: numberOf(scope.parent),
      kind: scope.kind === "group" ? "named" : scope.kind,
      loc: old?.loc ?? -1,
      ...(first >= 0 ? { repeatOf: first } : {}),
      ...(scope.turns === undefined ? {} : { turns: scope.turns }),
    }
  })
  const scope = scopesOfBoxes(before).slice(0, doc.nodes.op.length).map(numberOf)
  const result = { ...doc, strings: strings.list, scopes: written, nodes: { ...doc.nodes, scope } }
  return placedAgain(result)
}

/** A document that {@link placed} has written. */
export function placedAgain<D extends GraphLike>(doc: D): Placed<D> {
  const prepared = prepare(doc)
  return { doc, ...prepared, scopeOf: scopesOfBoxes(prepared) }
}

function scopesOfBoxes({ model, tree }: Prepared): ScopeNode[] {
  return model.nodes.map((node) => tree.scopeOf[ownerOf(model, node).id])
}
