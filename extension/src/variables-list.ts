/** @file A list of variables with filter and order; knows rows, neither kernels nor notebooks. */
import { formatBytes, type VariableRow } from "@defnote/display"
import type { TranslationBundle } from "@jupyterlab/translation"

type Order = "size" | "name"

/** The list in the side bar. Its text is data: nothing becomes markup. */
export class VariablesList {
  readonly #trans: TranslationBundle
  readonly #open: (name: string) => void
  readonly #root = document.createElement("div")
  readonly #filter = document.createElement("input")
  readonly #order = document.createElement("select")
  readonly #sum = document.createElement("p")
  readonly #rows = document.createElement("ul")
  #all: readonly VariableRow[] = []
  #hidden = 0

  constructor(host: HTMLElement, trans: TranslationBundle, open: (name: string) => void) {
    this.#trans = trans
    this.#open = open
    this.#root.className = "jp-Defnote-variables-body"
    this.#filter.type = "search"
    this.#filter.className = "jp-mod-styled"
    this.#filter.placeholder = trans.__("Filter by name or type")
    this.#filter.setAttribute("aria-label", this.#filter.placeholder)
    this.#filter.addEventListener("input", () => this.#build())
    this.#order.className = "jp-mod-styled"
    this.#order.setAttribute("aria-label", trans.__("Order"))
    for (const [value, label] of [
      ["size", trans.__("Size")],
      ["name", trans.__("Name")],
    ])
      this.#order.append(new Option(label, value))
    this.#order.addEventListener("change", () => this.#build())
    this.#sum.setAttribute("role", "status")
    this.#rows.addEventListener("keydown", (event) => this.#key(event))
    const bar = document.createElement("div")
    bar.className = "jp-Defnote-variables-bar"
    bar.append(this.#filter, this.#order)
    this.#root.append(bar, this.#sum, this.#rows)
    host.append(this.#root)
  }

  /** Shows rows; `hidden` are those that the kernel left out. */
  show(rows: readonly VariableRow[], hidden: number): void {
    this.#all = rows
    this.#hidden = hidden
    this.#build()
  }

  /** A sentence in place of rows. */
  say(sentence: string): void {
    this.#all = []
    this.#rows.replaceChildren()
    this.#sum.textContent = sentence
  }

  dispose(): void {
    this.#root.remove()
  }

  /** The row that has the focus keeps it when the list is built again. */
  #build(): void {
    const focused = this.#rows.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset.name
      : undefined
    const words = this.#filter.value.toLowerCase().split(/\s+/).filter(Boolean)
    const found = this.#all.filter((row) => {
      const text = `${row.name} ${row.type} ${row.badges.join(" ")}`.toLowerCase()
      return words.every((word) => text.includes(word))
    })
    const sorted = [...found].sort(ORDERS[this.#order.value as Order])
    this.#rows.replaceChildren(...sorted.map((row) => this.#row(row)))
    this.#sum.textContent = this.#summary(found)
    if (focused === undefined) return
    for (const button of this.#buttons()) if (button.dataset.name === focused) button.focus()
  }

  #summary(found: readonly VariableRow[]): string {
    const bytes = formatBytes(found.reduce((sum, row) => sum + (row.bytes ?? 0), 0))
    const left = this.#hidden ? this.#trans.__(", %1 more are not listed", this.#hidden) : ""
    if (!this.#all.length) return this.#trans.__("No variables yet.")
    return this.#trans.__("%1 of %2 variables, %3", found.length, this.#all.length, bytes) + left
  }

  #row(row: VariableRow): HTMLElement {
    const button = document.createElement("button")
    button.type = "button"
    button.dataset.name = row.name
    button.title = this.#trans.__("Show %1 in a tab", row.name)
    const bytes = row.bytes === undefined ? "" : formatBytes(row.bytes)
    const badges = row.badges.map((badge) => span("dn-badge", badge))
    const device = row.device && row.device !== "cpu" ? ` ${row.device}` : ""
    const first = span("jp-Defnote-variables-line")
    first.append(span("jp-Defnote-variables-name", row.name), ...badges, span("jp-mod-end", bytes))
    const second = span("jp-Defnote-variables-line jp-mod-second")
    second.append(span("", row.type + device), span("jp-mod-end", row.spark ?? ""))
    button.append(first, second)
    button.addEventListener("click", () => this.#open(row.name))
    const item = document.createElement("li")
    item.append(button)
    return item
  }

  #buttons(): HTMLButtonElement[] {
    return [...this.#rows.querySelectorAll("button")]
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (!step) return
    const buttons = this.#buttons()
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement)
    buttons[Math.max(0, Math.min(buttons.length - 1, at + step))]?.focus()
    event.preventDefault()
    event.stopPropagation()
  }
}

const ORDERS: Readonly<Record<Order, (a: VariableRow, b: VariableRow) => number>> = {
  size: (a, b) => (b.bytes ?? -1) - (a.bytes ?? -1) || a.name.localeCompare(b.name),
  name: (a, b) => a.name.localeCompare(b.name),
}

function span(className: string, text = ""): HTMLElement {
  const node = document.createElement("span")
  node.className = className
  node.textContent = text
  return node
}
