/** @file What was kept or used last, bounded in number and bytes, for views that may ask; it knows no tensors. */

/** How much is kept. */
export interface RecentLimits {
  readonly count: number
  /** Of everything that is kept together; absent: only the number is bounded. */
  readonly bytes?: number
}

interface Entry<V> {
  readonly value: V
  /** When it was kept: a tensor that is disposed later has none left. */
  readonly bytes: number
}

/** Values by name; the least recently used is given up first. */
export class Recent<V> {
  readonly #kept = new Map<string, Entry<V>>()
  readonly #count: number
  readonly #most: number
  readonly #bytesOf: (value: V) => number
  #bytes = 0

  constructor(limits: RecentLimits, bytesOf: (value: V) => number = () => 0) {
    this.#count = limits.count
    this.#most = limits.bytes ?? Number.POSITIVE_INFINITY
    this.#bytesOf = bytesOf
  }

  get size(): number {
    return this.#kept.size
  }

  /** Names and values, the least recently used first. */
  entries(): [name: string, value: V][] {
    return [...this.#kept].map(([name, { value }]) => [name, value])
  }

  /** Whether a value alone is within the bound. */
  fits(value: V): boolean {
    return this.#bytesOf(value) <= this.#most
  }

  /** Keeps a value, in place of one of the same name. @returns false when it alone is larger than the bound */
  keep(name: string, value: V): boolean {
    const bytes = this.#bytesOf(value)
    if (bytes > this.#most) return false
    this.drop(name)
    this.#kept.set(name, { value, bytes })
    this.#bytes += bytes
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#count && this.#bytes <= this.#most) break
      this.drop(oldest)
    }
    return true
  }

  /** The value of a name, which counts as used now. */
  use(name: string): V | undefined {
    const entry = this.#kept.get(name)
    if (!entry) return undefined
    this.#kept.delete(name)
    this.#kept.set(name, entry)
    return entry.value
  }

  drop(name: string): void {
    const entry = this.#kept.get(name)
    if (entry && this.#kept.delete(name)) this.#bytes -= entry.bytes
  }
}
