/** @file The toolbar of a graph: title, counts, where one is, states, buttons (34 px). */
import type { OverlayName } from "@defnote/display"
import { button, element } from "./dom.ts"
import type { StatusAction, Translate } from "./view.ts"

/** What the buttons do. */
export interface ToolbarActions {
  toggleSaved(): void
  find(): void
  overlay(name: OverlayName | null): void
  /** Opens scopes up to so many forward boxes. */
  detail(budget: number): void
  zoom(factor: number): void
  fit(): void
}

/** Toolbar elements that change with the picture. */
export class GraphToolbar {
  readonly node = element("div", "dn-bar", { role: "toolbar" })
  readonly #title = element("strong", "dn-title")
  readonly #count = element("span", "dn-mute")
  readonly #detail = element("input", "dn-slider", { type: "range", min: 0, step: 1 })
  readonly #detailBox = element("label", "dn-detail")
  readonly #overlay = element("select", "dn-select")
  readonly #steps: readonly number[]
  readonly #status = element("span", "dn-status", { role: "status" })
  readonly #action = element("button", "dn-button", { type: "button", hidden: true })
  readonly #saved: HTMLButtonElement
  readonly #translate: Translate
  #counted = false

  constructor(
    actions: ToolbarActions,
    steps: readonly number[],
    menu: HTMLElement,
    translate: Translate,
  ) {
    this.#steps = steps
    this.#translate = translate
    const t = translate
    this.#saved = button(t("Saved"), t("Show the values saved for the backward pass (s)"), () =>
      actions.toggleSaved(),
    )
    this.#saved.setAttribute("aria-pressed", "false")
    this.#detail.max = String(steps.length - 1)
    const detail = t("Detail: how many scopes are open")
    this.#detailBox.title = detail
    this.#detail.setAttribute("aria-label", detail)
    this.#detailBox.append(element("span", "dn-detail-name", {}, t("Detail")), this.#detail)
    this.#detail.addEventListener("input", () => actions.detail(steps[Number(this.#detail.value)]))
    this.#overlay.setAttribute("aria-label", t("overlay (t)"))
    this.#overlay.title = t("Lay bytes, operations, times or statistics over the boxes (t)")
    this.#overlay.addEventListener("change", () =>
      actions.overlay((this.#overlay.value || null) as OverlayName | null),
    )
    this.node.setAttribute("aria-label", t("graph"))
    this.node.append(
      this.#title,
      this.#count,
      this.#status,
      this.#action,
      element("span", "dn-fill"),
      button(t("Find"), t("Find operations, names, shapes (/)"), () => actions.find()),
      this.#saved,
      this.#overlay,
      this.#detailBox,
      menu,
      button("−", t("Zoom out (-)"), () => actions.zoom(1 / 1.2), "dn-square"),
      button("+", t("Zoom in (+)"), () => actions.zoom(1.2), "dn-square"),
      button(t("Fit"), t("Fit the width (0)"), () => actions.fit()),
    )
  }

  /** Name of the function and how much of it is drawn. What changes nothing in this graph is hidden. */
  setTitle(
    title: string,
    boxes: number,
    nodes: number,
    has: { readonly saved: boolean; readonly scopes: boolean },
  ): void {
    this.#title.textContent = title
    this.#title.title = title
    if (!this.#counted)
      this.#count.textContent =
        boxes === 1 && nodes === 1
          ? this.#translate("1 box")
          : this.#translate("%1 boxes from %2 nodes", boxes, nodes)
    this.#count.title = this.#count.textContent ?? ""
    this.#saved.hidden = !has.saved
    this.#detailBox.hidden = !has.scopes
  }

  /** Replaces the number of boxes; "" brings it back with the next picture. */
  setCount(text: string): void {
    this.#counted = text !== ""
    this.#count.textContent = text
    this.#count.title = text
  }

  /** Where the slider of detail stands: at the step that is not above the budget. */
  setDetail(budget: number): void {
    const at = this.#steps.findLastIndex((step) => step <= budget)
    this.#detail.value = String(Math.max(0, at))
    const all = this.#steps[at] === Number.POSITIVE_INFINITY
    const words = all ? this.#translate("everything") : this.#translate("%1 boxes", this.#steps[at])
    this.#detail.setAttribute("aria-valuetext", words)
  }

  /** Which overlays there are, and the one that is on. */
  setOverlays(names: readonly OverlayName[], on: OverlayName | null): void {
    const option = (value: string, text: string) => element("option", "", { value }, text)
    const all = names.map((name) => option(name, this.#translate(name)))
    this.#overlay.replaceChildren(option("", this.#translate("no overlay")), ...all)
    this.#overlay.value = on ?? ""
    this.#overlay.hidden = names.length === 0
  }

  /**
   * A state of VISUAL §12 in words; "" for none.
   *
   * @param quiet nothing is wrong
   */
  setStatus(text: string, action?: StatusAction, quiet = false): void {
    this.#status.classList.toggle("dn-mod-quiet", quiet)
    if (this.#status.textContent !== text) this.#status.textContent = text
    this.#status.title = text
    // The sentence is read whole: in a narrow output the buttons make room for it.
    this.node.classList.toggle("dn-mod-telling", action !== undefined)
    this.#action.hidden = action === undefined
    this.#action.textContent = action?.label ?? ""
    this.#action.onclick = action ? () => action.run() : null
  }

  /** Whether all saved edges are drawn. */
  setSaved(on: boolean): void {
    this.#saved.setAttribute("aria-pressed", String(on))
  }
}
