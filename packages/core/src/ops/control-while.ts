/**
 * @file The loop node: inputs [...carries, ...fixed], closed graphs `test` and `body`. Its last output counts the turns,
 * so that the gradient can walk back (C6, C8).
 */
import { ShapeError } from "../errors.ts"
import { type Graph, graphOf, inline, traceGraph, typesOf } from "../graph.ts"
import { make } from "../make.ts"
import type { Batched, Grad, InnerRun, Op, RunGraph } from "../op.ts"
import { formatType, sameType, sizeOf } from "../shape.ts"
import { elementsOf, type Storage } from "../storage.ts"
import type { Tensor } from "../tensor.ts"
import { currentTrace } from "../trace.ts"
import { inlinePure } from "../transforms/grad.ts"
import { jvpGraph } from "../transforms/jvp.ts"
import { batchGraph, lead } from "../transforms/vmap.ts"
import { add } from "./arithmetic.ts"
import { makeCond } from "./control-cond.ts"
import { filled, floats, keepEffects, perInput } from "./control-shared.ts"
import { reshapeTo } from "./move.ts"
import { any } from "./reduce.ts"
import { constant, differentiable, elements } from "./source.ts"
import { counting, type LoopParts, refuseTurns } from "./turn-limit.ts"
import { asType } from "./type.ts"
import { reversedWhile, reverseWhile } from "./while-reverse.ts"

interface WhileAttrs {
  readonly test: Graph
  readonly body: Graph
  readonly carries: number
  /** It goes back through a loop: its first carry is the turn, from 0, that it reverses next. */
  readonly reverses?: boolean
}
const attrsOf = (n: Tensor): WhileAttrs => n.attrs as unknown as WhileAttrs

export const whileOp: Op = {
  name: "while",
  family: "syntax",
  type: (types, a) => [...types.slice(0, a.carries as number), { dtype: "i32", shape: [] }],
  turns: (n, inputs, run) => loopTurns(n, inputs, run),
  vjp: (g, n) => reverseWhile(g, n),
  jvp: (n, inputs, tangents) => forwardWhile(n, inputs, tangents),
  batch: (n, inputs, batched, size) => batchWhile(n, inputs, batched, size),
  reversed: (n, d) => reversedWhile(n, d),
  nested: (n) => {
    const { test, body, carries } = attrsOf(n)
    const inputs = n.inputs.map((_, of) => ({ of, as: of < carries ? "carry" : "same" }) as const)
    const regions = [
      { name: "test", graph: test, inputs },
      { name: "body", graph: body, inputs },
    ]
    return { kind: "loop", name: "while", regions }
  },
}

function* loopTurns(n: Tensor, inputs: readonly Storage[], run: RunGraph): Iterable<InnerRun> {
  const { test, body, carries, reverses } = attrsOf(n)
  const fixed = inputs.slice(carries)
  let state = inputs.slice(0, carries)
  for (let turn = 1; elementsOf(run(test, [...state, ...fixed])[0], "bool")[0]; turn++) {
    const of = reverses ? Number(elementsOf(state[0], "i32")[0]) + 1 : turn
    yield { graph: body, inputs: [...state, ...fixed], label: `in turn ${of} of the loop` }
    state = [...run(body, [...state, ...fixed])]
  }
}

/** Applies `body` to the carries while `test` holds; gives the carries and the number of turns. */
export function makeWhile(
  carries: readonly Tensor[],
  fixed: readonly Tensor[],
  test: Graph,
  body: Graph,
  { reverses }: Pick<WhileAttrs, "reverses"> = {},
): Tensor[] {
  body.outputs.forEach((y, i) => {
    if (sameType(y.type, carries[i].type)) return
    throw new ShapeError(
      `while: carry ${i} enters as ${formatType(carries[i].type)} and leaves as ${formatType(y.type)}; they must be equal`,
      { op: "while" },
    )
  })
  const attrs = { test, body, carries: carries.length, ...(reverses ? { reverses } : {}) }
  const node = make(whileOp, [...carries, ...fixed], attrs)
  const outputs = elements(node)
  keepEffects(outputs, [test, body])
  return outputs
}

/**
 * The loop of two functions of the carries; what they use from outside is fixed. The last result counts the turns, of
 * which a function with `{maxSteps}` allows so many.
 */
