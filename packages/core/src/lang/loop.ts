/** @file `while`, `do`, `for` and `for...of` of rewritten text: native turns, or a loop in the graph (D5.4). */
import { TraceError } from "../errors.ts"
import { scanNodes, whileNodes } from "../ops/control.ts"
import * as ops from "../ops/table.ts"
import { formatType } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { asCondition, type branches, type Get, type SetTo } from "./branch.ts"
import { carried, leave, type State, start } from "./carried.ts"
import { toType } from "./merge.ts"
import type { Places } from "./place.ts"

interface Context {
  readonly places: Places
  readonly branch: ReturnType<typeof branches>
}
/** The parts of a loop, as the rewriter hands them over (K3). */
export interface Loop {
  readonly id: number
  readonly test: () => unknown
  readonly body: (...each: unknown[]) => void
  readonly get: Get
  readonly set: SetTo
  /** True, or a true tensor, after `break` or `return`. */
  readonly stop?: () => unknown
  /** The third part of a `for`. */
  readonly update?: () => unknown
  /** Loop variables that closures capture: a fresh copy per turn. */
  readonly each?: () => readonly unknown[]
}
const NOTHING: Get = () => []
const IGNORE: SetTo = () => {}
const turnOf = ({ body, each }: Loop): void => body(...(each?.() ?? []))

function loopTest(go: Tensor): Tensor {
  if (!go.rank) return asCondition(go, "while")
  throw new TraceError(`while: the condition is ${formatType(go.type)}; it must be a scalar`, {
    remedy: "Reduce it with .any() or .all().",
  })
}
const asBool = (x: unknown): Tensor =>
  isTensor(x) ? ops.asType(x, "bool") : toType(Boolean(x), { dtype: "bool", shape: [] })

/** A loop in the graph, from the current state. When it cannot be built, the state is as before. */
function graphLoop({ branch }: Context, loop: Loop, body: () => void): void {
  const { id, test, get, set, stop } = loop
  const before = get()
  const turn = (s: State): State => {
    set(s)
    body()
    return get()
  }
  const goOn = (): Tensor => {
    const go = test()
    const more = isTensor(go) ? loopTest(go) : go
    return asBool(stop ? branch.and(more, () => branch.none(stop()), id) : more)
  }
  try {
    const m = carried(before, turn, "while")
    const at = (c: readonly Tensor[]): State => m.fill(c) as State
    const more = (...c: Tensor[]): Tensor => {
      set(at(c))
      return goOn()
    }
    set(at(whileNodes(start(m), more, (...c) => leave(m, turn(at(c))))))
  } catch (e) {
    set(before)
    throw e
  }
}

/** Native turns while everything is plain; a graph loop from the turn where it is not. */
function whileLoop(context: Context, loop: Loop): void {
  for (;;) {
    const stopped = loop.stop?.()
    if (!isTensor(stopped) && stopped) return
    const go = loop.test()
    if (isTensor(go) || isTensor(stopped)) {
      context.places.moveTo(loop.id)
      if (isTensor(go)) loopTest(go)
      graphLoop(context, loop, () => loop.body())
      return
    }
    if (!go) return
    turnOf(loop)
  }
}

/** Runs `then` unless the traced flag is set. */
const unless = (
  { branch }: Context,
  { id, get, set }: Loop,
  flag: Tensor,
  then: () => void,
): void => branch.if(ops.logicalNot(flag), id, then, () => {}, get, set)

/** Turns that are unrolled behind a traced `break`: each makes nodes, and a bound of millions would make them all. */
const UNROLL_LIMIT = 1000
const tooLong = (): TraceError =>
  new TraceError(
    `for: ${UNROLL_LIMIT} turns were unrolled behind a \`break\` that depends on a tensor; it must end before`,
    {
      remedy: "Write `while` or `for (;;)`, which become loops in the graph, or break by numbers.",
    },
  )

/**
 * A plain bound is unrolled, also behind a traced `break`; a tensor bound is a loop in the graph, and so is `for (;;)`
 * (`bounded` is false) once its end depends on a tensor.
 */
