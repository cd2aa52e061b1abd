/**
 * @file Lowering: a closed graph becomes values in memory, kernels, and steps in order. Knows the closed list of syntax
 * nodes by their attributes; asks for no op's name.
 */
import {
  CompileError,
  DTYPES,
  describe,
  elementOp,
  type Graph,
  type NodePlace,
  type Part,
  paramOp,
  postorder,
  type Tensor,
} from "@defnote/core"
import type { Built, Job, Target } from "./build.ts"
import { buildContract } from "./build-contract.ts"
import { buildMap } from "./build-map.ts"
import { buildReduce } from "./build-reduce.ts"
import { buildRow } from "./build-row.ts"
import { buildScan } from "./build-scan.ts"
import type { Packed } from "./elements.ts"
import { expand } from "./expand.ts"
import { type Group, group } from "./group.ts"
import type { Kernel } from "./loop-ir.ts"
import { Nodes, roleOf } from "./nodes.ts"
import type { LoweredProgram, Step, StoredValue, Window } from "./program.ts"
import type { Scalar } from "./scalar-rebuild.ts"

/** Lowers a closed graph. @throws CompileError for a node that has no loops, no body and no kernel of the target */
export function lower(graph: Graph, target: Target): LoweredProgram {
  const program = new Builder(target)
  const inputs = graph.inputs.map((p, index) => program.value(p, 0, { kind: "input", index }))
  const outputs = program.graph(graph, inputs, program.steps)
  return {
    values: program.values,
    inputs,
    outputs,
    steps: program.steps,
    kernels: program.kernels,
  }
}

type Item =
  | { readonly group: Group; members: Tensor[]; roots: Tensor[] }
  | { readonly opaque: Tensor }

class Builder {
  readonly values: StoredValue[] = []
  readonly kernels: Kernel[] = []
  readonly steps: Step[] = []
  readonly #target: Target
  constructor(target: Target) {
    this.#target = target
  }
  /** A new value for an output of a node; people know it as the value at `place`. */
  value(
    node: Tensor,
    output: number,
    home: StoredValue["home"] = { kind: "scratch" },
    place: NodePlace = { node, within: [] },
  ): number {
    const t = node.types[output]
    const elements = t.shape.reduce((a, b) => a * b, 1)
    return this.raw(t.dtype, elements, place.node, home, place)
  }
  raw(
    dtype: StoredValue["dtype"],
    elements: number,
    node: Tensor | undefined,
    home: StoredValue["home"] = { kind: "scratch" },
    place?: NodePlace,
  ): number {
    const bytes = elements * DTYPES[dtype].bytes
    const id = this.values.length
    this.values.push({ id, dtype, elements, bytes, node, home, ...(place ? { place } : {}) })
    return this.values.length - 1
  }
  /** Adds the steps of a graph whose inputs are these values; gives the values of its outputs. */
  graph(
    graph: Graph,
    inputs: readonly number[],
    steps: Step[],
    within: readonly Part[] = [],
  ): number[] {
    return new Scope(this, graph, { inputs, steps, within }, this.#target).run()
  }
}

/** One graph in the program: the top, a branch, a loop body. */
class Scope {
  readonly #program: Builder
  readonly #steps: Step[]
  readonly #target: Target
  readonly #nodes = new Nodes()
  readonly #outputs: readonly Tensor[]
  readonly #effects: readonly Tensor[]
  readonly #origins: ReadonlyMap<Tensor, NodePlace>
  readonly #within: readonly Part[]
  readonly #places = new Map<NodePlace | Tensor, NodePlace>()
  readonly #stored = new Map<Tensor, number>()
  readonly #parts = new Map<Tensor, (number | undefined)[]>()
  readonly #items = new Map<Tensor, Item>()
  readonly #done = new Set<Item>()
  #order: Tensor[] = []

