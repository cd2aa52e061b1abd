/** @file Which boxes a graph has for a set of open scopes, and which edges join them; no coordinates. */
import type { GraphModel, ModelNode } from "./model.ts"
import { isLeaf } from "./model.ts"
import { type Closed, closedAt, type Repeat, type ScopeNode, type ScopeTree } from "./scopes.ts"

/** Where a box stands. The leaf column holds chips; the right column backward, tangent or recomputed boxes. */
export type Column = "leaf" | "forward" | "backward" | "update"

/** `op` is one node, `rule` all nodes of one derivative, `scope` a closed scope, `result` a returned gradient. */
export type BoxKind = "op" | "leaf" | "rule" | "scope" | "result"

export interface Box {
  /** Stable over layouts: what views save and hit regions report. */
  readonly key: string
  readonly kind: BoxKind
  readonly column: Column
  /** The node of an op or leaf, the forward node of a rule, the leaf of a result; -1 for a scope. */
  readonly node: number
  readonly members: number[]
  readonly scope: ScopeNode
  readonly run: Repeat | undefined
  readonly rest: boolean
  /** What to toggle to open it; undefined when it has nothing inside. */
  readonly opens: string | undefined
  /** Boxes with one pair key share a row: an op, its derivative, its update. */
  readonly pair: string
  x: number
  y: number
  w: number
  h: number
}

export type EdgeKind = "forward" | "backward" | "update" | "leaf" | "residual"

export interface Edge {
  readonly from: number
  readonly to: number
  readonly kind: EdgeKind
  /** Nodes whose values it carries. */
  readonly values: number[]
  /** Polyline; empty when nothing is drawn. */
  points: readonly Point[]
}

export type Point = readonly [x: number, y: number]

export interface Boxes {
  readonly boxes: Box[]
  /** Box of each node; -1 for folded ones. */
  readonly boxOf: Int32Array
}

interface Spec {
  key: string
  kind: BoxKind
  column: Column
  node: number
  scope: ScopeNode
  closed?: Closed
  opens?: string
  pair: string
}

const COLUMN = {
  fwd: "forward",
  bwd: "backward",
  recompute: "backward",
  jvp: "backward",
  update: "update",
} as const

/** Makes the boxes. `expanded` holds keys of rule boxes that show their nodes one by one. */
export function makeBoxes(
  model: GraphModel,
  tree: ScopeTree,
  open: ReadonlySet<string>,
  expanded: ReadonlySet<string>,
): Boxes {
  const { nodes, folded } = model
  const boxes: Box[] = []
  const byKey = new Map<string, number>()
  const boxOf = new Int32Array(nodes.length).fill(-1)
  const closed = closedCache(tree, open)
  const put = (node: number, spec: Spec) => {
    let at = byKey.get(spec.key)
    if (at === undefined) {
      at = boxes.length
      byKey.set(spec.key, at)
      boxes.push(newBox(spec))
    }
    boxes[at].members.push(node)
    if (spec.kind !== "result") boxOf[node] = at
  }
  for (const node of nodes) {
    if (folded[node.id]) continue
    const owner = ownerOf(model, node)
    const scope = tree.scopeOf[owner.id]
    put(node.id, specOf(node, owner, scope, closed(scope), expanded))
  }
  for (const out of model.outputs) {
    const leaf = nodes[model.gradOf[out]]
    if (!leaf || leaf.id === out || nodes[out].phase === "fwd" || !isLeaf(leaf)) continue
    const scope = tree.scopeOf[leaf.id]
    put(out, resultSpec(leaf, scope, closed(scope)))
  }
  return { boxes, boxOf }
}

function closedCache(
  tree: ScopeTree,
  open: ReadonlySet<string>,
): (scope: ScopeNode) => Closed | undefined {
  const cache = new Map<ScopeNode, Closed | undefined>([[tree.root, undefined]])
  return (scope) => {
    if (!cache.has(scope)) cache.set(scope, closedAt(scope, open))
    return cache.get(scope)
  }
}

