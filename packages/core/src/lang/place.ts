/** @file The place in source of what is being traced: the site register of one rewritten module. Knows no op. */
import type { Site, SourceModule } from "../source.ts"
import { currentTrace } from "../trace.ts"

const EMPTY: readonly [] = Object.freeze([] as const)

/** Turns site ids into sites; made once per id. */
export class Places {
  readonly module: SourceModule
  readonly #sites: (Site | undefined)[] = []
  constructor(module: SourceModule) {
    this.module = module
  }
  /** Site `id`; undefined for text that belongs to no expression (-1). */
  site(id: number): Site | undefined {
    if (id < 0) return undefined
    const { sites } = this.module
    this.#sites[id] ??= { module: this.module, from: sites[2 * id], to: sites[2 * id + 1] }
    return this.#sites[id]
  }
  /** Nodes that are made next come from this expression. */
  moveTo(id: number): void {
    if (id >= 0) currentTrace()?.moveTo(this.site(id))
  }
  /** As {@link moveTo}, for the spread that marks a call: `x.f(w, ...$d.site(7))`. */
  mark(id: number): readonly [] {
    this.moveTo(id)
    return EMPTY
  }
}
