/** @file The gradient inspector: verdict, ladder of values and gradients, what harms them (VISUAL §11). */
import { costFigures, findingsOf, type GradientDoc } from "@defnote/display"
import { cutSection } from "./cut-section.ts"
import { button, element, Lifetime, prose } from "./dom.ts"
import { drawHistory, historySection } from "./history-section.ts"
import { ladder } from "./ladder.ts"
import { expressionText, nodeName, oneLine } from "./node-text.ts"
import { readTheme, watchTheme } from "./theme.ts"
import { copyText, english, type Translate, type View, type ViewOptions } from "./view.ts"

/** Options of the gradient inspector. */
export interface GradientViewOptions extends ViewOptions {
  /** A row was chosen, or none. */
  readonly onSelect?: (node: number | null) => void
  /** The pointer is on a row, or on none. */
  readonly onHover?: (node: number | null) => void
  /** The user asks for the expression in the cell. */
  readonly onSource?: (node: number) => void
}

/** Shows `gradient` payloads. */
export class GradientView implements View<GradientDoc> {
  readonly #options: GradientViewOptions
  readonly #translate: Translate
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-gradient")
  readonly #status = element("div", "dn-status", { role: "status" })
  #doc: GradientDoc | null = null
  #selected: number | null = null
  #paper = ""

