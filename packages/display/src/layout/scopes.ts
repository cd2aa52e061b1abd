/** @file The scope tree of the forward pass: order, runs of equal siblings, and which scopes are open. */
import type { ScopeKind } from "../payload.ts"
import { type GraphModel, isLeaf, type ModelNode } from "./model.ts"

/** More boxes than this in one scope are grouped, so that a program without scopes can be folded too. */
export const MAX_ITEMS = 64
/** Boxes in one such group. */
const GROUP = 32

/** A scope in the picture. The root stands for the whole function and has no key. */
export interface ScopeNode {
  /** Path of names, made unique; it is what saved views refer to. */
  readonly key: string
  readonly name: string
  /** `group` is a stretch of ops that has no scope in the program. */
  readonly kind: ScopeKind | "group"
  /** How often a loop runs, where that is known. */
  readonly turns: number | undefined
  /** Its number in the document; -1 for a group and for the root. */
  readonly index: number
  /** Its number in the whole program, when what stands in it is not stored: then it stays closed. */
  unstored: number | undefined
  parent: ScopeNode | undefined
  depth: number
  children: ScopeNode[]
  /** Forward boxes and scopes in program order: a node number, or a child. */
  items: (number | ScopeNode)[]
  run: Repeat | undefined
  /** Place in the run. */
  runIndex: number
}

/** Siblings with equal structure that follow one another, drawn as one box `×N`. */
export interface Repeat {
  readonly key: string
  readonly members: readonly ScopeNode[]
}

export interface ScopeTree {
  readonly root: ScopeNode
  /** Every scope but the root, parents first. */
  readonly scopes: readonly ScopeNode[]
  /** Scope of each node. Of a leaf: the innermost scope that has all its uses, so that it closes with them. */
  readonly scopeOf: readonly ScopeNode[]
}

/** Builds the tree. Scopes without a forward box do not appear in it. */
export function scopeTree(model: GraphModel, maxItems = MAX_ITEMS): ScopeTree {
  const root = newScope("", "", "fn", undefined)
  const byIndex = readScopes(model, root)
  const listed = new Set<ScopeNode>()
  const scopeOf = model.nodes.map((node) => byIndex[node.scope] ?? root)
  for (const node of model.nodes) {
    if (node.phase !== "fwd") continue
    if (model.folded[node.id] || isLeaf(node)) continue
    scopeOf[node.id].items.push(node.id)
    list(scopeOf[node.id], listed)
  }
  markRuns(root, hashScopes(model, byIndex))
  hoist(root, scopeOf)
  const scopes: ScopeNode[] = []
  const queue = [root]
  for (let scope = queue.pop(); scope; scope = queue.pop()) {
    group(scope, Math.max(4, maxItems), scopeOf)
    if (scope !== root) scopes.push(scope)
    for (const child of scope.children) child.depth = scope.depth + 1
    queue.push(...scope.children)
  }
  settleLeaves(model, scopeOf)
  return { root, scopes, scopeOf }
}

function readScopes(model: GraphModel, root: ScopeNode): ScopeNode[] {
  const byIndex: ScopeNode[] = []
  const taken = new Map<string, number>()
  for (const scope of model.doc.scopes) {
    const parent = byIndex[scope.parent] ?? root
    const name = model.doc.strings[scope.name] || scope.kind
    const { kind, turns } = scope
    byIndex.push(
      newScope(uniqueKey(parent, name, taken), name, kind, parent, turns, byIndex.length),
    )
  }
  for (const { node, scope } of model.doc.summaries ?? []) {
    const at = byIndex[model.nodes[node].scope]
    if (at) at.unstored = scope
  }
  return byIndex
}

function newScope(
  key: string,
  name: string,
  kind: ScopeNode["kind"],
  parent: ScopeNode | undefined,
  turns?: number,
  index = -1,
): ScopeNode {
  const depth = parent ? parent.depth + 1 : 0
  const inside = { children: [], items: [], unstored: undefined, run: undefined, runIndex: 0 }
  return { key, name, kind, turns, index, parent, depth, ...inside }
}

function uniqueKey(parent: ScopeNode, name: string, taken: Map<string, number>): string {
  const path = parent.key ? `${parent.key}/${name}` : name
  const count = (taken.get(path) ?? 0) + 1
  taken.set(path, count)
  return count === 1 ? path : `${path}~${count}`
}

