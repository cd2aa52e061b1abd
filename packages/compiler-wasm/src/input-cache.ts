/**
 * @file Copies of inputs that stay in linear memory from their second use on (D4.2), so that the next run reads them in
 * place. Tensors never change, so a copy stays true; the oldest go first. Knows no programs.
 */
import { budget, engine, onRelease } from "@defnote/core"
import { linearMemory } from "./memory.ts"

/** Smaller inputs are copied as fast as they are looked up. */
export const WORTH_KEEPING = 32 * 1024
/** All copies together. */
const most = (): number => Math.min(2 ** 29, budget.bytes / 8)

/** An input that was seen; it has a copy where `at` is not 0. */
export interface Kept {
  at: number
  readonly bytes: number
  /** Runs that read the copy now. */
  pins: number
  /** Its buffer was given up: the copy goes with the last run that reads it. */
  dead: boolean
}

class InputCache {
  /** By the buffer itself, weakly: a copy never keeps its original alive. */
  #seen = new WeakMap<ArrayBuffer, Kept>()
  /** Those that have a copy, the one that was used longest ago first. */
  #copies = new Set<Kept>()
  #bytes = 0

  /** The bytes of all copies. */
  get bytes(): number {
    return this.#bytes
  }
  /** Counts a use of `buffer`; the second one makes the copy, where there is room. */
  notice(buffer: ArrayBuffer): void {
    const known = this.#seen.get(buffer)
    if (!known) this.#seen.set(buffer, { at: 0, bytes: buffer.byteLength, pins: 0, dead: false })
    else if (known.at === 0) this.#copy(buffer, known)
  }
  /** The copy of `buffer`, which stays until {@link letGo}; undefined where there is none. */
  hold(buffer: ArrayBuffer): Kept | undefined {
    const kept = this.#seen.get(buffer)
    if (!kept?.at) return undefined
    this.#copies.delete(kept)
    this.#copies.add(kept)
    kept.pins++
    return kept
  }
  letGo(kept: Kept): void {
    kept.pins--
    if (kept.dead) this.#drop(kept)
  }
  /** Drops the copy that was used longest ago and is not being read; false when there is none. */
  shrink(): boolean {
    for (const kept of this.#copies) if (this.#drop(kept)) return true
    return false
  }
  forget(buffer: ArrayBuffer): void {
    const kept = this.#seen.get(buffer)
    if (!kept) return
    kept.dead = true
    this.#drop(kept)
    this.#seen.delete(buffer)
  }
  /** Forgets everything: linear memory was emptied. */
  reset(): void {
    this.#seen = new WeakMap()
    this.#copies.clear()
    this.#bytes = 0
  }
  #copy(buffer: ArrayBuffer, kept: Kept): void {
    if (kept.bytes > most()) return
    while (this.#bytes + kept.bytes > most()) if (!this.shrink()) return
    const at = linearMemory.spare(kept.bytes)
    if (at === undefined) return
    linearMemory.bytes.set(new Uint8Array(buffer), at)
    kept.at = at
    this.#bytes += kept.bytes
    this.#copies.add(kept)
  }
  #drop(kept: Kept): boolean {
    if (kept.pins > 0 || !this.#copies.delete(kept)) return false
    linearMemory.release(kept.at, kept.bytes)
    this.#bytes -= kept.bytes
    kept.at = 0
    return true
  }
}
export const inputCache = new InputCache()
linearMemory.onShortage(() => inputCache.shrink())
onRelease((buffer) => inputCache.forget(buffer))
engine.onRecover(() => inputCache.reset())
