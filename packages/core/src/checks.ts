/**
 * @file `{checks: true}` (S6): the same graph with an effect beside every value that can be an offence: NaN or an infinity
 * made from operands without, and integers divided by zero. Knows families of ops, no op.
 */
import { isFloat } from "./dtype.ts"
import { type Graph, graphsIn, isGraph, nodesOf, postorder, rebuild, withRoots } from "./graph.ts"
import { make } from "./make.ts"
import type { Op } from "./op.ts"
import { minimum } from "./ops/arithmetic.ts"
import { Check, checkNode, checkOp, indexText, type Refuse } from "./ops/check.ts"
import { where } from "./ops/choice.ts"
import { equal } from "./ops/compare.ts"
import { choose, keepNode } from "./ops/control-shared.ts"
import { again } from "./ops/effect.ts"
import { gather } from "./ops/gather.ts"
import { logicalAnd, logicalNot, logicalOr } from "./ops/logic.ts"
import { reshapeTo } from "./ops/move.ts"
import { any, min } from "./ops/reduce.ts"
import { isFinite, isInfinite, isNaN } from "./ops/rounding.ts"
import { elements, iotaNode, isConstant, isElement, zerosOf } from "./ops/source.ts"
import { formatNumber } from "./print.ts"
import { axesOf, formatType, range, sameShape } from "./shape.ts"
import type { Attrs, Tensor } from "./tensor.ts"
import type { Notes } from "./trace.ts"

export interface Checked {
  readonly graph: Graph
  /** The nodes of the given graph that new nodes stand for, or look at. */
  readonly from: ReadonlyMap<Tensor, readonly Tensor[]>
}
/**
 * The graph with its checks, those of branches and loops included. Calls are opened, and conditions with axes, which compute
 * both branches: there a check looks only where its branch is chosen. Call it with the table of the graph.
 */
export function checked(graph: Graph): Checked {
  const walk = new Walk(graph.table.notes, nodesOf(graph))
  return { graph: walk.graph(graph), from: walk.from }
}

/** Families that only choose or move what is there. */
const HARMLESS: ReadonlySet<Op["family"]> = new Set([
  ...(["source", "compare", "select", "move", "gather", "effect"] as const),
])
/** A call of a graph, whose body is looked at in its place. */
const isCall = (n: Tensor): boolean => n.op.body !== undefined && isGraph(n.attrs.body)
const isLanes = (n: Tensor): boolean => isGraph(n.attrs.yes) && n.inputs[0].rank > 0

/** One list of effects, and what nodes became, on the way through one graph. */
interface Place {
  /** Where the values count: a choice per lane, along the first axes. */
  readonly mask: Tensor | undefined
  readonly env: Map<Tensor, Tensor>
  readonly effects: Tensor[]
  readonly parts: Map<Tensor, readonly Tensor[]>
}

