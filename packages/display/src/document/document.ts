/** @file A traced program as a graph document: rows, scopes, phases, names, rules, places in source. */
import {
  type Attrs,
  codeOf,
  type Graph,
  isConstant,
  isElement,
  isParam,
  type Notes,
  type Op,
  type Part,
  type PartialProgram,
  type Program,
  postorder,
  type Site,
  type SourceModule,
  type Tensor,
  type TensorType,
  type Scope as TraceScope,
} from "@defnote/core"
import { inputName, parameterNames, variableOf } from "@defnote/inspect"
import { buildGraph, type GraphParts, type NodeRow } from "../build.ts"
import type { GraphDoc, Loc, Phase, Rule, Source } from "../payload.ts"
import type { Inner } from "./context.ts"
import { type Entry, entriesOf } from "./entries.ts"
import { residualsOf } from "./residuals.ts"
import { notationOf, productRule, ruleId, rulesOf } from "./rules.ts"
import { siteIn } from "./sites.ts"
import { flopsOf } from "./work.ts"

export interface DocumentOptions {
  readonly title?: string
  /** The program ends where its tracing failed. */
  readonly failure?: Failure
  /** Write out what loops, conditions and calls hold inside, as scopes of their own. */
  readonly nested?: boolean
  /** The traced function, for the names of its parameters. */
  readonly original?: (...x: never[]) => unknown
  /** What compilers made of the program: its nodes follow those of the program, under the names of their origins. */
  readonly later?: {
    readonly roots: readonly Tensor[]
    readonly origin: (n: Tensor) => Tensor | undefined
  }
}
/** Why and where tracing failed. */
export interface Failure extends Pick<PartialProgram, "failed" | "operands" | "site"> {
  readonly message: string
}
/** The document, and which node each of its rows is. */
export interface ProgramDocument {
  readonly doc: GraphDoc
  readonly nodes: readonly Tensor[]
  readonly index: ReadonlyMap<Tensor, number>
  /** The row of a node in a graph inside others. */
  readonly rowAt: (node: Tensor, within: readonly Part[]) => number | undefined
  /** Rows of the program itself; those of `later` follow. */
  readonly own: number
}

/** Programs whose nodes are numbered in the document: element nodes are read through (C6). */
export function documentOf(
  program: Pick<Program, "name" | "graph" | "inputPaths">,
  options: DocumentOptions = {},
): ProgramDocument {
  const { graph } = program
  const { notes } = graph.table
  const { nodes, rowsOf, phases, index, own } = contentOf(graph, options)
  const entries = rowsOf.list
  const places = new PlaceTable()
  const scopes = new ScopeTable(places, notes)
  const phaseOf = (e: Entry): Phase => e.phase ?? (e.outer ? (phases.get(e.node) as Phase) : "fwd")
  const names = namesOf(program, entries, notes, options)
  const rules = new Map<string, Rule>()
  const rowPhases = entries.map(phaseOf)
  const doubles = doublesOf(nodes, phases, notes)
  const contributions = contributionsOf(notes, doubles)
  const rows = entries.map((e, i) => rowOf(e, rowPhases[i], i))
  function rowOf(e: Entry, phase: Phase, at: number): NodeRow {
    const n = e.node
    const dual = phase === "fwd" ? undefined : (e.dual ?? dualOf(n, notes, doubles, index))
    const forward = dual === undefined ? undefined : (e.of ?? entries[dual].node)
    if (forward) for (const r of rulesOf(forward)) rules.set(r.id, r)
    const name = nameAt(e, names)
    return {
      op: e.enters ?? (isSum(n, notes, doubles) ? "accumulate" : n.op.name),
      inputs: e.inputs,
      ...(e.ports.some((port) => port > 0) ? { ports: e.ports } : {}),
      outs: n.types.map(outOf),
      phase,
      ...(name ? { name } : {}),
      scope: scopes.number(e.enters ? undefined : notes.scopes.get(n), e.inner),
      loc: places.number(siteOf(e, entries, notes)),
      ...(forward === undefined ? {} : { dual, ...ruleFor(forward, n, contributions, rules) }),
      ...gradAt(e, rowsOf.cotangents.get(at), notes, index),
      ...(e.enters ? {} : { ...attrsOf(n), flops: flopsOf(n) }),
    }
  }
  const outputs = graph.outputs.map((y) => index.get(isElement(y) ? y.inputs[0] : y) as number)
  const failed = options.failure && failedRow(options.failure, outputs, places)
  const doc = buildGraph({
    title: options.title ?? program.name,
    nodes: failed ? [...rows, failed] : rows,
    scopes: scopes.list,
    ops: [...opsOf(entries, notes, doubles), STOPPED],
    rules: [...rules.values()],
    outputs: failed ? [] : outputs,
    outputPorts: failed ? [] : graph.outputs.map((y) => (isElement(y) ? (y.attrs.i as number) : 0)),
    residuals: residualsOf(rowsOf, rowPhases),
    sources: places.sources,
    locs: places.locs,
    ...(failed && options.failure
      ? { error: { message: options.failure.message, node: rows.length, loc: failed.loc ?? -1 } }
      : {}),
  })
  return { doc, nodes: entries.map((e) => e.node), index, rowAt: rowsOf.rowAt, own }
}

