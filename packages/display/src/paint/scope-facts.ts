/** @file What a scope holds as a whole: operations, parameters, bytes saved for the backward pass. */
import { formatBytes, formatCount } from "../format.ts"
import type { Prepared } from "../layout/fold.ts"
import { isLeaf, operationsIn } from "../layout/model.ts"
import type { ScopeNode } from "../layout/scopes.ts"
import { parametersIn, turnsText } from "./labels.ts"

/** Sums over a scope and all scopes in it. */
export interface ScopeFacts {
  ops: number
  /** Elements of the parameters that stand in it. */
  parameters: number
  /** Bytes. */
  saved: number
}

/** Facts of every scope, the root included. Linear in nodes times depth. */
export function scopeFacts({ model, tree }: Prepared): ReadonlyMap<ScopeNode, ScopeFacts> {
  const facts = new Map<ScopeNode, ScopeFacts>()
  for (const scope of [tree.root, ...tree.scopes])
    facts.set(scope, { ops: 0, parameters: 0, saved: 0 })
  const add = (node: number, what: keyof ScopeFacts, amount: number) => {
    for (let s: ScopeNode | undefined = tree.scopeOf[node]; s; s = s.parent) {
      const sums = facts.get(s)
      if (sums) sums[what] += amount
    }
  }
  for (const node of model.nodes) {
    if (node.phase !== "fwd" || model.folded[node.id]) continue
    add(node.id, "ops", operationsIn(node))
    add(node.id, "parameters", parametersIn(model, node.id))
  }
  for (const { node, bytes, policy } of model.doc.residuals)
    if (policy === "saved" && !isLeaf(model.nodes[node])) add(node, "saved", bytes)
  return facts
}

/** `17 ops · 65.5k params · saved 256 KiB`. */
export function scopeFactsText(scope: ScopeNode, facts: ScopeFacts): string {
  const { ops, parameters, saved } = facts
  return [
    turnsText(scope),
    `${formatCount(ops)} op${ops === 1 ? "" : "s"}`,
    parameters > 0 ? `${formatCount(parameters)} params` : "",
    saved > 0 ? `saved ${formatBytes(saved)}` : "",
  ]
    .filter(Boolean)
    .join(" · ")
}
