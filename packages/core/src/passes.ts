/**
 * @file The passes that every compiler runs over a graph before it lowers it, in one list, and the record of what each
 * did (D3.9). Knows no compiler.
 */
import { checked } from "./checks.ts"
import type { CompileOptions, NodePlace, RewriteStep } from "./compiler.ts"
import { type Graph, graphsIn, isGraph, nodesOf, postorder, withRoots } from "./graph.ts"
import { make } from "./make.ts"
import { fires, matchedBy, type Rule, rewrite, type Step } from "./rewrite.ts"
import { ALGEBRA, FAST, FOLDING, rulesFor, STRUCTURE } from "./rules.ts"
import type { Attrs, Tensor } from "./tensor.ts"
import { withTable } from "./trace.ts"

export interface Pass {
  readonly name: string
  /** The rules that the options allow; none: the pass is left out. */
  readonly rules: (options: CompileOptions) => readonly Rule[]
}
const NONE: readonly Rule[] = []
/** In this order. Each works through the graphs of branches and loops too; what nobody reads afterwards is gone. */
export const PASSES: readonly Pass[] = [
  { name: "constant folding", rules: () => FOLDING },
  { name: "structure", rules: () => STRUCTURE },
  { name: "algebra", rules: () => ALGEBRA },
  { name: "fastMath", rules: ({ fastMath }) => (fastMath ? FAST : NONE) },
  /** Everything once more, together, until nothing changes: what one pass laid open for another. */
  { name: "cleanup", rules: rulesFor },
]

export interface Optimized {
  readonly graph: Graph
  /** One per pass of the list that ran. */
  readonly steps: readonly RewriteStep[]
  /** The nodes of the given graph that a node stands for; absent where it is one of them and stands for itself alone. */
  readonly origins: ReadonlyMap<Tensor, readonly Tensor[]>
}
/**
 * The graph after all passes. Nodes of the given graph, and what is noted beside them, stay as they are; new nodes take
 * over the notes of those that they stand for.
 */
export function optimize(given: Graph, options: CompileOptions): Optimized {
  return withTable(given.table, () => {
    const { checks } = options
    const first = checks ? withChecks(given) : undefined
    let graph = first?.graph ?? given
    let origins: Optimized["origins"] = first?.step.from ?? new Map()
    const steps: RewriteStep[] = first ? [first.step] : []
    for (const pass of PASSES) {
      const rules = pass.rules(checks ? EXACTLY : options)
      if (!rules.length) continue
      const done = new PassRun(pass.name, rules).run(graph)
      steps.push(done.step)
      if (done.graph === graph) continue
      graph = done.graph
      origins = composed(origins, done.step.from)
    }
    return { graph, steps, origins }
  })
}
/** Rules that are not exact could hide what checks are to find. */
const EXACTLY: CompileOptions = { fastMath: false }
function withChecks(given: Graph): { graph: Graph; step: RewriteStep } {
  const start = performance.now()
  const { graph, from } = checked(given)
  const [old, now] = [nodesOf(given), nodesOf(graph)]
  const step = {
    name: "checks",
    ms: performance.now() - start,
    added: [...now].filter((n) => !old.has(n)),
    removed: [...old].filter((n) => !now.has(n)),
    from,
    matches: [],
  }
  return { graph, step }
}
/** The nodes of the graph that was given to {@link optimize}: what people know of a node that compilers see. */
export const originsOf = (o: Optimized["origins"], nodes: readonly Tensor[]): Tensor[] => [
  ...new Set(nodes.flatMap((n) => o.get(n) ?? [n])),
]
/** The places, in the graph that was given, of what compilers see at a place. */
export function placesOf(o: Optimized["origins"], { node, within }: NodePlace): NodePlace[] {
  const around = within.map(({ holder, part }) => ({ holder: originsOf(o, [holder])[0], part }))
  return originsOf(o, [node]).map((n) => ({ node: n, within: around }))
}
/** Origins through two passes. */
function composed(first: Optimized["origins"], then: RewriteStep["from"]): Optimized["origins"] {
  const all = new Map(first)
  for (const [n, nodes] of then) all.set(n, originsOf(first, nodes))
  return all
}

