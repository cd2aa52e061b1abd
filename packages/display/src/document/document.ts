/** @file A traced program as a graph document: rows, scopes, phases, names, rules, places in source. */
import {
  type Attrs,
  DTYPES,
  type Graph,
  isConstant,
  isElement,
  isParam,
  type Notes,
  type Op,
  type Program,
  postorder,
  type Site,
  type SourceModule,
  sizeOf,
  type Tensor,
  type Scope as TraceScope,
} from "@defnote/core"
import { buildGraph, type GraphParts, type NodeRow } from "../build.ts"
import type { GraphDoc, Loc, Phase, Residual, Rule, Source } from "../payload.ts"
import { inputName, parameterNames, variableOf } from "./names.ts"
import { notationOf, productRule, ruleId, rulesOf } from "./rules.ts"

export interface DocumentOptions {
  readonly title?: string
  /** The traced function, for the names of its parameters. */
  readonly original?: (...x: never[]) => unknown
}
/** The document, and which node each of its rows is. */
export interface ProgramDocument {
  readonly doc: GraphDoc
  readonly nodes: readonly Tensor[]
  readonly index: ReadonlyMap<Tensor, number>
}

/** Programs whose nodes are numbered in the document: element nodes are read through (C6). */
export function documentOf(
  program: Pick<Program, "name" | "graph" | "inputPaths">,
  options: DocumentOptions = {},
): ProgramDocument {
  const { graph } = program
  const nodes = postorder([
    ...graph.inputs.filter((p) => isUsed(graph, p)),
    ...graph.effects,
    ...graph.outputs,
  ]).filter((n) => !isElement(n))
  const index = new Map(nodes.map((n, i) => [n, i]))
  const places = new PlaceTable()
  const scopes = new ScopeTable(places)
  const { notes } = graph.table
  const phases = phasesOf(nodes, notes)
  const names = namesOf(program, nodes, notes, options)
  const rules = new Map<string, Rule>()
  const doubles = doublesOf(nodes, phases, notes)
  const contributions = contributionsOf(notes, doubles)
  const rows = nodes.map((n, i): NodeRow => rowOf(n, i))
  function rowOf(n: Tensor, i: number): NodeRow {
    const dual = phases[i] === "fwd" ? undefined : dualOf(n, notes, doubles, index)
    if (dual !== undefined) for (const r of rulesOf(nodes[dual])) rules.set(r.id, r)
    return {
      op: isSum(n, notes, doubles) ? "accumulate" : n.op.name,
      inputs: n.inputs.map((x) => index.get(isElement(x) ? x.inputs[0] : x) as number),
      ...(n.inputs.some(isElement)
        ? { ports: n.inputs.map((x) => (isElement(x) ? (x.attrs.i as number) : 0)) }
        : {}),
      outs: n.types.map((t) => ({
        dtype: t.dtype,
        shape: t.shape,
        ...(t.names ? { names: t.names } : {}),
      })),
      phase: phases[i],
      ...(names.get(n) ? { name: names.get(n) } : {}),
      scope: scopes.number(notes.scopes.get(n)),
      loc: places.number(notes.sites.get(n)?.at(-1)),
      ...(dual === undefined ? {} : { dual, ...ruleFor(nodes[dual], n, contributions, rules) }),
      ...gradOf(n, notes, index),
      ...attrsOf(n),
    }
  }
  const doc = buildGraph({
    title: options.title ?? program.name,
    nodes: rows,
    scopes: scopes.list,
    ops: opsOf(nodes, notes, doubles),
    rules: [...rules.values()],
    outputs: graph.outputs.map((y) => index.get(isElement(y) ? y.inputs[0] : y) as number),
    residuals: residualsOf(nodes, phases, index),
    sources: places.sources,
    locs: places.locs,
  })
  return { doc, nodes, index }
}
const isUsed = (graph: Graph, p: Tensor): boolean =>
  graph.outputs.includes(p) || postorder([...graph.outputs, ...graph.effects]).includes(p)

