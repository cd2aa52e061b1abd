/**
 * @file The values of a program in the order of their rows, with the graphs inside loops, conditions and calls, and inside
 * their derivatives, written out where they stand. Knows nodes, no names and no columns.
 */
import {
  type Graph,
  isElement,
  type Nested,
  type Notes,
  type Part,
  postorder,
  type Region,
  type Reversed,
  substitution,
  type Tensor,
  withTable,
} from "@defnote/core"
import {
  type Context,
  contextOf,
  holderOf,
  type Inner,
  type Opened,
  read,
  type Value,
} from "./context.ts"
import { Origins } from "./derivatives.ts"

/** One row to be. */
export interface Entry {
  readonly node: Tensor
  readonly inputs: readonly number[]
  readonly ports: readonly number[]
  readonly inner: Inner | undefined
  /** A node of the program itself, not of a graph inside one of its nodes. */
  readonly outer: boolean
  /** How a value comes into the body of a loop; undefined for a node. */
  readonly enters?: "carry" | "slice"
  /** What a carry is called: the value that it becomes, the one that it begins with. */
  readonly called?: readonly Tensor[]
  /** Of a node of control flow: its carries after a turn. */
  readonly carries?: readonly Tensor[]
  /** Of a derivative of control flow: what the row is, and the row that it stands beside. */
  readonly phase?: "bwd" | "recompute"
  readonly dual?: number
  /** The node, beside this one, whose rule made it. */
  readonly of?: Tensor
}
/** What the rows are made by. */
export interface EntryRules {
  /** Nodes whose graphs are written out; derivatives of such nodes follow them. */
  readonly opens: (n: Tensor) => boolean
  readonly notes: Notes
}

const nodesOf = (graph: Graph): Tensor[] =>
  postorder([...graph.effects, ...graph.outputs]).filter((n) => !isElement(n))

/** Rows of the nodes of a program. */
export function entriesOf(nodes: readonly Tensor[], rules: EntryRules): Entries {
  const rows = new Entries(rules)
  rows.addAll(nodes, rows.program)
  return rows
}

export class Entries {
  readonly list: Entry[] = []
  readonly program: Context = contextOf(undefined, undefined)
  /** For rows inside control flow: the row of the whole cotangent. */
  readonly cotangents = new Map<number, number>()
  /** For carries of loops: how many turns of them are kept for the derivative. */
  readonly kept = new Map<number, number>()
  readonly #opens: EntryRules["opens"]
  readonly #notes: Notes
  readonly #origins: Origins
  constructor({ opens, notes }: EntryRules) {
    this.#opens = opens
    this.#notes = notes
    this.#origins = new Origins(notes)
  }

  /** The row of a node in a graph inside others; of what is not written out the row of the node that holds it. */
  readonly rowAt = (node: Tensor, within: readonly Part[]): number | undefined => {
    let context = this.program
    let holder: number | undefined
    for (const { holder: n, part } of within) {
      holder = context.values.get(n)?.at ?? holder
      const inner = (context.opened.get(n) ?? context.reversed.get(n))?.parts[part]
      if (!inner) return holder
      context = inner
    }
    return context.values.get(holderOf(node))?.at ?? holder
  }

