/** @file What forward and reverse mode cost for one function, and the tangents that forward mode carries for one entry of an input. */
import {
  type Graph,
  graphOf,
  InternTable,
  isConstant,
  isElement,
  isFloat,
  type Program,
  postorder,
  pushforward,
  runGraph,
  sizeOf,
  substitute,
  type Tensor,
  whileOp,
  withTable,
} from "@defnote/core"
import type { Whole } from "./step-differences.ts"

/** Operations on elements, counted in the graphs: what each mode needs for the whole gradient. */
export interface Cost {
  /** Entries of all inputs that have a gradient; outputs of the function: one. */
  readonly inputs: number
  readonly outputs: number
  /** Of one evaluation. */
  readonly value: number
  /** Of one pass from the output back, beside the value: it gives every entry. */
  readonly reverse: number
  /** Of one pass with one tangent, beside the value: it gives one entry. */
  readonly tangent: number
  /** False where a loop decides how often its operations happen: then the numbers say nothing. */
  readonly counted: boolean
}

/** What forward mode carries beside each value when one entry of a leaf moves by 1. */
export interface Tangents {
  readonly leaf: Tensor
  readonly entry: number
  readonly of: ReadonlyMap<Tensor, Float64Array>
}

/** Directions for which tangents are kept, and numbers that they may be together. */
const DIRECTIONS = 16
const NUMBERS = 2048

const isGraph = (v: unknown): v is Graph => typeof v === "object" && v !== null && "outputs" in v
/**
 * Operations of one node: 2 for each product of a contraction, one for each element that a reduction reads or that
 * another operation makes. A loop over an axis counts each turn; see `counted` for other loops.
 */
function operationsOf(n: Tensor): number {
  const { family } = n.op
  if (family === "source" || isElement(n) || (family === "move" && n.op.linear === "each")) return 0
  const graphs = Object.values(n.attrs).flat().filter(isGraph)
  if (graphs.length) {
    const turns = typeof n.attrs.length === "number" ? n.attrs.length : 1
    return turns * graphs.reduce((sum, g) => sum + operations(postorder(g.outputs)), 0)
  }
  if (family === "contract" && typeof n.attrs.spec === "string") return productsOf(n)
  const read = family === "reduce" ? n.inputs[0].shape : n.shape
  return sizeOf(read)
}
function productsOf(n: Tensor): number {
  const sizes = new Map<string, number>()
  const labels = (n.attrs.spec as string).split("->")[0].split(",")
  labels.forEach((l, k) => {
    for (const [i, c] of [...l].entries()) sizes.set(c, n.inputs[k].shape[i])
  })
  return 2 * [...sizes.values()].reduce((a, b) => a * b, 1)
}
const operations = (nodes: readonly Tensor[]): number =>
  nodes.reduce((sum, n) => sum + operationsOf(n), 0)

export function costOf(program: Program, loss: Tensor, leaves: readonly Tensor[]): Cost {
  const forward = postorder([loss])
  const all = postorder(program.graph.outputs)
  return {
    inputs: leaves.reduce((sum, p) => sum + sizeOf(p.shape), 0),
    outputs: 1,
    value: operations(forward),
    reverse: operations(all) - operations(forward),
    tangent: operations(tangentGraph({ loss, order: forward, leaves }).own),
    counted: !forward.some((n) => n.op === whileOp),
  }
}

interface TangentGraph {
  readonly graph: Graph
  readonly inputs: readonly Tensor[]
  readonly nodes: readonly Tensor[]
  /** Nodes that are not of the value itself. */
  readonly own: readonly Tensor[]
}
/** The tangents of every float node, as a function of the inputs and of the tangents of the leaves. */
function tangentGraph({ loss, order, leaves }: Omit<Whole, "values">): TangentGraph {
  const inputs = order.filter((n) => !n.inputs.length && !isConstant(n))
  const moved = leaves.filter((p) => inputs.includes(p))
  const nodes = order.filter((n) => n.types.length === 1 && n.inputs.length && isFloat(n.dtype))
  let own: Tensor[] = []
  const graph = withTable(new InternTable(), () =>
    graphOf(
      [...inputs, ...moved].map((n) => n.type),
      (...x) => {
        const map = new Map(inputs.map((n, i) => [n, x[i]]))
        const values = substitute([...nodes, loss], map)
        const dots = pushforward(
          values,
          moved.map((p) => map.get(p) as Tensor),
          x.slice(inputs.length),
        )
        const known = new Set(postorder(values))
        const last = dots[dots.length - 1]
        own = last ? postorder([last]).filter((n) => !known.has(n)) : []
        return nodes.map((_, i) => dots[i] ?? values[i].zerosLike())
      },
      { pure: true },
    ),
  )
  return { graph, inputs, nodes, own }
}

/** Tangents for the first entries of the leaves, while they are few. */
export function tangentsOf(whole: Whole): readonly Tangents[] {
  const { graph, inputs, nodes } = tangentGraph(whole)
  const each = nodes.reduce((sum, n) => sum + sizeOf(n.shape), 0)
  const most = Math.min(DIRECTIONS, Math.floor(NUMBERS / Math.max(1, each)))
  const moved = whole.leaves.filter((p) => inputs.includes(p))
  const entries = moved.flatMap((leaf) =>
    Array.from({ length: sizeOf(leaf.shape) }, (_, entry) => ({ leaf, entry })),
  )
  const point = inputs.map((n) => whole.values.get(n) as Float64Array)
  return entries.slice(0, most).map(({ leaf, entry }) => {
    const seeds = moved.map((p) => {
      const seed = new Float64Array(sizeOf(p.shape))
      if (p === leaf) seed[entry] = 1
      return seed
    })
    const found = runGraph(graph, [...point, ...seeds])
    const dots = nodes.map((n, i) => [n, Float64Array.from(found[i] as ArrayLike<number>)] as const)
    return { leaf, entry, of: new Map(dots) }
  })
}