class Walk {
  readonly from = new Map<Tensor, readonly Tensor[]>()
  readonly #notes: Notes
  readonly #graphs = new Map<Graph, Graph>()
  readonly #given: ReadonlySet<Tensor>
  constructor(notes: Notes, given: ReadonlySet<Tensor>) {
    this.#notes = notes
    this.#given = given
  }
  /** Depth of recursion is how deep loops, branches and calls are nested. */
  graph(g: Graph): Graph {
    let now = this.#graphs.get(g)
    if (!now) {
      const effects: Tensor[] = []
      const outputs = this.#walk(g, g.inputs, effects)
      now = withRoots(g, outputs, effects)
      this.#graphs.set(g, now)
    }
    return now
  }
  #walk(g: Graph, inputs: readonly Tensor[], effects: Tensor[], mask?: Tensor): Tensor[] {
    const env = new Map(g.inputs.map((p, i) => [p, inputs[i]]))
    const place: Place = { mask, env, effects, parts: new Map() }
    const get = (n: Tensor): Tensor => env.get(n) as Tensor
    const reach = (roots: readonly Tensor[]): void => {
      for (const n of postorder(roots, (x) => !env.has(x))) if (!env.has(n)) this.#node(n, place)
    }
    for (const e of g.effects) {
      reach(e.inputs)
      const seen = e.inputs.map((x) => (e.op === checkOp ? masked(get(x), mask) : get(x)))
      effects.push(this.#stands(make(e.op, seen, again(e)), e))
    }
    reach(g.outputs)
    return g.outputs.map(get)
  }
  #node(n: Tensor, place: Place): void {
    const { env, effects, parts } = place
    const part = isElement(n) ? parts.get(n.inputs[0])?.[n.attrs.i as number] : undefined
    if (part) return void env.set(n, part)
    const inputs = n.inputs.map((x) => env.get(x) as Tensor)
    if (isCall(n) || isLanes(n)) {
      const outputs = isCall(n)
        ? this.#walk(n.attrs.body as Graph, inputs, effects, place.mask)
        : this.#lanes(n, inputs, place)
      parts.set(n, outputs)
      env.set(n, outputs[0])
      return
    }
    const now = this.#stands(this.#rebuilt(n, inputs), n)
    env.set(n, now)
    if (graphsIn(now).some((g) => g.effects.length)) effects.push(keepNode(elements(now)[0]))
    effects.push(...this.#checksOf(n, now, place.mask))
  }
  /** Both branches, each checked where it is chosen, and the choice. */
  #lanes(n: Tensor, [p, ...x]: readonly Tensor[], { mask, effects }: Place): Tensor[] {
    const branch = (name: string, chosen: Tensor): Tensor[] => {
      const within = mask ? logicalAnd(along(mask, chosen), chosen) : chosen
      return this.#walk(n.attrs[name] as Graph, x, effects, within)
    }
    const [yes, no] = [branch("yes", p), branch("no", logicalNot(p))]
    return yes.map((y, i) => this.#stands(choose(p, y, no[i]), n))
  }
  #rebuilt(n: Tensor, inputs: readonly Tensor[]): Tensor {
    if (!graphsIn(n).length) return rebuild(n, inputs)
    const attrs: [string, unknown][] = Object.entries(n.attrs).map(([k, v]) => [
      k,
      isGraph(v) ? this.graph(v) : v,
    ])
    return make(n.op, inputs, Object.fromEntries(attrs) as Attrs)
  }
  /** `now` stands for `n`, or looks at it: so does everything new below it. */
  #stands(now: Tensor, n: Tensor): Tensor {
    if (now === n) return now
    this.#notes.carry(n, now, (x) => x)
    const stack = [now]
    while (stack.length) {
      const x = stack.pop() as Tensor
      if (this.from.has(x) || this.#given.has(x)) continue
      this.from.set(x, [n])
      stack.push(...x.inputs)
    }
    return now
  }
  #checksOf(n: Tensor, now: Tensor, mask: Tensor | undefined): Tensor[] {
    const { divisor } = n.op
    if (now.types.length !== 1 || now.size === 0) return []
    if (divisor !== undefined && !isFloat(n.dtype)) {
      const bad = equal(now.inputs[divisor], 0)
      const says = (at: string, x: readonly string[]): string =>
        `the divisor ${at}is 0, the dividend ${x[1]}; checks allow no division of integers by zero`
      return [
        this.#look(n, masked(bad, mask), now.inputs[divisor], [now.inputs[1 - divisor]], says),
      ]
    }
    const source = isElement(now) ? now.inputs[0] : now
    if (!isFloat(now.dtype) || graphsIn(source).length || HARMLESS.has(source.op.family)) return []
    const operands = source.inputs.filter((x) => isFloat(x.dtype))
    const alike = ["unary", "binary"].includes(source.op.family)
    const pointwise = alike && source.inputs.every((x) => sameShape(x.shape, now.shape))
    const says = (at: string, [y, ...x]: readonly string[]): string =>
      `the value ${at}is ${y}; ${cause(x)}`
    const shown = pointwise ? source.inputs : []
    const bad = masked(offence(now, operands, pointwise), mask)
    return [this.#look(n, bad, now, shown, says)]
  }
  /** An effect that finds the first place where `bad` holds, and shows `x` and its operands there. */
  #look(
    n: Tensor,
    bad: Tensor,
    x: Tensor,
    operands: readonly Tensor[],
    says: (at: string, values: readonly string[]) => string,
  ): Tensor {
    const { size, shape } = x
    const shown = [x, ...operands]
    const types = shown.map((v) => v.dtype)
    const flat = (v: Tensor): Tensor => reshapeTo(v, [{ size }])
    const first = min(where(flat(bad), iotaNode(size, "i32"), size))
    const at = reshapeTo(minimum(first, size - 1), [{ size: 1 }])
    const refuse: Refuse = ([found, ...values]) => {
      const place = Number(found[0])
      if (place >= size) return undefined
      const where = shape.length ? `at ${indexText(place, shape)} of ${formatType(x.type)} ` : ""
      return says(
        where,
        values.map((v, i) => formatNumber(types[i], v[0] as number)),
      )
    }
    const values = shown.map((v) => gather(flat(v), at, 0))
    const check = new Check(this.#nameOf(n), this.#siteOf(n), n, refuse)
    return this.#stands(checkNode([first, ...values], check), n)
  }
  #nameOf(n: Tensor): string {
    const name = (isElement(n) ? n.inputs[0] : n).op.name
    const forward = this.#notes.dual.get(n)
    return forward ? `${name} in the gradient of ${forward.op.name}` : name
  }
  #siteOf(n: Tensor) {
    const { sites, dual } = this.#notes
    const forward = dual.get(n)
    return (sites.get(n) ?? (forward && sites.get(forward)))?.at(-1)
  }
}
const cause = (operands: readonly string[]): string =>
  operands.length === 0
    ? "no operand has such a value, and checks allow none to be made"
    : operands.length === 1
      ? `the operand there is ${operands[0]}, and checks allow none to be made`
      : `the operands there are ${operands.join(" and ")}, and checks allow none to be made`
/** A choice per lane beside a value with more axes. */
const along = (mask: Tensor, x: Tensor): Tensor =>
  reshapeTo(mask, [...axesOf(mask.type), ...range(x.rank - mask.rank).map(() => ({ size: 1 }))])
/** The value where the lanes are chosen, elsewhere 0, which no check refuses; nowhere where it has no lanes. */
function masked(x: Tensor, mask: Tensor | undefined): Tensor {
  if (!mask) return x
  const fits = mask.shape.every((n, i) => n === x.shape[i])
  return fits ? where(along(mask, x), x, zerosOf(x)) : zerosOf(x)
}

/** NaN where no operand is NaN, infinite where all are finite: element by element, or over whole operands. */
function offence(y: Tensor, operands: readonly Tensor[], pointwise: boolean): Tensor {
  const unsure = operands.filter((x) => !isConstant(x) || !Number.isFinite(Number(x.attrs.value)))
  const no = (test: (x: Tensor) => Tensor): Tensor[] =>
    unsure.map((x) => logicalNot(pointwise ? test(x) : any(test(x))))
  const all = (made: Tensor, conditions: readonly Tensor[]): Tensor =>
    conditions.reduce((a, b) => logicalAnd(a, b), made)
  const unbounded = (x: Tensor): Tensor => logicalNot(isFinite(x))
  return logicalOr(all(isNaN(y), no(isNaN)), all(isInfinite(y), no(unbounded)))
}