/** One pass over one program. */
class PassRun {
  readonly #name: string
  readonly #rules: readonly Rule[]
  readonly #graphs = new Map<Graph, Graph>()
  readonly #became = new Map<Tensor, Tensor>()
  readonly #cause = new Map<Tensor, Tensor>()
  readonly #matches: Step[] = []
  constructor(name: string, rules: readonly Rule[]) {
    this.#name = name
    this.#rules = rules
  }
  run(before: Graph): { graph: Graph; step: RewriteStep } {
    const start = performance.now()
    const graph = this.#graph(before)
    const changes = graph === before ? UNCHANGED : this.#changes(before, graph)
    return { graph, step: { name: this.#name, ms: performance.now() - start, ...changes } }
  }
  /** Depth of recursion is how deep loops and branches are nested. */
  #graph(g: Graph): Graph {
    let now = this.#graphs.get(g)
    if (!now) {
      const roots = [...g.effects.flatMap((e) => e.inputs), ...g.outputs]
      const nodes = postorder(roots)
      const opened = this.#opened(nodes)
      now = opened.size || fires(this.#rules, nodes) ? this.#rewritten(g, roots, opened) : g
      this.#graphs.set(g, now)
    }
    return now
  }
  /** Nodes whose branches or bodies change, with their new attributes. */
  #opened(nodes: readonly Tensor[]): Map<Tensor, Attrs> {
    const opened = new Map<Tensor, Attrs>()
    for (const n of nodes) {
      if (graphsIn(n).every((g) => this.#graph(g) === g)) continue
      const attrs = Object.entries(n.attrs).map(([k, v]) => [k, isGraph(v) ? this.#graph(v) : v])
      opened.set(n, Object.fromEntries(attrs))
    }
    return opened
  }
  #rewritten(g: Graph, roots: readonly Tensor[], opened: ReadonlyMap<Tensor, Attrs>): Graph {
    const rebuilt = (n: Tensor, inputs: readonly Tensor[]): Tensor =>
      opened.has(n) || inputs.some((x, i) => x !== n.inputs[i])
        ? make(n.op, inputs, opened.get(n) ?? n.attrs)
        : n
    const { became, cause, steps } = rewrite(roots, this.#rules, { rebuild: rebuilt })
    for (const [n, to] of became) this.#became.set(n, to)
    for (const [n, to] of cause) this.#cause.set(n, to)
    for (const step of steps) this.#matches.push(step)
    const get = (n: Tensor): Tensor => became.get(n) as Tensor
    const effects = g.effects.map((e) => rebuilt(e, e.inputs.map(get)))
    g.effects.forEach((e, i) => void this.#became.set(e, effects[i]))
    return withRoots(g, g.outputs.map(get), effects)
  }

  #changes(before: Graph, after: Graph): Omit<RewriteStep, "name" | "ms"> {
    const [old, now] = [nodesOf(before), nodesOf(after)]
    const from = this.#from(old, now)
    const { notes } = before.table
    const become = (n: Tensor): Tensor => this.#became.get(n) ?? n
    for (const [n, nodes] of from) if (!old.has(n)) for (const o of nodes) notes.carry(o, n, become)
    return {
      added: [...now].filter((n) => !old.has(n)),
      removed: [...old].filter((n) => !now.has(n)),
      from,
      matches: this.#matches.map((m) => ({
        rule: m.rule.name,
        out: this.#madeBy(m, old),
        in: matchedBy(m.rule, m.before),
      })),
    }
  }
  /** The nodes that a rule made, or the one that it put in place. */
  #madeBy({ before, after }: Step, old: ReadonlySet<Tensor>): Tensor[] {
    const isOwn = (n: Tensor): boolean => this.#cause.get(n) === before && !old.has(n)
    const own = postorder([after], isOwn).filter(isOwn)
    return own.length ? own : [after]
  }
  /** For each node that is new, or stands for others than itself, the nodes before that it stands for. */
  #from(old: ReadonlySet<Tensor>, now: ReadonlySet<Tensor>): Map<Tensor, readonly Tensor[]> {
    const from = new Map<Tensor, Tensor[]>()
    for (const n of old) {
      const to = this.#became.get(n) ?? n
      if (!now.has(to)) continue
      const list = from.get(to)
      if (list) list.push(n)
      else from.set(to, [n])
    }
    for (const n of now) if (!from.has(n)) from.set(n, this.#causes(n, old))
    for (const [n, nodes] of from) if (nodes.length === 1 && nodes[0] === n) from.delete(n)
    return from
  }
  /** The node before the pass that `n` was made for. */
  #causes(n: Tensor, old: ReadonlySet<Tensor>): Tensor[] {
    let x: Tensor | undefined = n
    while (x && !old.has(x)) x = this.#cause.get(x)
    return x ? [x] : []
  }
}
const UNCHANGED = {
  added: [],
  removed: [],
  from: new Map<Tensor, readonly Tensor[]>(),
  matches: [],
}
