/** @file What values and derivatives are called in a picture, and their formulas; it knows no boxes. */
import { floatOf, formatConstant, subscript, superscript } from "../format.ts"
import { type GraphModel, isLeaf } from "../layout/model.ts"
import type { ScopeTree } from "../layout/scopes.ts"
import type { FloatValue, OutType } from "../payload.ts"

/** Unnamed values are called t₁, t₂ … only in graphs with at most so many forward ops. */
export const NAMED_OPS = 40

/** Longest formula in characters, and most inputs and levels; more is replaced by the op's name. */
const LONGEST = 64
const WIDEST = 4
const DEEPEST = 6

export interface Names {
  readonly model: GraphModel
  readonly tree: ScopeTree
  /** Name of each node, "" where it has none. */
  readonly of: readonly string[]
}

/** Names every node. With `shorten` a dotted parameter keeps its last part where its scope says the rest. */
export function nameNodes(model: GraphModel, tree: ScopeTree, shorten = true): Names {
  const forward = model.nodes.filter((n) => n.phase === "fwd" && !isLeaf(n) && !model.folded[n.id])
  // The numbers would change when more of a large program is loaded.
  const numbered = forward.length <= NAMED_OPS && !model.doc.whole
  let next = 1
  let argument = 1
  const of = model.nodes.map((node) => {
    const inScope = shorten && isLeaf(node) && tree.scopeOf[node.id] !== tree.root
    if (node.name) return inScope ? node.name.slice(node.name.search(/[^./]*$/)) : node.name
    if (isLeaf(node) && node.phase === "fwd")
      return node.info && !node.info.leaf ? node.op : `arg${subscript(argument++)}`
    const counted = numbered && node.phase === "fwd" && !isLeaf(node) && !model.folded[node.id]
    return counted ? `t${subscript(next++)}` : ""
  })
  return { model, tree, of }
}

/** How a node's value is written inside a formula; "" when it has no name. */
export function reference(names: Names, node: number, depth = 0): string {
  const { model } = names
  const { info, inputs, order } = model.nodes[node]
  if (names.of[node]) return names.of[node]
  const of = order > 0 ? model.gradOf[node] : -1
  const derivative = of >= 0 && depth < 8 ? derivativeName(names, of, depth + 1) : ""
  if (derivative) return derivative
  if (info?.fold === "constant") return constantText(names, node)
  if (model.folded[node]) {
    const inner = inputs.length > 0 ? reference(names, inputs[0], depth) : ""
    return inner && isMark(info?.text) ? fill(info!.text!, [inner]) : inner
  }
  return ""
}

/** A view's text is written where it is a mark such as `{0}ᵀ`; a call such as `reshape({0})` says nothing here. */
const isMark = (text: string | undefined): boolean =>
  text !== undefined && /^[^\w\s(]*\{0\}[^\w\s(]*$/.test(text)

function constantText(names: Names, node: number): string {
  const attrs = names.model.doc.nodes.attrs?.[node] as
    | { value?: FloatValue | boolean }
    | null
    | undefined
  const value = attrs?.value
  if (typeof value === "boolean") return String(value)
  if (value === undefined || Array.isArray(value) || typeof value === "object") return "const"
  return formatConstant(floatOf(value))
}

/** `∂h`; "" when the value behind has no name. */
export function derivativeName(names: Names, of: number, depth = 0): string {
  const { model } = names
  while (model.folded[of] && model.nodes[of].inputs.length > 0) of = model.nodes[of].inputs[0]
  const name = reference(names, of, depth)
  return name && model.nodes[of].info?.fold !== "constant" ? `∂${name}` : ""
}

/** How loosely a text binds: 1 for a sum or comparison, 2 for a product, 3 for an application, 4 for a word. */
function binding(text: string): 1 | 2 | 3 | 4 {
  let flat = text
  while (/\([^()]*\)/.test(flat)) flat = flat.replace(/\([^()]*\)/g, "∙")
  if (/ [+−?:<>=] |, /.test(flat)) return 1
  if (/ [×·/] /.test(flat)) return 2
  return flat.includes(" ") ? 3 : 4
}

/** Templates come with parentheses around every part and with `^2`; parentheses are our work, powers are raised. */
const tidy = (template: string): string =>
  template
    .replace(/(^|[^\w\u0370-\u03ff])\((\{\w+\})\)/g, "$1$2")
    .replace(/\^(\d+)/g, (_, digits: string) => superscript(Number(digits)))

/** Puts inputs into a template. A part that binds looser than the template gets parentheses. */
export function fill(
  template: string,
  inputs: readonly string[],
  more: Record<string, string> = {},
): string {
  template = tidy(template)
  const outer = binding(template.replace(/\{\w+\}/g, "∙"))
  const alone = /^\{\w+\}$/.test(template)
  return template.replace(/\{(\w+)\}/g, (_, slot: string, at: number) => {
    const text = more[slot] ?? inputs[Number(slot)] ?? "∙"
    const inner = binding(text)
    const tight = inner > outer || inner === 4 || (inner === outer && at === 0 && outer < 3)
    return alone || tight ? text : `(${text})`
  })
}

/** `tanh t₂`, `x · w`: the op applied to what its inputs are called; unnamed inputs are left out. */
export function application(names: Names, node: number): { text: string; known: boolean } {
  const { op, info, inputs } = names.model.nodes[node]
  const called = inputs.map((i) => reference(names, i))
  const known = called.every((text) => text !== "") || info?.text?.includes("{") === false
  if (known && info?.text && inputs.length > 0) return { text: fill(info.text, called), known }
  return { text: [op, ...called.filter((text) => text !== "")].join(" "), known }
}

/**
 * The formula of a derivative, read from its own nodes: nodes of the box are written out, everything
 * else by name, or by an alias of the box. "" when something has no name or the formula would be too long.
 */
export function formula(
  names: Names,
  node: number,
  inside: ReadonlySet<number>,
  aliases: ReadonlyMap<number, string> = new Map(),
  depth = 0,
): string {
  const { model } = names
  const { op, info, inputs } = model.nodes[node]
  if (inputs.length === 0 || inputs.length > WIDEST) return ""
  const parts = inputs.map((i) => {
    const named = aliases.get(i) || reference(names, i)
    const open = inside.has(i) || (model.folded[i] === 1 && info !== undefined)
    if (named || !open || depth >= DEEPEST) return named
    return formula(names, i, inside, aliases, depth + 1)
  })
  if (parts.some((part) => part === "")) return ""
  const view = info?.fold === "view" && !isMark(info.text)
  const grown =
    view &&
    depth === 0 &&
    sizeOf(model.nodes[node].outs[0]) > sizeOf(model.nodes[inputs[0]].outs[0])
  const called = info?.text ? fill(info.text, parts) : [op, ...parts].join(" ")
  const text = view ? `${parts[0]}${grown ? ", repeated" : ""}` : called
  return text.length <= LONGEST ? text : ""
}

/** Whether a forward input was repeated on its way in, so that its derivative is a sum. */
export function isRepeated(model: GraphModel, node: number): boolean {
  const out = (n: number): number => sizeOf(model.nodes[n].outs[0])
  for (
    let n = node;
    model.folded[n] && model.nodes[n].inputs.length > 0;
    n = model.nodes[n].inputs[0]
  ) {
    if (out(n) > out(model.nodes[n].inputs[0])) return true
  }
  return false
}

/** Elements of an output; symbolic sizes count as 1. */
export const sizeOf = (out: OutType | undefined): number =>
  out ? out.shape.reduce<number>((size, d) => size * (typeof d === "number" ? d : 1), 1) : 0
