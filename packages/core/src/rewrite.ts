/** @file Rewrite rules as data, and the one function that applies them and records what it did (D3.9, C12). */
import type { DType } from "./dtype.ts"
import { internal } from "./errors.ts"
import { postorder, rebuild } from "./graph.ts"
import { make } from "./make.ts"
import type { Value } from "./number.ts"
import type { Op } from "./op.ts"
import { constant, freshParam, isConstant } from "./ops/source.ts"
import { describe, type Tensor } from "./tensor.ts"
import { attrsKey, currentTrace, InternTable, withTable } from "./trace.ts"

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
  readonly rule: string
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
/** What the rule makes of the node; undefined where it does not apply. */
export function applyRule(rule: Rule, n: Tensor): Tensor | undefined {
  if (!isEquation(rule)) return rule.op && rule.op !== n.op ? undefined : rule.to(n)
  const found: Found = new Map()
  if (!match(rule.from, n, found, rule) || !(rule.when?.(n) ?? true)) return undefined
  return instantiate(rule.to, found, n)
}

/** The rules that may fire at an op, in the order of the list. */
function indexed(rules: readonly Rule[]): (op: Op) => readonly Rule[] {
  const byOp = new Map<Op, Rule[]>()
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

export interface Rewritten {
  readonly name: string
  readonly outputs: Tensor[]
  readonly steps: Step[]
  /** What became of each node that was looked at. */
  readonly became: ReadonlyMap<Tensor, Tensor>
}
export interface RewriteOptions {
  /** The name of the pass, for people. */
  readonly name: string
  /** Nodes that are not to be looked into. */
  readonly keep?: (n: Tensor) => boolean
}
/**
 * Applies the rules until none does. One walk, inputs first: a node that a rule made is looked at again at once, and so
 * are the new nodes below it, so the work is linear in the nodes that exist before and after.
 */
export function rewrite(
  outputs: readonly Tensor[],
  rules: readonly Rule[],
  options: RewriteOptions,
): Rewritten {
  const rulesFor = indexed(rules)
  const keep = options.keep ?? (() => false)
  const final = new Map<Tensor, Tensor>()
  const steps: Step[] = []
  const fire = (n: Tensor): Tensor | undefined => {
    for (const rule of rulesFor(n.op)) {
      const after = applyRule(rule, n)
      if (!after || after === n) continue
      steps.push({ rule: rule.name, before: n, after })
      currentTrace()?.table.notes.carry(n, after, (x) => x)
      return after
    }
    return undefined
  }
  settle(outputs, final, keep, fire)
  return {
    name: options.name,
    outputs: outputs.map((y) => final.get(y) as Tensor),
    steps,
    became: final,
  }
}

/** Fills `final` for all nodes below the roots. The stack holds nodes whose inputs, or whose replacement, come first. */
function settle(
  roots: readonly Tensor[],
  final: Map<Tensor, Tensor>,
  keep: (n: Tensor) => boolean,
  fire: (n: Tensor) => Tensor | undefined,
): void {
  const replaced = new Map<Tensor, Tensor>()
  const stack = postorder(roots, (n) => !keep(n)).reverse()
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
    const next = replaced.get(n) ?? advance(n, final, keep, fire)
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
function advance(
  n: Tensor,
  final: ReadonlyMap<Tensor, Tensor>,
  keep: (n: Tensor) => boolean,
  fire: (n: Tensor) => Tensor | undefined,
): Tensor | undefined {
  if (keep(n) || n.op.effect) return n
  if (n.inputs.some((x) => !final.has(x))) return undefined
  const rebuilt = rebuild(
    n,
    n.inputs.map((x) => final.get(x) as Tensor),
  )
  return rebuilt === n ? (fire(n) ?? n) : rebuilt
}
