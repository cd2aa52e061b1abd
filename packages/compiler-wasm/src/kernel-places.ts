/** @file Where an expression of a kernel belongs: the loops that it depends on, and the innermost of them. */
import { type Kernel, type Loop, order, type Scalar, type Statement } from "@defnote/lower"

export interface Place {
  /** A bit per loop index that the value depends on. */
  readonly mask: number
  /** How many loops are around the innermost code that can compute it. */
  readonly depth: number
}
/** Loop indices are numbered from 0; more than this do not fit the mask. */
export const MOST_LOOPS = 31

export class Placement {
  readonly #places = new Map<Scalar, Place>()
  readonly #indices = new Map<number, Place>()
  readonly #arguments = new Map<number, Place>()

  constructor(kernel: Kernel) {
    this.#indexLoops(kernel.body, 1)
    this.#arguePlaces(kernel.body, 1)
  }
  #indexLoops(body: readonly Statement[], depth: number): void {
    for (const x of body) {
      if (x.kind !== "loop") continue
      if (x.index >= MOST_LOOPS) throw new Error("internal: wasm: too many loops in one kernel")
      this.#indices.set(x.index, { mask: 1 << x.index, depth })
      this.#indexLoops(x.body, depth + 1)
    }
  }
  /** Inner loops first: the updates of an outer one read their results. */
  #arguePlaces(body: readonly Statement[], depth: number): void {
    for (const x of body) {
      if (x.kind !== "loop") continue
      this.#arguePlaces(x.body, depth + 1)
      this.#carries(x, depth)
    }
  }
  #carries(l: Loop, depth: number): void {
    const own = 1 << l.index
    for (const a of l.accumulators) {
      this.#arguments.set(a.carry, { mask: own, depth })
      const { mask } = this.of(a.update)
      this.#arguments.set(a.carry, { mask: mask | own, depth })
      this.#arguments.set(a.result, { mask: mask & ~own, depth: depth - 1 })
      this.#places.clear()
    }
  }
  declare(argument: number, depth: number, mask: number): void {
    this.#arguments.set(argument, { mask, depth })
  }
  argument(number: number): Place {
    const known = this.#arguments.get(number)
    if (!known)
      throw new Error(`internal: wasm: argument ${number} of a kernel is nowhere computed`)
    return known
  }
  of(root: Scalar): Place {
    const known = this.#places.get(root)
    if (known) return known
    for (const e of order([root], (x) => !this.#places.has(x))) this.#places.set(e, this.#place(e))
    return this.#places.get(root) as Place
  }
  #place(e: Scalar): Place {
    if (e.op === "index") return this.#indices.get(Number(e.value)) ?? { mask: 0, depth: 0 }
    if (e.op === "argument") return this.argument(Number(e.value))
    let mask = 0
    let depth = 0
    for (const a of e.args) {
      const p = this.#places.get(a) as Place
      mask |= p.mask
      depth = Math.max(depth, p.depth)
    }
    return { mask, depth }
  }
}
