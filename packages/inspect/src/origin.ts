/**
 * @file Where a number that is not finite begins: walks from the results back to the first node that made one of finite
 * operands, and into branches and turns of loops. A number that somebody wrote, such as the −∞ of a mask, is no beginning.
 */
import { isConstant, isElement, isFloat, isParam, type Storage, type Tensor } from "@defnote/core"
import { Frame, sources } from "./frame.ts"
import { numbersOf } from "./statistics.ts"

/** Turns of a loop that are looked into. */
const TURNS = 10_000

export interface Origin {
  /** The node of the program. */
  readonly node: Tensor
  /** The node where it begins, which may stand in a graph inside `node`, and the run of that graph. */
  readonly inner: Tensor
  readonly frame: Frame
  /** Such as "in turn 3 of 8"; "" outside loops. */
  readonly place: string
}

/** The first origin of what is not finite in the outputs, in values before gradients; undefined when all are finite. */
export function originOf(frame: Frame): Origin | undefined {
  const { notes } = frame.graph.table
  const values = frame.graph.outputs.filter((y) => !notes.dual.has(y) && !notes.sums.has(y))
  const start = birthIn(frame, values) ?? birthIn(frame, frame.graph.outputs)
  if (!start) return undefined
  let origin: Origin = { node: holder(start), inner: holder(start), frame, place: "" }
  for (;;) {
    const deeper = enter(origin)
    if (!deeper) return origin
    origin = deeper
  }
}
/** The node with several outputs, of one of its outputs. */
const holder = (n: Tensor): Tensor => (isElement(n) ? n.inputs[0] : n)

/** The first node of the order, among those behind the bad outputs, that makes what is not finite. */
function birthIn(frame: Frame, outputs: readonly Tensor[]): Tensor | undefined {
  const reached = behind(
    frame,
    outputs.filter((y) => frame.isBad(y)),
  )
  const first = (nodes: ReadonlySet<Tensor>, is: (n: Tensor) => boolean): Tensor | undefined =>
    frame.order.find((n) => nodes.has(n) && is(n))
  const begins = (n: Tensor): boolean => !sources(n).some((x) => frame.isBad(x))
  const nan = first(reached, (n) => frame.hasNaN(n) && !sources(n).some((x) => frame.hasNaN(x)))
  if (!nan) return first(reached, begins)
  // NaN of infinite numbers began where those did, unless somebody wrote them.
  const infinite = first(behind(frame, [nan]), begins)
  return infinite && !isWritten(frame, infinite) ? infinite : nan
}
/** Bad nodes that the bad nodes `from` are made of, themselves included. */
function behind(frame: Frame, from: readonly Tensor[]): Set<Tensor> {
  const reached = new Set(from)
  for (const n of reached) for (const x of sources(n)) if (frame.isBad(x)) reached.add(x)
  return reached
}
/** An infinite number that somebody wrote, or gave. */
const isWritten = (frame: Frame, n: Tensor): boolean =>
  isParam(n)
    ? !frame.hasNaN(n)
    : n.inputs.some((x) => isConstant(x) && !Number.isFinite(Number(x.attrs.value)))

/** The beginning inside a branch or a loop; undefined when the node holds no graph, or its operands are bad themselves. */
function enter({ node, inner, frame, place }: Origin): Origin | undefined {
  const runs = inner.op.turns
  if (!runs || !frame.knows(inner)) return undefined
  const inputs = frame.storagesOf(inner.inputs)
  let left = TURNS
  for (const { graph, inputs: given, label } of runs(inner, inputs, frame.runner.run)) {
    if (--left < 0) return undefined
    const results = frame.runner.run(graph, given)
    if (!graph.outputs.some((y, i) => isFloat(y.dtype) && !isFinite(results[i], y))) continue
    const within = new Frame(graph, given, frame.runner)
    const birth = birthIn(within, graph.outputs)
    if (!birth || isParam(birth)) return undefined
    return { node, inner: holder(birth), frame: within, place: label || place }
  }
  return undefined
}
const isFinite = (s: Storage, y: Tensor): boolean => numbersOf(s, y.dtype).every(Number.isFinite)
