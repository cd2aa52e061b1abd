/** @file Rewrite rules as data, and the one function that applies them and records what it did (D3.9, C12). */
import type { DType } from "./dtype.ts"
import { internal } from "./errors.ts"
import { postorder, rebuild } from "./graph.ts"
import { make } from "./make.ts"
import type { Value } from "./number.ts"
import type { Op } from "./op.ts"
import { constant, freshParam, isConstant } from "./ops/source.ts"
import { sameType } from "./shape.ts"
import { describe, type Tensor } from "./tensor.ts"
import { attrsKey, InternTable, withTable } from "./trace.ts"

/**
 * An equation of element-wise graphs over the same letters. `exact`: equal bit for bit on every input of the dtypes that
 * `when` lets through; others run only under fastMath.
 */
export interface Equation {
  readonly name: string
  readonly exact: boolean
  /** The letters: two numbers and a condition, as f64 and bool scalars. */
  readonly letters: readonly Tensor[]
  readonly from: Tensor
  readonly to: Tensor
  readonly when?: (root: Tensor) => boolean
}
/** A rule that computes attributes. `example` is a graph that it changes, for the check. */
export interface Structural {
  readonly name: string
  readonly exact: boolean
  /** The op at the root; absent for rules about many ops. */
  readonly op?: Op
  readonly to: (n: Tensor) => Tensor | undefined
  readonly example: () => Tensor
}
export type Rule = Equation | Structural
/** What one application did. */
export interface Step {
  readonly rule: Rule
  readonly before: Tensor
  readonly after: Tensor
}
export const isEquation = (rule: Rule): rule is Equation => "from" in rule

/** Patterns are nodes of a table of their own. */
const patterns = new InternTable()
type Side = (a: Tensor, b: Tensor, c: Tensor) => Tensor
/** An equation; both sides are functions of two f64 scalars and a bool. */
export function equation(
  name: string,
  from: Side,
  to: Side,
  options: Pick<Equation, "exact" | "when">,
): Equation {
  return withTable(patterns, () => {
    const [a, b, c] = (["f64", "f64", "bool"] as DType[]).map((dtype) =>
      freshParam({ dtype, shape: [] }),
    )
    return { name, letters: [a, b, c], from: from(a, b, c), to: to(a, b, c), ...options }
  })
}

type Found = Map<Tensor, Tensor>
/** Patterns are small, so recursion is bounded by their depth. */
function match(pattern: Tensor, n: Tensor, found: Found, rule: Equation): boolean {
  if (rule.letters.includes(pattern)) {
    const old = found.get(pattern)
    found.set(pattern, old ?? n)
    return old === undefined || old === n
  }
  if (isConstant(pattern))
    return isConstant(n) && sameNumber(n.attrs.value as Value, pattern.attrs.value as Value)
  return (
    pattern.op === n.op &&
    attrsKey(pattern.attrs) === attrsKey(n.attrs) &&
    pattern.inputs.every((p, i) => match(p, n.inputs[i], found, rule))
  )
}
const sameNumber = (a: Value, b: Value): boolean =>
  Object.is(typeof a === "bigint" ? Number(a) : a, b)
function instantiate(pattern: Tensor, found: Found, like: Tensor): Tensor {
  const known = found.get(pattern)
  if (known) return known
  if (isConstant(pattern)) return constant(pattern.attrs.value as Value, like.dtype, like.shape)
  return make(
    pattern.op,
    pattern.inputs.map((p) => instantiate(p, found, like)),
    pattern.attrs,
  )
}
/** Whether the ops at the root and right below it are those of the pattern: most nodes are sent away here. */
const looksLike = ({ from, letters }: Equation, n: Tensor): boolean =>
  from.op === n.op && from.inputs.every((p, i) => p.op === n.inputs[i].op || letters.includes(p))
/** What the rule makes of the node; undefined where it does not apply. */
export function applyRule(rule: Rule, n: Tensor): Tensor | undefined {
  if (!isEquation(rule)) return rule.op && rule.op !== n.op ? undefined : rule.to(n)
  if (!looksLike(rule, n)) return undefined
  const found: Found = new Map()
  if (!match(rule.from, n, found, rule) || !(rule.when?.(n) ?? true)) return undefined
  return instantiate(rule.to, found, n)
}
/** The nodes that the pattern of the rule stands for, the root first; not what its letters stand for. */
export function matchedBy(rule: Rule, n: Tensor): Tensor[] {
  if (!isEquation(rule)) return [n, ...n.inputs.filter((x) => x.op === n.op || isConstant(x))]
  const nodes: Tensor[] = []
  const walk = (pattern: Tensor, x: Tensor): void => {
    if (rule.letters.includes(pattern)) return
    nodes.push(x)
    pattern.inputs.forEach((p, i) => void walk(p, x.inputs[i]))
  }
  walk(rule.from, n)
  return nodes
}