/** A scope that holds everything, such as the traced function itself, gets no frame; a loop says that it is one. */
function hoist(root: ScopeNode, scopeOf: ScopeNode[]): void {
  const [only] = root.items
  if (root.items.length !== 1 || typeof only === "number") return
  if (only.kind === "loop" || only.kind === "cond" || only.unstored !== undefined) return
  root.items = only.items
  root.children = only.children
  for (const child of root.children) child.parent = root
  scopeOf.forEach((scope, n) => {
    if (scope === only) scopeOf[n] = root
  })
  hoist(root, scopeOf)
}

/** A leaf stands in the innermost scope that has all its uses. */
function settleLeaves(model: GraphModel, scopeOf: ScopeNode[]): void {
  const seen = new Uint8Array(model.nodes.length)
  for (const node of model.nodes) {
    if (node.phase !== "fwd") continue
    for (const i of node.inputs) {
      if (!isLeaf(model.nodes[i])) continue
      scopeOf[i] = seen[i] ? common(scopeOf[i], scopeOf[node.id]) : scopeOf[node.id]
      seen[i] = 1
    }
  }
}

function common(a: ScopeNode, b: ScopeNode): ScopeNode {
  while (a !== b) {
    if (a.depth >= b.depth) a = a.parent!
    else b = b.parent!
  }
  return a
}

/** Puts stretches of a scope with too many boxes into groups, and groups into groups. */
function group(scope: ScopeNode, maxItems: number, scopeOf: ScopeNode[]): void {
  for (let level = 0; boxesInside(scope) > maxItems; level++) {
    let first = 1
    const groups = stretches(scope.items, Math.min(GROUP, maxItems)).map((items, k) => {
      const last = first + items.reduce<number>((sum, item) => sum + opsIn(item), 0) - 1
      const made = newScope(`${scope.key}#${level}.${k}`, `ops ${first} … ${last}`, "group", scope)
      first = last + 1
      adopt(made, items, scopeOf)
      return made
    })
    scope.items = groups
    scope.children = groups
  }
}

/** Cuts into pieces of so many boxes; the hidden members of a run stay with its first. */
function stretches(items: ScopeNode["items"], size: number): ScopeNode["items"][] {
  const pieces: ScopeNode["items"][] = []
  let room = 0
  for (const item of items) {
    const box = typeof item === "number" || !hidden(item)
    if (box && room === 0) {
      pieces.push([])
      room = size
    }
    if (box) room--
    pieces[pieces.length - 1].push(item)
  }
  return pieces
}

function adopt(made: ScopeNode, items: ScopeNode["items"], scopeOf: ScopeNode[]): void {
  made.items = items
  for (const item of items) {
    if (typeof item === "number") scopeOf[item] = made
    else {
      item.parent = made
      made.children.push(item)
    }
  }
}

const opsIn = (item: number | ScopeNode): number =>
  typeof item === "number" ? 1 : item.items.reduce<number>((sum, inner) => sum + opsIn(inner), 0)

/** A scope stands where its first box stands. Its item goes in front of the node that made it appear. */
function list(scope: ScopeNode, listed: Set<ScopeNode>): void {
  for (let s = scope; s.parent && !listed.has(s); s = s.parent) {
    listed.add(s)
    s.parent.children.push(s)
    s.parent.items.push(s)
  }
}

/** Structure as a number: ops, types and relative inputs. The names of scopes do not count. */
function hashScopes(model: GraphModel, byIndex: readonly ScopeNode[]): Map<ScopeNode, number> {
  const own = new Map<number, string[]>()
  const place = new Int32Array(model.nodes.length)
  for (const node of model.nodes) {
    if (node.phase !== "fwd") continue
    let texts = own.get(node.scope)
    if (!texts) own.set(node.scope, (texts = []))
    place[node.id] = texts.length
    texts.push(nodeText(model, node, place))
  }
  const numbers = new Map<string, number>()
  const hash = new Map<ScopeNode, number>()
  for (let i = byIndex.length - 1; i >= 0; i--) {
    const scope = byIndex[i]
    const inside = scope.children.map((c) => hash.get(c)).join()
    // What is not stored is equal to nothing, unless the document says so.
    const whole = `${own.get(i)?.join(";")}{${inside}}${scope.unstored ?? ""}`
    if (!numbers.has(whole)) numbers.set(whole, numbers.size)
    hash.set(scope, numbers.get(whole)!)
  }
  byIndex.forEach((scope, i) => {
    const of = byIndex[model.doc.scopes[i].repeatOf ?? -1]
    if (of) hash.set(scope, hash.get(of)!)
  })
  return hash
}

