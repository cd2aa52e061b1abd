/** @file A graph document without what stands in some scopes: summaries stand for it, everything else is renumbered. */
import { buildGraph, type NodeRow } from "../build.ts"
import { leafOf } from "../layout/boxes.ts"
import { isLeaf, operationsIn } from "../layout/model.ts"
import type { ScopeNode } from "../layout/scopes.ts"
import { isParameter } from "../paint/labels.ts"
import { sizeOf } from "../paint/names.ts"
import type { GraphLike, Loc, OutType, Residual, Scope, Summary } from "../payload.ts"
import type { Placed } from "./places.ts"
import { renumbered } from "./renumber.ts"
import { type Order, orderWithout, type Segment } from "./segments.ts"

/** What the operation of a summary is called. */
const NOT_STORED = "not stored"

/** What every row of the smaller document is made with. */
interface Context {
  readonly whole: Placed
  readonly items: Order["items"]
  readonly placeOf: Int32Array
  readonly scopes: ScopeNumbers
  readonly locs: Locs
  /** The first forward summary of each scope: its derivatives stand in its row. */
  readonly firstOf: ReadonlyMap<ScopeNode, number>
}

/**
 * The document without the nodes of some scopes.
 *
 * @param out scopes of `whole.tree`, none of them inside another
 */
export function without<D extends GraphLike>(whole: Placed<D>, out: ReadonlySet<ScopeNode>): D {
  const { doc, model } = whole
  const leftOut = outermostIn(out)
  const { items, placeOf } = orderWithout(model, (n) => leftOut(whole.scopeOf[n]))
  const [scopes, locs] = [new ScopeNumbers(whole, leftOut), new Locs(doc)]
  const context = { whole, items, placeOf, scopes, locs, firstOf: firstForward(items) }
  const rows = items.map((item) =>
    typeof item === "number" ? rowOf(context, item) : summaryRow(context, item),
  )
  const built = buildGraph({
    ...partsOf(context, rows),
    scopes: scopes.list(locs),
    locs: locs.list,
  })
  const first = (item: number | Segment) => (typeof item === "number" ? item : item.members[0])
  return {
    ...renumbered(doc, placeOf, items),
    ...built,
    schema: doc.schema,
    residuals: residualsOf(doc, placeOf),
    nodes: { ...built.nodes, id: items.map(first) },
    summaries: summariesOf(context, leftOut),
  } as GraphLike as D
}

function firstForward(items: Order["items"]): Map<ScopeNode, number> {
  const first = new Map<ScopeNode, number>()
  items.forEach((item, at) => {
    if (typeof item === "number" || item.phase !== "fwd" || first.has(item.scope)) return
    first.set(item.scope, at)
  })
  return first
}

/** Operations, rules and the error, as far as rows have them. */
function partsOf({ whole: { doc }, placeOf, locs }: Context, rows: readonly NodeRow[]) {
  const used = new Set(rows.map((row) => row.op))
  const ruled = new Set(rows.map((row) => row.rule))
  const { title, sources, error } = doc
  const ops = (doc.ops ?? []).map((info) => ({ ...info, op: doc.strings[info.op] }))
  return {
    title,
    sources,
    nodes: rows,
    ops: [...ops, { op: NOT_STORED, text: NOT_STORED }].filter((info) => used.has(info.op)),
    rules: doc.rules.filter((rule) => ruled.has(rule.id)),
    ...(error
      ? { error: { ...error, node: placeOf[error.node], loc: locs.number(error.loc) } }
      : {}),
  }
}

/** The scope of a set that is around a scope, each looked up once. */
function outermostIn(
  out: ReadonlySet<ScopeNode>,
): (scope: ScopeNode | undefined) => ScopeNode | undefined {
  const known = new Map<ScopeNode | undefined, ScopeNode | undefined>([[undefined, undefined]])
  const find = (scope: ScopeNode | undefined): ScopeNode | undefined => {
    if (!known.has(scope))
      known.set(scope, find(scope?.parent) ?? (out.has(scope!) ? scope : undefined))
    return known.get(scope)
  }
  return find
}

function rowOf({ whole: { doc }, placeOf, scopes, locs }: Context, n: number): NodeRow {
  const { nodes, strings, rules } = doc
  const at = (column: readonly number[] | undefined) => placeOf[column?.[n] ?? -1]
  return {
    op: strings[nodes.op[n]],
    name: strings[nodes.name?.[n] ?? -1],
    inputs: nodes.inputs[n].map((i) => placeOf[i]),
    ...(nodes.ports ? { ports: nodes.ports[n] } : {}),
    outs: nodes.outs[n].map((out) => namedOut(out, strings)),
    phase: nodes.phase[n],
    scope: scopes.number(nodes.scope[n]),
    loc: locs.number(nodes.loc[n]),
    dual: at(nodes.dual),
    grad: at(nodes.grad),
    rule: rules[nodes.rule?.[n] ?? -1]?.id,
    attrs: nodes.attrs?.[n] ?? undefined,
    flops: nodes.flops?.[n],
  }
}

const namedOut = (out: OutType, strings: readonly string[]) => ({
  shape: out.shape,
  dtype: strings[out.dtype],
  ...(out.names ? { names: out.names.map((name) => strings[name] ?? null) } : {}),
})

function summaryRow(
  { whole: { doc }, placeOf, scopes, firstOf }: Context,
  { scope, phase, members, inputs }: Segment,
): NodeRow {
  const last = members[members.length - 1]
  const flops = members.reduce((sum, n) => sum + (doc.nodes.flops?.[n] ?? 0), 0)
  const forward = phase === "fwd"
  return {
    op: NOT_STORED,
    // What leaves it last is what others read of it, as a rule.
    name: forward ? doc.strings[doc.nodes.name?.[last] ?? -1] : undefined,
    inputs: [...new Set([...inputs].map((i) => placeOf[i]))],
    outs: doc.nodes.outs[last].slice(0, 1).map((out) => namedOut(out, doc.strings)),
    phase,
    scope: scopes.number(scope.index),
    ...(forward ? { grad: cotangentOf(doc, members, placeOf) } : { dual: firstOf.get(scope) }),
    flops,
  }
}

