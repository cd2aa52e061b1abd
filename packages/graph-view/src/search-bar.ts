/** @file The line under the toolbar: search, styling rules, what is traced, the legend of the overlay. */
import { ruleColour, ruleLetter, TOKENS, type Token } from "@defnote/display"
import { button, element } from "./dom.ts"
import type { Finder } from "./finder.ts"
import type { Translate } from "./view.ts"

/** What the line asks of its view. */
export interface SearchActions {
  /** The text changed. */
  search(text: string): void
  /** To the next or previous match. */
  step(by: 1 | -1): void
  /** The search ends; the focus goes back to the picture. */
  close(): void
  setRules(texts: readonly string[]): void
  endTrace(): void
}

/** Shows a finder and asks for its changes. */
export class SearchBar {
  readonly node = element("div", "dn-strip")
  readonly #input = element("input", "dn-input", { type: "search", spellcheck: "false" })
  readonly #find: HTMLElement
  readonly #count = element("span", "dn-mute", { role: "status" })
  readonly #rules = element("span", "dn-rules")
  readonly #trace = element("span", "dn-trace", { role: "status" })
  readonly #legend = element("span", "dn-overlay-key")
  readonly #actions: SearchActions
  readonly #finder: Finder
  readonly #translate: Translate
  #open = false

  constructor(actions: SearchActions, finder: Finder, translate: Translate) {
    this.#actions = actions
    this.#finder = finder
    this.#translate = translate
    const t = translate
    this.#input.setAttribute("aria-label", t("find in the graph"))
    this.#input.placeholder = t("name, f32[8, *], scope:…, saved, nan, >1ms")
    this.#input.addEventListener("input", () => actions.search(this.#input.value))
    this.#input.addEventListener("keydown", (event) => this.#key(event))
    this.#find = element(
      "span",
      "dn-find",
      {},
      this.#input,
      this.#count,
      button("↑", t("Previous match (Shift+Enter)"), () => actions.step(-1), "dn-square"),
      button("↓", t("Next match (Enter)"), () => actions.step(1), "dn-square"),
      button(t("Mark"), t("Mark what is found with a letter and a colour"), () => this.#mark()),
      button("×", t("End the search (Escape)"), () => actions.close(), "dn-square"),
    )
    this.node.append(this.#find, this.#rules, this.#trace, this.#legend)
    this.#arrange()
  }

  /** Opens the search and takes the focus. */
  open(): void {
    this.#open = true
    this.#arrange()
    this.#input.focus()
    this.#input.select()
  }

  close(): void {
    this.#open = false
    this.#input.value = ""
    this.#arrange()
  }

  /** Shows how many match and where the search stands. */
  show(): void {
    const t = this.#translate
    const finder = this.#finder
    if (this.#input.value !== finder.text) this.#input.value = finder.text
    const { found, at, problem, unsearched } = finder
    const place = at < 0 ? t("%1 found", found) : t("%1 of %2", at + 1, found)
    const rest = unsearched ? `, ${t("%1 scopes not loaded", unsearched)}` : ""
    this.#count.textContent = problem || (finder.text.trim() ? place + rest : "")
    this.#count.classList.toggle("dn-error", problem !== "")
    this.#rules.replaceChildren(...finder.rules.map((text, i) => this.#rule(text, i)))
    this.#arrange()
  }

  /** Says what is traced; "" for nothing. */
  setTrace(text: string): void {
    const t = this.#translate
    const end = button("×", t("End tracing (Escape)"), () => this.#actions.endTrace(), "dn-square")
    this.#trace.replaceChildren(...(text ? [text, end] : []))
    this.#arrange()
  }

  /** Shows the legend of an overlay; null for none. */
  setLegend(legend: HTMLElement | null): void {
    this.#legend.replaceChildren(...(legend ? [legend] : []))
    this.#arrange()
  }

  #rule(text: string, index: number): HTMLElement {
    const letter = element("b", "dn-letter", {}, ruleLetter(index))
    const token = ruleColour(index) as Token
    letter.style.background = `var(--v-${token}, ${TOKENS[token].light})`
    const finder = this.#finder
    const others = finder.rules.filter((_, i) => i !== index)
    const end = button(
      "×",
      this.#translate("Remove mark %1: %2", ruleLetter(index), text),
      () => this.#actions.setRules(others),
      "dn-square",
    )
    const label = `${text} (${finder.ruleCount(index)})`
    return element("span", "dn-rule", {}, letter, label, end)
  }

  #mark(): void {
    const text = this.#input.value.trim()
    if (text) this.#actions.setRules([...this.#finder.rules, text])
  }
  #key(event: KeyboardEvent): void {
    if (event.key === "Enter") this.#actions.step(event.shiftKey ? -1 : 1)
    else if (event.key === "Escape") this.#actions.close()
    else {
      event.stopPropagation()
      return
    }
    event.preventDefault()
    event.stopPropagation()
  }

  #arrange(): void {
    this.#find.hidden = !this.#open
    const parts = [this.#rules, this.#trace, this.#legend]
    for (const part of parts) part.hidden = part.childNodes.length === 0
    this.node.hidden = !this.#open && parts.every((part) => part.hidden)
  }
}
