/** @file A graph as text formats see it: named nodes in nested scopes, edges, phases. Constants and views stay in labels. */

import { through } from "../layout/boxes.ts"
import type { Prepared } from "../layout/fold.ts"
import { prepare } from "../layout/fold.ts"
import { isLeaf } from "../layout/model.ts"
import type { ScopeNode } from "../layout/scopes.ts"
import { typeOf } from "../paint/labels.ts"
import { application, nameNodes, reference } from "../paint/names.ts"
import type { GraphLike, Phase } from "../payload.ts"

export interface OutlineNode {
  readonly id: string
  readonly title: string
  readonly type: string
  readonly phase: Phase
  readonly leaf: boolean
  readonly output: boolean
}
export interface OutlineScope {
  readonly id: string
  readonly name: string
  readonly nodes: readonly OutlineNode[]
  readonly scopes: readonly OutlineScope[]
}
export interface Outline {
  readonly title: string
  readonly root: OutlineScope
  readonly edges: readonly (readonly [from: string, to: string])[]
}

/** Reads a document. Nodes stand in program order, each in its innermost scope. */
export function outlineOf(doc: GraphLike): Outline {
  const prepared = prepare(doc, Number.POSITIVE_INFINITY)
  const shown = doc.nodes.op.flatMap((_, n) => (prepared.model.folded[n] ? [] : [n]))
  const edges = new Set<string>()
  for (const to of shown)
    for (const input of prepared.model.nodes[to].inputs) {
      const from = input < doc.nodes.op.length ? through(prepared.model, input) : -1
      if (from >= 0 && from < doc.nodes.op.length) edges.add(`n${from} n${to}`)
    }
  return {
    title: doc.title ?? "graph",
    root: scopesOf(prepared, shown),
    edges: [...edges].map((edge) => edge.split(" ") as [string, string]),
  }
}

function scopesOf(prepared: Prepared, shown: readonly number[]): OutlineScope {
  const { model, tree } = prepared
  const names = nameNodes(model, tree, false)
  const inside = new Map<ScopeNode, OutlineNode[]>()
  for (const n of shown) {
    const node = model.nodes[n]
    const called = names.of[n] || reference(names, n)
    const { text } = application(names, n)
    const title = isLeaf(node) ? called : called && called !== text ? `${called} = ${text}` : text
    const made: OutlineNode = {
      id: `n${n}`,
      title: title || node.op,
      type: typeOf(model, n),
      phase: node.phase,
      leaf: isLeaf(node),
      output: model.outputs.includes(n),
    }
    const scope = tree.scopeOf[n]
    inside.set(scope, [...(inside.get(scope) ?? []), made])
  }
  let count = 0
  const build = (scope: ScopeNode): OutlineScope => ({
    id: `s${count++}`,
    name: scope.name,
    nodes: inside.get(scope) ?? [],
    scopes: scope.children.map(build),
  })
  return build(tree.root)
}