/** What is computed again is written where it was computed first. */
function siteOf(e: Entry, entries: readonly Entry[], notes: Notes): Site | undefined {
  if (e.enters) return undefined
  if (e.phase !== "recompute") return siteIn(e.node, around(e), notes)
  return siteOf(entries[e.dual as number], entries, notes)
}
/** The part around a row: of a node of control flow the one that it stands in itself. */
const around = ({ inner, node }: Entry): Inner | undefined =>
  inner?.node === node ? inner.parent : inner
const outOf = ({ dtype, shape, names }: TensorType): NodeRow["outs"][number] => ({
  dtype,
  shape,
  ...(names ? { names } : {}),
})

/** The nodes in order, their rows, and the row of each node of the program itself. */
function contentOf(graph: Graph, { nested, later }: DocumentOptions) {
  const roots = [
    ...graph.inputs.filter((p) => isUsed(graph, p)),
    ...graph.effects,
    ...graph.outputs,
  ]
  const shown = (of: readonly Tensor[]): Tensor[] => postorder(of).filter((n) => !isElement(n))
  const nodes = shown([...roots, ...(later?.roots ?? [])])
  const phases = new Map(phasesOf(nodes, graph.table.notes).map((phase, i) => [nodes[i], phase]))
  const opens = (n: Tensor): boolean => nested === true && phases.get(n) !== "bwd"
  const rules = { opens, notes: graph.table.notes }
  const rowsOf = entriesOf(nodes, rules)
  const index = new Map(rowsOf.list.flatMap((e, i) => (e.outer ? [[e.node, i] as const] : [])))
  const own = later ? entriesOf(shown(roots), rules).list.length : rowsOf.list.length
  return { nodes, rowsOf, phases, index, own }
}
/** Where the user's own code threw: behind the last value that nobody read. */
const STOPPED = { op: "stopped", text: "stopped after {0}" }
/** The call that failed, as a row that reads its operands and gives nothing. */
function failedRow(
  { failed, operands, site }: Failure,
  outputs: readonly number[],
  places: PlaceTable,
): NodeRow {
  const known = failed !== undefined && operands > 0
  return {
    op: known ? failed : STOPPED.op,
    inputs: outputs.slice(known ? -operands : -1),
    outs: [],
    phase: "fwd",
    loc: places.number(site),
  }
}
/** A carry is called as the value that it becomes, or as the one that it begins with. */
const enteringName = (e: Entry, names: ReadonlyMap<Tensor, string>): string | undefined =>
  e.called?.map((x) => names.get(isElement(x) ? x.inputs[0] : x)).find((name) => name)
const nameAt = (e: Entry, names: ReadonlyMap<Tensor, string>): string | undefined =>
  e.enters ? enteringName(e, names) : (names.get(e.node) ?? loopName(e, names))
/** What a loop gives has the names of its carries. */
function loopName({ carries }: Entry, names: ReadonlyMap<Tensor, string>): string | undefined {
  const known = [...new Set(carries?.flatMap((x) => names.get(x) ?? []))]
  return known.length && known.length <= 3 ? known.join(", ") : undefined
}
const isUsed = (graph: Graph, p: Tensor): boolean =>
  graph.outputs.includes(p) || postorder([...graph.outputs, ...graph.effects]).includes(p)

