/** @file `while`, `do`, `for` and `for...of` of rewritten text: native turns, or a loop in the graph (D5.4). */
import { flatten } from "../container.ts"
import { TraceError } from "../errors.ts"
import { traceGraph } from "../graph.ts"
import type { Operand } from "../ops/align.ts"
import { scanNodes, whileNodes } from "../ops/control.ts"
import * as ops from "../ops/table.ts"
import { formatType, sameType } from "../shape.ts"
import { isTensor, type Tensor } from "../tensor.ts"
import { asCondition, type branches, type Get, type SetTo } from "./branch.ts"
import { type Merged, merge, toType } from "./merge.ts"
import type { Places } from "./place.ts"

type State = readonly unknown[]
type Body = (...each: unknown[]) => void
const NOTHING: Get = () => []
const IGNORE: SetTo = () => {}

/** How often the types of the carried variables may widen before they must agree. */
const WIDENINGS = 4

/** Which parts of the state a turn changes, in types that a turn keeps. */
function carried(state: State, turn: (s: State) => State, what: string): Merged {
  let merged = merge(state, probe(state, turn), what)
  for (let i = 0; i < WIDENINGS; i++) {
    const next = merge(
      merged.fill(start(merged)),
      probe(merged.fill(start(merged)) as State, turn),
      what,
    )
    const settled =
      next.pairs.length <= merged.pairs.length &&
      next.pairs.every((p, k) => sameType(p.type, merged.pairs[k]?.type ?? p.type))
    if (settled) return merged
    merged = widened(state, merged, next, what)
  }
  throw new TraceError(`${what}: the types of the variables that the loop changes do not settle`, {
    remedy: "Give them their final dtype before the loop, for example with asType.",
  })
}
/** The same places in the wider types; places that joined are found by comparing once more. */
function widened(state: State, merged: Merged, next: Merged, what: string): Merged {
  if (next.pairs.length !== merged.pairs.length) return merge(state, next.fill(start(next)), what)
  return {
    ...merged,
    pairs: merged.pairs.map((p, i) => ({ values: p.values, type: next.pairs[i].type })),
  }
}
/** The values before the loop, in the carried types. */
const start = (m: Merged): Tensor[] => m.pairs.map((p) => toType(p.values[0], p.type))
/** One turn in a trace of its own, for its types only. */
function probe(state: State, turn: (s: State) => State): State {
  let after: State = []
  traceGraph([], () => {
    after = turn(state)
    return flatten(after)
  })
  return after
}

/** The carried values after a turn, in their types. */
const leave = (m: Merged, after: State): Tensor[] =>
  m.pick(after).map((x, i) => toType(x as Operand | undefined, m.pairs[i].type))