  constructor(
    program: Builder,
    graph: Graph,
    {
      inputs,
      steps,
      within,
    }: { inputs: readonly number[]; steps: Step[]; within: readonly Part[] },
    target: Target,
  ) {
    this.#program = program
    this.#steps = steps
    this.#within = within
    this.#target = target
    const expanded = expand(graph, target)
    this.#outputs = expanded.outputs
    this.#effects = expanded.effects
    this.#origins = expanded.origins
    graph.inputs.forEach((p, i) => this.#stored.set(p, inputs[i]))
  }

  run(): number[] {
    this.#order = postorder([...this.#effects, ...this.#outputs])
    for (const n of this.#order) this.#nodes.isVirtual(n)
    this.#plan()
    for (const e of this.#effects) this.#need(e)
    return this.#outputs.map((y) => this.#valueOf(y))
  }
  /** What must lie in memory, and which kernels there are. */
  #plan(): void {
    const required = new Set<Tensor>()
    const require = (n: Tensor): void => void required.add(this.#nodes.memory(n))
    this.#outputs.forEach(require)
    for (const n of this.#order) {
      if (roleOf(n) === "opaque") n.inputs.forEach(require)
      if (roleOf(n) === "opaque" || roleOf(n) === "stored") this.#items.set(n, { opaque: n })
    }
    const needed = new Set([...required, ...this.#order.filter((n) => roleOf(n) === "opaque")])
    const groups = group(this.#order, needed, this.#nodes)
    const items = new Map<Group, { group: Group; members: Tensor[]; roots: Tensor[] }>()
    for (const n of this.#order) {
      const g = groups.get(n)
      if (!g) continue
      const item = items.get(g) ?? { group: g, members: [], roots: [] }
      items.set(g, item)
      item.members.push(n)
      if (n === g.root || required.has(n)) item.roots.push(n)
      this.#items.set(n, item)
    }
  }
  #valueOf(n: Tensor): number {
    const m = this.#nodes.memory(n)
    this.#need(m)
    const known = this.#stored.get(m)
    if (known === undefined) throw new Error(`internal: lower: ${describe(m)} was not stored`)
    return known
  }

  /** Emits what computes `root`, its inputs first. Iterative. */
  #need(root: Tensor): void {
    const stack: Tensor[] = [root]
    while (stack.length) {
      const n = stack[stack.length - 1]
      const item = this.#items.get(n)
      if (this.#stored.has(n) || !item || this.#done.has(item)) {
        if (!item && !this.#stored.has(n) && n.size === 0) this.#stored.set(n, this.#value(n, 0))
        stack.pop()
        continue
      }
      const missing = this.#inputsOf(item).filter((x) => !this.#isReady(x))
      if (missing.length) stack.push(...missing.reverse())
      else {
        this.#done.add(item)
        this.#emit(item)
        stack.pop()
      }
    }
  }
  #isReady(n: Tensor): boolean {
    const item = this.#items.get(n)
    return (
      this.#stored.has(n) || (item !== undefined && this.#done.has(item)) || (!item && n.size > 0)
    )
  }
  /** Stored nodes that an item reads. */
  #inputsOf(item: Item): Tensor[] {
    if ("opaque" in item) {
      const n = item.opaque
      return n.op === elementOp ? [...n.inputs] : n.inputs.map((x) => this.#nodes.memory(x))
    }
    const reads = item.members.flatMap((m) =>
      this.#nodes.reading(m).accesses.map((a) => a.producer),
    )
    return [...new Set(reads)].filter((x) => !item.group.members.has(x))
  }

  #emit(item: Item): void {
    if ("group" in item) return this.#kernel(item)
    const n = item.opaque
    if (n.op === elementOp) return this.#element(n)
    if (n.op === paramOp) throw new Error(`internal: lower: ${describe(n)} has no value`)
    if (n.op.effect)
      return void this.#steps.push({ kind: "effect", node: n, inputs: this.#inputs(n) })
    const { attrs } = n
    if ("yes" in attrs) this.#cond(n)
    else if ("test" in attrs) this.#while(n)
    else if ("length" in attrs && "carries" in attrs) this.#scan(n)
    else if (this.#target.claims(n)) this.#routine(n)
    else throw this.#refuse(n)
  }
  #refuse(n: Tensor): CompileError {
    const of = this.#place(n).node
    return new CompileError(
      `${this.#target.name}: cannot run ${describe(of)}: ${n.op.name} has neither loops, a body nor a kernel here`,
      { op: of.op.name, node: of },
    )
  }
  #inputs(n: Tensor): number[] {
    return n.inputs.map((x) => this.#stored.get(this.#nodes.memory(x)) as number)
  }
  #element(n: Tensor): void {
    const parts = this.#parts.get(n.inputs[0])
    const value = parts?.[n.attrs.i as number]
    if (value === undefined)
      throw new Error(`internal: lower: ${describe(n)} picks what was not computed`)
    this.#stored.set(n, value)
  }

  #kernel(item: Extract<Item, { group: Group }>): void {
    if (item.group.root.size === 0) {
      for (const n of item.roots) this.#stored.set(n, this.#value(n, 0))
      return
    }
    const job: Job = {
      ...item,
      nodes: this.#nodes,
      target: this.#target,
      names: new Map<Scalar, Tensor>(),
    }
    const packed = new Map<Packed, number>()
    for (const { kernel, buffers } of BUILDERS[item.group.form](job)) {
      const values = kernel.buffers.map((b, i) => {
        const tensor = buffers.tensors[i]
        return tensor && "packed" in tensor
          ? this.#packedValue(tensor, packed)
          : this.#bufferValue(b, tensor, item)
      })
      const places = [...new Set(kernel.nodes.map((n) => this.#place(n)))]
      const nodes = [...new Set(places.map((p) => p.node))]
      const known = kernel.buffers.map((b, i) => {
        const tensor = buffers.tensors[i]
        if (!tensor || "packed" in tensor) return b
        const place = this.#place(tensor)
        return { ...b, node: place.node, place }
      })
      const placeOf = (n: Tensor): NodePlace => this.#place(n)
      const { names } = job
      this.#program.kernels.push({ ...kernel, nodes, places, placeOf, names, buffers: known })
      this.#steps.push({ kind: "kernel", kernel: this.#program.kernels.length - 1, values })
    }
  }
  #value(n: Tensor, output: number): number {
    return this.#program.value(n, output, undefined, this.#place(n))
  }
  /** The node, as it was given, of which `n` is a part, and in which graphs it stands. */
  #place(n: Tensor): NodePlace {
    const own = this.#origins.get(n)
    let place = this.#places.get(own ?? n)
    if (!place) {
      const { node, within } = own ?? { node: n, within: [] }
      place = { node, within: [...this.#within, ...within] }
      this.#places.set(own ?? n, place)
    }
    return place
  }
  /** A graph inside a node, for what is computed there. */
  #inside(n: Tensor, part: number): Part[] {
    const { node, within } = this.#place(n)
    return [...within, { holder: node, part }]
  }
  #packedValue(p: Packed, known: Map<Packed, number>): number {
    const value = known.get(p) ?? this.#program.raw(p.dtype, p.size, undefined)
    known.set(p, value)
    return value
  }
  #bufferValue(
    b: Kernel["buffers"][number],
    node: Tensor | undefined,
    item: Extract<Item, { group: Group }>,
  ): number {
    if (!node) return this.#program.raw(b.dtype, b.size, undefined)
    if (b.use === "write") {
      const value = this.#value(node, 0)
      this.#stored.set(node, value)
      return value
    }
    const value = this.#stored.get(node)
    if (value === undefined)
      throw new Error(
        `internal: lower: ${item.group.form} kernel reads ${describe(node)}, which is not stored`,
      )
    return value
  }

  /** The outputs of a node that somebody reads. */
  #wanted(n: Tensor): boolean[] {
    const wanted = n.types.map(() => n.types.length === 1)
    for (const x of this.#order)
      if (x.op === elementOp && x.inputs[0] === n) wanted[x.attrs.i as number] = true
    return wanted
  }
  #settle(n: Tensor, values: (number | undefined)[]): void {
    this.#parts.set(n, values)
    if (n.types.length === 1) this.#stored.set(n, values[0] as number)
  }
  #routine(n: Tensor): void {
    const wanted = this.#wanted(n)
    const outputs = n.types.map((_, i) => (wanted[i] ? this.#value(n, i) : undefined))
    this.#steps.push({ kind: "routine", node: n, inputs: this.#inputs(n), outputs })
    this.#settle(n, outputs)
  }
  #cond(n: Tensor): void {
    const [test, ...x] = this.#inputs(n)
    const wanted = this.#wanted(n)
    const outputs = n.types.map((_, i) => (wanted[i] ? this.#value(n, i) : undefined))
    const branch = (g: Graph, part: number): Step[] => {
      const steps: Step[] = []
      const used = { ...g, outputs: g.outputs.filter((_, i) => wanted[i]) }
      const results = this.#program.graph(used, x, steps, this.#inside(n, part))
      const places = outputs.filter((o) => o !== undefined)
      results.forEach((from, i) => void steps.push({ kind: "copy", from, to: places[i] }))
      return steps
    }
    const [yes, no] = [branch(n.attrs.yes as Graph, 0), branch(n.attrs.no as Graph, 1)]
    this.#steps.push({ kind: "if", test, yes, no })
    this.#settle(n, outputs)
  }
  /** Copies of the carries, so that the loop may write them. */
  #state(n: Tensor, inputs: readonly number[], count: number): number[] {
    return inputs.slice(0, count).map((from, i) => {
      const to = this.#value(n, i)
      this.#steps.push({ kind: "copy", from, to })
      return to
    })
  }
  #while(n: Tensor): void {
    const k = n.attrs.carries as number
    const inputs = this.#inputs(n)
    const state = this.#state(n, inputs, k)
    const all = [...state, ...inputs.slice(k)]
    const test: Step[] = []
    const [flag] = this.#program.graph(n.attrs.test as Graph, all, test, this.#inside(n, 0))
    const body: Step[] = []
    const next = this.#program.graph(n.attrs.body as Graph, all, body, this.#inside(n, 1))
    this.#carry(next, state, all, body)
    const count = this.#wanted(n)[k] ? this.#value(n, k) : undefined
    this.#steps.push({ kind: "while", test, flag, body, count })
    this.#settle(n, [...state, count])
  }
  /** Moves what a turn computed into the carries. A result that is somebody else's memory goes through a copy. */
  #carry(
    next: readonly number[],
    state: readonly number[],
    fixed: readonly number[],
    steps: Step[],
  ): void {
    const own = next.map(
      (v, i) =>
        !fixed.includes(v) &&
        next.indexOf(v) === i &&
        this.#program.values[v].home.kind === "scratch",
    )
    const fresh = next.map((from, i) => {
      if (own[i] || from === state[i]) return from
      const node = this.#program.values[from]
      const to = this.#program.raw(node.dtype, node.elements, node.node)
      steps.push({ kind: "copy", from, to })
      return to
    })
    fresh.forEach((v, i) => {
      if (v !== state[i]) steps.push({ kind: "swap", a: v, b: state[i] })
    })
  }
  #scan(n: Tensor): void {
    const { body, carries: k, xs: m, length, reverse } = n.attrs as unknown as ScanAttrs
    const inputs = this.#inputs(n)
    const state = this.#state(n, inputs, k)
    const windows: Window[] = []
    const rowOf = (of: number): number => {
      const { dtype, elements, node } = this.#program.values[of]
      const window = this.#program.raw(dtype, elements / Math.max(1, length), node, {
        kind: "window",
      })
      windows.push({ window, of })
      return window
    }
    const rows = inputs.slice(k, k + m).map(rowOf)
    const wanted = this.#wanted(n)
    const stacks = n.types.map((_, i) => (i >= k && wanted[i] ? this.#value(n, i) : undefined))
    const inside: Step[] = []
    const all = [...state, ...rows, ...inputs.slice(k + m)]
    const ys = body.outputs.length - k
    const save = (from: number, stack: number | undefined): void => {
      if (stack !== undefined) inside.push({ kind: "copy", from, to: rowOf(stack) })
    }
    state.forEach((from, i) => save(from, stacks[k + ys + i]))
    const next = this.#program.graph(body, all, inside, this.#inside(n, 0))
    next.slice(k).forEach((from, i) => save(from, stacks[k + i]))
    this.#carry(next.slice(0, k), state, all, inside)
    this.#steps.push({ kind: "for", length, reverse, windows, body: inside })
    this.#settle(n, [...state, ...stacks.slice(k)])
  }
}
interface ScanAttrs {
  readonly body: Graph
  readonly carries: number
  readonly xs: number
  readonly length: number
  readonly reverse: boolean
}
const BUILDERS: Record<Group["form"], (job: Job) => readonly Built[]> = {
  map: (job) => [buildMap(job)],
  row: (job) => [buildRow(job)],
  reduce: (job) => [buildReduce(job)],
  scan: (job) => [buildScan(job)],
  contract: buildContract,
}