function nodeText(model: GraphModel, node: ModelNode, place: Int32Array): string {
  const types = (n: ModelNode) => n.outs.map((out) => out.dtype + ":" + out.shape).join("|")
  const from = node.inputs.map((i) => {
    const input = model.nodes[i]
    return input.scope === node.scope ? place[i] : types(input)
  })
  return `${node.op}[${types(node)}](${from})`
}

function markRuns(scope: ScopeNode, hash: Map<ScopeNode, number>): void {
  const { items } = scope
  for (const child of scope.children) markRuns(child, hash)
  for (let start = 0; start < items.length; ) {
    let end = start + 1
    const first = items[start]
    if (typeof first !== "number") {
      while (end < items.length && sameScope(first, items[end], hash)) end++
      if (end - start > 1) makeRun(items.slice(start, end) as ScopeNode[])
    }
    start = end
  }
}

const sameScope = (a: ScopeNode, b: number | ScopeNode, hash: Map<ScopeNode, number>): boolean =>
  typeof b !== "number" && hash.get(a) === hash.get(b)

function makeRun(members: ScopeNode[]): void {
  const run = { key: `${members[0].key}…${members[members.length - 1].name}`, members }
  members.forEach((member, at) => {
    member.run = run
    member.runIndex = at
  })
}

/** Key of the box that stands for all but the first member of an open run. */
export const restKey = (run: Repeat): string => `${run.key}#rest`

const hidden = (scope: ScopeNode): boolean => scope.run !== undefined && scope.runIndex > 0

/** Boxes of an open scope: its ops, its scopes, and one for the others of each run. */
function boxesInside(scope: ScopeNode): number {
  let count = 0
  for (const item of scope.items) if (typeof item === "number" || !hidden(item)) count++
  return count
}

/**
 * Scopes opened breadth first while the forward boxes stay within the budget. The order does not depend
 * on the budget and the first that does not fit ends it, so a larger budget never closes a scope.
 */
export function autoOpen(tree: ScopeTree, budget: number): Set<string> {
  const open = new Set<string>()
  let boxes = boxesInside(tree.root)
  let level = tree.root.children
  while (level.length > 0) {
    const next: ScopeNode[] = []
    for (const scope of level) {
      if (hidden(scope) || scope.unstored !== undefined) continue
      boxes += boxesInside(scope) - 1 + (scope.run ? 1 : 0)
      if (boxes > budget) return open
      if (scope.run) open.add(scope.run.key)
      open.add(scope.key)
      next.push(...scope.children)
    }
    level = next
  }
  return open
}

/** Every key that can be opened: scopes, runs, and the rest of each run. */
export function allKeys(tree: ScopeTree): Set<string> {
  const keys = new Set<string>()
  for (const scope of tree.scopes) {
    if (scope.unstored === undefined) keys.add(scope.key)
    if (scope.run) keys.add(scope.run.key).add(restKey(scope.run))
  }
  return keys
}

/** A closed box: which key opens it and what it stands for. */
export interface Closed {
  readonly key: string
  readonly scope: ScopeNode
  readonly run: Repeat | undefined
  /** All but the first of the run. */
  readonly rest: boolean
}

/** The outermost closed thing around a scope; undefined when every scope above is open. */
export function closedAt(scope: ScopeNode, open: ReadonlySet<string>): Closed | undefined {
  let found: Closed | undefined
  for (let s: ScopeNode | undefined = scope; s?.parent; s = s.parent) {
    const { run } = s
    if (run && !open.has(run.key)) found = { key: run.key, scope: run.members[0], run, rest: false }
    else if (run && s.runIndex > 0 && !open.has(restKey(run))) {
      found = { key: restKey(run), scope: run.members[1], run, rest: true }
    } else if (s.unstored !== undefined || !open.has(s.key)) {
      found = { key: s.key, scope: s, run: undefined, rest: false }
    }
  }
  return found
}

/** Every scope below one, as the picture lists them from top to bottom. */
export function scopesBelow(top: ScopeNode): ScopeNode[] {
  const list: ScopeNode[] = []
  const stack = [...top.children].reverse()
  for (let scope = stack.pop(); scope; scope = stack.pop()) {
    list.push(scope)
    stack.push(...[...scope.children].reverse())
  }
  return list
}

/** Keys that must be open so that what stands in a scope is a box of its own. */
export function keysAround(scope: ScopeNode): string[] {
  const keys: string[] = []
  for (let s: ScopeNode | undefined = scope; s?.parent; s = s.parent) {
    keys.push(s.key)
    if (s.run) keys.push(s.run.key)
    if (s.run && s.runIndex > 0) keys.push(restKey(s.run))
  }
  return keys
}