/** Forward where no derivative is involved; update what uses derivatives without being one. */
function phasesOf(nodes: readonly Tensor[], notes: Notes): Phase[] {
  const phase = new Map<Tensor, Phase>()
  const through = (x: Tensor): Phase => phase.get(isElement(x) ? x.inputs[0] : x) ?? "fwd"
  for (const n of nodes) {
    const after = n.inputs.some((x) => through(x) !== "fwd")
    // An argument may be met first inside the derivative of a loop: equal parameters are one node.
    const derived = !isParam(n) && (notes.dual.has(n) || notes.sums.has(n))
    phase.set(n, derived ? "bwd" : after ? "update" : "fwd")
  }
  return nodes.map((n) => phase.get(n) as Phase)
}

/** The forward node whose rule made it, through derivatives of derivatives. */
function dualOf(
  n: Tensor,
  notes: Notes,
  doubles: ReadonlyMap<Tensor, Tensor>,
  index: ReadonlyMap<Tensor, number>,
): number | undefined {
  const d = doubles.get(n) ?? notes.dual.get(n)
  const at = d && index.get(isElement(d) ? d.inputs[0] : d)
  return at
}
/** The row of the whole cotangent: `inside` of a row in control flow. */
function gradAt(
  e: Entry,
  inside: number | undefined,
  notes: Notes,
  index: ReadonlyMap<Tensor, number>,
): { grad?: number } {
  if (inside !== undefined) return { grad: inside }
  return e.outer && !e.phase ? gradOf(e.node, notes, index) : {}
}
function gradOf(n: Tensor, notes: Notes, index: ReadonlyMap<Tensor, number>): { grad?: number } {
  const g = notes.cotangents.get(n)
  const at = g && index.get(isElement(g) ? g.inputs[0] : g)
  return at === undefined ? {} : { grad: at }
}
/**
 * Sums `g + g` because one operation reads a value twice, as in `x * x`, with that operation: its own
 * row then shows the whole derivative, and no sum over uses.
 */
function doublesOf(
  nodes: readonly Tensor[],
  phases: ReadonlyMap<Tensor, Phase>,
  notes: Notes,
): Map<Tensor, Tensor> {
  const users = new Map<Tensor, Set<Tensor>>()
  for (const n of nodes) {
    if (phases.get(n) !== "fwd") continue
    for (const x of n.inputs) users.set(x, (users.get(x) ?? new Set()).add(n))
  }
  const doubles = new Map<Tensor, Tensor>()
  for (const [x, whole] of notes.cotangents) {
    const [user, another] = users.get(x) ?? []
    const twice = notes.sums.has(whole) && whole.inputs[0] === whole.inputs[1]
    if (twice && user && !another) doubles.set(whole, user)
  }
  return doubles
}
const isSum = (n: Tensor, notes: Notes, doubles: ReadonlyMap<Tensor, Tensor>): boolean =>
  notes.sums.has(n) && !doubles.has(n)

/** Which values each derivative node is a contribution to: their whole cotangent, or a term of the sum over their uses. */
function contributionsOf(
  notes: Notes,
  doubles: ReadonlyMap<Tensor, Tensor>,
): Map<Tensor, Set<Tensor>> {
  const to = new Map<Tensor, Set<Tensor>>()
  for (const [x, whole] of notes.cotangents) {
    if (doubles.has(whole)) continue // printed from its nodes
    const stack = [whole]
    while (stack.length) {
      const g = stack.pop() as Tensor
      if (notes.sums.has(g)) stack.push(...g.inputs)
      else to.set(g, (to.get(g) ?? new Set()).add(x))
    }
  }
  return to
}
/** The rule of the input whose cotangent this node gives; none for the steps on the way to it. */
function ruleFor(
  forward: Tensor,
  n: Tensor,
  contributions: ReadonlyMap<Tensor, ReadonlySet<Tensor>>,
  rules: Map<string, Rule>,
): { rule?: string } {
  const given = forward.inputs.findIndex((x) => contributions.get(n)?.has(x))
  if (given < 0) return {}
  const product = productRule(forward, n, given)
  if (product) rules.set(product.id, product)
  const id = product?.id ?? ruleId(forward.op, forward, given)
  return rules.has(id) ? { rule: id } : {}
}

