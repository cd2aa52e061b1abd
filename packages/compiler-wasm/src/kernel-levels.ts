/**
 * @file The code of a kernel by loop level while it is written: what is already computed at each level, in which locals, and
 * how long these are taken. Knows no loops.
 */
import type { DType, Value } from "@defnote/core"
import { Code, type FunctionBuilder, V128 } from "./encoder.ts"
import { wasmType } from "./spell-scalar.ts"
import type { Vector } from "./spell-vector.ts"

/** A computed value: a constant, a scalar in a local, or a vector. */
export type Handle =
  | { readonly kind: "constant"; readonly dtype: DType; readonly value: Value }
  | { readonly kind: "scalar"; readonly dtype: DType; readonly local: number }
  | { readonly kind: "vector"; readonly vector: Vector }

/** Code of one loop level that is being written. */
export interface Level {
  readonly code: Code
  readonly known: Map<string, Handle>
  readonly locals: [typeof V128 | ReturnType<typeof wasmType>, number][]
  /** Places that the next turn of the same round may use as well. */
  readonly shared: Map<string, Handle>
}
/** A loop that is open. */
export interface Open {
  readonly local: number
  readonly step: number
  copies: number
  /** Turns that stand before this one in the same round. */
  readonly shift: number
}
/** Which copy of each unrolled loop is meant. */
export type Copy = ReadonlyMap<number, number>
export const FIRST: Copy = new Map()

/** The open levels, outermost first. */
export class Levels {
  readonly #list: Level[] = []
  readonly #f: FunctionBuilder
  /** Places of the turns that are written one after another. */
  #round = new Map<string, Handle>()
  constructor(f: FunctionBuilder) {
    this.#f = f
  }
  get depth(): number {
    return this.#list.length - 1
  }
  /** The code of the innermost level. */
  get code(): Code {
    return this.#list[this.depth].code
  }
  at(depth: number): Level {
    return this.#list[depth]
  }
  get top(): Level {
    return this.#list[this.depth]
  }
  /** Code that will stand inside the innermost level. */
  inner(): Code {
    return new Code(this.#list.length)
  }
  enter(code: Code): void {
    this.#list.push({ code, known: new Map(), locals: [], shared: new Map() })
  }
  leave(): Code {
    const level = this.#list.pop() as Level
    const { depth } = level.code
    for (const [type, local] of level.locals) this.#f.release(type, local, depth)
    this.#f.leave(depth)
    return level.code
  }
  /** Remembers a value; its locals are free again when the level ends. */
  keep(depth: number, key: string, h: Handle): Handle {
    const level = this.#list[depth]
    level.known.set(key, h)
    if (h.kind === "scalar") level.locals.push([wasmType(h.dtype), h.local])
    if (h.kind === "vector") for (const local of h.vector.locals) level.locals.push([V128, local])
    return h
  }
  /** Looks a key up from the innermost level outwards. */
  find(key: string, from = this.depth): Handle | undefined {
    for (let d = from; d >= 0; d--) {
      const known = this.#list[d].known.get(key)
      if (known) return known
    }
    return undefined
  }
  /** Writes `turns` bodies one after another; they share the places that only depend on loop indices. */
  round(turns: number, body: (turn: number) => void): Code {
    const code = this.inner()
    this.#round = new Map()
    for (let u = 0; u < turns; u++) {
      const before = this.#round
      this.enter(this.inner())
      for (const [key, h] of before) this.share(this.depth, key, h)
      body(u)
      this.#round = this.#keepShared()
      code.append(this.leave())
    }
    for (const h of this.#round.values())
      if (h.kind === "scalar") this.#f.release(wasmType(h.dtype), h.local, this.depth)
    this.#round = new Map()
    return code
  }
  share(depth: number, key: string, h: Handle): void {
    const level = this.#list[depth]
    level.known.set(key, h)
    level.shared.set(key, h)
  }
  /** Takes the shared places out of what the turn gives back. */
  #keepShared(): Map<string, Handle> {
    const { shared, locals } = this.top
    const kept = new Set([...shared.values()].map((h) => (h.kind === "scalar" ? h.local : -1)))
    for (let i = locals.length - 1; i >= 0; i--) if (kept.has(locals[i][1])) locals.splice(i, 1)
    return new Map(shared)
  }
}

/** The part of a copy that an expression depends on, as text. */
export function project(mask: number, copy: Copy): string {
  let key = ""
  for (const [index, c] of copy) if (c && mask & (1 << index)) key += `,${index}:${c}`
  return key
}
