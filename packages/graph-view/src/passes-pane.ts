/** @file The optimisation passes: which rules fired where; the graph above shows the program before or after one (D3.9). */
import { idlePasses, type PassReport, type ProfileDoc, passReports } from "@defnote/display"
import { button, element } from "./dom.ts"
import type { ProfileHost, ProfilePane } from "./profile-pane.ts"
import { Tabs } from "./tabs.ts"

export class PassesPane implements ProfilePane {
  readonly node = element("div", "dn-passes-pane")
  readonly #host: ProfileHost
  readonly #tabs: Tabs
  readonly #list = element("div", "dn-passes-matches")
  readonly #after: HTMLButtonElement
  readonly #before: HTMLButtonElement
  #doc: ProfileDoc | null = null
  #reports: readonly PassReport[] = []
  #isAfter = false

  constructor(host: ProfileHost) {
    this.#host = host
    const t = host.translate
    this.#tabs = new Tabs("dn-kernel-list", t("passes that changed something"), () => {
      this.#show()
      this.shown()
    })
    this.#before = button(t("Before"), t("The program before this pass"), () => this.#turn(false))
    this.#after = button(t("After"), t("The program after this pass"), () => this.#turn(true))
    this.node.append(this.#tabs.node, this.#list)
  }

  get title(): string {
    const count = this.#reports.length || (this.#doc?.whole?.passes ?? 0)
    return count ? this.#host.translate("Passes (%1)", count) : ""
  }

  setDocument(doc: ProfileDoc): void {
    this.#doc = doc
    this.#reports = passReports(doc)
    this.#tabs.set(this.#reports.map(({ name }) => [name]))
    this.#show()
  }

  shown(): void {
    const report = this.#reports[this.#tabs.chosen]
    const pass = report && this.#doc?.passes?.[report.at]
    if (!pass) return
    const t = this.#host.translate
    // Operations that were only made again, over other inputs, are what they were: no note.
    const nodes = this.#isAfter
      ? pass.matches.flatMap((m) => m.out).filter((n) => pass.added.includes(n))
      : pass.matches.flatMap((m) => m.in).filter((n) => pass.removed.includes(n))
    const note = this.#isAfter ? t("new") : t("goes")
    this.#host.showKernel(undefined)
    this.#host.showStage(report.at + (this.#isAfter ? 1 : 0), new Map(nodes.map((n) => [n, note])))
  }

  follow(nodes: readonly number[]): void {
    const chosen = new Set(nodes)
    const report = this.#reports[this.#tabs.chosen]
    report?.matches.forEach(({ in: matched, out }, i) => {
      const lit = [...matched, ...out].some((n) => chosen.has(n))
      this.#list.querySelector(`[data-match="${i}"]`)?.classList.toggle("dn-mod-lit", lit)
    })
  }

  dispose(): void {
    this.node.remove()
  }

  #turn(after: boolean): void {
    this.#isAfter = after
    this.#press()
    this.shown()
  }

  #press(): void {
    this.#before.setAttribute("aria-pressed", String(!this.#isAfter))
    this.#after.setAttribute("aria-pressed", String(this.#isAfter))
  }

  #show(): void {
    const report = this.#reports[this.#tabs.chosen]
    const t = this.#host.translate
    if (!report) {
      const text = t(
        "This program is too large to store its passes. The text of the output lists them.",
      )
      this.#list.replaceChildren(element("p", "dn-mute", {}, text))
    }
    if (!report || !this.#doc) return
    this.#press()
    const head = element(
      "div",
      "dn-passes-head",
      {},
      this.#before,
      this.#after,
      element("span", "dn-mute", {}, report.summary),
    )
    const matches = report.matches.map((match, i) => {
      const row = element(
        "button",
        "dn-match",
        { type: "button", "data-match": i, title: t("Select what the rule matched") },
        element("span", "dn-match-rule", {}, match.rule),
        element("code", "dn-code", {}, match.text),
      )
      row.addEventListener("click", () => this.#choose(i))
      return row
    })
    const more = report.more ? [element("p", "dn-mute", {}, t("%1 more", report.more))] : []
    const idle = element("p", "dn-mute", {}, idlePasses(this.#doc))
    this.#list.replaceChildren(head, ...matches, ...more, idle)
  }

  /** What matched before the pass, what stands in its place after it. */
  #choose(match: number): void {
    const { in: matched, out } = this.#reports[this.#tabs.chosen].matches[match]
    const node = this.#isAfter ? out.at(-1) : matched[0]
    if (node !== undefined) this.#host.choose(node)
    this.#list
      .querySelectorAll(".dn-mod-lit")
      .forEach((row) => void row.classList.remove("dn-mod-lit"))
    this.#list.querySelector(`[data-match="${match}"]`)?.classList.add("dn-mod-lit")
  }
}
