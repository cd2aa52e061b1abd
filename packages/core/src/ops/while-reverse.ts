/**
 * @file The gradient of `while`: a stack of at most SLOTS carries, walked backwards. From the top of the stack the loop is
 * run forward to halfway (or, once the rest fits into the free slots, by one turn) and pushed; when the top is the turn to
 * reverse, its vjp is applied and it is popped. Up to SLOTS turns cost one extra forward run; beyond that about
 * log2(turns / SLOTS) / 2 more, in constant memory (C8).
 */
import { type Graph, graphOf, inline, typesOf } from "../graph.ts"
import type { Grad, Reversed } from "../op.ts"
import { axesOf } from "../shape.ts"
import type { Tensor } from "../tensor.ts"
import { withTable } from "../trace.ts"
import { inlinePure, vjpGraph } from "../transforms/grad.ts"
import { add, subtract } from "./arithmetic.ts"
import { rightShift } from "./bitwise.ts"
import { where } from "./choice.ts"
import { equal, less, lessEqual } from "./compare.ts"
import { makeCond } from "./control-cond.ts"
import { choose, filled, floats, perInput } from "./control-shared.ts"
import { makeWhile } from "./control-while.ts"
import { gather } from "./gather.ts"
import { broadcastTo, reshapeTo } from "./move.ts"
import { constant, element, elements, iotaNode, zerosOf } from "./source.ts"

export const SLOTS = 64
const int = (n: number): Tensor => constant(n, "i32")
const stackOf = (x: Tensor): Tensor =>
  broadcastTo(reshapeTo(x, [{ size: 1 }, ...axesOf(x.type)]), [SLOTS, ...x.shape])
const push = (stack: Tensor, at: Tensor, x: Tensor): Tensor =>
  choose(equal(iotaNode(SLOTS, "i32"), at), stackOf(x), stack)
const top = (stack: Tensor, at: Tensor): Tensor =>
  reshapeTo(
    gather(stack, reshapeTo(at, [{ size: 1 }]), stack.rank - 1),
    axesOf(stack.type).slice(1),
  )
/** Half of a count, rounded up. */
const half = (n: Tensor): Tensor => rightShift(add(n, 1), 1)

/** The parts of the state: [target, at, index, ...stacks, ...bars, ...bars of fixed | ...fixed]. */
interface Layout {
  readonly k: number
  readonly bars: number
  readonly fixedBars: number
}
function parts(x: readonly Tensor[], { k, bars, fixedBars }: Layout) {
  const ends = [3, 3 + k, 3 + k + bars, 3 + k + bars + fixedBars]
  return {
    target: x[0],
    at: x[1],
    index: x[2],
    stacks: x.slice(ends[0], ends[1]),
    bars: x.slice(ends[1], ends[2]),
    fixedBars: x.slice(ends[2], ends[3]),
    fixed: x.slice(ends[3]),
  }
}

export function reverseWhile(g: readonly Grad[], n: Tensor): Grad[] {
  const k = n.attrs.carries as number
  const body = n.attrs.body as Graph
  const init = n.inputs.slice(0, k)
  const fixed = n.inputs.slice(k)
  const bars = filled(g.slice(0, k), elements(n).slice(0, k))
  const fixedBars = floats(fixed).map(zerosOf)
  const layout = { k, bars: bars.length, fixedBars: fixedBars.length }
  const stacks = init.map(stackOf)
  const carries = [
    subtract(element(n, k), 1),
    int(0),
    constant(0, "i32", [SLOTS]),
    ...stacks,
    ...bars,
    ...fixedBars,
  ]
  const types = typesOf([...carries, ...fixed])
  const pure = { pure: true }
  const back = graphOf(types, (...x) => popped(parts(x, layout), body), pure)
  const forward = graphOf(
    types,
    (...x) => pushed(parts(x, layout), advancing(body, k, fixed)),
    pure,
  )
  const test = graphOf(types, (target) => [lessEqual(0, target)])
  const step = graphOf(types, (...x) => makeCond(equal(top(x[2], x[1]), x[0]), x, back, forward))
  const done = parts(makeWhile(carries, fixed, test, step, { reverses: true }), layout)
  return [...perInput(init, done.bars), ...perInput(fixed, done.fixedBars)]
}

/** The graph that reverses one turn; how the loop comes to the turn is its own affair. */
export function reversedWhile(n: Tensor, d: Tensor): Reversed[] {
  const k = n.attrs.carries as number
  const [, turn] = d.op.nested?.(d).regions ?? []
  const choice = turn?.graph.outputs[0]?.inputs[0]
  const [back] = choice?.op.nested?.(choice).regions ?? []
  if (!back) return []
  const [init, fixed] = [n.inputs.slice(0, k), n.inputs.slice(k)]
  const layout = { k, bars: floats(init).length, fixedBars: floats(fixed).length }
  const { inputs: given, outputs, table } = back.graph
  const x = parts(given, layout)
  const y = parts(outputs, layout)
  return [
    {
      of: 1,
      region: { name: "body", graph: back.graph, inputs: turn.inputs },
      inputs: [...withTable(table, () => x.stacks.map((s) => top(s, x.at))), ...x.fixed],
      seeds: perInput(init, x.bars),
      cotangents: [...perInput(init, y.bars), ...perInput(fixed, y.fixedBars)],
      kept: SLOTS,
    },
  ]
}

/** The top is the turn to reverse: its vjp. */
function popped(x: ReturnType<typeof parts>, body: Graph): Tensor[] {
  const here = x.stacks.map((stack) => top(stack, x.at))
  const back = inlinePure(vjpGraph(body), [...here, ...x.fixed, ...x.bars])
  const sums = back.slice(x.bars.length).map((b, i) => add(b, x.fixedBars[i]))
  return [
    subtract(x.target, 1),
    subtract(x.at, 1),
    x.index,
    ...x.stacks,
    ...back.slice(0, x.bars.length),
    ...sums,
  ]
}
/** The turn to reverse is further on: runs towards it and remembers where. */
function pushed(x: ReturnType<typeof parts>, advance: Advance): Tensor[] {
  const from = top(x.index, x.at)
  const left = subtract(x.target, from)
  const free = subtract(SLOTS - 1, x.at)
  const turns = where(lessEqual(left, free), int(1), half(left))
  const next = add(x.at, 1)
  const there = advance(
    turns,
    x.stacks.map((stack) => top(stack, x.at)),
    x.fixed,
  )
  const stacks = there.map((c, i) => push(x.stacks[i], next, c))
  return [
    x.target,
    next,
    push(x.index, next, add(from, turns)),
    ...stacks,
    ...x.bars,
    ...x.fixedBars,
  ]
}

type Advance = (turns: Tensor, carries: readonly Tensor[], fixed: readonly Tensor[]) => Tensor[]
/** Runs the body a given number of times. */
function advancing(body: Graph, k: number, fixed: readonly Tensor[]): Advance {
  const count = int(0)
  const types = [
    ...typesOf([count]),
    ...typesOf(body.inputs.slice(0, k)),
    ...typesOf([count]),
    ...typesOf(fixed),
  ]
  const test = graphOf(types, (...x) => [less(x[0], x[k + 1])])
  const next = graphOf(types, (...x) => [
    add(x[0], 1),
    ...inline({ ...body, effects: [] }, [...x.slice(1, k + 1), ...x.slice(k + 2)]),
  ])
  return (turns, carries, rest) =>
    makeWhile([count, ...carries], [turns, ...rest], test, next).slice(1, k + 1)
}
