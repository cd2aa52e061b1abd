/** @file The ledger of what the forward pass keeps for the backward pass, and what `checkpoint` would change. */
import {
  formatBytes,
  formatCount,
  type ProfileDoc,
  type SavedReport,
  type SavedScope,
  type SavedValue,
  savedReport,
} from "@defnote/display"
import { element, Lifetime } from "./dom.ts"
import { expressionText, nodeType, oneLine } from "./node-text.ts"
import { type ProfileHost, type ProfilePane, traced } from "./profile-pane.ts"

const MOST_ROWS = 200

export class SavedPane implements ProfilePane {
  readonly node = element("div", "dn-saved-pane")
  readonly #host: ProfileHost
  readonly #life = new Lifetime()
  #report: SavedReport | null = null
  #doc: ProfileDoc | null = null
  #named: (node: number) => string = () => ""

  constructor(host: ProfileHost) {
    this.#host = host
    this.#life.listen(this.node, "click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[data-node]")
      if (row) host.choose(Number(row.dataset.node))
    })
  }

  get title(): string {
    const bytes = this.#report?.bytes
    return bytes ? this.#host.translate("Saved for backward (%1)", formatBytes(bytes)) : ""
  }

  setDocument(doc: ProfileDoc): void {
    const { model, nameOf } = traced(doc)
    this.#doc = doc
    this.#named = nameOf
    this.#report = savedReport(model)
    this.#build(this.#report)
  }

  shown(): void {
    this.#host.showKernel(undefined)
    this.#host.showStage(0, new Map())
  }

  follow(nodes: readonly number[]): void {
    const chosen = new Set(nodes)
    for (const row of this.node.querySelectorAll<HTMLElement>("[data-node]"))
      row.classList.toggle("dn-mod-lit", chosen.has(Number(row.dataset.node)))
  }

  dispose(): void {
    this.#life.end()
  }

  #build(report: SavedReport): void {
    const t = this.#host.translate
    const values = table(
      [t("value"), t("type"), t("bytes"), t("read by the derivative of"), t("expression")],
      report.values.slice(0, MOST_ROWS).map((value) => this.#value(value)),
    )
    const scopes = table(
      [t("scope"), t("saved now"), t("with checkpoint"), t("computed again")],
      report.scopes.slice(0, MOST_ROWS).map((scope) => this.#scope(scope)),
    )
    const left = report.values.length - MOST_ROWS
    this.node.replaceChildren(
      element("section", "", {}, values, ...(left > 0 ? [t("%1 more", left)] : [])),
      element(
        "section",
        "",
        {},
        element("h4", "", {}, t("What checkpoint(f) around a scope would change")),
        report.scopes.length
          ? scopes
          : element("p", "dn-mute", {}, t("Nothing is saved inside a named function.")),
      ),
    )
  }

  #value({ node, bytes, readers, recomputed, turns }: SavedValue): HTMLElement {
    const doc = this.#doc as ProfileDoc
    const cells: (Node | string)[] = [
      element("code", "dn-code", {}, this.#named(node)),
      element("span", "dn-number", {}, nodeType(doc, node)),
      recomputed ? this.#host.translate("computed again") : savedBytes(bytes, turns),
      readers.map((n) => this.#named(n)).join(", "),
      element("code", "dn-code", {}, oneLine(expressionText(doc, node), 60)),
    ]
    const row = element("tr", "dn-saved-row", { "data-node": node, tabindex: 0 })
    row.append(...cells.map((cell) => element("td", "", {}, cell)))
    row.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return
      event.stopPropagation()
      this.#host.choose(node)
    })
    return row
  }

  #scope({ name, bytes, after, operations, flops }: SavedScope): HTMLElement {
    const t = this.#host.translate
    const count = t("%1 operations", formatCount(operations))
    const work = flops ? `${count}, ${formatCount(flops)} flop` : count
    const cells = [name, formatBytes(bytes), formatBytes(after), work]
    return element("tr", "", {}, ...cells.map((cell) => element("td", "", {}, cell)))
  }
}

/** Of what a loop carries also the bytes of one turn. */
const savedBytes = (bytes: number, turns: string): string =>
  turns ? `${formatBytes(bytes)} = ${turns}` : formatBytes(bytes)

function table(heads: readonly string[], rows: readonly HTMLElement[]): HTMLElement {
  const head = element(
    "tr",
    "",
    {},
    ...heads.map((text) => element("th", "", { scope: "col" }, text)),
  )
  return element(
    "table",
    "dn-saved-table",
    {},
    element("thead", "", {}, head),
    element("tbody", "", {}, ...rows),
  )
}
