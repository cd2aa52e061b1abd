/**
 * @file Places of elements in memory: base, plus what each loop adds, added up in the outermost loop that knows it.
 * Knows no values but the index expressions that it asks for.
 */
import { DTYPES } from "@defnote/core"
import type { IndexMath, Kernel, Scalar } from "@defnote/lower"
import { type Code, type FunctionBuilder, I32, OP } from "./encoder.ts"
import { type Copy, type Levels, type Open, project } from "./kernel-levels.ts"
import type { Placement } from "./kernel-places.ts"

/** Puts a place on the stack, to which a constant offset is to be added. */
export interface Address {
  readonly offset: number
  readonly push: (c: Code) => void
}
export interface Surroundings {
  readonly kernel: Kernel
  readonly f: FunctionBuilder
  readonly math: IndexMath
  readonly places: Placement
  readonly levels: Levels
  readonly open: ReadonlyMap<number, Open>
}

export class Addresses {
  readonly #kernel: Kernel
  readonly #f: FunctionBuilder
  readonly #math: IndexMath
  readonly #places: Placement
  readonly #levels: Levels
  readonly #open: ReadonlyMap<number, Open>
  /** Computes an index expression that does not vary along the lanes; gives what pushes it. */
  readonly #scalar: (e: Scalar, copy: Copy) => (c: Code) => void

  constructor(around: Surroundings, scalar: (e: Scalar, copy: Copy) => (c: Code) => void) {
    this.#kernel = around.kernel
    this.#f = around.f
    this.#math = around.math
    this.#places = around.places
    this.#levels = around.levels
    this.#open = around.open
    this.#scalar = scalar
  }
  /**
   * The place of an element (of lane 0): the part of it that outer loops know is added up outside; what copies add is a
   * constant offset.
   */
  of(buffer: number, at: Scalar, copy: Copy): Address {
    const { bytes } = DTYPES[this.#kernel.buffers[buffer].dtype]
    const form = this.#math.linear(at)
    const terms = [...form.terms].map(([atom, k]) => ({ atom, k, ...this.#places.of(atom) }))
    terms.sort((a, b) => a.depth - b.depth)
    // A constant offset is added without wrapping around, so the rest must not be negative.
    const falls = terms.some(({ atom, k }) => k < 0 || this.#math.linear(atom).lo < 0)
    let offset = falls ? 0 : form.offset * bytes
    for (const { atom, k } of terms) {
      if (atom.op !== "index") continue
      const open = this.#open.get(Number(atom.value))
      offset +=
        ((copy.get(Number(atom.value)) ?? 0) * (open?.step ?? 0) + (open?.shift ?? 0)) * k * bytes
    }
    let local = buffer
    let key = `at${buffer}`
    let plain = true
    if (falls && form.offset) {
      key += `+${form.offset}`
      local = this.#shifted(key, buffer, form.offset * bytes)
    }
    for (const term of terms) {
      const index = term.atom.op === "index"
      const name = index ? "" : project(term.mask, copy)
      key += `+${term.atom.id}${name}*${term.k}`
      plain &&= index
      local = this.#sum(term.depth, key, local, term.atom, term.k * bytes, copy)
      const handle = this.#levels.at(term.depth).known.get(key)
      if (plain && handle && term.depth === this.#levels.depth)
        this.#levels.share(term.depth, key, handle)
    }
    if (offset >= 0) return { offset, push: (c) => void c.get(local) }
    return { offset: 0, push: (c) => void c.get(local).i32(offset).op(OP.i32Add) }
  }
  /** The start of a buffer moved by a constant, computed once. */
  #shifted(key: string, buffer: number, bytes: number): number {
    const level = this.#levels.at(0)
    const known = level.known.get(key)
    if (known?.kind === "scalar") return known.local
    const local = this.#f.local(I32, 0)
    level.code.get(buffer).i32(bytes).op(OP.i32Add).set(local)
    this.#levels.keep(0, key, { kind: "scalar", dtype: "i32", local })
    return local
  }
  /** `base + atom * scale`, computed once at its level. */
  #sum(depth: number, key: string, base: number, atom: Scalar, scale: number, copy: Copy): number {
    const level = this.#levels.at(depth)
    const known = level.known.get(key)
    if (known?.kind === "scalar") return known.local
    const part = this.#scaled(depth, atom, scale, copy)
    const local = this.#f.local(I32, depth)
    level.code.get(base).get(part).op(OP.i32Add).set(local)
    this.#levels.keep(depth, key, { kind: "scalar", dtype: "i32", local })
    return local
  }
  #scaled(depth: number, atom: Scalar, scale: number, copy: Copy): number {
    const index = atom.op === "index"
    const name = index ? "" : project(this.#places.of(atom).mask, copy)
    const key = `by${atom.id}${name}*${scale}`
    const level = this.#levels.at(depth)
    const known = level.known.get(key)
    if (known?.kind === "scalar") return known.local
    const value = index ? undefined : this.#scalar(atom, copy)
    const local = this.#f.local(I32, depth)
    if (value) value(level.code)
    else level.code.get((this.#open.get(Number(atom.value)) as Open).local)
    const shift = Math.log2(scale)
    if (Number.isInteger(shift)) {
      if (shift) level.code.i32(shift).op(OP.i32Shl)
    } else level.code.i32(scale).op(OP.i32Mul)
    level.code.set(local)
    this.#levels.keep(depth, key, { kind: "scalar", dtype: "i32", local })
    return local
  }
}
