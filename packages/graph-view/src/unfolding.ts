/** @file What of a graph is open, and the layout that follows from it; not how it is drawn or what is selected. */
import {
  allKeys,
  autoOpen,
  DEFAULT_BUDGET,
  type GraphLike,
  type Layout,
  type SavedView,
} from "@defnote/display"
import { withBudget } from "./detail-slider.ts"
import { LayoutService } from "./layout-service.ts"
import { type Anchor, type Change, keepRow, type Opened, topOf } from "./open-scopes.ts"

/** Who shows the layouts. */
export interface UnfoldingHost {
  /** A layout was asked for; `show` or `failed` ends it. */
  busy(): void
  /** `anchor` finds the y that must keep its place on the screen. */
  show(layout: Layout, anchor?: Anchor): void
  failed(reason: string): void
  /** The user changed what is open. */
  store(): void
}

/** "Everything" as a number that JSON can say. */
const MOST = 1e9

/** The open scopes and derivatives of one document at a time. */
export class Unfolding {
  readonly #host: UnfoldingHost
  readonly #layouts: LayoutService
  readonly #usual: number
  #layout: Layout | null = null
  #opened: Opened = { scopes: undefined, rules: new Set() }
  #budget: number

  /**
   * @param budget forward boxes that the first view opens at most
   * @param createWorker makes a worker that runs `answerLayouts`; null: all layouts are made at once
   */
  constructor(
    host: UnfoldingHost,
    createWorker: (() => Worker) | null,
    budget: number = DEFAULT_BUDGET,
  ) {
    this.#host = host
    this.#layouts = new LayoutService(createWorker)
    this.#usual = budget
    this.#budget = budget
  }

  /** The layout that is shown. */
  get layout(): Layout | null {
    return this.#layout
  }

  get budget(): number {
    return this.#budget
  }

  /** Lays out a document. */
  setDocument(doc: GraphLike): void {
    this.#layouts.setDocument(doc)
    this.#relayout()
  }

  /** Lays out the same document with more in it, of which a scope opens in its place. */
  setLarger(doc: GraphLike, scope: string): void {
    this.#layouts.setDocument(doc)
    const scopes = new Set(this.#layout?.open).add(scope)
    this.#opened = { ...this.#opened, scopes }
    this.#relayout(topOf(scope, scope))
    this.#host.store()
  }

  /** Takes what a notebook has stored; for the next layout. */
  restore(view: SavedView | undefined): void {
    if (view?.open) this.#opened = { ...this.#opened, scopes: new Set(view.open) }
    if (view?.detail === undefined) return
    this.#budget = view.detail >= MOST ? Number.POSITIVE_INFINITY : view.detail
  }

  /** What a notebook stores: nothing of what opens by itself. */
  saved(): Pick<SavedView, "open" | "detail"> {
    const auto = this.#layout ? autoOpen(this.#layout.tree, this.#budget) : new Set<string>()
    const open = [...(this.#opened.scopes ?? auto)]
    const same = open.length === auto.size && open.every((key) => auto.has(key))
    return {
      ...(same ? {} : { open: open.sort() }),
      ...(this.#budget === this.#usual ? {} : { detail: Math.min(this.#budget, MOST) }),
    }
  }

  /**
   * Opens more scopes or fewer; what the user opened by hand stays open.
   *
   * @param top the y of the picture at which the row stands that keeps its place
   */
  setBudget(budget: number, top: number, then: () => void): void {
    if (!this.#layout) return
    const scopes = withBudget(this.#layout, this.#layout.open, this.#budget, budget)
    this.#budget = budget
    this.#opened = { ...this.#opened, scopes }
    this.#relayout(keepRow(this.#layout, top), then)
    this.#host.store()
  }

  openAll(): void {
    if (!this.#layout) return
    this.#opened = { ...this.#opened, scopes: allKeys(this.#layout.tree) }
    this.#relayout()
    this.#host.store()
  }

  /** Opens some scopes, which is not stored: the user did not ask for them. */
  reveal(keys: readonly string[]): void {
    this.#opened = { ...this.#opened, scopes: new Set([...(this.#layout?.open ?? []), ...keys]) }
    this.#relayout()
  }

  /** Opens or closes what `how` says of a box or scope, if anything. */
  change<T>(target: T | undefined, how: (opened: Opened, target: T) => Change | null): void {
    const change = target && how(this.#opened, target)
    if (!change) return
    this.#opened = change.opened
    this.#relayout(change.anchor)
    this.#host.store()
  }

  dispose(): void {
    this.#layouts.dispose()
    this.#layout = null
  }

  #relayout(anchor?: Anchor, then?: () => void): void {
    const { scopes, rules } = this.#opened
    this.#host.busy()
    this.#layouts.layout(
      { open: scopes, expanded: rules, budget: this.#budget },
      (layout) => {
        this.#layout = layout
        this.#opened = { ...this.#opened, scopes: layout.open }
        this.#host.show(layout, anchor)
        then?.()
      },
      (reason) => this.#host.failed(reason),
    )
  }
}
