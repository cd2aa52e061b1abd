/** @file What the forward pass keeps for the backward pass, and what `checkpoint` around a scope would change. */
import type { GraphModel } from "../layout/model.ts"
import { isLeaf } from "../layout/model.ts"
import { savedPerTurn } from "../paint/labels.ts"
import type { GraphLike, Residual } from "../payload.ts"
import { bytesOf } from "./kernels.ts"

export interface SavedReport {
  /** Largest first. */
  readonly values: readonly SavedValue[]
  readonly bytes: number
  /** Scopes that keep something, the one that `checkpoint` would shrink most first. */
  readonly scopes: readonly SavedScope[]
}
export interface SavedValue {
  readonly node: number
  readonly bytes: number
  /** Forward nodes in whose derivative it is read. */
  readonly readers: readonly number[]
  readonly recomputed: boolean
  /** `8 B × 3 turns` of what a loop carries; "" for other values. */
  readonly turns: string
}
/** `checkpoint` keeps what comes into a scope and computes what is inside again. */
export interface SavedScope {
  readonly name: string
  /** Bytes kept of the values inside. */
  readonly bytes: number
  /** Bytes kept with `checkpoint` around it: what comes in, and what is read from outside. */
  readonly after: number
  /** Operations that would be computed again. */
  readonly operations: number
  /** Their arithmetic, where it is known. */
  readonly flops: number
  readonly nodes: readonly number[]
}

/** The ledger of a document. */
export function savedReport(model: GraphModel): SavedReport {
  const { doc } = model
  const perTurn = savedPerTurn(model)
  const values = doc.residuals
    .map((r) => ({
      node: r.node,
      bytes: r.bytes,
      readers: readersOf(doc, r),
      recomputed: r.policy === "recomputed",
      turns: (r.policy === "saved" && perTurn.get(r.node)) || "",
    }))
    .sort((a, b) => b.bytes - a.bytes || a.node - b.node)
  const kept = values.filter((v) => !v.recomputed)
  return {
    values,
    bytes: sum(kept),
    scopes: doc.scopes
      .map((_, scope) => scopeReport(model, scope, kept))
      .filter((s) => s.bytes > 0)
      .sort((a, b) => b.bytes - b.after - (a.bytes - a.after)),
  }
}
const sum = (values: readonly { readonly bytes: number }[]): number =>
  values.reduce((total, { bytes }) => total + bytes, 0)
const readersOf = ({ nodes }: GraphLike, { users }: Residual): number[] => [
  ...new Set(users.map((u) => nodes.dual?.[u] ?? -1).filter((n) => n >= 0)),
]

function scopeReport(model: GraphModel, scope: number, kept: readonly SavedValue[]): SavedScope {
  const { doc, nodes } = model
  const within = scopesWithin(doc, scope)
  const inside = (n: number): boolean => within.has(doc.nodes.scope[n])
  const work = nodes.filter(
    (n) => !n.virtual && n.phase === "fwd" && inside(n.id) && !isLeaf(n) && !model.folded[n.id],
  )
  const mine = kept.filter((v) => inside(v.node))
  const stays = mine.filter((v) => v.readers.some((r) => !inside(r)))
  const entering = new Set(work.flatMap((n) => n.inputs.map((i) => sourceOf(model, i))))
  const added = [...entering].filter(
    (n) => !inside(n) && !isLeaf(nodes[n]) && !kept.some((v) => v.node === n),
  )
  const size = new Map(kept.map((v) => [v.node, v.bytes]))
  return {
    name: doc.strings[doc.scopes[scope].name] ?? "",
    bytes: sum(mine),
    after: sum(stays) + added.reduce((total, n) => total + (size.get(n) ?? bytesOf(doc, n)), 0),
    operations: work.length,
    flops: work.reduce((total, n) => total + (doc.nodes.flops?.[n.id] ?? 0), 0),
    nodes: work.map((n) => n.id),
  }
}
/** Views share the memory of what they show. */
function sourceOf({ folded, nodes }: GraphModel, node: number): number {
  let n = node
  while (folded[n] && nodes[n].inputs.length) n = nodes[n].inputs[0]
  return n
}
function scopesWithin({ scopes }: GraphLike, scope: number): ReadonlySet<number> {
  const within = new Set([scope])
  scopes.forEach(({ parent }, i) => {
    if (within.has(parent)) within.add(i)
  })
  return within
}
