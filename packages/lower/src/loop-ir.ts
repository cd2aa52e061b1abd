/**
 * @file The loop IR (D6.5): loops with lanes, copies and carried values, stores, polls, over scalar expressions. What
 * every compiler spells. Knows no graph but the nodes that its parts come from, and no target.
 */
import type { DType, NodePlace, Tensor, Value } from "@defnote/core"
import type { Scalar } from "./scalar-rebuild.ts"

/** A value carried around a loop and combined at its end. */
export interface Accumulator {
  /** The number of the argument that holds the result after the loop. */
  readonly result: number
  /** The number of the argument that is the value before this turn, inside `update`. */
  readonly carry: number
  readonly dtype: DType
  readonly identity: Value
  /** The value after this turn. */
  readonly update: Scalar
  /** Joins two partial results: of lanes, of copies. */
  readonly combine: (a: Scalar, b: Scalar) => Scalar
  readonly node: Tensor
}
export interface Loop {
  readonly kind: "loop"
  /** The number of the loop index. */
  readonly index: number
  readonly extent: number
  /** Runs over the part of the extent that the caller gives: the one parallel level. */
  readonly ranged: boolean
  /** Each turn covers as many values of the index as the target has lanes; the rest of the extent is masked. */
  readonly vector: boolean
  /** Turns done side by side: unrolled, and jammed where loops are inside. */
  readonly copies: number
  /** Turns written one after another in one round of the loop, carrying the same values. */
  readonly unroll: number
  readonly accumulators: readonly Accumulator[]
  readonly body: readonly Statement[]
}
export interface Store {
  readonly kind: "store"
  readonly buffer: number
  /** Flat position, i32. */
  readonly at: Scalar
  readonly value: Scalar
  readonly node: Tensor
}
/** Asks whether to stop (K2.1), whenever the index is a multiple of `every`, a power of two. */
export interface Poll {
  readonly kind: "poll"
  readonly index: number
  readonly every: number
}
/** In one turn of a loop an expression, a load too, is computed once: where the first statement that needs it stands. */
export type Statement = Loop | Store | Poll

export interface KernelBuffer {
  readonly name: string
  readonly dtype: DType
  /** Elements. */
  readonly size: number
  readonly use: "read" | "write" | "scratch"
  /** The node whose value it holds; absent for packed panels and other memory of the kernel's own. */
  readonly node?: Tensor
  readonly place?: NodePlace
}
/** One generated loop nest. Its parameters are the buffers and, where a loop is ranged, the first and last turn. */
export interface Kernel {
  readonly form: string
  readonly buffers: readonly KernelBuffer[]
  /** Extents by index number. */
  readonly extents: readonly number[]
  readonly body: readonly Statement[]
  readonly range?: {
    readonly extent: number
    /** Turns per call, so that a poll comes at least every millisecond. */
    readonly grain: number
    /** Every part but the last has a multiple of so many turns. */
    readonly multiple: number
  }
  readonly nodes: readonly Tensor[]
  /** Where its nodes stand, and where any node of its expressions does. */
  readonly places?: readonly NodePlace[]
  readonly placeOf?: (n: Tensor) => NodePlace
  /** The node that an expression is the value of, for listings: equal expressions of two kernels are one object. */
  readonly names?: ReadonlyMap<object, Tensor>
  readonly why: string
  readonly whyNotNext?: string
  readonly flops: number
  readonly bytes: number
}

export const loop = (
  index: number,
  extent: number,
  body: readonly Statement[],
  options: Partial<Loop> = {},
): Loop => ({
  kind: "loop",
  index,
  extent,
  ranged: false,
  vector: false,
  copies: 1,
  unroll: 1,
  accumulators: [],
  body,
  ...options,
})
export const store = (buffer: number, at: Scalar, value: Scalar, node: Tensor): Store => ({
  kind: "store",
  buffer,
  at,
  value,
  node,
})

/** Every statement, outer ones first. */
export function* statements(body: readonly Statement[]): Generator<Statement> {
  for (const statement of body) {
    yield statement
    if (statement.kind === "loop") yield* statements(statement.body)
  }
}
/** The expressions that a statement holds itself. */
export function expressionsOf(statement: Statement): readonly Scalar[] {
  if (statement.kind === "store") return [statement.at, statement.value]
  return statement.kind === "loop" ? statement.accumulators.map((a) => a.update) : []
}
