/** @file A graph document as nodes that refer to each other; it knows no boxes and no coordinates. */
import type { GraphLike, OpInfo, OutType, Phase, Summary } from "../payload.ts"

/** One node, or one hand-on of a cotangent (`virtual`), which has no number in the document. */
export interface ModelNode {
  readonly id: number
  /** Its number in the whole program, which stays when more of it is loaded; keys of boxes have it. */
  readonly number: number
  /** What it stands for, when the nodes themselves are not stored. */
  readonly summary: Summary | undefined
  readonly op: string
  readonly info: OpInfo | undefined
  readonly phase: Phase
  readonly inputs: number[]
  readonly outs: readonly OutType[]
  /** The user's name, or "". */
  readonly name: string
  /** Index of the scope in the document, -1 for the outermost. */
  readonly scope: number
  /** The node whose row this one shares: the root of its chain of duals, or itself. */
  owner: number
  /** How often it was differentiated: 0 forward, 1 its derivative, 2 the derivative of that. */
  order: number
  readonly virtual: boolean
  /** Of a virtual node: the inputs of its owner, by position, that get the cotangent unchanged. */
  readonly handed: readonly number[]
}

/** The graph of a document, indexed by node number; virtual nodes come after the document's. */
export interface GraphModel {
  readonly doc: GraphLike
  readonly nodes: readonly ModelNode[]
  /** Node that is the whole cotangent of a node, with hand-ons made explicit; -1: none. */
  readonly cotangent: Int32Array
  /** The forward node that a node is the cotangent of; -1: none. */
  readonly gradOf: Int32Array
  /** 1 for views and constants that are written into their consumer's label. */
  readonly folded: Uint8Array
  /** First user of each node, -1 for none. */
  readonly user: Int32Array
  /** What the function returns. */
  readonly outputs: readonly number[]
}

export const isLeaf = (node: ModelNode): boolean =>
  node.info?.leaf === true ||
  (node.inputs.length === 0 && node.info?.fold !== "constant" && !node.virtual && !node.summary)

/** Operations that a node of the graph is: what a summary stands for counts whole, a leaf is none. */
export const operationsIn = (node: ModelNode): number =>
  node.summary ? node.summary.ops : isLeaf(node) ? 0 : 1

/** Reads the document. Linear in nodes and edges, apart from the depth of scopes. */
export function readModel(doc: GraphLike): GraphModel {
  const nodes = readNodes(doc)
  const grad = Int32Array.from(nodes, (_, i) => doc.nodes.grad?.[i] ?? -1)
  const cotangent = handOns(nodes, grad, doc)
  const outputs = doc.outputs ?? []
  const user = firstUsers(nodes)
  settleDuals(nodes, doc, outputs, grad)
  settleUpdates(nodes, grad)
  const gradOf = new Int32Array(nodes.length).fill(-1)
  cotangent.forEach((g, n) => {
    if (g >= 0 && gradOf[g] < 0) gradOf[g] = n
  })
  return { doc, nodes, cotangent, gradOf, folded: foldViews(nodes, user, outputs), user, outputs }
}

function readNodes(doc: GraphLike): ModelNode[] {
  const { nodes, strings } = doc
  const infos = new Map(doc.ops?.map((info) => [info.op, info]))
  const summaries = new Map(doc.summaries?.map((summary) => [summary.node, summary]))
  return nodes.op.map((op, id) => ({
    id,
    number: nodes.id?.[id] ?? id,
    summary: summaries.get(id),
    op: strings[op],
    info: infos.get(op),
    phase: nodes.phase[id],
    inputs: [...nodes.inputs[id]],
    outs: nodes.outs[id],
    name: strings[nodes.name?.[id] ?? -1] ?? "",
    scope: nodes.scope[id],
    owner: nodes.phase[id] === "fwd" ? id : (nodes.dual?.[id] ?? -1),
    order: 0,
    virtual: false,
    handed: [],
  }))
}

/**
 * A rule that returns its cotangent unchanged leaves no node. Each becomes a virtual node, and whoever
 * reads the cotangent of the input reads it from there. Returns the cotangent of each node.
 */
function handOns(nodes: ModelNode[], grad: Int32Array, doc: GraphLike): Int32Array {
  const count = nodes.length
  const cotangent = Int32Array.from(grad)
  const parts = sumsOver(nodes, doc)
  for (let n = count - 1; n >= 0; n--) {
    const node = nodes[n]
    if (node.phase !== "fwd" || node.inputs.length === 0 || grad[n] < 0 || node.summary) continue
    const handed = node.inputs.flatMap((i, k) =>
      grad[i] === grad[n] || parts(i, grad[n]) ? [k] : [],
    )
    if (handed.length === 0) continue
    if (node.info?.fold) {
      for (const k of handed)
        if (grad[node.inputs[k]] === grad[n]) cotangent[node.inputs[k]] = cotangent[n]
      continue
    }
    const id = nodes.length
    nodes.push(handOn(id, node, cotangent[n], handed))
    for (const k of handed) {
      const i = node.inputs[k]
      if (grad[i] === grad[n]) cotangent[i] = id
      else parts(i, grad[n], id)
    }
  }
  reroute(nodes, grad, cotangent, count, doc)
  return Int32Array.from(nodes, (_, i) => cotangent[i] ?? -1)
}

