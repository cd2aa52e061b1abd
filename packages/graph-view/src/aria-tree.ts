/** @file The graph as a tree of text beside the canvas, for screen readers; near rows only (VISUAL §10). */
import type { Labels, Layout, Row, ScopeNode } from "@defnote/display"
import { element } from "./dom.ts"
import { spokenBox, spokenRow } from "./speech.ts"
import type { Translate } from "./view.ts"
import { cellsOf } from "./walk.ts"

/** Rows above and below the selected one that exist in the document. */
const NEAR = 50

let views = 0

/** Keeps the tree of one view. */
export class AriaTree {
  readonly node = element("div", "dn-hidden", { role: "presentation" })
  readonly #stage: HTMLElement
  readonly #translate: Translate
  readonly #id = `dn-view-${++views}`

  constructor(stage: HTMLElement, translate: Translate) {
    this.#stage = stage
    this.#translate = translate
    stage.setAttribute("role", "tree")
    stage.append(this.node)
  }

  /** Writes the rows around the selected box and points the view at it. */
  update(layout: Layout, labels: Labels, title: string, selected: number): void {
    const name = this.#translate("%1, forward and backward graph", title)
    this.#stage.setAttribute("aria-label", name)
    const middle = selected < 0 ? 0 : layout.rowOf[selected]
    const from = Math.max(0, middle - NEAR)
    const to = Math.min(layout.rows.length, middle + NEAR + 1)
    const items: Node[] = []
    for (let r = from; r < to; r++) items.push(...this.#rowItems(layout, labels, r, selected))
    this.node.replaceChildren(...items)
    if (selected < 0) this.#stage.removeAttribute("aria-activedescendant")
    else this.#stage.setAttribute("aria-activedescendant", `${this.#id}-${selected}`)
  }

  #rowItems(layout: Layout, labels: Labels, index: number, selected: number): readonly Node[] {
    const row = layout.rows[index]
    const scopes = row.headers.map((scope) => this.#scopeItem(scope))
    return [...scopes, this.#rowItem(layout, labels, row, index, selected)]
  }

  #scopeItem(scope: ScopeNode): HTMLElement {
    const label = this.#translate("scope %1", scope.name)
    const attributes = { role: "treeitem", "aria-level": scope.depth, "aria-expanded": true }
    return element("div", "", { ...attributes, "aria-label": label })
  }

  #rowItem(layout: Layout, labels: Labels, row: Row, index: number, selected: number): HTMLElement {
    const level = row.scope.depth + 1
    const group = element("div", "", { role: "group" })
    for (const box of cellsOf(row)) {
      const closed = layout.boxes[box].kind === "scope"
      const item = element("div", "", {
        id: `${this.#id}-${box}`,
        role: "treeitem",
        "aria-level": level + 1,
        "aria-selected": box === selected,
        "aria-label": spokenBox(layout.boxes[box], labels, this.#translate),
      })
      if (closed) item.setAttribute("aria-expanded", "false")
      group.append(item)
    }
    const label = spokenRow(layout, labels, row, index, this.#translate)
    const attributes = { role: "treeitem", "aria-level": level, "aria-label": label }
    const place = { "aria-posinset": index + 1, "aria-setsize": layout.rows.length }
    return element("div", "", { ...attributes, ...place }, group)
  }
}