function forLoop(context: Context, loop: Loop, bounded: boolean): void {
  const stopped = loop.stop ?? (() => false)
  for (let guarded = 0; ; ) {
    const before = stopped()
    if (!isTensor(before) && before) return
    if (isTensor(before) && guarded++ === UNROLL_LIMIT) throw tooLong()
    const go = loop.test()
    if (isTensor(go) || (isTensor(before) && !bounded)) {
      context.places.moveTo(loop.id)
      if (isTensor(go)) loopTest(go)
      graphLoop(context, loop, () => turnAndUpdate(context, loop))
      return
    }
    if (!go) return
    if (isTensor(before)) unless(context, loop, before, () => turnOf(loop))
    else turnOf(loop)
    const after = stopped()
    if (!isTensor(after) && after) return
    // The counter of an unrolled loop stays a number, so it advances after a traced break as well.
    loop.update?.()
  }
}
/** One turn of a `for` in the graph: the update does not happen in the turn that stopped. */
function turnAndUpdate(context: Context, loop: Loop): void {
  turnOf(loop)
  const flag = loop.stop?.()
  if (isTensor(flag)) unless(context, loop, flag, () => void loop.update?.())
  else if (!flag) loop.update?.()
}

/** The slices along the first axis. */
function rows(x: Tensor): Tensor[] {
  if (x.rank) return Array.from({ length: x.shape[0] }, (_, i) => ops.at(x, i))
  throw new TraceError(`for...of: ${formatType(x.type)} is a scalar and has no axis to go over`)
}

type Over = Omit<Loop, "test" | "body"> & { readonly body: (item: unknown) => void }
/** Over the first axis of a tensor as a scan; unrolled where the carried shapes change, or a turn may stop the loop. */
function forOf(context: Context, loop: Over, iterable: unknown): void {
  if (isTensor(iterable) && !loop.stop && scanned(context, loop, iterable)) return
  const items = isTensor(iterable) ? rows(iterable) : (iterable as Iterable<unknown>)
  for (const item of items) {
    const stopped = loop.stop?.()
    if (isTensor(stopped)) unless(context, loop as never, stopped, () => loop.body(item))
    else if (stopped) return
    else loop.body(item)
  }
}
/** True when the loop became a scan. */
function scanned({ places }: Context, { id, body, get, set }: Over, xs: Tensor): boolean {
  if (!xs.rank || xs.shape[0] < 2) return false
  const before = get()
  const turn =
    (item: Tensor) =>
    (s: State): State => {
      set(s)
      body(item)
      return get()
    }
  try {
    places.moveTo(id)
    const m = carried(before, turn(ops.at(xs, 0)), "for...of")
    const at = (c: readonly Tensor[]): State => m.fill(c) as State
    const { carries } = scanNodes(start(m), [xs], (c, [x]) => ({
      carries: leave(m, turn(x)(at(c))),
    }))
    set(at(carries))
    return true
  } catch (e) {
    set(before)
    if (e instanceof TraceError) return false
    throw e
  }
}

type Test = () => unknown
type Stop = (() => unknown) | undefined
/** The loops of `$d`; the order of their arguments is the rewriter's. */
export function loops(places: Places, branch: ReturnType<typeof branches>) {
  const context: Context = { places, branch }
  const parts = (
    id: number,
    test: Test,
    body: Loop["body"],
    get?: Get,
    set?: SetTo,
    stop?: Stop,
  ): Loop => ({
    id,
    test,
    body,
    get: get ?? NOTHING,
    set: set ?? IGNORE,
    stop,
  })
  type ForParts = [...Parameters<typeof parts>, update?: Test, each?: Loop["each"]]
  const forParts = (...[id, test, body, get, set, stop, update, each]: ForParts): Loop => ({
    ...parts(id, test, body, get, set, stop),
    update,
    each,
  })
  return {
    while: (
      id: number,
      test: Test,
      body: Loop["body"],
      get?: Get,
      set?: SetTo,
      stop?: Stop,
    ): void => whileLoop(context, parts(id, test, body, get, set, stop)),
    do(id: number, test: Test, body: Loop["body"], get?: Get, set?: SetTo, stop?: Stop): void {
      body()
      whileLoop(context, parts(id, test, body, get, set, stop))
    },
    for: (...x: ForParts): void => forLoop(context, forParts(...x), true),
    forever: (...x: ForParts): void => forLoop(context, forParts(...x), false),
    forOf: (
      id: number,
      iterable: unknown,
      body: Over["body"],
      get?: Get,
      set?: SetTo,
      stop?: Stop,
    ): void =>
      forOf(context, { id, body, get: get ?? NOTHING, set: set ?? IGNORE, stop }, iterable),
    rows: (iterable: unknown): unknown => (isTensor(iterable) ? rows(iterable) : iterable),
  }
}
