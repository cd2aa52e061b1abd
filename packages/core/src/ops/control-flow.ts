/** @file Control flow over containers: cond, switchCase, whileLoop, forLoop, scan, map (C7, C8, C9). */
import { type Container, flatten, mapLeaves, unflatten } from "../container.ts"
import { publiclyAs } from "../eager.ts"
import { OptionError, ShapeError, TraceError } from "../errors.ts"
import { type Graph, inline, traceGraph } from "../graph.ts"
import { optionsAt } from "../options.ts"
import { formatType } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { currentTrace, type Trace } from "../trace.ts"
import { commonType, isWeak, type Operand } from "./align.ts"
import { add } from "./arithmetic.ts"
import { less, lessEqual } from "./compare.ts"
import { condNodes } from "./control-cond.ts"
import { type ScanOptions, scanNodes } from "./control-scan.ts"
import { whileNodes } from "./control-while.ts"
import { constant, iotaNode } from "./source.ts"
import { integer } from "./static.ts"
import { asType } from "./type.ts"

const isNumber = (x: unknown): x is number | boolean =>
  typeof x === "number" || typeof x === "boolean"
const literal = (x: number | boolean): Tensor =>
  constant(Number(x), typeof x === "boolean" ? "bool" : "f32")
/** Numbers become f32 scalars, booleans bool scalars: what a graph can carry. */
const carried = <C>(c: C): C =>
  mapLeaves(c, (x) => {
    if (isNumber(x)) return literal(x)
    return isTensor(x) && isWeak(x) ? asType(x, "f32") : x
  }) as C

/** @throws ShapeError unless the condition is a scalar */
function condition(op: string, p: Tensor): Tensor {
  if (p.rank === 0) return asType(p, "bool")
  throw new ShapeError(`${op}: the condition is ${formatType(p.type)}; it must be a scalar`, {
    op,
    remedy: "Reduce it with any() or all(), or choose per element with where().",
  })
}

interface Branch {
  readonly result: Container
  readonly graph: Graph
  readonly captured: readonly Tensor[]
}
function traced(fn: () => Container): Branch {
  let result: Container
  const { graph, captured } = traceGraph([], () => {
    result = mapLeaves(fn(), (x) => (isNumber(x) ? literal(x) : x))
    return flatten(result)
  })
  return { result, graph, captured }
}
const places = (c: Container): string => {
  const out: string[] = []
  mapLeaves(c, (x, path) => {
    out.push(`${path} ${isTensor(x) ? "tensor" : String(x)}`)
    return x
  })
  return out.join(";")
}
/**
 * `yes()` where the scalar `p` is true, else `no()`; only one of them runs, and its gradient alone flows.
 * @param yes - gives tensors, or containers of them, of the same structure and shapes as `no`; dtypes are promoted
 * @throws ShapeError when shapes differ or `p` is no scalar, TraceError when structures differ
 * @example cond(less(sum(x), 0), () => negate(x), () => x)
 */
export const cond = publiclyAs(
  "cond",
  <R>(p: Tensor | boolean, yes: () => R, no: () => R): R => {
    if (!isTensor(p)) return p ? yes() : no()
    const [a, b] = [traced(yes), traced(no)]
    if (places(a.result) !== places(b.result)) {
      throw new TraceError(
        "cond: the branches give containers of different structure; they must be equal",
        { op: "cond" },
      )
    }
    const types = a.graph.outputs.map((y, i) =>
      commonType("cond", [y, b.graph.outputs[i]], (d) => d),
    )
    const side =
      ({ graph, captured }: Branch) =>
      (): Tensor[] =>
        inline(graph, captured).map((y, i) => asType(y, types[i]))
    return unflatten(a.result, condNodes(condition("cond", p), side(a), side(b))) as R
  },
  { kind: "create" as const },
)
/**
 * The branch of this number, as {@link cond}; numbers outside take the first or the last.
 * @throws OptionError without branches
 */
export const switchCase = publiclyAs(
  "switchCase",
  <R>(index: Tensor | number, branches: readonly (() => R)[]): R => {
    if (!branches.length)
      throw new OptionError("switchCase: there are no branches; at least one is needed", {
        op: "switchCase",
      })
    const from = (k: number): R =>
      k === branches.length - 1
        ? branches[k]()
        : (cond(lessEqual(index as Operand, k), branches[k], () => from(k + 1)) as R)
    return from(0)
  },
  { kind: "create" as const },
)

