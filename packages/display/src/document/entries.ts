/**
 * @file The values of a program in the order of their rows, with the graphs inside loops, conditions and calls
 * written out where they stand. Knows nodes, no names and no columns.
 */
import {
  type Graph,
  isElement,
  type Nested,
  postorder,
  type Region,
  type Tensor,
} from "@defnote/core"

/** A part of the program that a node of control flow holds: a loop, a branch. */
export interface Inner {
  readonly name: string
  readonly kind: "loop" | "cond" | "named"
  readonly turns?: number
  /** The part around it; undefined in the program itself. */
  readonly parent: Inner | undefined
  /** The node of control flow; undefined for a region of its parent, such as the body of a loop. */
  readonly node: Tensor | undefined
}
/** One row to be. */
export interface Entry {
  readonly node: Tensor
  readonly inputs: readonly number[]
  readonly ports: readonly number[]
  readonly inner: Inner | undefined
  /** How a value comes into the body of a loop; undefined for a node. */
  readonly enters?: "carry" | "slice"
  /** What a carry is called: the value that it becomes, the one that it begins with. */
  readonly called?: readonly Tensor[]
  /** Of a node of control flow: its carries after a turn. */
  readonly carries?: readonly Tensor[]
}

interface Value {
  readonly at: number
  readonly port: number
}
type Values = Map<Tensor, Value>
const read = (x: Tensor, values: Values): Value =>
  values.get(x) ?? {
    at: (values.get(x.inputs[0]) as Value).at,
    port: isElement(x) ? (x.attrs.i as number) : 0,
  }
const nodesOf = (graph: Graph): Tensor[] =>
  postorder([...graph.effects, ...graph.outputs]).filter((n) => !isElement(n))

/** Rows of the nodes of a program; `opens` says which of them are written out. */
export function entriesOf(nodes: readonly Tensor[], opens: (n: Tensor) => boolean): Entry[] {
  const rows = new Rows(opens)
  const values: Values = new Map()
  for (const n of nodes) rows.add(n, values, undefined)
  return rows.list
}

class Rows {
  readonly list: Entry[] = []
  readonly #opens: (n: Tensor) => boolean
  constructor(opens: (n: Tensor) => boolean) {
    this.#opens = opens
  }

  add(n: Tensor, known: Values, inner: Inner | undefined): void {
    const nested = this.#opens(n) ? n.op.nested?.(n) : undefined
    const made = nested
      ? this.#open(n, nested, known, inner)
      : { ...wires(n.inputs.map((x) => read(x, known))), inner }
    known.set(n, { at: this.list.push({ node: n, ...made }) - 1, port: 0 })
  }

  /** The parts of a node of control flow, then what the node itself reads: what its parts give. */
  #open(n: Tensor, nested: Nested, known: Values, parent: Inner | undefined) {
    const { name, turns, regions } = nested
    const kind = nested.kind === "call" ? "named" : nested.kind
    const scope: Inner = { name, kind, ...(turns === undefined ? {} : { turns }), parent, node: n }
    const outer = n.inputs.map((x) => read(x, known))
    const last = regions[regions.length - 1]
    const entered = this.#enter(n, last, outer, scope)
    const results = regions.flatMap((region) => this.#region(region, outer, entered, scope))
    const own = outer.filter((_, i) => regions.every((r) => r.inputs.every(({ of }) => of !== i)))
    const carried = last.inputs.filter(({ as }) => as === "carry").length
    const loop = kind === "loop" ? { carries: last.graph.outputs.slice(0, carried) } : {}
    return { ...wires([...own, ...results]), inner: scope, ...loop }
  }

  /** A row for each value that is another one in every turn. */
  #enter(n: Tensor, { inputs, graph }: Region, outer: readonly Value[], inner: Inner) {
    const rows = new Map<number, Value>()
    for (const { of, as } of inputs) {
      if (as === "same") continue
      const called = as === "carry" ? [graph.outputs[of], n.inputs[of]] : []
      const node = graph.inputs[of]
      const entry: Entry = { node, ...wires([outer[of]]), inner, enters: as, called }
      rows.set(of, { at: this.list.push(entry) - 1, port: 0 })
    }
    return rows
  }

  #region(
    { name, graph, inputs }: Region,
    outer: readonly Value[],
    entered: ReadonlyMap<number, Value>,
    scope: Inner,
  ): Value[] {
    const inner: Inner = name ? { name, kind: "named", parent: scope, node: undefined } : scope
    const known: Values = new Map()
    graph.inputs.forEach((p, i) => {
      known.set(p, entered.get(inputs[i].of) ?? outer[inputs[i].of])
    })
    for (const m of nodesOf(graph)) if (!known.has(m)) this.add(m, known, inner)
    return graph.outputs.map((y) => read(y, known))
  }
}

const wires = (values: readonly Value[]) => ({
  inputs: values.map((v) => v.at),
  ports: values.map((v) => v.port),
})
