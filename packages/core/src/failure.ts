/** @file What had been traced when a trace failed: the picture of a program that does not exist yet. */
import type { Container, Path } from "./container.ts"
import { flatten } from "./container.ts"
import { close, type Graph, postorder } from "./graph.ts"
import { isParam } from "./ops/source.ts"
import type { Site } from "./source.ts"
import { isTensor, type Tensor } from "./tensor.ts"
import { type Trace, withTrace } from "./trace.ts"

/** A program as far as it was traced. */
export interface PartialProgram {
  readonly name: string
  /** Its outputs are what nobody read yet, then the operands of the call that failed. */
  readonly graph: Graph
  readonly inputPaths: readonly Path[]
  /** The public function that failed; undefined when the user's own code did. */
  readonly failed: string | undefined
  /** How many of the last outputs are its operands. */
  readonly operands: number
  readonly site: Site | undefined
}

interface Call {
  readonly name: string
  readonly operands: readonly Tensor[]
}
interface Traced {
  readonly name: string
  readonly trace: Trace
  readonly free: readonly Tensor[]
  readonly paths: readonly Path[]
}

/** Beside the errors: they must not carry graphs to whoever prints or clones them. */
const calls = new WeakMap<object, Call>()
const traces = new WeakMap<object, Traced>()

/** Remembers which call threw; the innermost tells first. */
export function noteCall(e: unknown, name: string, args: readonly unknown[]): void {
  if (typeof e !== "object" || e === null || calls.has(e)) return
  calls.set(e, { name, operands: flatten(args as Container).filter(isTensor) })
}

/** Remembers the trace that ended with an error. */
export function noteTrace(e: unknown, traced: Traced): void {
  if (typeof e === "object" && e !== null) traces.set(e, traced)
}

/** What had been traced before this error; undefined when that was nothing. */
export function partialOf(e: unknown): PartialProgram | undefined {
  if (typeof e !== "object" || e === null) return undefined
  const traced = traces.get(e)
  if (!traced) return undefined
  const { trace, free, paths, name } = traced
  const { operands = [], name: failed } = calls.get(e) ?? {}
  const made = trace.made.filter((n) => n.inputs.length > 0)
  if (made.length === 0 && operands.length === 0) return undefined
  const ends = unread(made)
  const all = [...ends, ...operands]
  const graph = withTrace(trace, () => close([...free, ...strange(all, free)], all, trace.effects))
  return { name, graph, inputPaths: paths, failed, operands: operands.length, site: trace.site }
}

/** Nodes that no other node reads. */
function unread(made: readonly Tensor[]): Tensor[] {
  const read = new Set(made.flatMap((n) => n.inputs))
  return made.filter((n) => !read.has(n))
}
/** Parameters of graphs inside, such as the carry of a loop whose body failed. */
const strange = (roots: readonly Tensor[], free: readonly Tensor[]): Tensor[] => {
  const own = new Set(free)
  return postorder(roots).filter((n) => isParam(n) && !own.has(n))
}