/** The leaves of a turn's result, which must match those that went in. */
function leaving(op: string, before: Container, after: Container): Tensor[] {
  const [x, y] = [flatten(before), flatten(mapLeaves(after, (v) => (isNumber(v) ? literal(v) : v)))]
  if (x.length !== y.length) {
    throw new TraceError(
      `${op}: the body takes ${x.length} tensors and gives ${y.length}; they must be equal`,
      { op },
    )
  }
  return y.map((v, i) =>
    v.dtype !== x[i].dtype && !isTensor(flattenAll(after)[i]) ? asType(v, x[i].dtype) : v,
  )
}
const flattenAll = (c: Container): unknown[] => {
  const out: unknown[] = []
  mapLeaves(c, (x) => {
    if (isTensor(x) || isNumber(x)) out.push(x)
    return x
  })
  return out
}
/**
 * Applies `body` to the carry while `test` holds. Numbers in the carry are f32 scalars.
 * @param init - a tensor, or a container of them; the body keeps its types
 * @throws ShapeError when a type changes, or the test is no scalar
 * @example whileLoop(tensor([1]), (x) => less(sum(x), 100), (x) => multiply(x, 2))
 */
export const whileLoop = publiclyAs(
  "whileLoop",
  <C>(init: C, test: (carry: C) => Tensor, body: (carry: C) => C): C => {
    const start = carried(init)
    const at = (c: readonly Tensor[]): C => unflatten(start, c) as C
    const done = whileNodes(
      flatten(start),
      (...c) => condition("whileLoop", test(at(c))),
      (...c) => leaving("whileLoop", start, body(at(c))),
    )
    return at(done)
  },
  { kind: "create" as const },
)

export interface LoopOptions extends Pick<ScanOptions, "checkpoint" | "reverse"> {
  /** How many turns there are; needed where `xs` has no tensors to tell it. */
  readonly length?: number
}
/**
 * Runs `turn` over the first axis of `xs`, from carry to carry, and stacks what each turn gives besides.
 * @param turn - takes the carry and a slice of `xs`; gives `[carry, y]`
 * @returns the last carry, and the stacked `y`
 * @throws ShapeError when lengths differ or a carry changes its type
 * @example scan(0, xs, (sum, x) => [add(sum, x), sum])
 */
export const scan = publiclyAs(
  "scan",
  <C, X, Y>(
    init: C,
    xs: X,
    turn: (carry: C, x: X) => readonly [C, Y],
    options: LoopOptions = {},
  ): [carry: C, ys: Y] => {
    const start = carried(init)
    let template: Container
    const { carries, ys } = scanNodes(
      flatten(start),
      flatten(xs),
      (c, x) => {
        const [carry, y] = turn(unflatten(start, c) as C, unflatten(xs, x) as X)
        template = mapLeaves(y, (v) => (isNumber(v) ? literal(v) : v))
        return { carries: leaving("scan", start, carry), ys: flatten(template) }
      },
      {
        ...options,
        length:
          options.length === undefined ? undefined : integer("scan", "length", options.length),
      },
    )
    return [unflatten(start, carries) as C, unflatten(template, ys) as Y]
  },
  { kind: "create" as const },
  optionsAt<LoopOptions>(3, { checkpoint: true, reverse: true, length: true }),
)
/** `f` of every slice along the first axis, one after the other, stacked; vmap does them at once. */
export const map = publiclyAs(
  "map",
  <X, Y>(xs: X, f: (x: X) => Y): Y => scan(null, xs, (c, x: X) => [c, f(x)] as const)[1] as Y,
  { kind: "create" as const },
)
/**
 * Applies `body(i, carry)` for i = 0, 1, ... count - 1, an i32 scalar. A count known when tracing keeps the carries for the
 * gradient; a traced one computes them again.
 */
export const forLoop = publiclyAs(
  "forLoop",
  <C>(count: number | Tensor, init: C, body: (i: Tensor, carry: C) => C): C => {
    if (!isTensor(count)) {
      const turns = iotaNode(integer("forLoop", "count", count), "i32")
      return scan(init, turns as Tensor, (c, i) => [body(i, c), null] as const)[0]
    }
    const start = { i: constant(0, "i32"), carry: carried(init) }
    const end = asType(count, "i32")
    return whileLoop(
      start,
      ({ i }) => less(i, end),
      ({ i, carry }) => ({ i: add(i, 1), carry: body(i, carry) }),
    ).carry
  },
  { kind: "create" as const },
)

/**
 * Runs `fn` as a part of the program with a name: pictures draw it as a box that folds.
 * @example const h = named("encoder", () => tanh(matmul(x, w)))
 */
export const named = publiclyAs(
  "named",
  <R>(name: string, fn: () => R): R => (currentTrace() as Trace).inScope(name, "named", fn),
  { kind: "create" as const },
)