/** Looks for a term in the sum over the uses of a node, and puts another in its place. */
function sumsOver(
  nodes: readonly ModelNode[],
  doc: GraphLike,
): (of: number, term: number, by?: number) => boolean {
  const count = nodes.length
  const terms = new Map<number, { sum: number; at: number }[]>()
  for (const node of nodes) {
    const dual = doc.nodes.dual?.[node.id] ?? -1
    if (!node.info?.sum || dual < 0) continue
    node.inputs.forEach((term, at) => {
      const key = dual * count + term
      const places = terms.get(key)
      if (places) places.push({ sum: node.id, at })
      else terms.set(key, [{ sum: node.id, at }])
    })
  }
  return (of, term, by) => {
    const places = terms.get(of * count + term)
    if (by === undefined) return places !== undefined && places.length > 0
    const place = places?.shift()
    if (place) nodes[place.sum].inputs[place.at] = by
    return place !== undefined
  }
}

const handOn = (id: number, of: ModelNode, from: number, handed: readonly number[]): ModelNode => ({
  id,
  number: id,
  summary: undefined,
  op: "",
  info: { op: -1, text: "{0}" },
  phase: "bwd",
  inputs: [from],
  outs: of.outs,
  name: "",
  scope: of.scope,
  owner: of.id,
  order: 0,
  virtual: true,
  handed,
})

/** The nodes of a rule read the cotangent of their own forward node from the hand-on. */
function reroute(
  nodes: ModelNode[],
  grad: Int32Array,
  cotangent: Int32Array,
  count: number,
  doc: GraphLike,
): void {
  for (let n = 0; n < count; n++) {
    const { phase, inputs } = nodes[n]
    const dual = doc.nodes.dual?.[n] ?? -1
    if (phase === "fwd" || dual < 0 || grad[dual] === n) continue
    for (let k = 0; k < inputs.length; k++)
      if (inputs[k] === grad[dual]) inputs[k] = cotangent[dual]
  }
}

function firstUsers(nodes: readonly ModelNode[]): Int32Array {
  const user = new Int32Array(nodes.length).fill(-1)
  for (const node of nodes) for (const i of node.inputs) if (user[i] < 0) user[i] = node.id
  return user
}

/** Gives every node the forward node whose row it shares, and its order of differentiation. */
function settleDuals(
  nodes: readonly ModelNode[],
  doc: GraphLike,
  outputs: readonly number[],
  grad: Int32Array,
): void {
  inferDuals(nodes, grad)
  for (let n = nodes.length - 1; n >= 0; n--) {
    const { owner, phase, inputs } = nodes[n]
    if (phase === "fwd") continue
    for (const i of inputs)
      if (nodes[i].phase === phase && nodes[i].owner < 0) nodes[i].owner = owner
  }
  const forward = (n: number) => nodes[n]?.phase === "fwd"
  const last = outputs.find(forward) ?? nodes.findLastIndex((node) => node.phase === "fwd")
  for (const node of nodes) {
    if (node.phase === "fwd") continue
    if (node.owner < 0)
      node.owner = node.inputs.map((i) => nodes[i].owner).find((o) => o >= 0) ?? last
    node.order = 1
    const dual = node.virtual ? -1 : (doc.nodes.dual?.[node.id] ?? -1)
    if (dual >= 0 && dual < node.id && !forward(dual)) {
      node.owner = nodes[dual].owner
      node.order = nodes[dual].order + 1
    }
    if (node.owner < 0) node.owner = node.id
  }
}

/** What is made of a parameter's gradient is one update and stands in the parameter's row. */
function settleUpdates(nodes: readonly ModelNode[], grad: Int32Array): void {
  const parameter = new Int32Array(nodes.length).fill(-1)
  grad.forEach((g, n) => {
    if (g >= 0 && isLeaf(nodes[n]) && parameter[g] < 0) parameter[g] = n
  })
  for (const node of nodes) {
    if (node.phase !== "update") continue
    const own = node.inputs.find((i) => nodes[i].phase !== "update" && parameter[i] >= 0)
    const through = own ?? node.inputs.find((i) => parameter[i] >= 0)
    if (through === undefined) continue
    parameter[node.id] = parameter[through]
    node.owner = parameter[through]
  }
}

/**
 * A derivative node without a dual, as simplification leaves them: the cotangent of a value was made by
 * the rule of the op that reads the value; the seed belongs to the value itself.
 */
function inferDuals(nodes: readonly ModelNode[], grad: Int32Array): void {
  const reader = new Int32Array(nodes.length).fill(-1)
  for (const node of nodes) {
    if (node.phase !== "fwd" || grad[node.id] < 0) continue
    for (const i of node.inputs) if (reader[i] < 0) reader[i] = node.id
  }
  grad.forEach((g, n) => {
    const node = nodes[g]
    if (node && node.phase !== "fwd" && node.owner < 0) node.owner = reader[n] >= 0 ? reader[n] : n
  })
}

/**
 * Marks views and constants that somebody reads. A view is kept where its rule has nothing else, so that
 * the derivative of a sum, which only repeats its cotangent, still has its box.
 */
function foldViews(
  nodes: readonly ModelNode[],
  user: Int32Array,
  outputs: readonly number[],
): Uint8Array {
  const folded = new Uint8Array(nodes.length)
  const returned = new Set(outputs)
  const work = new Uint8Array(nodes.length)
  for (const node of nodes) {
    if (node.info?.fold && user[node.id] >= 0 && !returned.has(node.id)) folded[node.id] = 1
    else if (node.phase !== "fwd") work[node.owner] = 1
  }
  for (let n = nodes.length - 1; n >= 0; n--) {
    const { info, phase, owner } = nodes[n]
    const view = folded[n] === 1 && info?.fold === "view" && phase === "bwd"
    if (!view || work[owner] || folded[owner] || nodes[owner].phase !== "fwd") continue
    folded[n] = 0
    work[owner] = 1
  }
  return folded
}
