/** @file What is traced in a graph: from which box, which way, how many hops. Knows no DOM. */
import { type Direction, type Labels, type Layout, type Reach, reachOf } from "@defnote/display"
import type { Translate } from "./view.ts"

interface Start {
  readonly key: string
  readonly direction: Direction
  readonly limit: number
}

/** The trace of one view; at most one at a time. */
export class Tracing {
  #start: Start | null = null
  #known: { layout: Layout; start: Start; reach: Reach } | null = null

  get on(): boolean {
    return this.#start !== null
  }

  /** Starts from a box, or goes on from where it is; without either nothing is traced. */
  begin(direction: Direction, key: string | null, limit: number): void {
    const from = key ?? this.#start?.key
    this.#start = from === undefined ? null : { key: from, direction, limit }
  }

  /** Limits the hops of the running trace. */
  limit(hops: number): void {
    if (this.#start) this.#start = { ...this.#start, limit: hops }
  }

  end(): void {
    this.#start = null
    this.#known = null
  }

  /** What it reaches in a layout; undefined when nothing is traced or its box is not there. */
  reach(layout: Layout): Reach | undefined {
    const start = this.#start
    if (!start) return undefined
    if (this.#known?.layout === layout && this.#known.start === start) return this.#known.reach
    const box = layout.boxes.findIndex(({ key }) => key === start.key)
    if (box < 0) return undefined
    const reach = reachOf(layout, box, start.direction, start.limit)
    this.#known = { layout, start, reach }
    return reach
  }

  /** `Inputs of h, 2 hops: 5 boxes`; "" when nothing is traced. */
  words(layout: Layout, labels: Labels, t: Translate): string {
    const box = layout.boxes.find(({ key }) => key === this.#start?.key)
    const reach = this.reach(layout)
    if (!this.#start || !box || !reach) return ""
    const { direction, limit } = this.#start
    const name = labels.of(box).title
    const what = direction === "inputs" ? t("Inputs of %1", name) : t("Outputs of %1", name)
    const far = Number.isFinite(limit)
      ? limit === 1
        ? t("1 hop")
        : t("%1 hops", limit)
      : t("all hops, 1 to 9 limit them")
    return `${what}, ${far}: ${t("%1 boxes", reach.size - 1)}`
  }
}
