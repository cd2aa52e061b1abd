/** @file A list of tabs of which one is chosen: click, arrow keys, Home and End. */
import { element } from "./dom.ts"

export class Tabs {
  readonly node: HTMLElement
  readonly #choose: (index: number) => void
  #tabs: readonly HTMLElement[] = []
  #chosen = 0

  /** @param choose the user chose another tab */
  constructor(className: string, label: string, choose: (index: number) => void) {
    this.#choose = choose
    this.node = element("div", className, { role: "tablist", "aria-label": label })
    this.node.addEventListener("keydown", (event) => this.#key(event))
  }

  /** Number of the chosen tab. */
  get chosen(): number {
    return this.#chosen
  }

  /** Replaces all tabs; the chosen one keeps its number where there is one of that number. */
  set(contents: readonly (readonly (Node | string)[])[]): void {
    this.#tabs = contents.map((content, i) => {
      const tab = element("button", "dn-tab", { type: "button", role: "tab" }, ...content)
      tab.addEventListener("click", () => this.#pick(i))
      return tab
    })
    this.node.replaceChildren(...this.#tabs)
    this.choose(Math.min(this.#chosen, Math.max(0, this.#tabs.length - 1)))
  }

  /** Chooses without telling. */
  choose(index: number): void {
    this.#chosen = index
    this.#tabs.forEach((tab, i) => {
      tab.setAttribute("aria-selected", String(i === index))
      tab.tabIndex = i === index ? 0 : -1
    })
    this.reveal()
  }

  /** Scrolls the list, and nothing around it, so that the chosen tab is in sight. */
  reveal(): void {
    const tab = this.#tabs[this.#chosen]
    if (!tab) return
    const { node } = this
    const above = tab.offsetTop - node.offsetTop
    const below = above + tab.offsetHeight - node.clientHeight
    if (node.scrollTop > above) node.scrollTop = above
    else if (node.scrollTop < below) node.scrollTop = below
  }

  #pick(index: number): void {
    this.choose(index)
    this.#choose(index)
  }

  #key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const last = this.#tabs.length - 1
    const next: Record<string, number> = {
      ArrowDown: this.#chosen + 1,
      ArrowRight: this.#chosen + 1,
      ArrowUp: this.#chosen - 1,
      ArrowLeft: this.#chosen - 1,
      Home: 0,
      End: last,
    }
    const index = next[event.key]
    if (index === undefined) return
    event.preventDefault()
    event.stopPropagation()
    if (index < 0 || index > last || index === this.#chosen) return
    this.#pick(index)
    this.#tabs[index].focus()
  }
}