/** Where the gradient of what leaves a segment comes from. */
function cotangentOf(doc: GraphLike, members: readonly number[], placeOf: Int32Array): number {
  const last = members.findLast((n) => (doc.nodes.grad?.[n] ?? -1) >= 0) ?? -1
  return placeOf[doc.nodes.grad?.[last] ?? -1] ?? -1
}

/** What the summaries stand for. Derivatives that leave no node count to the first of their scope, as in the picture. */
function summariesOf(
  { whole, items }: Context,
  leftOut: (scope: ScopeNode) => ScopeNode | undefined,
): Summary[] {
  const handed = new Map<ScopeNode | undefined, number>()
  whole.scopeOf.slice(whole.doc.nodes.op.length).forEach((scope) => {
    handed.set(leftOut(scope), (handed.get(leftOut(scope)) ?? 0) + 1)
  })
  return items.flatMap((item, node) => {
    if (typeof item === "number") return []
    const more = item.phase === "bwd" ? (handed.get(item.scope) ?? 0) : 0
    if (more) handed.delete(item.scope)
    return [{ ...summaryOf(whole, item, node, more), ...gradientsOf(whole, item, leftOut) }]
  })
}

function summaryOf(
  { doc, model }: Placed,
  { scope, phase, members }: Segment,
  node: number,
  more: number,
): Summary {
  const real = members.filter((n) => !model.folded[n])
  const updated = new Set(real.map((n) => doc.nodes.dual?.[n] ?? -1)).size
  const ops = real.reduce((sum, n) => sum + operationsIn(model.nodes[n]), more)
  const leaves = real.filter((n) => isLeaf(model.nodes[n]) && isParameter(model, n))
  const parameters = leaves.reduce((sum, n) => sum + sizeOf(model.nodes[n].outs[0]), 0)
  const nodes = members.length
  return { node, scope: scope.index, nodes, ops: phase === "update" ? updated : ops, parameters }
}

/** How many gradients a segment gives of parameters that stand in its scope. */
function gradientsOf(
  { doc, model, scopeOf }: Placed,
  { scope, phase, members }: Segment,
  leftOut: (scope: ScopeNode) => ScopeNode | undefined,
): Pick<Summary, "gradients"> {
  if (phase === "fwd") return {}
  const returned = new Set(doc.outputs)
  const isOwn = (n: number): boolean => {
    const leaf = returned.has(n) ? leafOf(model, n) : undefined
    return leaf !== undefined && leftOut(scopeOf[leaf.id]) === scope
  }
  const gradients = members.filter(isOwn).length
  return gradients ? { gradients } : {}
}

/** What is saved of a summary is one entry with the sum of the bytes. */
function residualsOf(doc: GraphLike, placeOf: Int32Array): Residual[] {
  const merged = new Map<string, { -readonly [K in keyof Residual]: Residual[K] }>()
  for (const { node, port, users, bytes, turns, policy } of doc.residuals) {
    const at = placeOf[node]
    const places = users.map((user) => placeOf[user])
    const key = `${at} ${port} ${policy}`
    const known = merged.get(key)
    if (!known) {
      const one = { node: at, port, users: [...new Set(places)], bytes, policy }
      merged.set(key, turns === undefined ? one : { ...one, turns })
    } else {
      delete known.turns
      known.bytes += bytes
      known.users = [...new Set([...known.users, ...places])]
    }
  }
  return [...merged.values()]
}

/** Scopes that stay, numbered anew: those inside of what is left out do not. */
class ScopeNumbers {
  readonly #doc: GraphLike
  readonly #numbers: Int32Array

  constructor({ doc, tree }: Placed, leftOut: (scope: ScopeNode) => ScopeNode | undefined) {
    this.#doc = doc
    this.#numbers = new Int32Array(doc.scopes.length).fill(-1)
    const stay = tree.scopes.filter(
      (scope) => scope.index >= 0 && [undefined, scope].includes(leftOut(scope)),
    )
    stay.sort((a, b) => a.index - b.index).forEach(({ index }, i) => (this.#numbers[index] = i))
  }

  number(scope: number): number {
    return this.#numbers[scope] ?? -1
  }

  list(locs: Locs): (Omit<Scope, "name"> & { name: string })[] {
    const { scopes, strings } = this.#doc
    return scopes.flatMap(({ name, parent, kind, loc, repeatOf, turns }, i) => {
      if (this.#numbers[i] < 0) return []
      const of = this.number(repeatOf ?? -1)
      return [
        {
          name: strings[name] ?? "",
          parent: this.number(parent),
          kind,
          loc: locs.number(loc),
          ...(of >= 0 ? { repeatOf: of } : {}),
          ...(turns === undefined ? {} : { turns }),
        },
      ]
    })
  }
}

/** Places in the source that are still used. */
class Locs {
  readonly list: Loc[] = []
  readonly #doc: GraphLike
  readonly #numbers = new Map<number, number>()

  constructor(doc: GraphLike) {
    this.#doc = doc
  }

  number(loc: number): number {
    if (loc < 0) return -1
    const known = this.#numbers.get(loc)
    if (known !== undefined) return known
    const [source, start, end, parent] = this.#doc.locs[loc]
    const around = this.number(parent)
    const at = this.list.push([source, start, end, around]) - 1
    this.#numbers.set(loc, at)
    return at
  }
}