/** The derivative of a folded node belongs to the node that folded it in. */
function ownerOf(model: GraphModel, node: ModelNode): ModelNode {
  let owner = node.owner
  while (model.folded[owner]) {
    const next = model.user[owner]
    if (next < 0 || model.nodes[next].phase !== "fwd") break
    owner = next
  }
  return model.folded[owner] ? node : model.nodes[owner]
}

function specOf(
  node: ModelNode,
  owner: ModelNode,
  scope: ScopeNode,
  closed: Closed | undefined,
  expanded: ReadonlySet<string>,
): Spec {
  const column = COLUMN[node.phase]
  if (closed) {
    const key = `${closed.key}#${node.phase}`
    return {
      key,
      kind: "scope",
      column,
      node: -1,
      scope: closed.scope,
      closed,
      opens: closed.key,
      pair: closed.key,
    }
  }
  const pair = `n${owner.id}`
  if (node.phase === "fwd") {
    const leaf = isLeaf(node)
    return {
      key: `n${node.id}`,
      kind: leaf ? "leaf" : "op",
      column: leaf ? "leaf" : column,
      node: node.id,
      scope,
      pair,
    }
  }
  const key = `n${owner.id}#${node.phase}${node.order > 1 ? node.order : ""}`
  if (!expanded.has(key) || node.virtual) {
    return {
      key,
      kind: "rule",
      column,
      node: owner.id,
      scope,
      opens: node.virtual ? undefined : key,
      pair,
    }
  }
  return { key: `${key}/${node.id}`, kind: "op", column, node: node.id, scope, opens: key, pair }
}

function resultSpec(leaf: ModelNode, scope: ScopeNode, closed: Closed | undefined): Spec {
  const of = closed ? closed.key : `n${leaf.id}`
  return {
    key: `${of}#result`,
    kind: "result",
    column: "update",
    node: leaf.id,
    scope,
    closed,
    opens: closed?.key,
    pair: of,
  }
}

function newBox(spec: Spec): Box {
  const { closed, ...rest } = spec
  return {
    ...rest,
    opens: spec.opens,
    members: [],
    run: closed?.run,
    rest: closed?.rest ?? false,
    x: 0,
    y: 0,
    w: 0,
    h: 0,
  }
}

/** The node behind folded views; -1 behind a folded constant. */
export function through(model: GraphModel, node: number): number {
  while (node >= 0 && model.folded[node]) node = model.nodes[node].inputs[0] ?? -1
  return node
}

/** Joins boxes by what flows between them, one edge for each pair of boxes. */
export function makeEdges(model: GraphModel, { boxes, boxOf }: Boxes): Edge[] {
  const edges: Edge[] = []
  const seen = new Map<number, Edge>()
  const join = (from: number, to: number, value: number) => {
    if (from < 0 || to < 0 || from === to) return
    const known = seen.get(from * boxes.length + to)
    if (known) {
      if (!known.values.includes(value)) known.values.push(value)
      return
    }
    const kind = edgeKind(boxes[from], boxes[to])
    if (!kind) return
    const edge: Edge = { from, to, kind, values: [value], points: [] }
    seen.set(from * boxes.length + to, edge)
    edges.push(edge)
  }
  for (const node of model.nodes) {
    const to = boxOf[node.id]
    if (to < 0) continue
    for (const input of node.inputs) {
      const value = through(model, input)
      if (value >= 0) join(boxOf[value], to, value)
    }
  }
  boxes.forEach((box, to) => {
    if (box.kind !== "result") return
    for (const member of box.members) {
      const value = through(model, model.cotangent[model.gradOf[member]])
      if (value >= 0) join(boxOf[value], to, value)
    }
  })
  return edges
}

/** A parameter that enters its own update is not drawn: they stand in one row. */
function edgeKind(from: Box, to: Box): EdgeKind | undefined {
  if (to.column === "update")
    return from.column === "backward" || from.column === "update" ? "update" : undefined
  if (from.column === "update") return undefined
  if (from.column === "backward") return to.column === "backward" ? "backward" : undefined
  if (to.column === "backward") return "residual"
  return from.column === "leaf" ? "leaf" : "forward"
}
