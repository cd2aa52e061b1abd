/**
 * @file The one linear memory of all programs: blocks of it for running programs. Grows up to the budget; blocks are
 * reused, so nested and repeated runs do not move anything.
 */
import { budget, countMemory, engine, MemoryError } from "@defnote/core"
import { needWebAssembly, type WasmMemory } from "./web-assembly.ts"

const PAGE = 65536
/** Vector loads may read a little past the last value. */
const SLACK = 1024
const MOST_PAGES = 65536

interface Block {
  readonly at: number
  readonly bytes: number
}
const sizeOf = (bytes: number): number => Math.max(64, Math.ceil(bytes / 64) * 64)
const gib = (n: number): string => `${(n / 2 ** 30).toFixed(2)} GiB`

class LinearMemory {
  #memory: WasmMemory | undefined
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  /** Free blocks in the order of their places. */
  #free: Block[] = []
  #end = SLACK
  /** Gives up something that could be made again; false when there is nothing. */
  #yields: () => boolean = () => false

  get memory(): WasmMemory {
    this.#memory ??= new (needWebAssembly().Memory)({ initial: 16, maximum: MOST_PAGES })
    return this.#memory
  }
  /** The memory as bytes; valid until something allocates. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.buffer !== this.memory.buffer) this.#bytes = new Uint8Array(this.memory.buffer)
    return this.#bytes
  }
  /** Whoever keeps blocks only to save time gives them up, one a call, before memory runs out. */
  onShortage(yields: () => boolean): void {
    this.#yields = yields
  }
  /** Bytes that the system gave. */
  get size(): number {
    return this.#memory?.buffer.byteLength ?? 0
  }
  /** A block of at least `bytes`, aligned to 64. @throws MemoryError with `what` in its text */
  acquire(bytes: number, what: string): number {
    for (;;) {
      const at = this.spare(bytes)
      if (at !== undefined) return at
      if (!this.#yields()) throw this.#shortage(this.#end + sizeOf(bytes) + SLACK, what)
    }
  }
  /** A block as {@link acquire} gives one, or undefined where the budget or the system has no more. */
  spare(bytes: number): number | undefined {
    const size = sizeOf(bytes)
    const i = this.#free.findIndex((b) => b.bytes >= size)
    if (i >= 0) {
      const b = this.#free[i]
      if (b.bytes === size) this.#free.splice(i, 1)
      else this.#free[i] = { at: b.at + size, bytes: b.bytes - size }
      return b.at
    }
    const at = this.#end
    if (!this.#reserve(at + size + SLACK)) return undefined
    this.#end = at + size
    return at
  }
  release(at: number, bytes: number): void {
    const size = sizeOf(bytes)
    const i = this.#free.findIndex((b) => b.at > at)
    this.#free.splice(i < 0 ? this.#free.length : i, 0, { at, bytes: size })
    this.#merge()
  }
  #merge(): void {
    const merged: Block[] = []
    for (const b of this.#free) {
      const last = merged.at(-1)
      if (last && last.at + last.bytes === b.at)
        merged[merged.length - 1] = { at: last.at, bytes: last.bytes + b.bytes }
      else merged.push(b)
    }
    const last = merged.at(-1)
    if (last && last.at + last.bytes === this.#end) {
      this.#end = last.at
      merged.pop()
    }
    this.#free = merged
  }
  get #most(): number {
    return Math.min(budget.bytes, MOST_PAGES * PAGE)
  }
  #reserve(end: number): boolean {
    const have = this.memory.buffer.byteLength
    if (end <= have) return true
    if (end > this.#most) return false
    const wanted = Math.min(this.#most, Math.max(end, have + Math.min(have, 2 ** 28)))
    return this.#grow(wanted - have) || this.#grow(end - have)
  }
  #grow(bytes: number): boolean {
    try {
      this.memory.grow(Math.ceil(bytes / PAGE))
      return true
    } catch {
      return false
    }
  }
  #shortage(end: number, what: string): MemoryError {
    const have = this.memory.buffer.byteLength
    const remedy =
      "Work in smaller batches, or use the compiler native, which is not limited to 4 GiB."
    return new MemoryError(
      end > this.#most
        ? `${what}: needs ${gib(end)} of working memory; ${gib(this.#most)} are allowed`
        : `${what}: the system gave no ${gib(end - have)} more of working memory`,
      { remedy },
    )
  }
  /** Forgets every block: what ran was terminated. */
  reset(): void {
    this.#free = []
    this.#end = SLACK
  }
}
export const linearMemory = new LinearMemory()
engine.onRecover(() => linearMemory.reset())
countMemory(() => linearMemory.size)
