/**
 * @file Traces: the intern table of nodes, and what is known about nodes but is no part of their meaning (D3.2):
 * sites, scopes, derivative links, effects in order.
 */
import { engine } from "./engine.ts"
import { DefnoteError } from "./errors.ts"
import type { Graph } from "./graph.ts"
import type { Grad, Hazard, Op } from "./op.ts"
import type { Site } from "./source.ts"
import { type Attrs, Tensor } from "./tensor.ts"

/** A named part of a program: a function, a loop, a branch. Drawn as a box that folds. */
export interface Scope {
  readonly id: number
  readonly name: string
  readonly kind: "fn" | "named" | "loop" | "cond" | "layer"
  readonly parent: Scope | undefined
  readonly site: Site | undefined
  /** Those of the public function whose ops stand in it. */
  readonly hazards: readonly Hazard[]
}

/** What stands beside the nodes of one program. */
export class Notes {
  readonly sites = new Map<Tensor, Site[]>()
  readonly scopes = new Map<Tensor, Scope>()
  /** The forward node of a derivative node. */
  readonly dual = new Map<Tensor, Tensor>()
  /** The whole cotangent of a forward node, once every use has given its part. */
  readonly cotangents = new Map<Tensor, Tensor>()
  /** What the rule of a forward node gave each of its inputs; null where it gives nothing. */
  readonly contributions = new Map<Tensor, readonly Grad[]>()
  /** Sums over the uses of a node: they belong to the node that is used. */
  readonly sums = new Set<Tensor>()
  /** What a derivative computes once more: the node of the closed graph that it computes. */
  readonly again = new Map<Tensor, Tensor>()

  /** Several sites, since equal expressions are one node. */
  addSite(n: Tensor, site: Site): void {
    const list = this.sites.get(n)
    if (!list) this.sites.set(n, [site])
    else if (
      !list.some((s) => s.module === site.module && s.from === site.from && s.to === site.to)
    )
      list.push(site)
  }
  /** What a node that came without notes of its own belongs to. */
  complete(n: Tensor, scope: Scope | undefined, forward: Tensor | undefined): void {
    if (scope && !this.scopes.has(n)) this.scopes.set(n, scope)
    if (forward && forward !== n && !this.dual.has(n)) this.dual.set(n, forward)
  }
  /** What these nodes are the derivatives of and nobody may read: computed once more, if at all. */
  duals(nodes: readonly Tensor[]): Tensor[] {
    const duals = nodes.map((n) => this.dual.get(n))
    return duals.filter((d) => d !== undefined && this.again.has(d)) as Tensor[]
  }
  /** `to` stands for `from` in a rebuilt graph. */
  carry(from: Tensor, to: Tensor, rebuilt: (n: Tensor) => Tensor): void {
    if (from === to) return
    for (const site of this.sites.get(from) ?? []) this.addSite(to, site)
    const scope = this.scopes.get(from)
    if (scope && !this.scopes.has(to)) this.scopes.set(to, scope)
    const dual = this.dual.get(from)
    if (dual && !this.dual.has(to)) this.dual.set(to, rebuilt(dual))
    const cotangent = this.cotangents.get(from)
    if (cotangent) this.cotangents.set(to, rebuilt(cotangent))
    const given = this.contributions.get(from)
    if (given)
      this.contributions.set(
        to,
        given.map((g) => g && rebuilt(g)),
      )
    if (this.sums.has(from)) this.sums.add(to)
    const again = this.again.get(from)
    if (again && !this.again.has(to)) this.again.set(to, again)
  }
}

/** Shared by a trace and all traces inside it: equal nodes and equal closed graphs are `===` (D3.1). */
export class InternTable {
  readonly nodes = new Map<string, Tensor>()
  readonly graphs = new Map<string, Graph>()
  readonly notes = new Notes()
}

function attrKey(v: unknown): string {
  if (Array.isArray(v)) return `[${v.map(attrKey).join()}]`
  if (typeof v === "object" && v !== null)
    return "id" in v ? `#${v.id}` : `{${attrsKey(v as Attrs)}}`
  return Object.is(v, -0) ? "-0" : `${typeof v === "bigint" ? `${v}n` : v}`
}
/** Equal keys mean equal attributes; -0 differs from 0. */
export function attrsKey(attrs: Attrs): string {
  let key = ""
  for (const name in attrs) if (attrs[name] !== undefined) key += `${name}=${attrKey(attrs[name])};`
  return key
}

/** What functions ask of the program that they are traced into. */
export interface Asked {
  /** Any of them: the whole program is checked. */
  checks: boolean
  /** The function that is being traced, and what it calls: the most turns of a loop. */
  maxSteps?: number
}

let scopeSerial = 0

