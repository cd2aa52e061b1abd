/**
 * @file One run of a graph as straight-line code: loops turn by turn, of a condition the branch that ran, blocks opened.
 * Every value is the reference compiler's. Loops of many turns stay as they are. Data, no pictures.
 */
import {
  at,
  callOp,
  compilerNamed,
  condOp,
  constant,
  elements,
  type Graph,
  graphOf,
  InternTable,
  isElement,
  make,
  postorder,
  type Region,
  type Storage,
  scanOp,
  stack,
  type Tensor,
  whileOp,
  withTable,
} from "@defnote/core"
import { Runner } from "./runner.ts"
import { numbersOf } from "./statistics.ts"

/** Turns of a loop, and operations of all loops together, that are gone through one by one. */
const TURNS = 50
const OPERATIONS = 200

/** Said of a loop that stays one step. */
export const FEW = `up to ${TURNS} turns, and ${OPERATIONS} operations in all, are stepped one by one`

/** Inside of which node of control flow a value is computed: in which of its graphs, and in which turn. */
export interface Within {
  readonly holder: Tensor
  readonly part: number
  readonly turn?: number
  readonly turns?: number
}
/** The node of the program, or of a graph inside it, that an unrolled node is. */
export interface Place {
  readonly node: Tensor
  readonly within: readonly Within[]
  /** On the way to the value of the node, such as a slice that still has the axis of the loop. */
  readonly partial?: boolean
}
export interface Unrolled {
  readonly loss: Tensor
  /** In the order in which they ran; no elements. */
  readonly order: readonly Tensor[]
  readonly values: ReadonlyMap<Tensor, readonly Float64Array[]>
  readonly places: ReadonlyMap<Tensor, Place>
  /** What is to be said of a node: which branch follows, why a loop is one step. */
  readonly remarks: ReadonlyMap<Tensor, string>
}

/** @param loss - an output of `graph`, whose inputs are in `inputs` */
export function unroll(graph: Graph, loss: Tensor, inputs: readonly Storage[]): Unrolled {
  const run = new Unrolling()
  try {
    const whole = { ...graph, outputs: [loss], effects: [] }
    const given = graph.inputs.map((p, i) => ({ node: p, storage: inputs[i] }))
    const [result] = run.graph(whole, given, [])
    return { ...run, loss: result.node }
  } finally {
    run.dispose()
  }
}

/** An unrolled node and its elements. */
interface Value {
  readonly node: Tensor
  readonly storage: Storage
}

class Unrolling implements Omit<Unrolled, "loss"> {
  readonly order: Tensor[] = []
  readonly values = new Map<Tensor, readonly Float64Array[]>()
  readonly places = new Map<Tensor, Place>()
  readonly remarks = new Map<Tensor, string>()
  readonly #runner = new Runner(compilerNamed("reference"))
  readonly #all = new Map<Graph, All>()
  #left = OPERATIONS

  dispose(): void {
    this.#runner.dispose()
  }

