/**
 * @file The one linear memory of all programs: blocks of it for running programs. Grows up to the budget; blocks are
 * reused, so nested and repeated runs do not move anything.
 */
import { budget, engine, MemoryError } from "@defnote/core"
import { needWebAssembly, type WasmMemory } from "./web-assembly.ts"

const PAGE = 65536
/** Vector loads may read a little past the last value. */
const SLACK = 1024
const MOST_PAGES = 65536

interface Block {
  readonly at: number
  readonly bytes: number
}

class LinearMemory {
  #memory: WasmMemory | undefined
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(0)
  /** Free blocks in the order of their places. */
  #free: Block[] = []
  #end = SLACK

  get memory(): WasmMemory {
    this.#memory ??= new (needWebAssembly().Memory)({ initial: 16, maximum: MOST_PAGES })
    return this.#memory
  }
  /** The memory as bytes; valid until something allocates. */
  get bytes(): Uint8Array<ArrayBuffer> {
    if (this.#bytes.buffer !== this.memory.buffer) this.#bytes = new Uint8Array(this.memory.buffer)
    return this.#bytes
  }
  /** A block of at least `bytes`, aligned to 64. */
  acquire(bytes: number, what: string): number {
    const size = Math.max(64, Math.ceil(bytes / 64) * 64)
    const i = this.#free.findIndex((b) => b.bytes >= size)
    if (i >= 0) {
      const b = this.#free[i]
      if (b.bytes === size) this.#free.splice(i, 1)
      else this.#free[i] = { at: b.at + size, bytes: b.bytes - size }
      return b.at
    }
    const at = this.#end
    this.#reserve(at + size + SLACK, what)
    this.#end = at + size
    return at
  }
  release(at: number, bytes: number): void {
    const size = Math.max(64, Math.ceil(bytes / 64) * 64)
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
  #reserve(end: number, what: string): void {
    const have = this.memory.buffer.byteLength
    if (end <= have) return
    const most = Math.min(budget.bytes, MOST_PAGES * PAGE)
    const gib = (n: number): string => `${(n / 2 ** 30).toFixed(2)} GiB`
    const remedy =
      "Work in smaller batches, or use the compiler native, which is not limited to 4 GiB."
    if (end > most)
      throw new MemoryError(
        `${what}: needs ${gib(end)} of working memory; ${gib(most)} are allowed`,
        { remedy },
      )
    const wanted = Math.min(most, Math.max(end, have + Math.min(have, 2 ** 28)))
    try {
      this.memory.grow(Math.ceil((wanted - have) / PAGE))
    } catch {
      try {
        this.memory.grow(Math.ceil((end - have) / PAGE))
      } catch {
        throw new MemoryError(
          `${what}: the system gave no ${gib(end - have)} more of working memory`,
          { remedy },
        )
      }
    }
  }
  /** Forgets every block: what ran was terminated. */
  reset(): void {
    this.#free = []
    this.#end = SLACK
  }
}
export const linearMemory = new LinearMemory()
engine.onRecover(() => linearMemory.reset())
