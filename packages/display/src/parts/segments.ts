/**
 * @file The order of a graph in which some scopes are left out: nodes that stay, and segments that stand for others. A
 * segment holds nodes of one scope and phase; where another node stands between what it reads and what it gives, there
 * are several, so that an input is always earlier than its user.
 */
import type { GraphModel } from "../layout/model.ts"
import type { ScopeNode } from "../layout/scopes.ts"
import type { Phase } from "../payload.ts"

/** Most inputs of one segment, below what a reader accepts. */
const MOST_INPUTS = 5_000

/** Nodes that one summary stands for. */
export interface Segment {
  readonly scope: ScopeNode
  readonly phase: Phase
  readonly members: number[]
  /** Nodes outside of it that it reads. */
  readonly inputs: Set<number>
}

/** The new order, and the place of each node in it. */
export interface Order {
  readonly items: readonly (number | Segment)[]
  readonly placeOf: Int32Array
}

/** @param leftOut the scope that a node is left out with; undefined when it stays */
export function orderWithout(
  model: GraphModel,
  leftOut: (node: number) => ScopeNode | undefined,
): Order {
  const count = model.doc.nodes.op.length
  const items: (number | Segment)[] = []
  const placeOf = new Int32Array(count).fill(-1)
  const segmentOf: (Segment | undefined)[] = new Array(count).fill(undefined)
  const open = new OpenSegments(model, leftOut)
  const place = (item: number | Segment): void => {
    const at = items.push(item) - 1
    for (const node of typeof item === "number" ? [item] : item.members) placeOf[node] = at
  }
  for (let n = 0; n < count; n++) {
    const inputs = model.doc.nodes.inputs[n]
    const mine = open.of(n)
    for (const i of inputs) {
      const other = segmentOf[i]
      if (other && other !== mine && open.end(other)) place(other)
    }
    if (!mine) {
      place(n)
      continue
    }
    segmentOf[n] = mine
    mine.members.push(n)
    for (const i of inputs) if (segmentOf[i] !== mine) mine.inputs.add(i)
    if (open.isComplete(mine) && open.end(mine)) place(mine)
  }
  return { items, placeOf }
}

/** Segments that may still grow. */
class OpenSegments {
  readonly #model: GraphModel
  readonly #leftOut: (node: number) => ScopeNode | undefined
  readonly #open = new Map<string, Segment>()
  /** Nodes that are still to come, by scope and phase. */
  readonly #coming = new Map<string, number>()

  constructor(model: GraphModel, leftOut: (node: number) => ScopeNode | undefined) {
    this.#model = model
    this.#leftOut = leftOut
    model.doc.nodes.phase.forEach((phase, n) => {
      const scope = leftOut(n)
      const key = scope && keyOf(scope, phase)
      if (key) this.#coming.set(key, (this.#coming.get(key) ?? 0) + 1)
    })
  }

  /** The segment that takes the next node; undefined when it stays. */
  of(node: number): Segment | undefined {
    const scope = this.#leftOut(node)
    if (!scope) return undefined
    const phase = this.#model.nodes[node].phase
    const key = keyOf(scope, phase)
    let segment = this.#open.get(key)
    if (!segment) {
      segment = { scope, phase, members: [], inputs: new Set() }
      this.#open.set(key, segment)
    }
    this.#coming.set(key, (this.#coming.get(key) as number) - 1)
    return segment
  }

  isComplete({ scope, phase, inputs }: Segment): boolean {
    return this.#coming.get(keyOf(scope, phase)) === 0 || inputs.size >= MOST_INPUTS
  }

  /** Ends a segment; false when it had ended. */
  end(segment: Segment): boolean {
    const key = keyOf(segment.scope, segment.phase)
    return this.#open.get(key) === segment && this.#open.delete(key)
  }
}

const keyOf = (scope: ScopeNode, phase: Phase): string => `${scope.index} ${phase}`
