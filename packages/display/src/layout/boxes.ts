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

const COLUMN = {
  fwd: "forward",
  bwd: "backward",
  recompute: "backward",
  jvp: "backward",
  update: "update",
} as const
const PHASE = { fwd: 0, bwd: 1, update: 2, recompute: 3, jvp: 4 } as const

/** Makes the boxes. `expanded` holds keys of rule boxes that show their nodes one by one. */
export function makeBoxes(
  model: GraphModel,
  tree: ScopeTree,
  open: ReadonlySet<string>,
  expanded: ReadonlySet<string>,
): Boxes {
  const { nodes, folded } = model
  const boxes: Box[] = []
  const boxOf = new Int32Array(nodes.length).fill(-1)
  const closed = closedCache(tree, open)
  const find = finder(boxes, expanded)
  for (const node of nodes) {
    if (folded[node.id]) continue
    const owner = ownerOf(model, node)
    const scope = tree.scopeOf[owner.id]
    const at = find(node, owner, scope, closed(scope))
    boxes[at].members.push(node.id)
    boxOf[node.id] = at
  }
  addResults(model, tree, closed, boxes)
  return { boxes, boxOf }
}

/** Gradients that the function returns, each beside its parameter, or counted where that is closed. */
function addResults(
  model: GraphModel,
  tree: ScopeTree,
  closed: (scope: ScopeNode) => Closed | undefined,
  boxes: Box[],
): void {
  const { nodes } = model
  const results = new Map<string, Box>()
  for (const out of model.outputs) {
    const leaf = nodes[out].summary?.gradients ? nodes[out] : leafOf(model, out)
    if (!leaf) continue
    const scope = tree.scopeOf[leaf.id]
    const made = resultBox(leaf, scope, closed(scope))
    const box = results.get(made.key) ?? made
    if (box === made) boxes.push(made)
    results.set(made.key, box)
    box.members.push(out)
  }
}

/** The parameter of which a returned node is the gradient; undefined when it is none. */
export function leafOf(model: GraphModel, out: number): ModelNode | undefined {
  const leaf = model.nodes[model.gradOf[out]]
  const isGradient = leaf && leaf.id !== out && model.nodes[out].phase !== "fwd" && isLeaf(leaf)
  return isGradient ? leaf : undefined
}

/** Finds or makes the box of a node; by numbers, because this runs once for every node. */
function finder(boxes: Box[], expanded: ReadonlySet<string>) {
  const byOwner = new Map<number, number>()
  const byClosed = new Map<Closed, number[]>()
  return (
    node: ModelNode,
    owner: ModelNode,
    scope: ScopeNode,
    closed: Closed | undefined,
  ): number => {
    const phase = PHASE[node.phase]
    if (closed) {
      let slots = byClosed.get(closed)
      if (!slots) byClosed.set(closed, (slots = []))
      slots[phase] ??= boxes.push(closedBox(node, closed)) - 1
      return slots[phase]
    }
    if (
      expanded.size > 0 &&
      node.phase !== "fwd" &&
      !node.virtual &&
      expanded.has(ruleKey(node, owner))
    ) {
      return boxes.push(expandedBox(node, owner, scope)) - 1
    }
    const slot = (owner.id * 5 + phase) * 3 + Math.min(2, node.order)
    let at = byOwner.get(slot)
    if (at === undefined) byOwner.set(slot, (at = boxes.push(openBox(node, owner, scope)) - 1))
    return at
  }
}

/** One object for each closed thing, so that it can be a key. */
function closedCache(
  tree: ScopeTree,
  open: ReadonlySet<string>,
): (scope: ScopeNode) => Closed | undefined {
  const cache = new Map<ScopeNode, Closed | undefined>([[tree.root, undefined]])
  const byKey = new Map<string, Closed>()
  return (scope) => {
    if (cache.has(scope)) return cache.get(scope)
    const found = closedAt(scope, open)
    const known = found && (byKey.get(found.key) ?? found)
    if (known) byKey.set(known.key, known)
    cache.set(scope, known)
    return known
  }
}

/** The derivative of a folded node belongs to the node that folded it in. */
export function ownerOf(model: GraphModel, node: ModelNode): ModelNode {
  let owner = node.owner
  while (model.folded[owner]) {
    const next = model.user[owner]
    if (next < 0 || model.nodes[next].phase !== "fwd") break
    owner = next
  }
  return model.folded[owner] ? node : model.nodes[owner]
}

const ruleKey = (node: ModelNode, owner: ModelNode): string =>
  `n${owner.number}#${node.phase}${node.order > 1 ? 2 : ""}`

const newBox = (
  key: string,
  kind: BoxKind,
  column: Column,
  node: number,
  scope: ScopeNode,
  pair: string,
  opens?: string,
  closed?: Closed,
): Box => ({
  key,
  kind,
  column,
  node,
  members: [],
  scope,
  run: closed?.run,
  rest: closed?.rest ?? false,
  opens,
  pair,
  x: 0,
  y: 0,
  w: 0,
  h: 0,
})

const closedBox = (node: ModelNode, closed: Closed): Box =>
  newBox(
    `${closed.key}#${node.phase}`,
    "scope",
    COLUMN[node.phase],
    -1,
    closed.scope,
    closed.key,
    closed.key,
    closed,
  )

function openBox(node: ModelNode, owner: ModelNode, scope: ScopeNode): Box {
  const pair = `n${owner.id}`
  if (node.phase === "fwd") {
    const leaf = isLeaf(node)
    return newBox(
      `n${node.number}`,
      leaf ? "leaf" : "op",
      leaf ? "leaf" : "forward",
      node.id,
      scope,
      pair,
    )
  }
  const key = ruleKey(node, owner)
  return newBox(
    key,
    "rule",
    COLUMN[node.phase],
    owner.id,
    scope,
    pair,
    node.virtual ? undefined : key,
  )
}

const expandedBox = (node: ModelNode, owner: ModelNode, scope: ScopeNode): Box => {
  const key = ruleKey(node, owner)
  return newBox(
    `${key}/${node.number}`,
    "op",
    COLUMN[node.phase],
    node.id,
    scope,
    `n${owner.id}`,
    key,
  )
}

function resultBox(leaf: ModelNode, scope: ScopeNode, closed: Closed | undefined): Box {
  const pair = closed ? closed.key : `n${leaf.id}`
  return newBox(
    `${closed ? closed.key : `n${leaf.number}`}#result`,
    "result",
    "update",
    leaf.id,
    closed?.scope ?? scope,
    pair,
    closed?.key,
    closed,
  )
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
      const made = model.nodes[member].summary ? member : model.cotangent[model.gradOf[member]]
      const value = through(model, made)
      if (value >= 0) join(boxOf[value], to, value)
    }
  })
  return edges
}

/** A parameter that enters its own update is not drawn: they stand in one row. */
function edgeKind(from: Box, to: Box): EdgeKind | undefined {
  if (to.column === "update")
    return from.column === "backward" || from.column === "update" ? "update" : undefined
  if (from.column === "update" || to.column === "leaf") return undefined
  if (from.column === "backward") return to.column === "backward" ? "backward" : undefined
  if (to.column === "backward") return "residual"
  return from.column === "leaf" ? "leaf" : "forward"
}