  /** The outputs of a graph; `as` is the one place of all its nodes, where it stands for a part of another. */
  graph(graph: Graph, given: readonly Value[], within: readonly Within[], as?: Tensor): Value[] {
    const { nodes, read, storages } = this.#run(graph, given)
    const known = new Map<Tensor, Value>(graph.inputs.map((p, i) => [p, given[i]]))
    const outputs = new Map<Tensor, readonly Value[]>()
    const valueOf = (x: Tensor): Value => {
      const own = known.get(x)
      if (own) return own
      const outs = outputs.get(x.inputs[0]) as readonly Value[]
      return outs[x.attrs.i as number]
    }
    withTable(new InternTable(), () => {
      if (!within.length)
        for (const p of graph.inputs) this.#settle(p, [known.get(p)!], { node: p, within })
      for (const n of nodes) {
        if (known.has(n)) continue
        const partial = as !== undefined && !graph.outputs.includes(n)
        const place = { node: as ?? n, within, ...(partial ? { partial } : {}) }
        const own = storages.get(n) as readonly Storage[]
        const inputs = n.inputs.map(valueOf)
        const opened = as ? undefined : this.#open(n, inputs, own, within, read)
        const outs = opened ?? this.#step(n, inputs, own, place, graph)
        outputs.set(n, outs)
        if (n.types.length === 1) known.set(n, outs[0])
      }
    })
    return graph.outputs.map(valueOf)
  }
  /** Every node of a graph with the elements of its outputs. */
  #run(graph: Graph, given: readonly Value[]) {
    let all = this.#all.get(graph)
    if (!all) {
      const every = postorder(graph.outputs)
      const nodes = every.filter((n) => !isElement(n))
      const flat = withTable(graph.table, () => nodes.flatMap(elements))
      const read = new Set(every.filter(isElement).map(outputKey))
      all = { graph: { ...graph, outputs: flat, effects: [] }, nodes, read }
      this.#all.set(graph, all)
    }
    const found = this.#runner.run(
      all.graph,
      given.map((v) => v.storage),
    )
    let next = 0
    const storages = new Map(all.nodes.map((n) => [n, n.types.map(() => found[next++])]))
    return { ...all, storages }
  }
  #settle(node: Tensor, outs: readonly Value[], place: Place): void {
    if (this.places.has(node)) return
    this.places.set(node, place)
    this.order.push(node)
    const numbers = outs.map((v, i) => numbersOf(v.storage, node.types[i].dtype).slice())
    this.values.set(node, numbers)
  }
  /** A node of its own; leaves are shared by all turns. */
  #step(
    n: Tensor,
    inputs: readonly Value[],
    own: readonly Storage[],
    place: Place,
    { table }: Graph,
  ): Value[] {
    const same = inputs.every((v, i) => v.node === n.inputs[i])
    const operands = inputs.map((v) => v.node)
    const node = same ? n : make(n.op, operands, n.attrs)
    const parts = same ? withTable(table, () => elements(n)) : elements(node)
    const outs = parts.map((part, i) => ({ node: part, storage: own[i] }))
    this.#settle(node, outs, place)
    return outs
  }

  #open(
    n: Tensor,
    inputs: readonly Value[],
    own: readonly Storage[],
    within: readonly Within[],
    read: ReadonlySet<string>,
  ): readonly Value[] | undefined {
    const regions = n.op.nested?.(n).regions
    if (!regions) return undefined
    if (n.op === condOp) return this.#branch(n, regions, inputs, within)
    if (n.op === callOp)
      return this.graph(regions[0].graph, inputs, [...within, { holder: n, part: 0 }])
    if (n.op !== whileOp && n.op !== scanOp) return undefined
    const turns = n.op === scanOp ? (n.attrs.length as number) : numberOf(own[own.length - 1])
    const each = regions.reduce((sum, r) => sum + operationsIn(r.graph), 0)
    if (turns > TURNS || turns * each > this.#left) return undefined
    this.#left -= turns * each
    if (n.op === whileOp) return this.#while(n, regions, inputs, own, within)
    return this.#scan(n, regions[0], inputs, within, read)
  }
  #branch(
    n: Tensor,
    regions: readonly Region[],
    [choice, ...rest]: readonly Value[],
    within: readonly Within[],
  ): readonly Value[] | undefined {
    if (n.inputs[0].rank) return undefined
    const part = numberOf(choice.storage) ? 0 : 1
    this.remarks.set(choice.node, `so the branch “${regions[part].name}” runs`)
    return this.graph(regions[part].graph, rest, [...within, { holder: n, part }])
  }
  #while(
    n: Tensor,
    [test, body]: readonly Region[],
    inputs: readonly Value[],
    own: readonly Storage[],
    within: readonly Within[],
  ): Value[] {
    const carries = n.attrs.carries as number
    const turns = numberOf(own[carries])
    const fixed = inputs.slice(carries)
    let state = inputs.slice(0, carries)
    for (let turn = 1; turn <= turns + 1; turn++) {
      const place = { holder: n, turn: Math.min(turn, turns), turns }
      const given = [...state, ...fixed]
      const [go] = this.graph(test.graph, given, [...within, { ...place, part: 0 }])
      const more = turn <= turns
      this.remarks.set(go.node, more ? `so turn ${turn} begins` : `so the loop ends`)
      if (more) state = this.graph(body.graph, given, [...within, { ...place, part: 1 }])
    }
    const count = { node: constant(turns, "i32"), storage: own[carries] }
    this.#settle(count.node, [count], { node: n, within })
    return [...state, count]
  }
  #scan(
    n: Tensor,
    { graph, inputs: wires }: Region,
    inputs: readonly Value[],
    within: readonly Within[],
    read: ReadonlySet<string>,
  ): Value[] {
    const { length, reverse, carries } = n.attrs as unknown as ScanAttrs
    let state = inputs.slice(0, carries)
    const stacked: Value[][] = graph.outputs.slice(carries).map(() => [])
    for (let k = 0; k < length; k++) {
      const index = reverse ? length - 1 - k : k
      const inner = [...within, { holder: n, part: 0, turn: index + 1, turns: length }]
      const given = wires.map(({ of, as }, i) => {
        if (as === "carry") return state[of]
        return as === "same" ? inputs[of] : this.#slice(inputs[of], index, inner, graph.inputs[i])
      })
      const outs = this.graph(graph, given, inner)
      state = outs.slice(0, carries)
      outs.slice(carries).forEach((y, i) => void stacked[i][reverse ? "unshift" : "push"](y))
    }
    // What nobody reads is not put together.
    const ys = stacked.map((parts, i) =>
      read.has(keyOf(n, carries + i)) ? this.#stack(parts, n, within) : parts[0],
    )
    return [...state, ...ys]
  }
  #slice(x: Value, index: number, within: readonly Within[], as: Tensor): Value {
    const graph = alone([x.node], ([v]) => at(v, index) as Tensor)
    return this.graph(graph, [x], within, as)[0]
  }
  #stack(parts: readonly Value[], as: Tensor, within: readonly Within[]): Value {
    const graph = alone(
      parts.map((v) => v.node),
      (ys) => stack([...ys]) as Tensor,
    )
    return this.graph(graph, parts, within, as)[0]
  }
}
interface ScanAttrs {
  readonly length: number
  readonly reverse: boolean
  readonly carries: number
}
/** A graph with all its nodes as outputs, and which outputs of nodes somebody reads. */
interface All {
  readonly graph: Graph
  readonly nodes: readonly Tensor[]
  readonly read: ReadonlySet<string>
}
const keyOf = (n: Tensor, output: number): string => `${n.id} ${output}`
const outputKey = (e: Tensor): string => keyOf(e.inputs[0], e.attrs.i as number)

/** A graph of one operation, or a few. */
const alone = (of: readonly Tensor[], make: (x: readonly Tensor[]) => Tensor): Graph =>
  withTable(new InternTable(), () =>
    graphOf(
      of.map((x) => x.type),
      (...x) => [make(x)],
    ),
  )
const numberOf = (s: Storage): number => {
  const bytes = new Uint8Array(s.readSync?.() as ArrayBuffer)
  return bytes.length === 1 ? bytes[0] : new Int32Array(bytes.buffer)[0]
}
/** Operations of a graph, those inside loops and branches once. */
export function operationsIn(graph: Graph): number {
  const nodes = postorder(graph.outputs).filter((n) => n.inputs.length && !isElement(n))
  const inner = nodes.flatMap((n) => n.op.nested?.(n).regions ?? [])
  return nodes.length + inner.reduce((sum, r) => sum + operationsIn(r.graph), 0)
}