  addAll(nodes: readonly Tensor[], context: Context): void {
    for (const n of nodes) if (!context.values.has(n)) this.#add(n, context)
    this.#linkRepeated(context)
  }
  #add(n: Tensor, context: Context): void {
    const again = this.#origins.of(n, context)
    if (again) return this.#again(n, again, context)
    const of = this.#origins.dual(n, context)
    const holder = of && this.#origins.opened(of, context)
    const reversed = holder?.node.op.reversed?.(holder.node, n).filter((r) => fits(r, holder)) ?? []
    if (holder && reversed.length) return this.#reverse(n, reversed, holder, context)
    const beside = of && this.#origins.of(of, context)
    if (beside) return this.#beside(n, read(...beside).at, of, context)
    if (context.backward)
      return this.#beside(n, holder?.at ?? context.backward.otherwise, of, context)
    const nested = this.#opens(n) ? n.op.nested?.(n) : undefined
    if (nested) this.#open(n, nested, context)
    else this.#settle(n, context, {})
  }

  #row(entry: Omit<Entry, "outer">, outer = false): number {
    return this.list.push({ ...entry, outer }) - 1
  }
  /** The row of a node that reads its inputs. */
  #settle(n: Tensor, context: Context, more: Partial<Entry>): void {
    const inputs = wires(n.inputs.map((x) => read(x, context)))
    const outer = context.graph === undefined
    const at = this.#row({ node: n, ...inputs, inner: context.inner, ...more }, outer)
    context.values.set(n, { at, port: 0 })
  }
  /** A derivative beside a row, and in the part in which that stands. */
  #beside(n: Tensor, dual: number, of: Tensor | undefined, context: Context): void {
    const { inner } = this.list[dual]
    this.#settle(n, context, { phase: "bwd", dual, inner, ...(of ? { of } : {}) })
  }
  /** What is computed once more; what comes in once more, or is constant, is the value that is there. */
  #again(n: Tensor, [node, forward]: [Tensor, Context], context: Context): void {
    const value = read(node, forward)
    if (!node.inputs.length) context.values.set(n, value)
    else {
      const { inner } = this.list[value.at]
      this.#settle(n, context, { phase: "recompute", dual: value.at, inner })
      context.repeated.set(n, value.at)
    }
  }

  /** The parts of a node of control flow, then what the node itself reads: what its parts give. */
  #open(n: Tensor, nested: Nested, context: Context): void {
    const { name, turns, regions } = nested
    const kind = nested.kind === "call" ? "named" : nested.kind
    const inner: Inner = {
      name,
      kind,
      ...(turns === undefined ? {} : { turns }),
      parent: context.inner,
      node: n,
    }
    const outer = n.inputs.map((x) => read(x, context))
    const first = this.list.length
    const last = regions[regions.length - 1]
    const entered = this.#enter(n, last, outer, inner)
    const parts = regions.map((region) => this.#region(region, outer, entered, inner))
    const results = parts.flatMap((p) => p.graph?.outputs.map((y) => read(y, p)) ?? [])
    const own = outer.filter((_, i) => regions.every((r) => r.inputs.every(({ of }) => of !== i)))
    const carried = last.inputs.filter(({ as }) => as === "carry").length
    const loop = kind === "loop" ? { carries: last.graph.outputs.slice(0, carried) } : {}
    const row = { node: n, ...wires([...own, ...results]), inner, ...loop }
    const at = this.#row(row, context.graph === undefined)
    context.values.set(n, { at, port: 0 })
    context.opened.set(n, { node: n, inner, parts, at, first })
  }

  /** A row for each value that is another one in every turn. */
  #enter(n: Tensor, { inputs, graph }: Region, outer: readonly Value[], inner: Inner) {
    const rows = new Map<number, Value>()
    for (const { of, as } of inputs) {
      if (as === "same") continue
      const called = as === "carry" ? [graph.outputs[of], n.inputs[of]] : []
      const entry = { node: graph.inputs[of], ...wires([outer[of]]), inner, enters: as, called }
      rows.set(of, { at: this.#row(entry), port: 0 })
    }
    return rows
  }

  #region(
    { name, graph, inputs }: Region,
    outer: readonly Value[],
    entered: ReadonlyMap<number, Value>,
    scope: Inner,
  ): Context {
    const inner: Inner = name ? { name, kind: "named", parent: scope, node: undefined } : scope
    const context = contextOf(graph, inner)
    graph.inputs.forEach((p, i) => {
      context.values.set(p, entered.get(inputs[i].of) ?? outer[inputs[i].of])
    })
    this.addAll(nodesOf(graph), context)
    return context
  }

  /** The derivative of a node that is written out: its graphs go backwards beside the rows of the node's. */
  #reverse(d: Tensor, reversed: readonly Reversed[], holder: Opened, context: Context): void {
    const inside = new Set<number>()
    const backs = reversed.map((r) => this.#backward(d, r, holder, context, inside))
    const results = backs.flatMap(({ values }) => values)
    // Bookkeeping that is not written out.
    const own = d.inputs.flatMap((x, i) => (inside.has(i) ? [] : [read(x, context)]))
    const at = this.#row(
      {
        node: d,
        ...wires(unique([...own, ...results])),
        ...this.#startOf(d, holder, context),
        phase: "bwd",
        of: holder.node,
      },
      context.graph === undefined,
    )
    context.values.set(d, { at, port: 0 })
    const opened = { ...holder, node: d, at }
    this.#keepReversed(opened, new Map(backs.map(({ back }) => [back.graph, back])), context)
  }
  /** So that what kernels say of the graphs of a derivative leads to its rows. */
  #keepReversed(
    opened: Opened,
    backs: ReadonlyMap<Graph | undefined, Context>,
    context: Context,
  ): void {
    const parts = regionsOf(opened.node).map(({ graph }) => {
      const own = backs.get(graph)
      if (own) return own
      // Where one turn is a branch of the graph, the rest of that graph is one row.
      const around = contextOf(graph, opened.inner)
      for (const n of nodesOf(graph)) {
        const turns = regionsOf(n).map(
          (r) => backs.get(r.graph) ?? contextOf(r.graph, opened.inner),
        )
        if (turns.length) around.reversed.set(n, { ...opened, node: n, parts: turns })
      }
      return around
    })
    context.reversed.set(opened.node, { ...opened, parts })
  }
  /** Where a derivative ends: beside the first row of a loop, and of a branch beside its condition. */
  #startOf(d: Tensor, holder: Opened, context: Context): Pick<Entry, "inner" | "dual"> {
    if (holder.inner.kind !== "cond") return { inner: holder.inner, dual: holder.first }
    const row = this.list[read(d.inputs[0], context).at]
    const dual = row.phase ? row.dual : this.list.indexOf(row)
    const usable = dual !== undefined && this.list[dual].inputs.length > 0
    return usable
      ? { inner: this.list[dual].inner, dual }
      : { inner: holder.inner, dual: holder.first }
  }
  /** The rows of one graph of a derivative; `inside` gets the inputs of the derivative that they read. */
  #backward(
    d: Tensor,
    r: Reversed,
    holder: Opened,
    context: Context,
    inside: Set<number>,
  ): { back: Context; values: Value[] } {
    const forward = holder.parts[r.of]
    const { inputs = [], outputs = [] } = forward.graph ?? {}
    const { graph } = r.region
    const computed = withTable(graph.table, () =>
      substitution(outputs, new Map(inputs.map((p, i) => [p, r.inputs[i]]))),
    )
    const again = new Map([...computed].map(([from, to]) => [to, from]))
    const back = contextOf(graph, forward.inner, { forward, again, otherwise: holder.first })
    r.inputs.forEach((x, i) => void back.values.set(x, read(inputs[i], forward)))
    const wanted = r.cotangents.filter((g) => g !== null)
    const order = postorder(wanted, (n) => !back.values.has(n))
    const reads = new Set([...order, ...r.inputs])
    graph.inputs.forEach((p, i) => {
      if (reads.has(p)) inside.add(r.region.inputs[i].of)
    })
    this.#enterBack(d, r, reads, holder, context, back)
    this.addAll(
      order.filter((n) => !isElement(n)),
      back,
    )
    this.#linkCotangents(r, computed, forward, back)
    return { back, values: wanted.map((g) => read(g, back)) }
  }
  #enterBack(
    d: Tensor,
    { region }: Reversed,
    reads: ReadonlySet<Tensor>,
    holder: Opened,
    context: Context,
    back: Context,
  ): void {
    region.graph.inputs.forEach((p, i) => {
      if (!reads.has(p) || back.values.has(p)) return
      const { of, as } = region.inputs[i]
      const value = read(d.inputs[of], context)
      if (as === "same") return void back.values.set(p, value)
      const at = this.#row({
        node: p,
        ...wires([value]),
        inner: holder.inner,
        enters: as,
        phase: "bwd",
        dual: holder.at,
      })
      back.values.set(p, { at, port: 0 })
    })
  }
  /** What is computed again has the cotangents of the rows; the result of a block has that of the block. */
  #linkRepeated(context: Context): void {
    const link = (at: number | undefined, of: Tensor): void => {
      const g = this.#notes.cotangents.get(of)
      if (at !== undefined && g && context.values.has(holderOf(g)))
        this.cotangents.set(at, read(g, context).at)
    }
    for (const [node, at] of context.repeated) link(at, node)
    for (const { node, parts } of context.opened.values())
      if (node.types.length === 1 && node.op.nested?.(node).kind === "call")
        link(parts[0].values.get(parts[0].graph?.outputs[0] as Tensor)?.at, node)
  }
  /** Which row is the whole cotangent of which, and what is kept of each turn. */
  #linkCotangents(
    r: Reversed,
    computed: ReadonlyMap<Tensor, Tensor>,
    forward: Context,
    back: Context,
  ): void {
    forward.graph?.inputs.forEach((p, i) => {
      const { at } = read(p, forward)
      const g = r.cotangents[i]
      if (!this.list[at].enters) return
      if (g) this.cotangents.set(at, read(g, back).at)
      if (r.kept !== undefined && this.list[at].enters === "carry") this.kept.set(at, r.kept)
    })
    const link = (n: Tensor, g: Tensor | null | undefined): void => {
      const row = forward.values.get(holderOf(n))
      const known = g && (back.values.has(g) || back.values.has(holderOf(g)))
      if (n.inputs.length && row && known) this.cotangents.set(row.at, read(g, back).at)
    }
    forward.graph?.outputs.forEach((y, i) => link(y, r.seeds[i]))
    for (const [n, to] of computed) link(n, this.#notes.cotangents.get(to))
  }
}

const regionsOf = (n: Tensor): readonly Region[] => n.op.nested?.(n).regions ?? []
/** The graphs of a derivative may have been rewritten: they must still go through those of the node. */
const fits = ({ of, inputs }: Reversed, { parts }: Opened): boolean =>
  parts[of]?.graph?.inputs.length === inputs.length
const unique = (values: readonly Value[]): Value[] =>
  values.filter((v, i) => values.findIndex((w) => w.at === v.at && w.port === v.port) === i)
const wires = (values: readonly Value[]) => ({
  inputs: values.map((v) => v.at),
  ports: values.map((v) => v.port),
})