const indexes = new WeakMap<readonly Rule[], Map<Op, Rule[]>>()
/** The rules that may fire at an op, in the order of the list. */
function indexed(rules: readonly Rule[]): (op: Op) => readonly Rule[] {
  const byOp = indexes.get(rules) ?? new Map<Op, Rule[]>()
  indexes.set(rules, byOp)
  const opOf = (r: Rule): Op | undefined => (isEquation(r) ? r.from.op : r.op)
  return (op) => {
    let list = byOp.get(op)
    if (!list) {
      list = rules.filter((r) => (opOf(r) ?? op) === op)
      byOp.set(op, list)
    }
    return list
  }
}
/** The first rule that changes the node, and what it makes of it: a node of equal type. */
function fire(rules: readonly Rule[], n: Tensor): Step | undefined {
  for (const rule of rules) {
    const after = applyRule(rule, n)
    if (after && after !== n && sameType(after.type, n.type)) return { rule, before: n, after }
  }
  return undefined
}
/** Whether a rule changes any of the nodes: a look that costs less than {@link rewrite}. */
export function fires(rules: readonly Rule[], nodes: readonly Tensor[]): boolean {
  const rulesFor = indexed(rules)
  return nodes.some((n) => fire(rulesFor(n.op), n) !== undefined)
}

export interface Rewritten {
  readonly outputs: Tensor[]
  readonly steps: Step[]
  /** What became of each node that was looked at. */
  readonly became: ReadonlyMap<Tensor, Tensor>
  /** For each node that was made on the way, the node that it was made for. */
  readonly cause: ReadonlyMap<Tensor, Tensor>
}
export interface RewriteOptions {
  /** Nodes that are not to be looked into. */
  readonly keep?: (n: Tensor) => boolean
  /** The node over other inputs; the node itself when they are its own. */
  readonly rebuild?: (n: Tensor, inputs: readonly Tensor[]) => Tensor
}
/**
 * Applies the rules until none does. One walk, inputs first: a node that a rule made is looked at again at once, and so
 * are the new nodes below it, so the work is linear in the nodes that exist before and after.
 */
export function rewrite(
  outputs: readonly Tensor[],
  rules: readonly Rule[],
  options: RewriteOptions = {},
): Rewritten {
  const r = new Rewriting(indexed(rules), options)
  r.settle(outputs)
  return {
    outputs: outputs.map((y) => r.final.get(y) as Tensor),
    steps: r.steps,
    became: r.final,
    cause: r.cause,
  }
}

class Rewriting {
  readonly final = new Map<Tensor, Tensor>()
  readonly cause = new Map<Tensor, Tensor>()
  readonly steps: Step[] = []
  readonly #rulesFor: (op: Op) => readonly Rule[]
  readonly #keep: (n: Tensor) => boolean
  readonly #rebuild: NonNullable<RewriteOptions["rebuild"]>
  /** The nodes there were before. */
  #given: ReadonlySet<Tensor> = new Set()
  constructor(rulesFor: (op: Op) => readonly Rule[], options: RewriteOptions) {
    this.#rulesFor = rulesFor
    this.#keep = options.keep ?? (() => false)
    this.#rebuild = options.rebuild ?? rebuild
  }
  /** Fills `final` for all nodes below the roots. The stack holds nodes whose inputs, or whose replacement, come first. */
  settle(roots: readonly Tensor[]): void {
    const { final } = this
    const replaced = new Map<Tensor, Tensor>()
    const order = postorder(roots, (n) => !this.#keep(n))
    this.#given = new Set(order)
    const stack = order.reverse()
    const first = (x: Tensor): void => {
      if (replaced.has(x)) throw internal(`rewrite: rules undo each other at ${describe(x)}`)
      stack.push(x)
    }
    while (stack.length) {
      const n = stack[stack.length - 1]
      if (final.has(n)) {
        stack.pop()
        continue
      }
      const next = replaced.get(n) ?? this.#advance(n)
      if (next === undefined) n.inputs.filter((x) => !final.has(x)).forEach(first)
      else if (next === n || final.has(next)) {
        final.set(n, final.get(next) ?? next)
        stack.pop()
      } else {
        first(next)
        replaced.set(n, next)
      }
    }
  }
  /** The node over settled inputs, or what a rule makes of it; undefined while inputs are not settled. */
  #advance(n: Tensor): Tensor | undefined {
    const { final } = this
    if (this.#keep(n) || n.op.effect) return n
    if (n.inputs.some((x) => !final.has(x))) return undefined
    const inputs = n.inputs.map((x) => final.get(x) as Tensor)
    const rebuilt = this.#rebuild(n, inputs)
    if (rebuilt !== n) {
      this.#note(rebuilt, n)
      return rebuilt
    }
    const step = fire(this.#rulesFor(n.op), n)
    if (!step) return n
    this.steps.push(step)
    this.#note(step.after, n)
    return step.after
  }
  /** `made`, and what is new below it, was made for `n`. Ends at what the letters of a rule stand for. */
  #note(made: Tensor, n: Tensor): void {
    const stack = [made]
    while (stack.length) {
      const x = stack.pop() as Tensor
      if (this.#given.has(x) || this.cause.has(x)) continue
      this.cause.set(x, n)
      stack.push(...x.inputs)
    }
  }
}
