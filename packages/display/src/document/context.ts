/** @file One graph whose rows are being made: where its values stand, and what of it was written out. */
import { type Graph, isElement, type Tensor } from "@defnote/core"

/** A part of the program that a node of control flow holds: a loop, a branch. */
export interface Inner {
  readonly name: string
  readonly kind: "loop" | "cond" | "named"
  readonly turns?: number
  /** The part around it; undefined in the program itself. */
  readonly parent: Inner | undefined
  /** The node of control flow; undefined for a region of its parent, such as the body of a loop. */
  readonly node: Tensor | undefined
}
/** A row, and which of its outputs. */
export interface Value {
  readonly at: number
  readonly port: number
}
/** The program, or a graph inside one of its nodes. */
export interface Context {
  /** Undefined for the program. */
  readonly graph: Graph | undefined
  readonly inner: Inner | undefined
  readonly values: Map<Tensor, Value>
  readonly opened: Map<Tensor, Opened>
  /** Derivatives that are written out. */
  readonly reversed: Map<Tensor, Opened>
  /** What is computed once more here, with the row of the value. */
  readonly repeated: Map<Tensor, number>
  /** Of a graph that goes through another one backwards. */
  readonly backward?: Backward
}
export interface Backward {
  readonly forward: Context
  /** Nodes of the forward graph, by the nodes that compute them again. */
  readonly again: ReadonlyMap<Tensor, Tensor>
  /** The row of what has no operation of its own: sums over the turns. */
  readonly otherwise: number
}
/** A node of control flow that is written out. */
export interface Opened {
  readonly node: Tensor
  readonly inner: Inner
  /** One for each of its graphs. */
  readonly parts: readonly Context[]
  /** Its own row, and the first row inside. */
  readonly at: number
  readonly first: number
}

export const contextOf = (
  graph: Graph | undefined,
  inner: Inner | undefined,
  backward?: Backward,
): Context => ({
  graph,
  inner,
  values: new Map(),
  opened: new Map(),
  reversed: new Map(),
  repeated: new Map(),
  ...(backward ? { backward } : {}),
})
/** Elements are read through: they are an output of their node (C6). */
export function read(x: Tensor, { values }: Context): Value {
  const own = values.get(x)
  if (own) return own
  const whole = values.get(x.inputs[0])
  if (!whole) throw new Error(`internal: display: ${x.op.name} is read before it has a row`)
  return { at: whole.at, port: isElement(x) ? (x.attrs.i as number) : 0 }
}
export const holderOf = (n: Tensor): Tensor => (isElement(n) ? n.inputs[0] : n)
