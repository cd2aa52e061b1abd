/**
 * @file Opens what is written in other nodes: calls, composites and routines become their bodies, a conditional of lanes
 * becomes a choice, a reduction of many elements becomes two. Iterative and linear in the nodes.
 */
import {
  type Attrs,
  currentTrace,
  elementOp,
  type Graph,
  inline,
  isGraph,
  isHalf,
  make,
  type NodePlace,
  type Op,
  postorder,
  scalarInstructions as s,
  substitution,
  type Tensor,
  withTable,
} from "@defnote/core"
import type { Target } from "./build.ts"
import { digits, isTrailing, linear, roleOf, widthOf } from "./nodes.ts"

const FLAT_RULE = { flat: "it exists only while lowering" }
/** The same elements in another shape. */
const viewOp: Op = {
  name: "view",
  family: "move",
  type: ([t], a) => [{ dtype: t.dtype, shape: a.shape as number[] }],
  vjp: FLAT_RULE,
  at: (i, load, n) => load(0, digits(linear(i, n.shape), n.inputs[0].shape)),
}
/** Where the first input holds for the lane, the second, else the third (C7). */
const chooseOp: Op = {
  name: "choose",
  family: "move",
  type: ([, a]) => [a],
  vjp: FLAT_RULE,
  at: (i, load, n) => s.select(load(0, i.slice(0, n.inputs[0].rank)), load(1, i), load(2, i)),
}
const view = (x: Tensor, shape: readonly number[]): Tensor => make(viewOp, [x], { shape })

export interface Expanded {
  readonly outputs: readonly Tensor[]
  readonly effects: readonly Tensor[]
  /** The node of the given graph, or of a graph inside it that was opened, that a node stands for. */
  readonly origins: ReadonlyMap<Tensor, NodePlace>
}
export function expand(graph: Graph, target: Target): Expanded {
  return withTable(graph.table, () => {
    const x = new Expansion(target)
    for (const e of graph.effects) x.effect(e)
    x.visit(graph.outputs, undefined)
    x.effectsInside()
    const outputs = graph.outputs.map((y) => x.env.get(y) as Tensor)
    return { effects: x.effects, outputs, origins: x.origins }
  })
}

class Expansion {
  readonly env = new Map<Tensor, Tensor>()
  readonly origins = new Map<Tensor, NodePlace>()
  /** What nodes of graphs that were opened are. */
  readonly #places = new Map<Tensor, NodePlace>()
  /** In their order: those of an opened graph stand where it was opened. */
  readonly effects: Tensor[] = []
  /** Effects of the trace that were looked at; opening a graph makes its effects anew. */
  #seen = 0
  /** Outputs of nodes that were opened and have several. */
  readonly #parts = new Map<Tensor, readonly Tensor[]>()
  readonly #target: Target
  constructor(target: Target) {
    this.#target = target
  }
  effect(e: Tensor): void {
    this.visit(e.inputs, undefined)
    this.effectsInside()
    this.#happens(e)
  }
  #happens(e: Tensor): void {
    this.visit([e], undefined)
    this.effects.push(this.env.get(e) as Tensor)
  }
  /** The effects of the graphs that were opened since. */
  effectsInside(): void {
    const made = currentTrace()?.effects ?? []
    while (this.#seen < made.length) {
      const e = made[this.#seen++]
      // One that stands for another effect is in the list already.
      if (!this.env.has(e)) this.#happens(e)
    }
  }
  visit(roots: readonly Tensor[], origin: NodePlace | undefined): void {
    for (const n of postorder(roots, (x) => !this.env.has(x))) {
      if (this.env.has(n)) continue
      this.#one(n, this.#places.get(n) ?? origin ?? { node: n, within: [] })
    }
  }
  #one(n: Tensor, origin: NodePlace): void {
    const parts = n.op === elementOp ? this.#parts.get(n.inputs[0]) : undefined
    if (parts) return this.#settle(n, parts[n.attrs.i as number], origin)
    const inputs = n.inputs.map((x) => this.env.get(x) as Tensor)
    const same = inputs.every((x, i) => x === n.inputs[i])
    const now = same ? n : make(n.op, inputs, n.attrs)
    const opened = this.#open(now, origin)
    if (!opened) return this.#settle(n, now, origin)
    this.#settle(now, now, origin)
    this.visit(opened, origin)
    const outputs = opened.map((y) => this.env.get(y) as Tensor)
    this.#parts.set(n, outputs)
    this.#parts.set(now, outputs)
    this.#settle(n, outputs[0], origin)
  }
  #settle(n: Tensor, to: Tensor, origin: NodePlace): void {
    this.env.set(n, to)
    this.env.set(to, to)
    if (!this.origins.has(to)) this.origins.set(to, origin)
  }
  #open(n: Tensor, place: NodePlace): readonly Tensor[] | undefined {
    if (this.#target.claims(n)) return undefined
    const role = roleOf(n)
    if (role === "reduce") return splitReduction(n)
    if (role !== "opaque") return undefined
    const { attrs } = n
    if (isLanes(n)) return chooseLanes(n)
    if (n.op.family === "syntax" && isGraph(attrs.body) && !("carries" in attrs))
      return this.#block(n, attrs.body, place)
    return n.op.body?.(n)
  }
  /** The operations of a block, each of which is that operation of the block: code and picture lead to it. */
  #block(n: Tensor, body: Graph, { node, within }: NodePlace): readonly Tensor[] {
    const outputs = inline(body, n.inputs)
    const around = [...within, { holder: node, part: 0 }]
    const inputs = new Map(body.inputs.map((p, i) => [p, n.inputs[i]]))
    for (const [of, to] of substitution(body.outputs, inputs))
      if (of.inputs.length && !this.env.has(to)) this.#places.set(to, { node: of, within: around })
    return outputs
  }
}
const isLanes = (n: Tensor): boolean => isGraph(n.attrs.yes) && n.inputs[0].rank > 0

function chooseLanes(n: Tensor): Tensor[] {
  const [p, ...x] = n.inputs
  const { yes, no } = n.attrs as Attrs & { yes: Graph; no: Graph }
  const [a, b] = [inline(yes, x), inline(no, x)]
  return a.map((y, i) => make(chooseOp, [p, y, b[i]]))
}

/** Elements of one result from which on a reduction is done in two steps: in parts, and of the parts. */
const LONG = 65536
const PARTS = 4096
function splitReduction(n: Tensor): readonly Tensor[] | undefined {
  const [x] = n.inputs
  const width = widthOf(n)
  if (!isTrailing(n) || n.size > 8 || width < LONG || isHalf(n.dtype)) return undefined
  const parts = partsOf(width)
  if (parts < 2) return undefined
  const inner = make(n.op, [view(x, [n.size * parts, width / parts])], { ...n.attrs, axes: [-1] })
  const outer = make(n.op, [view(inner, [n.size, parts])], { ...n.attrs, axes: [-1] })
  return [view(outer, n.shape)]
}
function partsOf(width: number): number {
  for (let parts = PARTS; parts > 1; parts--) {
    if (width % parts === 0 && width / parts >= 256 && width / parts < LONG) return parts
  }
  return 1
}
