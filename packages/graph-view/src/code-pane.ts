/** @file The code of one kernel: line number, the value that the line computes, the text. Knows no graph. */
import type { CodeLine, KernelReport } from "@defnote/display"
import { element, Lifetime } from "./dom.ts"
import type { Translate } from "./view.ts"

/** Lines that are shown; the rest of a longer kernel is told in one line. */
const MOST_LINES = 2000

/** Lines with a value can be chosen by click, arrow keys and from outside. */
export class CodePane {
  readonly node = element("div", "dn-kernel-code", { tabindex: 0, role: "listbox" })
  readonly #life = new Lifetime()
  readonly #translate: Translate
  readonly #choose: (node: number) => void
  #lines: readonly CodeLine[] = []

  /** @param choose the user chose the line of a node */
  constructor(choose: (node: number) => void, translate: Translate) {
    this.#choose = choose
    this.#translate = translate
    this.#life.listen(this.node, "click", (event) => this.#click(event))
    this.#life.listen(this.node, "keydown", (event) => this.#key(event))
  }

  /** Shows a kernel; lines of the nodes in `selected` are lit. */
  show(report: KernelReport, selected: readonly number[]): void {
    this.#lines = report.lines.slice(0, MOST_LINES)
    this.node.setAttribute("aria-label", this.#translate("code of %1", report.title))
    const left = report.lines.length - this.#lines.length
    const more = this.#translate("%1 more lines: the whole code is in .kernels(...)", left)
    this.node.replaceChildren(
      ...this.#lines.map((line) => lineElement(line)),
      ...(left > 0 ? [element("div", "dn-mute dn-kernel-line", {}, more)] : []),
    )
    this.select(selected)
  }

  /** Lights the lines of some nodes and brings the first into sight within the pane. */
  select(selected: readonly number[]): void {
    const nodes = new Set(selected)
    let first: HTMLElement | null = null
    for (const row of this.node.querySelectorAll<HTMLElement>(".dn-kernel-line")) {
      const lit = row.dataset.node !== undefined && nodes.has(Number(row.dataset.node))
      row.classList.toggle("dn-mod-lit", lit)
      if (row.getAttribute("role") === "option") row.setAttribute("aria-selected", String(lit))
      if (lit) first ??= row
    }
    if (first) this.#reveal(first)
  }

  dispose(): void {
    this.#life.end()
  }

  /** Scrolls the pane alone: `scrollIntoView` would move the notebook too. */
  #reveal(row: HTMLElement): void {
    const { node } = this
    const top = row.offsetTop - node.offsetTop
    if (top < node.scrollTop) node.scrollTop = top
    else if (top + row.offsetHeight > node.scrollTop + node.clientHeight)
      node.scrollTop = top + row.offsetHeight - node.clientHeight
  }

  #click(event: MouseEvent): void {
    const row = (event.target as Element).closest<HTMLElement>("[data-node]")
    if (row) this.#choose(Number(row.dataset.node))
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return
    const nodes = this.#lines.filter((line) => line.node >= 0)
    const lit = this.node.querySelector<HTMLElement>(".dn-mod-lit")
    const at = nodes.findIndex((line) => line.number === Number(lit?.dataset.line))
    const next = nodes[at < 0 ? 0 : at + step]
    event.preventDefault()
    event.stopPropagation()
    if (next) this.#choose(next.node)
  }
}

function lineElement({ number, name, text, node }: CodeLine): HTMLElement {
  const data =
    node < 0
      ? { "data-line": number }
      : { "data-line": number, "data-node": node, role: "option", "aria-selected": "false" }
  return element(
    "div",
    node < 0 ? "dn-kernel-line" : "dn-kernel-line dn-mod-value",
    data,
    element("span", "dn-kernel-number", { "aria-hidden": "true" }, String(number)),
    element("span", "dn-kernel-name", { title: name }, name),
    element("code", "dn-kernel-text", {}, text),
  )
}
