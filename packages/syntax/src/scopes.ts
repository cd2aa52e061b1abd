/** @file Scopes: which declaration each name of a tree means, where names are written, and which are free. */
import { collect } from "./collect.ts"
import { bare, isFunction, type Node } from "./tree.ts"

export type BindingKind =
  | "const"
  | "let"
  | "var"
  | "using"
  | "function"
  | "class"
  | "type"
  | "interface"
  | "enum"
  | "import"
  | "namespace"
  | "parameter"

/** One declared name. `start` is the offset of the declaring identifier. */
export interface Binding {
  name: string
  kind: BindingKind
  start: number
  scope: Scope
  /** The statement, parameter or specifier that declares it. */
  declaration: Node
  /** The initial value of a variable, or the function itself. */
  value?: Node
  references: Reference[]
}

/** A region of names. `isFunction`: the target of `var`. */
export interface Scope {
  parent?: Scope
  node: Node
  isFunction: boolean
  bindings: Map<string, Binding>
}

/** One use of a name; without `binding` it is free in the whole tree. */
export interface Reference {
  name: string
  start: number
  write: boolean
  /** It stands in a type, and so leaves nothing at run time. */
  inType: boolean
  scope: Scope
  binding?: Binding
}

/** Anything with a place in the text. */
export interface Range {
  start: number
  end: number
}

const within = (ranges: readonly Range[], offset: number): boolean =>
  ranges.some((r) => r.start <= offset && offset < r.end)

/** The names of one tree, resolved. Offsets are those of the parsed text. */
export class Names {
  readonly root: Scope
  /** In the order of the text. */
  readonly references: readonly Reference[]
  private readonly scopes: readonly Scope[]
  private readonly bindings: readonly Binding[]
  private readonly byStart = new Map<number, Reference>()

  constructor(tree: Node) {
    const { root, scopes, references, bindings } = collect(tree)
    this.root = root
    this.scopes = scopes
    this.bindings = bindings
    this.references = references.sort((a, b) => a.start - b.start)
    for (const reference of references) {
      reference.binding = resolve(reference.name, reference.scope)
      reference.binding?.references.push(reference)
      this.byStart.set(reference.start, reference)
    }
  }

  /** What an identifier in the tree means; undefined for a name that the tree does not declare. */
  bindingOf(identifier: Node): Binding | undefined {
    return this.byStart.get(identifier.start)?.binding
  }

  /** Whether an identifier means the name of the environment: it is not declared here. */
  isGlobal(identifier: Node, name: string): boolean {
    return identifier.type === "Identifier" && identifier.name === name
      ? this.bindingOf(identifier) === undefined
      : false
  }

  /** The references inside of the ranges. */
  *referencesIn(ranges: readonly Range[]): Generator<Reference> {
    for (const { start, end } of ranges) {
      for (let i = firstAtOrAfter(this.references, start); i < this.references.length; i++) {
        const reference = this.references[i]!
        if (reference.start >= end) break
        yield reference
      }
    }
  }

  /** The bindings that a statement declares in its own scope. */
  declaredBy(statement: Node): Binding[] {
    const { start, end } = statement
    const inside = (b: Binding) => b.start >= start && b.start < end
    return this.bindings.filter(
      (b) => inside(b) && !(b.scope.node.start >= start && b.scope.parent),
    )
  }

  /** Whether a closure inside of `body` uses the variable that the identifier declares. */
  isCaptured(identifier: Node, body: Range): boolean {
    for (const { binding, scope } of this.referencesIn([body])) {
      if (binding?.start === identifier.start && isInClosure(scope, body)) return true
    }
    return false
  }

  /** Names used inside of the node at run time and declared outside of it. */
  freeNames(node: Range): string[] {
    const found = new Set<string>()
    for (const { name, binding, inType } of this.referencesIn([node])) {
      if (!inType && !(binding && within([node], binding.start))) found.add(name)
    }
    return [...found]
  }

  /**
   * Variables that running the nodes may assign, declared outside of them: directly, in closures written there, and in
   * local functions used there. Only those that are declared before offset `at`, where the state is read.
   */
  assignedIn(nodes: readonly Range[], at: number): string[] {
    return this.assignedBindings(nodes, at).map((b) => b.name)
  }

  /** Of those variables, one whose name means something else at offset `at`. */
  hiddenIn(nodes: readonly Range[], at: number): Binding | undefined {
    const scope = this.scopeAt(at)
    return this.assignedBindings(nodes, at).find((b) => resolve(b.name, scope) !== b)
  }

  private assignedBindings(nodes: readonly Range[], at: number): Binding[] {
    const found = new Set<Binding>()
    for (const binding of this.writes(nodes, new Set())) {
      const visible = within([binding.scope.node], at) || binding.scope === this.root
      const ready = binding.start < at || binding.kind === "var"
      if (!within(nodes, binding.start) && visible && ready) found.add(binding)
    }
    return [...found]
  }

  /** The innermost scope around an offset; one that begins there does not count. */
  private scopeAt(at: number): Scope {
    let innermost = this.root
    for (const scope of this.scopes) {
      const isAround = scope.node.start < at && at < scope.node.end
      if (isAround && scope.node.start >= innermost.node.start) innermost = scope
    }
    return innermost
  }

  private *writes(nodes: readonly Range[], seen: Set<Binding>): Generator<Binding> {
    for (const { binding, write } of this.referencesIn(nodes)) {
      if (!binding) continue
      if (write) yield binding
      const body = localFunction(binding)
      if (!body || seen.has(binding) || within(nodes, body.start)) continue
      seen.add(binding)
      for (const written of this.writes([body], seen)) {
        if (!within([body], written.start)) yield written
      }
    }
  }
}

/** The function that a binding always means, when it is written in a function (not at the top of the module). */
export function localFunction(binding: Binding): Node | undefined {
  const value = binding.value && bare(binding.value)
  if (!value || !isFunction(value) || !binding.scope.parent) return undefined
  return binding.references.some((r) => r.write) ? undefined : value
}

function isInClosure(scope: Scope, body: Range): boolean {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    if (s.isFunction && s.node.start >= body.start && s.node.end <= body.end) return true
  }
  return false
}

function resolve(name: string, scope: Scope): Binding | undefined {
  for (let s: Scope | undefined = scope; s; s = s.parent) {
    const binding = s.bindings.get(name)
    if (binding) return binding
  }
  return undefined
}

function firstAtOrAfter(references: readonly Reference[], offset: number): number {
  let low = 0
  let high = references.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (references[middle]!.start < offset) low = middle + 1
    else high = middle
  }
  return low
}