  constructor(host: HTMLElement, options: GradientViewOptions = {}) {
    this.#options = options
    this.#translate = options.translate ?? english
    host.append(this.#root)
    this.#life.add(() => this.#root.remove())
    this.#life.add(watchTheme(() => this.#repaint()))
    this.#life.onResize(this.#root, () => this.resize())
    this.#life.listen(this.#root, "click", (event) => this.#click(event))
    this.#life.listen(this.#root, "pointerover", (event) => this.#hover(nodeOf(event.target)))
    this.#life.listen(this.#root, "pointerleave", () => this.#hover(null))
    this.#life.listen(this.#root, "keydown", (event) => this.#key(event))
  }

  /** The selected node, or null. */
  get selected(): number | null {
    return this.#selected
  }

  /** Pictures have the colours of the theme in them. */
  #repaint(): void {
    const pictures = this.#root.querySelector("img") !== null
    if (this.#doc && pictures && readTheme(this.#root).colours.paper !== this.#paper)
      this.setDocument(this.#doc)
  }

  setDocument(doc: GradientDoc): void {
    this.#paper = readTheme(this.#root).colours.paper
    const scroll = this.#root.querySelector(".dn-ladder-box")?.scrollTop ?? 0
    this.#doc = doc
    const parts = [
      this.#verdict(doc),
      this.#status,
      cutSection(doc, this.#root, this.#translate),
      doc.history
        ? historySection(doc.history, this.#root, this.#translate)
        : ladder(doc, this.#translate),
      this.#harms(doc),
      doc.cost ? element("p", "dn-mute dn-cost", {}, costFigures(doc.cost)) : null,
    ]
    this.#root.replaceChildren(...parts.filter((part) => part !== null))
    const box = this.#root.querySelector(".dn-ladder-box")
    if (box) box.scrollTop = scroll
    if (this.#selected !== null && this.#selected >= doc.nodes.op.length) this.#selected = null
    this.#mark()
  }

  /** Selects a row without telling the host. */
  select(node: number | null): void {
    this.#selected = node
    this.#mark()
    this.#row(node)?.scrollIntoView({ block: "nearest" })
  }

  /** Marks a row under the pointer elsewhere. */
  hover(node: number | null): void {
    for (const row of this.#root.querySelectorAll(".dn-mod-hover"))
      row.classList.remove("dn-mod-hover")
    this.#row(node)?.classList.add("dn-mod-hover")
  }

  /** Shows a sentence above the table; "" removes it. */
  setStatus(text: string): void {
    this.#status.textContent = text
  }

  /** The table is laid out by the browser; a picture is drawn for the width. */
  resize(): void {
    const image = this.#root.querySelector<HTMLImageElement>(".dn-history-picture")
    if (image && this.#doc?.history) drawHistory(image, this.#doc.history, this.#root)
  }

  dispose(): void {
    this.#life.end()
  }

  #verdict(doc: GradientDoc): HTMLElement | null {
    const [finding] = findingsOf(doc)
    const verdict =
      doc.verdict ?? (finding && { ok: false, title: finding.reason, fix: finding.fix })
    if (!verdict) return null
    const { ok, title, text, fix } = { text: undefined, ...verdict }
    const box = element("div", ok ? "dn-verdict dn-mod-ok" : "dn-verdict", { role: "status" })
    const badge = finding?.kind === "nan" ? "NaN" : finding?.kind === "inf" ? "Inf" : ""
    const heading = element("h3", "", {}, title)
    if (badge && !ok) heading.prepend(element("span", "dn-badge", {}, badge), " ")
    else
      heading.prepend(
        element("span", ok ? "dn-ok" : "dn-error", { "aria-hidden": "true" }, ok ? "✓ " : "✗ "),
      )
    box.append(heading)
    if (text) box.append(element("p", "", {}, ...prose(text)))
    if (fix) box.append(this.#fix(fix))
    return box
  }

  #fix(code: string): HTMLElement {
    const copy = button(this.#translate("Copy"), this.#translate("Copy the fix"), () => {
      const put = this.#options.copy ?? copyText
      put(code)
      copy.textContent = this.#translate("Copied")
      setTimeout(() => {
        copy.textContent = this.#translate("Copy")
      }, 1500)
    })
    const label = element("span", "dn-mute", {}, this.#translate("Fix"))
    return element("div", "dn-fix", {}, label, element("code", "dn-fix-code", {}, code), copy)
  }

  #harms(doc: GradientDoc): HTMLElement | null {
    if (!doc.harms?.length) return null
    const heading = element("h4", "", {}, this.#translate("What harms this gradient, worst first"))
    const list = element("ol", "dn-harms-list")
    for (const harm of doc.harms.slice(0, 5)) {
      const expression = oneLine(expressionText(doc, harm.node) || nodeName(doc, harm.node), 60)
      list.append(
        element(
          "li",
          "",
          { "data-node": harm.node, tabindex: 0 },
          element("strong", "dn-harm-label", {}, harm.label),
          element("code", "dn-code", {}, expression),
          element("span", "", {}, [harm.measure, harm.remedy].filter(Boolean).join(". ")),
        ),
      )
    }
    return element("div", "dn-harms", {}, heading, list)
  }

  #click(event: MouseEvent): void {
    const node = nodeOf(event.target)
    if (node === null || (event.target as Element).closest("button")) return
    this.#choose(node)
  }

  #choose(node: number): void {
    if (!this.#doc) return
    this.#selected = node
    this.#mark()
    this.#options.onSelect?.(node)
  }

  #hover(node: number | null): void {
    this.#options.onHover?.(node)
  }

  #key(event: KeyboardEvent): void {
    const handled = this.#move(event.key)
    if (!handled) return
    event.preventDefault()
    event.stopPropagation()
  }

  #move(key: string): boolean {
    if (key === "c" && this.#selected !== null) {
      this.#options.onSource?.(this.#selected)
      return true
    }
    if (key === "Escape" && this.#selected !== null) {
      this.#selected = null
      this.#mark()
      this.#options.onSelect?.(null)
      return true
    }
    if (key !== "ArrowDown" && key !== "ArrowUp") return false
    const rows = [...this.#root.querySelectorAll<HTMLElement>("tr[data-node]")]
    const at = rows.findIndex((row) => Number(row.dataset.node) === this.#selected)
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + (key === "ArrowDown" ? 1 : -1)))]
    if (!next) return false
    this.#choose(Number(next.dataset.node))
    next.scrollIntoView({ block: "nearest" })
    return true
  }

  #row(node: number | null): HTMLElement | null {
    return node === null ? null : this.#root.querySelector<HTMLElement>(`tr[data-node="${node}"]`)
  }

  #mark(): void {
    for (const row of this.#root.querySelectorAll("[data-node]")) {
      const chosen = Number((row as HTMLElement).dataset.node) === this.#selected
      row.classList.toggle("dn-mod-selected", chosen)
      row.setAttribute("aria-current", String(chosen))
    }
  }
}

/** The node of the row around an event's target, or null. */
function nodeOf(target: EventTarget | null): number | null {
  const row = target instanceof Element ? target.closest<HTMLElement>("[data-node]") : null
  return row ? Number(row.dataset.node) : null
}