function inherit(n: Tensor, origin: Tensor | undefined, names: Map<Tensor, string>): void {
  const name = origin && names.get(origin)
  if (name) names.set(n, name)
}
/** The value of a function is called as it is; `valueAndGrad(loss)` begins with the value of `loss`. */
function resultName(name: string, outputs: number): string {
  const own = outputs === 1 ? name : (/^\w+\((\w+)\)$/.exec(name)?.[1] ?? "")
  return /^[A-Za-z]\w*$/.test(own) && own !== "defn" ? own : ""
}

function namesOf(
  { graph, inputPaths, name }: Pick<Program, "name" | "graph" | "inputPaths">,
  entries: readonly Entry[],
  notes: Notes,
  { original, later, failure }: DocumentOptions,
): Map<Tensor, string> {
  const parameters = original ? parameterNames(original) : []
  const names = new Map<Tensor, string>()
  const taken = new Map<Site, Tensor>()
  for (const { node: n, enters, outer, phase } of entries) {
    if (enters || phase || (outer && notes.dual.has(n)) || later?.origin(n)) continue
    for (const site of notes.sites.get(n) ?? []) if (variableOf(site)) taken.set(site, n)
  }
  // The last node of an expression is its value; the ones before are steps towards it.
  for (const [site, n] of taken) names.set(n, variableOf(site) as string)
  graph.inputs.forEach((p, i) => {
    const given = inputName(inputPaths[i] ?? "", parameters)
    if (given) names.set(p, given)
  })
  const [value] = graph.outputs
  const called = resultName(name, graph.outputs.length)
  if (called && !failure && !names.has(value) && !notes.dual.has(value)) names.set(value, called)
  if (later)
    for (const { node: n } of entries) if (!names.has(n)) inherit(n, later.origin(n), names)
  return names
}

/** What the picture must know of each op; it asks the declaration, never the name. */
function opsOf(
  entries: readonly Entry[],
  notes: Notes,
  doubles: ReadonlyMap<Tensor, Tensor>,
): NonNullable<GraphParts["ops"]> {
  const seen = new Map<string, NonNullable<GraphParts["ops"]>[number]>()
  for (const { node: n, enters, inner } of entries) {
    if (enters) seen.set(enters, { op: enters, text: ENTERS[enters], role: enters })
    else if (inner?.node === n)
      seen.set(n.op.name, { op: n.op.name, text: RESULT[inner.kind], role: ROLE[inner.kind] })
    else if (isSum(n, notes, doubles)) seen.set("accumulate", SUM)
    else if (!seen.has(n.op.name)) seen.set(n.op.name, infoOf(n))
  }
  return [...seen.values()]
}
/** How the values of a loop are written that are others in each turn. */
const ENTERS = { carry: "{0}, then carried", slice: "each of {0}" }
/** How the value of a node of control flow is written, whose parts stand above it. */
const RESULT = { loop: "after the last turn", cond: "{0} ? then : else", named: "what it gives" }
const ROLE = { loop: "loop", cond: "cond", named: "call" } as const
const SUM = { op: "accumulate", sum: true, text: "{0} + {1}", code: "add({0}, {1})" }
function infoOf(n: Tensor): NonNullable<GraphParts["ops"]>[number] {
  const text = notationOf(n.op, n.inputs.length)
  if (isParam(n)) return { op: n.op.name, leaf: true }
  const code = codeOf(n.op)
  if (isConstant(n)) return { op: n.op.name, fold: "constant", ...(code ? { code } : {}) }
  return {
    op: n.op.name,
    ...(code ? { code } : {}),
    ...(isView(n.op) ? { fold: "view" as const } : {}),
    ...(text ? { text } : {}),
  }
}
/** Moves of one operand cost nothing: they are index arithmetic in the kernel that reads them. */
const isView = (op: Op): boolean => op.family === "move" && op.linear === "each"

