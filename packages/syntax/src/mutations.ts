/** @file Finds changes of objects and of variables outside of the language: they cannot depend on a tensor (D208). */
import type { Obstacle } from "./jumps.ts"
import { type Binding, localFunction, type Names, type Range } from "./scopes.ts"
import { bare, children, isTypeOnly, type Node } from "./tree.ts"

/** Methods that change an array whatever is done with the result. */
const CHANGES = /^(push|pop|shift|unshift|splice)$/
/** Methods of which tensors may have namesakes: they change something when the result is not used. */
const CHANGES_DISCARDED = /^(set|add|delete|clear|sort|reverse|fill|copyWithin)$/

interface Search {
  names: Names
  /** Objects made inside of these may be changed. */
  local: readonly Range[]
  /** The outermost function of the language: variables outside of it are not state. */
  outermost: Range
  seen: Set<Binding>
}

/** The first change in `nodes` (closures and local functions used there included) of something made outside of them. */
export function findMutation(
  names: Names,
  nodes: readonly Node[],
  outermost: Range,
): Obstacle | undefined {
  return first(nodes, { names, local: nodes, outermost, seen: new Set() })
}

function first(nodes: readonly Node[], search: Search): Obstacle | undefined {
  for (const n of nodes) {
    const found = visit(n, false, search)
    if (found) return found
  }
  return undefined
}

function visit(n: Node, discarded: boolean, search: Search): Obstacle | undefined {
  if (isTypeOnly(n)) return undefined
  const own = changeAt(n, discarded, search)
  if (own) return { code: "D208", at: n, detail: own }
  const used = n.type === "Identifier" ? effects(n, search) : undefined
  if (used) return used
  for (const c of children(n)) {
    const inner = visit(c, n.type === "ExpressionStatement", search)
    if (inner) return inner
  }
  return undefined
}

/** What a node changes, in words. */
function changeAt(n: Node, discarded: boolean, search: Search): string | undefined {
  switch (n.type) {
    case "AssignmentExpression":
      return targets(n.left)
        .map((t) => assignment(t, search))
        .find(Boolean)
    case "UpdateExpression":
      return assignment(bare(n.argument), search)
    case "ForOfStatement":
    case "ForInStatement":
      if (n.left.type === "VariableDeclaration") return undefined
      return targets(n.left)
        .map((t) => assignment(t, search))
        .find(Boolean)
    case "UnaryExpression":
      if (n.operator !== "delete" || isLocal(n.argument, search)) return undefined
      return "`delete` of a property"
    case "CallExpression":
      return methodCall(n, discarded, search)
    default:
      return undefined
  }
}

function methodCall(n: Node, discarded: boolean, search: Search): string | undefined {
  const callee = bare(n.callee)
  if (callee.type !== "MemberExpression" || callee.computed) return undefined
  const { name } = callee.property
  const changes = CHANGES.test(name) || (discarded && CHANGES_DISCARDED.test(name))
  return changes && !isLocal(callee.object, search) ? `\`.${name}(...)\`` : undefined
}

function assignment(target: Node, search: Search): string | undefined {
  if (target.type === "MemberExpression") {
    return isLocal(target, search) ? undefined : "the assignment of a property"
  }
  if (target.type !== "Identifier") return undefined
  const binding = search.names.bindingOf(target)
  const isInside = binding && inside(binding.start, [search.outermost])
  return isInside ? undefined : `an assignment of \`${target.name}\`, declared outside of \`defn\`,`
}

/** The members and identifiers that a pattern assigns. */
function targets(pattern: Node): Node[] {
  const p = bare(pattern)
  switch (p.type) {
    case "ArrayPattern":
      return p.elements.flatMap((e: Node | null) => (e ? targets(e) : []))
    case "ObjectPattern":
      return p.properties.flatMap((q: Node) => targets(q.value ?? q))
    case "AssignmentPattern":
      return targets(p.left)
    case "RestElement":
      return targets(p.argument)
    default:
      return [p]
  }
}

/** Whether the object of a member chain was made inside of the searched nodes. */
function isLocal(chain: Node, { names, local }: Search): boolean {
  let root = bare(chain)
  while (root.type === "MemberExpression") root = bare(root.object)
  if (/^(Array|Object|New)Expression$/.test(root.type)) return true
  if (root.type !== "Identifier") return false
  const binding = names.bindingOf(root)
  return !!binding && binding.kind !== "parameter" && inside(binding.start, local)
}

/** What a local function that the nodes mention would change. */
function effects(identifier: Node, search: Search): Obstacle | undefined {
  const binding = search.names.bindingOf(identifier)
  const body = binding && localFunction(binding)
  if (!body || search.seen.has(binding) || inside(body.start, search.local)) return undefined
  if (!inside(body.start, [search.outermost])) return undefined
  search.seen.add(binding)
  const found = visit(body, false, { ...search, local: [body] })
  return found && { ...found, at: identifier }
}

const inside = (offset: number, ranges: readonly Range[]): boolean =>
  ranges.some((r) => r.start <= offset && offset < r.end)