export class Trace {
  readonly parent: Trace | undefined
  readonly table: InternTable
  readonly effects: Tensor[] = []
  /** Traced JavaScript numbers: they take the dtype of the tensor that they meet (S2, S3). */
  readonly weak: Set<Tensor>
  /** The weak scalars that stand for number arguments: these can be made static (S3). */
  readonly numbers: Set<Tensor>
  readonly asked: Asked
  readonly #touched = new Set<Tensor>()
  #site: Site | undefined
  #scope: Scope | undefined
  #forward: Tensor | undefined

  constructor(parent?: Trace, table?: InternTable) {
    this.parent = parent
    this.table = table ?? parent?.table ?? new InternTable()
    this.weak = parent?.weak ?? new Set()
    this.numbers = parent?.numbers ?? new Set()
    this.asked = parent?.asked ?? { checks: false }
    this.#site = parent?.site
    this.#scope = parent?.scope
    this.#forward = parent?.forward
  }
  get site(): Site | undefined {
    return this.#site
  }
  get scope(): Scope | undefined {
    return this.#scope
  }
  get forward(): Tensor | undefined {
    return this.#forward
  }

  /** The node, found or made; its place in source is noted either way. */
  intern(op: Op, inputs: readonly Tensor[], attrs: Attrs): Tensor {
    let key = `${op.name}|${attrsKey(attrs)}|`
    for (const x of inputs) key += `${x.id},`
    let node = this.table.nodes.get(key)
    if (node === undefined) {
      node = new Tensor(op, inputs, attrs, this.#typed(op, inputs, attrs))
      this.table.nodes.set(key, node)
      this.#describeNew(node)
    }
    this.touch(node)
    return node
  }
  #typed(op: Op, inputs: readonly Tensor[], attrs: Attrs) {
    try {
      return op.type(
        inputs.map((x) => x.type),
        attrs,
        inputs,
      )
    } catch (e) {
      if (e instanceof DefnoteError) e.site ??= this.#site
      throw e
    }
  }
  #describeNew(node: Tensor): void {
    const { notes } = this.table
    if (this.#forward && this.#forward !== node) notes.dual.set(node, this.#forward)
    if (this.#scope) notes.scopes.set(node, this.#scope)
    if (node.op.effect) this.effects.push(node)
  }
  /** Called for every node made or met again. */
  touch(node: Tensor): void {
    this.#touched.add(node)
    if (this.#site && node.inputs.length) this.table.notes.addSite(node, this.#site)
  }
  /** Nodes made or met here, in order. */
  get made(): readonly Tensor[] {
    return [...this.#touched]
  }
  /** The node was made or met here or in an outer trace. */
  knows(node: Tensor): boolean {
    return this.#touched.has(node) || (this.parent?.knows(node) ?? false)
  }

  /** From now on nodes come from this expression; the rewritten text calls it before each operator and call. */
  moveTo(site: Site | undefined): void {
    this.#site = site
  }
  /** Nodes made by `fn` belong to a scope of this name. */
  inScope<T>(name: string, kind: Scope["kind"], fn: () => T, hazards: readonly Hazard[] = []): T {
    const saved = this.#scope
    this.#scope = { id: scopeSerial++, name, kind, parent: saved, site: this.#site, hazards }
    try {
      return fn()
    } finally {
      this.#scope = saved
    }
  }
  /** Loops that `fn` makes take at most so many turns; a limit that holds already and is lower stays. */
  withMaxSteps<T>(limit: number | undefined, fn: () => T): T {
    const saved = this.asked.maxSteps
    this.asked.maxSteps = Math.min(limit ?? Infinity, saved ?? Infinity)
    if (this.asked.maxSteps === Infinity) this.asked.maxSteps = undefined
    try {
      return fn()
    } finally {
      this.asked.maxSteps = saved
    }
  }
  /** Nodes made by `fn` are the derivative of `node`, stand in its scope and come from its expression. */
  derivativeOf<T>(node: Tensor, fn: () => T): T {
    const saved = [this.#forward, this.#scope, this.#site] as const
    this.#forward = node
    this.#scope = this.table.notes.scopes.get(node)
    this.#site = undefined
    try {
      return fn()
    } finally {
      ;[this.#forward, this.#scope, this.#site] = saved
    }
  }
}

let current: Trace | undefined
engine.onRecover(() => {
  current = undefined
})

/** The innermost trace, or undefined outside any: then functions run at once. */
export const currentTrace = (): Trace | undefined => current
export function withTrace<T>(trace: Trace | undefined, fn: () => T): T {
  const saved = current
  current = trace
  try {
    return fn()
  } finally {
    current = saved
  }
}
/** Runs `fn` with the nodes of `table` and without a place in source: for passes over a finished graph. */
export const withTable = <T>(table: InternTable, fn: () => T): T =>
  withTrace(new Trace(undefined, table), fn)
