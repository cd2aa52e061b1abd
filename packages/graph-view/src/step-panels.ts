/** @file The tabs below a step: Jacobian, both modes, finite differences, another value; one open or none. */
import type { TraceDoc, TraceNumbers, TraceStep } from "@defnote/display"
import { element } from "./dom.ts"
import type { PageTheme } from "./theme.ts"
import type { Translate } from "./view.ts"

/** What panels draw from. */
export interface PanelContext {
  readonly doc: TraceDoc
  readonly step: TraceStep
  readonly numbers: TraceNumbers
  /** The entry that is chosen on the page. */
  readonly entry: number
  readonly theme: PageTheme
  readonly translate: Translate
  /** Some gradient is still to be predicted. */
  readonly hidden: boolean
}

export interface Panel {
  readonly key: string
  readonly title: string
  show(context: PanelContext): HTMLElement
}

/** A row of tabs and the open panel. */
export class Panels {
  readonly node = element("div", "dn-step-panels")
  readonly #body = element("div", "dn-step-panel", { role: "tabpanel" })
  readonly #tabs = new Map<string, HTMLButtonElement>()
  readonly #panels: readonly Panel[]
  #open = ""

  constructor(panels: readonly Panel[], changed: () => void, label: string) {
    this.#panels = panels
    const list = element("div", "dn-step-tabs", { role: "tablist", "aria-label": label })
    for (const { key, title } of panels) {
      const tab = element("button", "dn-step-tab", { type: "button", role: "tab" }, title)
      tab.dataset.tab = key
      tab.addEventListener("click", () => {
        this.open = this.#open === key ? "" : key
        changed()
      })
      this.#tabs.set(key, tab)
      list.append(tab)
    }
    list.addEventListener("keydown", (event) => this.#key(event))
    this.node.append(list, this.#body)
    this.open = ""
  }

  /** Key of the open panel, "" for none. */
  get open(): string {
    return this.#open
  }
  set open(key: string) {
    this.#open = this.#tabs.has(key) ? key : ""
    for (const [k, tab] of this.#tabs) {
      tab.setAttribute("aria-selected", String(k === this.#open))
      tab.tabIndex = k === (this.#open || this.#panels[0].key) ? 0 : -1
    }
    this.#body.hidden = this.#open === ""
  }

  /** Draws the open panel anew. */
  update(context: PanelContext): void {
    const panel = this.#panels.find((p) => p.key === this.#open)
    this.#body.replaceChildren(...(panel ? [panel.show(context)] : []))
  }

  /** Arrows go from tab to tab, as in every list of tabs. */
  #key(event: KeyboardEvent): void {
    const way = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0
    if (!way) return
    const keys = [...this.#tabs.keys()]
    const at = keys.indexOf((event.target as HTMLElement).dataset.tab ?? "")
    const next = keys[(at + way + keys.length) % keys.length]
    this.#tabs.get(next)?.focus()
    event.preventDefault()
    event.stopPropagation()
  }
}
