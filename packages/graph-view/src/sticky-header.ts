/** @file The scopes around the first row in sight, under the column heads: a path to click, and what the scope holds. */
import {
  type Layout,
  type ScopeFacts,
  type ScopeNode,
  scopeFacts,
  scopeFactsText,
} from "@defnote/display"
import { element } from "./dom.ts"
import type { Translate } from "./view.ts"

/** Height in CSS px; 0 while no scope is cut by the upper edge. */
export const STICKY = 24

/** Shows where one is once the header of a scope has left the stage. */
export class StickyHeader {
  readonly node = element("nav", "dn-sticky", { hidden: true })
  readonly #go: (scope: ScopeNode) => void
  readonly #tree = { known: null as Layout["tree"] | null }
  #facts: ReadonlyMap<ScopeNode, ScopeFacts> = new Map()
  #shown = ""

  constructor(go: (scope: ScopeNode) => void, translate: Translate) {
    this.#go = go
    this.node.setAttribute("aria-label", translate("scopes around what is in sight"))
  }

  /** Scopes that begin above `top` and still go on there, from the outermost. */
  update(layout: Layout, top: number): void {
    const row = layout.rows.find((r) => r.y + r.height > top)
    const path: ScopeNode[] = []
    const begun = new Set(layout.frames.filter((f) => f.y + 2 < top).map((f) => f.scope))
    for (let s = row?.scope; s?.parent; s = s.parent) if (begun.has(s)) path.unshift(s)
    const shown = path.at(-1)?.key ?? ""
    if (shown === this.#shown) return
    this.#shown = shown
    this.node.hidden = path.length === 0
    this.node.replaceChildren(...(path.length > 0 ? this.#parts(layout, path) : []))
  }

  #parts(layout: Layout, path: readonly ScopeNode[]): (Node | string)[] {
    if (this.#tree.known !== layout.tree) {
      this.#tree.known = layout.tree
      this.#facts = scopeFacts(layout)
    }
    const scope = path[path.length - 1]
    const facts = this.#facts.get(scope)
    const text = facts ? scopeFactsText(scope, facts) : ""
    return [
      ...path.flatMap((s, i) => [...(i > 0 ? ["›"] : []), this.#crumb(s)]),
      element("span", "dn-mute", {}, text),
    ]
  }

  #crumb(scope: ScopeNode): HTMLElement {
    const node = element("button", "dn-crumb", { type: "button" }, scope.name)
    node.addEventListener("click", () => this.#go(scope))
    return node
  }
}
