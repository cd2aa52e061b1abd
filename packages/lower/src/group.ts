/**
 * @file Which nodes share a kernel (D6.4). Consumers first: a node joins the kernel of all its consumers when every one of
 * them reads it where the kernel stands; so kernels cannot depend on each other in a circle. Knows no loops.
 */
import type { Tensor } from "@defnote/core"
import {
  type Access,
  isFlat,
  isFlatOver,
  isTrailing,
  type Nodes,
  roleOf,
  widthOf,
} from "./nodes.ts"
import type { Scalar } from "./scalar-rebuild.ts"

/**
 * Where a member stands: `full` at each element of the kernel's domain, `outer` once per row of it, `inline` wherever a
 * member asks for it.
 */
export type Place = "full" | "outer" | "inline"
export type Form = "map" | "row" | "reduce" | "scan" | "contract"

export interface Group {
  readonly root: Tensor
  form: Form
  readonly members: Map<Tensor, Place>
  /** Elements of the domain: of a row times rows where there are rows. */
  full: number
  /** Elements of a row, where members reduce rows. */
  width: number
  whyNotNext: string
}

/** More members than this are cut: generated functions stay small. */
const MEMBERS = 200
/** Longer rows do not stay in the cache, so several passes over them gain nothing. */
const ROW = 32768
/** Arithmetic that may be done again rather than stored. */
const CHEAP = 4

export interface Use extends Access {
  readonly consumer: Tensor
}

/** Groups for the nodes in `nodes` (inputs first) that need a kernel. `required` must be stored. */
export function group(
  order: readonly Tensor[],
  required: ReadonlySet<Tensor>,
  nodes: Nodes,
): Map<Tensor, Group> {
  const uses = usesOf(order, required, nodes)
  const groups = new Map<Tensor, Group>()
  for (let i = order.length - 1; i >= 0; i--) {
    const n = order[i]
    const role = roleOf(n)
    if (role === "stored" || role === "opaque") continue
    const mine = uses.get(n) ?? []
    if (nodes.isVirtual(n) && !required.has(n)) continue
    if (!mine.length && !required.has(n)) continue
    const target = mine.length ? commonGroup(mine, groups) : undefined
    const refused = target
      ? join(target, n, mine, nodes, required.has(n))
      : separate(mine, required.has(n))
    if (refused === undefined) groups.set(n, target as Group)
    else groups.set(n, found(n, refused))
  }
  return groups
}
const separate = (uses: readonly Use[], required: boolean): string =>
  uses.length && !required ? "its consumers are in different kernels" : "it is a result"

/** Who reads what where. Nodes that nobody computes are not asked. */
function usesOf(
  order: readonly Tensor[],
  required: ReadonlySet<Tensor>,
  nodes: Nodes,
): Map<Tensor, Use[]> {
  const uses = new Map<Tensor, Use[]>()
  const wanted = new Set(required)
  for (let i = order.length - 1; i >= 0; i--) {
    const consumer = order[i]
    if (!wanted.has(consumer)) continue
    for (const access of nodes.reading(consumer).accesses) {
      wanted.add(access.producer)
      const list = uses.get(access.producer)
      const use = { ...access, consumer }
      if (list) list.push(use)
      else uses.set(access.producer, [use])
    }
  }
  return uses
}

function commonGroup(uses: readonly Use[], groups: ReadonlyMap<Tensor, Group>): Group | undefined {
  const first = groups.get(uses[0].consumer)
  return uses.every((u) => groups.get(u.consumer) === first) ? first : undefined
}

/** A new kernel that ends in `n`. */
function found(n: Tensor, whyNotNext: string): Group {
  const role = roleOf(n)
  const g = { root: n, whyNotNext, members: new Map<Tensor, Place>(), width: 1, full: n.size }
  if (role === "map") return { ...g, form: "map", members: new Map([[n, "full"]]) }
  if (role === "contract" || role === "scan")
    return { ...g, form: role, members: new Map([[n, "full"]]) }
  const form = isTrailing(n) ? "row" : "reduce"
  return { ...g, form, members: new Map([[n, "outer"]]), width: widthOf(n), full: n.inputs[0].size }
}

/** Takes `n` into `g`, or says why not. */
function join(
  g: Group,
  n: Tensor,
  uses: readonly Use[],
  nodes: Nodes,
  required: boolean,
): string | undefined {
  if (g.members.size >= MEMBERS) return "the kernel is full"
  const role = roleOf(n)
  if (n.inputs.some((x) => x.size === 0)) return "it has no elements to go through"
  if (uses.some((u) => u.at === undefined))
    return "the next kernel reads it for many sums of products"
  if (role === "contract" || role === "scan") return joinMapOnly(g, n, uses, role)
  return role === "reduce" ? joinReduce(g, n, uses) : joinMap(g, n, uses, nodes, required)
}