/** Attributes that a person can read; graphs and storages are left out. */
function attrsOf(n: Tensor): { attrs?: object } {
  if (isConstant(n)) return { attrs: { value: jsonNumber(n.attrs.value as number) } }
  const entries = Object.entries(n.attrs as Attrs).filter(
    ([k, v]) => k !== "type" && k !== "index" && isReadable(v),
  )
  return entries.length
    ? {
        attrs: Object.fromEntries(
          entries.map(([k, v]) => [k, typeof v === "number" ? jsonNumber(v) : v]),
        ),
      }
    : {}
}
const isReadable = (v: unknown): boolean =>
  typeof v === "number" ||
  typeof v === "string" ||
  typeof v === "boolean" ||
  (Array.isArray(v) && v.every((x) => typeof x === "number"))
const jsonNumber = (v: number | bigint): number | string =>
  typeof v === "bigint" || !Number.isFinite(v) || Object.is(v, -0)
    ? Object.is(v, -0)
      ? "-0"
      : String(v)
    : v

/** Sites and the modules they stand in, numbered. */
class PlaceTable {
  readonly sources: Source[] = []
  readonly locs: Loc[] = []
  readonly #modules = new Map<SourceModule, number>()
  readonly #sites = new Map<string, number>()
  number(site: Site | undefined): number {
    if (!site?.module.text) return -1
    const source = this.#source(site.module)
    const key = `${source}:${site.from}:${site.to}`
    const known = this.#sites.get(key)
    if (known !== undefined) return known
    this.#sites.set(key, this.locs.length)
    return this.locs.push([source, site.from, site.to, -1]) - 1
  }
  #source(module: SourceModule): number {
    const known = this.#modules.get(module)
    if (known !== undefined) return known
    const { text = "", cellId, executionCount, name } = module
    const place = cellId === undefined ? { path: name } : { cellId }
    this.#modules.set(module, this.sources.length)
    return (
      this.sources.push({
        ...place,
        hash: hashText(text),
        text,
        ...(executionCount === undefined ? {} : { executionCount }),
      }) - 1
    )
  }
}
/** A short hash of a text, to notice that a cell changed. FNV-1a, 32 bits. */
export function hashText(text: string): string {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  return (h >>> 0).toString(16).padStart(8, "0")
}

/** Scopes of the trace and of control flow, parents first. */
class ScopeTable {
  readonly list: NonNullable<GraphParts["scopes"]>[number][] = []
  readonly #numbers = new Map<Inner | undefined, Map<TraceScope, number>>()
  readonly #inner = new Map<Inner, number>()
  readonly #places: PlaceTable
  readonly #notes: Notes
  constructor(places: PlaceTable, notes: Notes) {
    this.#places = places
    this.#notes = notes
  }
  /** A scope of the trace inside a part; without either, -1. */
  number(scope: TraceScope | undefined, inner?: Inner): number {
    const base = inner ? this.#part(inner) : -1
    if (!scope || (inner && !isInside(scope, this.#around(inner)))) return base
    let numbers = this.#numbers.get(inner)
    if (!numbers) this.#numbers.set(inner, (numbers = new Map()))
    const known = numbers.get(scope)
    if (known !== undefined) return known
    const parent = this.number(scope.parent, inner)
    const loc = this.#places.number(scope.site)
    const at = this.list.push({ name: scope.name, parent, kind: scope.kind, loc }) - 1
    numbers.set(scope, at)
    return at
  }
  #part(inner: Inner): number {
    const known = this.#inner.get(inner)
    if (known !== undefined) return known
    const { name, kind, turns, parent, node } = inner
    const outer = node ? this.number(this.#notes.scopes.get(node), parent) : this.#part(parent!)
    const loc = node ? this.#places.number(siteIn(node, parent, this.#notes)) : -1
    const at = this.list.push({ name, kind, parent: outer, loc, turns }) - 1
    this.#inner.set(inner, at)
    return at
  }
  /** The scope of the trace that the node of control flow stands in. */
  #around({ node, parent }: Inner): TraceScope | undefined {
    return node ? this.#notes.scopes.get(node) : parent && this.#around(parent)
  }
}
/** Strictly below `outer`: such scopes were opened in the body of a loop or a branch. */
function isInside(scope: TraceScope, outer: TraceScope | undefined): boolean {
  if (scope === outer) return false
  for (let s: TraceScope | undefined = scope; s; s = s.parent) if (s.parent === outer) return true
  return false
}