/** Forward where no derivative is involved; update what uses derivatives without being one. */
function phasesOf(nodes: readonly Tensor[], notes: Notes): Phase[] {
  const phase = new Map<Tensor, Phase>()
  const through = (x: Tensor): Phase => phase.get(isElement(x) ? x.inputs[0] : x) ?? "fwd"
  for (const n of nodes) {
    const after = n.inputs.some((x) => through(x) !== "fwd")
    phase.set(n, notes.dual.has(n) || notes.sums.has(n) ? "bwd" : after ? "update" : "fwd")
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
  phases: readonly Phase[],
  notes: Notes,
): Map<Tensor, Tensor> {
  const users = new Map<Tensor, Set<Tensor>>()
  nodes.forEach((n, i) => {
    if (phases[i] !== "fwd") return
    for (const x of n.inputs) users.set(x, (users.get(x) ?? new Set()).add(n))
  })
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

function namesOf(
  { graph, inputPaths, name }: Pick<Program, "name" | "graph" | "inputPaths">,
  nodes: readonly Tensor[],
  notes: Notes,
  { original }: DocumentOptions,
): Map<Tensor, string> {
  const parameters = original ? parameterNames(original) : []
  const names = new Map<Tensor, string>()
  const taken = new Map<Site, Tensor>()
  for (const n of nodes) {
    if (notes.dual.has(n)) continue
    for (const site of notes.sites.get(n) ?? []) if (variableOf(site)) taken.set(site, n)
  }
  // The last node of an expression is its value; the ones before are steps towards it.
  for (const [site, n] of taken) names.set(n, variableOf(site) as string)
  graph.inputs.forEach((p, i) => {
    const given = inputName(inputPaths[i] ?? "", parameters)
    if (given) names.set(p, given)
  })
  const [only] = graph.outputs
  if (
    graph.outputs.length === 1 &&
    !names.has(only) &&
    /^[A-Za-z]\w*$/.test(name) &&
    name !== "defn"
  )
    names.set(only, name)
  return names
}

/** What the picture must know of each op; it asks the declaration, never the name. */
function opsOf(
  nodes: readonly Tensor[],
  notes: Notes,
  doubles: ReadonlyMap<Tensor, Tensor>,
): NonNullable<GraphParts["ops"]> {
  const seen = new Map<string, NonNullable<GraphParts["ops"]>[number]>()
  for (const n of nodes) {
    if (isSum(n, notes, doubles))
      seen.set("accumulate", { op: "accumulate", sum: true, text: "{0} + {1}" })
    else if (!seen.has(n.op.name)) seen.set(n.op.name, infoOf(n))
  }
  return [...seen.values()]
}
function infoOf(n: Tensor): NonNullable<GraphParts["ops"]>[number] {
  const text = notationOf(n.op, n.inputs.length)
  if (isParam(n)) return { op: n.op.name, leaf: true }
  if (isConstant(n)) return { op: n.op.name, fold: "constant" }
  return {
    op: n.op.name,
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

/** Forward values that the backward part reads. */
function residualsOf(
  nodes: readonly Tensor[],
  phases: readonly Phase[],
  index: ReadonlyMap<Tensor, number>,
): Residual[] {
  const users = new Map<number, number[]>()
  nodes.forEach((n, i) => {
    if (phases[i] !== "bwd") return
    for (const x of n.inputs) {
      const at = index.get(isElement(x) ? x.inputs[0] : x) as number
      if (phases[at] === "fwd" && !isParam(nodes[at]) && !isConstant(nodes[at]))
        users.set(at, [...(users.get(at) ?? []), i])
    }
  })
  return [...users].map(([node, list]) => ({
    node,
    port: 0,
    users: list,
    bytes: bytesOf(nodes[node]),
    policy: "saved" as const,
  }))
}
const bytesOf = (n: Tensor): number =>
  n.types.reduce((sum, t) => sum + sizeOf(t.shape) * DTYPES[t.dtype].bytes, 0)

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

/** Scopes of the trace, parents first. */
class ScopeTable {
  readonly list: { name: string; parent: number; kind: TraceScope["kind"]; loc: number }[] = []
  readonly #numbers = new Map<TraceScope, number>()
  readonly #places: PlaceTable
  constructor(places: PlaceTable) {
    this.#places = places
  }
  number(scope: TraceScope | undefined): number {
    if (!scope) return -1
    const known = this.#numbers.get(scope)
    if (known !== undefined) return known
    const parent = this.number(scope.parent)
    const at =
      this.list.push({
        name: scope.name,
        parent,
        kind: scope.kind,
        loc: this.#places.number(scope.site),
      }) - 1
    this.#numbers.set(scope, at)
    return at
  }
}