export function loops(places: Places, branch: ReturnType<typeof branches>) {
  /** A loop in the graph, from the current state. */
  const graphLoop = (
    id: number,
    test: () => unknown,
    body: Body,
    get: Get,
    set: SetTo,
    stop?: () => unknown,
  ): void => {
    const before = get()
    const turn = (s: State): State => {
      set(s)
      body()
      return get()
    }
    const what = "while"
    try {
      const m = carried(before, turn, what)
      const at = (c: readonly Tensor[]): State => m.fill(c) as State
      const result = whileNodes(
        start(m),
        (...c) => {
          set(at(c))
          const go = test()
          const more = isTensor(go) ? asLoopTest(go) : go
          return asTensorBool(stop ? branch.and(more, () => branch.none(stop()), id) : more)
        },
        (...c) => leave(m, turn(at(c))),
      )
      set(at(result))
    } catch (e) {
      set(before)
      throw e
    }
  }
  const asLoopTest = (go: Tensor): Tensor => {
    if (go.rank)
      throw new TraceError(`while: the condition is ${formatType(go.type)}; it must be a scalar`, {
        remedy: "Reduce it with .any() or .all().",
      })
    return asCondition(go, "while")
  }
  const asTensorBool = (x: unknown): Tensor =>
    isTensor(x) ? ops.asType(x, "bool") : toType(Boolean(x), { dtype: "bool", shape: [] })

  /** Native turns while everything is plain; a graph loop from the turn where it is not. */
  const run = (
    id: number,
    test: () => unknown,
    body: Body,
    get: Get = NOTHING,
    set: SetTo = IGNORE,
    stop?: () => unknown,
    each?: () => readonly unknown[],
  ): void => {
    for (;;) {
      const stopped = stop?.()
      if (!isTensor(stopped) && stopped) return
      const go = test()
      if (isTensor(go) || isTensor(stopped)) {
        places.moveTo(id)
        if (isTensor(go)) asLoopTest(go)
        graphLoop(id, test, body, get, set, stop)
        return
      }
      if (!go) return
      body(...(each?.() ?? []))
    }
  }
  return {
    while: (
      id: number,
      test: () => unknown,
      body: Body,
      get?: Get,
      set?: SetTo,
      stop?: () => unknown,
    ): void => run(id, test, body, get, set, stop),
    do(
      id: number,
      test: () => unknown,
      body: Body,
      get?: Get,
      set?: SetTo,
      stop?: () => unknown,
    ): void {
      body()
      run(id, test, body, get, set, stop)
    },
    /** A plain bound is unrolled, also behind a traced `break`; a tensor bound is a loop in the graph. */
    for(
      id: number,
      test: () => unknown,
      body: Body,
      get: Get = NOTHING,
      set: SetTo = IGNORE,
      stop?: () => unknown,
      update?: () => unknown,
      each?: () => readonly unknown[],
    ): void {
      const guard = stop ?? (() => false)
      for (;;) {
        const stopped = guard()
        if (!isTensor(stopped) && stopped) return
        const go = test()
        if (isTensor(go)) {
          places.moveTo(id)
          asLoopTest(go)
          const turn: Body = () => {
            body(...(each?.() ?? []))
            if (!stop) update?.()
            else
              branch.if(
                branch.none(guard()),
                id,
                () => void update?.(),
                () => {},
                get,
                set,
              )
          }
          graphLoop(id, test, turn, get, set, stop)
          return
        }
        if (!go) return
        if (isTensor(stopped))
          branch.if(
            ops.logicalNot(stopped),
            id,
            () => body(...(each?.() ?? [])),
            () => {},
            get,
            set,
          )
        else body(...(each?.() ?? []))
        const now = guard()
        if (!isTensor(now) && now) return
        // The counter of an unrolled loop stays a number, so it advances after a traced break as well.
        update?.()
      }
    },
    /** Over the first axis of a tensor as a scan; unrolled where the carried shapes change, or a turn may stop the loop. */
    forOf(
      id: number,
      iterable: unknown,
      body: (item: unknown) => void,
      get: Get = NOTHING,
      set: SetTo = IGNORE,
      stop?: () => unknown,
    ): void {
      const items = isTensor(iterable) ? rows(iterable) : (iterable as Iterable<unknown>)
      if (isTensor(iterable) && !stop && scanned(places, id, iterable, body, get, set)) return
      for (const item of items) {
        const stopped = stop?.()
        if (isTensor(stopped))
          branch.if(
            ops.logicalNot(stopped),
            id,
            () => body(item),
            () => {},
            get,
            set,
          )
        else if (stopped) return
        else body(item)
      }
    },
    rows: (iterable: unknown): unknown => (isTensor(iterable) ? rows(iterable) : iterable),
  }
}
/** The slices along the first axis. */
function rows(x: Tensor): Tensor[] {
  if (!x.rank)
    throw new TraceError(`for...of: ${formatType(x.type)} is a scalar and has no axis to go over`)
  return Array.from({ length: x.shape[0] }, (_, i) => ops.at(x, i))
}

/** True when the loop became a scan. */
function scanned(
  places: Places,
  id: number,
  xs: Tensor,
  body: (item: unknown) => void,
  get: Get,
  set: SetTo,
): boolean {
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