function joinMap(
  g: Group,
  n: Tensor,
  uses: readonly Use[],
  nodes: Nodes,
  required: boolean,
): string | undefined {
  const places = new Set(uses.map((u) => placeFor(g, n, u)))
  const [only] = places
  if (places.size === 1 && only !== "inline") {
    if (required && only === "outer" && g.form === "map") return "it is stored once per row"
    g.members.set(n, only)
    return undefined
  }
  if (required) return "it is stored in another order than the next kernel reads it"
  if (joinAsRow(g, n, uses)) return undefined
  const again = uses.reduce((sum, u) => sum + domainOf(g, u.consumer) / Math.max(1, n.size), 0)
  if (again > 1 && nodes.reading(n).cost > CHEAP) {
    return "it would be computed again for every element that reads it"
  }
  g.members.set(n, "inline")
  return undefined
}
/** Shorter rows are not worth a loop of their own. */
const SHORT_ROW = 8
/** A map that is read once per row of a plain map gives that map rows: loops keep it outside of them. */
function joinAsRow(g: Group, n: Tensor, uses: readonly Use[]): boolean {
  const width = g.full / Math.max(1, n.size)
  if (g.form !== "map" || g.width > 1 || width < SHORT_ROW || !Number.isInteger(width)) return false
  const row = { ...g, width }
  if (!uses.every((u) => g.members.get(u.consumer) === "full" && isOuterOf(u.at, row))) return false
  g.width = width
  g.members.set(n, "outer")
  return true
}
const isReduction = (n: Tensor): boolean => roleOf(n) === "reduce"
/** Elements at which a member is computed. */
function domainOf(g: Group, member: Tensor): number {
  if (isReduction(member)) return member.inputs[0].size
  const place = g.members.get(member)
  return place === "full" ? g.full : place === "outer" ? g.full / g.width : Number.POSITIVE_INFINITY
}
function placeFor(g: Group, n: Tensor, u: Use): Place {
  const reads = isReduction(u.consumer) ? "full" : g.members.get(u.consumer)
  if (reads === "full") {
    if (isHere(u.at, n) && n.size === g.full) return "full"
    if (g.width > 1 && g.form !== "reduce" && n.size * g.width === g.full && isOuterOf(u.at, g)) {
      return "outer"
    }
  }
  if (reads === "outer" && isHere(u.at, n) && n.size === g.full / g.width) return "outer"
  return "inline"
}
/** The very position at which the consumer stands; of one element there is only one. */
const isHere = (at: Scalar | undefined, n: Tensor): boolean =>
  isFlat(at) || (n.size === 1 && at?.op === "constant")
/** The position of the row, of the element at FLAT. */
const isOuterOf = (at: Scalar | undefined, g: Group): boolean =>
  g.width === g.full ? at?.op === "constant" : isFlatOver(at, g.width)

/** Takes the map that follows a contraction or a running fold into its kernel. */
function joinMapOnly(
  g: Group,
  n: Tensor,
  uses: readonly Use[],
  form: "contract" | "scan",
): string | undefined {
  if (g.form !== "map") return "the next kernel reduces, contracts or folds as well"
  if (
    g.full !== n.size ||
    uses.some((u) => !isHere(u.at, n) || g.members.get(u.consumer) !== "full")
  ) {
    return "the next kernel reads it in another order"
  }
  g.form = form
  g.members.set(n, "full")
  return undefined
}

function joinReduce(g: Group, n: Tensor, uses: readonly Use[]): string | undefined {
  if (g.form === "contract" || g.form === "scan") return "the next kernel contracts or folds"
  return isTrailing(n) ? joinRow(g, n, uses) : joinColumn(g, n, uses)
}
function joinRow(g: Group, n: Tensor, uses: readonly Use[]): string | undefined {
  const width = widthOf(n)
  const at = (u: Use): "full" | "outer" | undefined => {
    const place = isReduction(u.consumer) ? "full" : g.members.get(u.consumer)
    return place === "inline" ? undefined : place
  }
  const inner = n.inputs[0].size
  if (g.form === "row") {
    if (g.width !== width || g.full !== inner) return "the next kernel has rows of another length"
    const fits = uses.every((u) => placeFor(g, n, u) === "outer")
    if (!fits) return "the next kernel does not read it row by row"
    if (width > ROW && uses.some((u) => at(u) === "full"))
      return "the rows are too long for the cache"
  } else if (g.form === "map" && g.full === inner && width > 1) {
    if (width > ROW) return "the rows are too long for the cache"
    const row = { ...g, form: "row", width } as Group
    const other = g.width > 1 && g.width !== width
    if (other || !uses.every((u) => placeFor(row, n, u) === "outer"))
      return "the next kernel does not read it row by row"
    g.form = "row"
    g.width = width
  } else if (!becomeEpilogue(g, n, uses, "row"))
    return "the next kernel does not read it row by row"
  g.members.set(n, "outer")
  return undefined
}
/** A map over the results of a reduction becomes what is done with each result. */
function becomeEpilogue(g: Group, n: Tensor, uses: readonly Use[], form: Form): boolean {
  if (g.form !== "map" || g.full !== n.size || g.width > 1) return false
  if (!uses.every((u) => isHere(u.at, n) && g.members.get(u.consumer) === "full")) return false
  for (const [member, place] of g.members) if (place === "full") g.members.set(member, "outer")
  g.form = form
  g.width = widthOf(n)
  g.full = n.inputs[0].size
  return true
}
function joinColumn(g: Group, n: Tensor, uses: readonly Use[]): string | undefined {
  if (g.form === "reduce") {
    const other = [...g.members.keys()].find(isReduction) as Tensor
    const same =
      sameReduction(other, n) &&
      uses.every(
        (u) => g.members.get(u.consumer) === "outer" && isHere(u.at, n) && !isReduction(u.consumer),
      )
    if (!same) return "the next kernel reduces other axes"
  } else if (!becomeEpilogue(g, n, uses, "reduce"))
    return "the next kernel does not read it result by result"
  g.members.set(n, "outer")
  return undefined
}
const sameReduction = (a: Tensor, b: Tensor): boolean =>
  String(a.inputs[0].shape) === String(b.inputs[0].shape) &&
  String(a.attrs.axes) === String(b.attrs.axes)