export function whileNodes(
  init: LoopParts["init"],
  test: LoopParts["test"],
  body: LoopParts["body"],
): Tensor[] {
  const limit = currentTrace()?.asked.maxSteps
  if (limit === undefined) return loopNodes({ init, test, body })
  const counted = loopNodes(counting({ init, test, body }, limit)).slice(0, init.length + 1)
  refuseTurns(counted[init.length], limit)
  return counted
}
function loopNodes({ init, test, body }: LoopParts): Tensor[] {
  const types = typesOf(init)
  const traced = [traceGraph(types, (...c) => [test(...c)]), traceGraph(types, body)]
  const fixed = [...new Set(traced.flatMap((t) => t.captured))]
  const graphs = traced.map(({ graph, captured }) =>
    graphOf([...types, ...typesOf(fixed)], (...x) =>
      inline(graph, [
        ...x.slice(0, init.length),
        ...captured.map((c) => x[init.length + fixed.indexOf(c)]),
      ]),
    ),
  )
  return makeWhile(init, fixed, graphs[0], graphs[1])
}

/** The tangents are carried beside the values. */
function forwardWhile(n: Tensor, inputs: readonly Tensor[], tangents: readonly Grad[]): Grad[] {
  const { test, body, carries: k } = attrsOf(n)
  const [c, rest] = [inputs.slice(0, k), inputs.slice(k)]
  const state = [...c, ...filled(tangents.slice(0, k), c)]
  const fixed = [...rest, ...filled(tangents.slice(k), rest)]
  const values = (x: readonly Tensor[]): Tensor[] => [
    ...x.slice(0, k),
    ...x.slice(state.length, state.length + rest.length),
  ]
  const dots = (x: readonly Tensor[]): Tensor[] => [
    ...x.slice(k, state.length),
    ...x.slice(state.length + rest.length),
  ]
  const types = typesOf([...state, ...fixed])
  const go = graphOf(types, (...x) => inlinePure(test, values(x)), { pure: true })
  const step = graphOf(
    types,
    (...x) => {
      const both = inlinePure(jvpGraph(body), [...values(x), ...dots(x)])
      return [...both.slice(0, k), ...both.slice(k).filter((_, i) => differentiable(c[i]))]
    },
    { pure: true },
  )
  return [...perInput(c, makeWhile(state, fixed, go, step).slice(k, k + floats(c).length)), null]
}

/** Which carries must be batched: more and more, until nothing changes. */
function batchedCarries(n: Tensor, batched: readonly boolean[], size: number): boolean[] {
  const { test, body, carries: k } = attrsOf(n)
  const fixed = batched.slice(k)
  let flags = batched.slice(0, k)
  for (;;) {
    const each = batchGraph(test, [...flags, ...fixed], size).batched[0]
    const out = batchGraph(body, [...flags, ...fixed], size).batched
    const next = flags.map((f, i) => f || out[i] || each)
    if (next.every((f, i) => f === flags[i])) return flags
    flags = next
  }
}
function batchWhile(
  n: Tensor,
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  size: number,
): Batched {
  const { test, body, carries: k } = attrsOf(n)
  const flags = batchedCarries(n, batched, size)
  const on = [...flags, ...batched.slice(k)]
  const go = batchGraph(test, on, size)
  const carries = inputs.slice(0, k).map((x, i) => (flags[i] ? lead(x, batched[i], size) : x))
  const rest = inputs.slice(k)
  if (go.batched[0])
    return whileLanes(
      n,
      carries,
      rest.map((x, i) => lead(x, batched[k + i], size)),
      size,
    )
  const next = batchGraph(body, on, size, flags).graph
  return { outputs: makeWhile(carries, rest, go.graph, next), batched: [...flags, false] }
}

/** Runs while any lane does; a lane that has ended takes the other branch of a cond and keeps its carries. Counts per lane. */
function whileLanes(
  n: Tensor,
  carries: readonly Tensor[],
  rest: readonly Tensor[],
  size: number,
): Batched {
  const { test, body } = attrsOf(n)
  const k = carries.length
  const on = [...carries, ...rest].map(() => true)
  const go = batchGraph(test, on, size, [true]).graph
  const next = batchGraph(
    body,
    on,
    size,
    carries.map(() => true),
  ).graph
  const state = [...carries, lead(constant(0, "i32"), false, size)]
  const stay = graphOf(typesOf([...carries, ...rest]), (...x) => x.slice(0, k))
  const types = typesOf([...state, ...rest])
  const withoutCount = (x: readonly Tensor[]): Tensor[] => x.filter((_, i) => i !== k)
  const running = graphOf(types, (...x) => {
    const each = inline(go, withoutCount(x))[0]
    return [any(reshapeTo(each, [{ size: sizeOf(each.shape) }]))]
  })
  const step = graphOf(types, (...x) => {
    const each = inline(go, withoutCount(x))[0]
    return [...makeCond(each, withoutCount(x), next, stay), add(x[k], asType(each, "i32"))]
  })
  return {
    outputs: makeWhile(state, rest, running, step).slice(0, k + 1),
    batched: state.map(() => true),
  }
}
