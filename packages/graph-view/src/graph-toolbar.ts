/** @file The toolbar of a graph: title, counts, where one is, states, buttons (34 px). */
import { button, element } from "./dom.ts"
import type { Translate } from "./view.ts"

/** What the buttons do. */
export interface ToolbarActions {
  toggleSaved(): void
  zoom(factor: number): void
  fit(): void
}

/** Toolbar elements that change with the picture. */
export class GraphToolbar {
  readonly node = element("div", "dn-bar", { role: "toolbar" })
  readonly #title = element("strong", "dn-title")
  readonly #count = element("span", "dn-mute")
  readonly #crumb = element("span", "dn-crumb")
  readonly #status = element("span", "dn-status", { role: "status" })
  readonly #saved: HTMLButtonElement
  readonly #translate: Translate
  #counted = false

  constructor(actions: ToolbarActions, translate: Translate) {
    this.#translate = translate
    const t = translate
    this.#saved = button(
      t("Saved for backward"),
      t("Show the values saved for the backward pass (s)"),
      () => actions.toggleSaved(),
    )
    this.#saved.setAttribute("aria-pressed", "false")
    this.node.setAttribute("aria-label", t("graph"))
    this.node.append(
      this.#title,
      this.#count,
      this.#crumb,
      this.#status,
      element("span", "dn-fill"),
      this.#saved,
      button("−", t("Zoom out (-)"), () => actions.zoom(1 / 1.2), "dn-square"),
      button("+", t("Zoom in (+)"), () => actions.zoom(1.2), "dn-square"),
      button(t("Fit"), t("Fit the width (0)"), () => actions.fit()),
    )
  }

  /** Name of the function and how much of it is drawn. */
  setTitle(title: string, boxes: number, nodes: number, hasSaved: boolean): void {
    this.#title.textContent = title
    if (!this.#counted)
      this.#count.textContent = this.#translate("%1 boxes from %2 nodes", boxes, nodes)
    this.#saved.hidden = !hasSaved
  }

  /** Replaces the number of boxes; "" brings it back with the next picture. */
  setCount(text: string): void {
    this.#counted = text !== ""
    this.#count.textContent = text
  }

  /** The scopes around the first visible row; "" at the top. */
  setPath(path: string): void {
    if (this.#crumb.textContent !== path) this.#crumb.textContent = path
    this.#crumb.hidden = path === ""
  }

  /** A state of VISUAL §12 in words; "" for none. */
  setStatus(text: string): void {
    if (this.#status.textContent !== text) this.#status.textContent = text
    this.#status.title = text
  }

  /** Whether all saved edges are drawn. */
  setSaved(on: boolean): void {
    this.#saved.setAttribute("aria-pressed", String(on))
  }
}
