/** @file Memory over the schedule: one band per value from its making to its last use, and who makes and reads it. */
import {
  formatBytes,
  type LiveValue,
  type MemoryReport,
  memoryReport,
  type ProfileDoc,
  peakText,
} from "@defnote/display"
import { element, Lifetime, svg } from "./dom.ts"
import { type ProfileHost, type ProfilePane, traced } from "./profile-pane.ts"

/** Values that get a band of their own; smaller ones share one. */
const MOST_BANDS = 120
const WIDTH = 640
const HEIGHT = 160

export class MemoryPane implements ProfilePane {
  readonly node = element("div", "dn-memory-pane")
  readonly #host: ProfileHost
  readonly #life = new Lifetime()
  #report: MemoryReport | undefined
  #named: (node: number) => string = () => ""

  constructor(host: ProfileHost) {
    this.#host = host
    this.#life.listen(this.node, "click", (event) => this.#click(event.target as Element))
  }

  get title(): string {
    return this.#report ? this.#host.translate("Memory") : ""
  }

  setDocument(doc: ProfileDoc): void {
    const { model, nameOf } = traced(doc)
    this.#named = nameOf
    this.#report = memoryReport(model.doc)
    if (this.#report) this.#build(this.#report)
  }

  shown(): void {
    this.#host.showKernel(undefined)
    this.#host.showStage(0, new Map())
  }

  follow(nodes: readonly number[]): void {
    const chosen = new Set(nodes)
    for (const part of this.node.querySelectorAll<HTMLElement>("[data-node]"))
      part.classList.toggle("dn-mod-lit", chosen.has(Number(part.dataset.node)))
  }

  dispose(): void {
    this.#life.end()
  }

  #click(target: Element): void {
    const part = target.closest<HTMLElement>("[data-node]")
    if (part && Number(part.dataset.node) >= 0) this.#host.choose(Number(part.dataset.node))
  }

  #nameOf(node: number): string {
    return node < 0 ? this.#host.translate("own memory") : this.#named(node)
  }

  #build(report: MemoryReport): void {
    const t = this.#host.translate
    const chart = svg("svg", {
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      preserveAspectRatio: "none",
      class: "dn-memory-chart",
      role: "img",
      "aria-label": t("memory over the schedule: %1", peakText(report)),
    })
    chart.append(...bands(report).map((band) => this.#band(band)))
    const scale = element(
      "div",
      "dn-memory-scale dn-mute",
      {},
      element("span", "", {}, t("start")),
      element("span", "", {}, peakText(report)),
      element("span", "", {}, t("end")),
    )
    const rows = report.values
      .filter((v) => v.from <= report.peak.at && report.peak.at <= v.to)
      .sort((a, b) => b.bytes - a.bytes)
      .slice(0, 40)
      .map((value) => this.#row(value))
    const heading = element("h4", "", {}, t("At the peak, largest first"))
    this.node.replaceChildren(
      element("div", "dn-memory-figure", {}, chart, scale),
      element("div", "dn-memory-list", {}, heading, this.#head(), ...rows),
    )
  }

  #band({ value, points, odd }: Band): SVGElement {
    const path = svg("polygon", {
      points,
      class: odd ? "dn-memory-band dn-mod-odd" : "dn-memory-band",
    })
    if (value) {
      path.dataset.node = String(value.node)
      path.append(svg("title", {}, this.#describe(value)))
    }
    return path
  }

  #head(): HTMLElement {
    const t = this.#host.translate
    const names = [t("value"), t("bytes"), "", t("made by"), t("read by")]
    const cells = names.map((name) => element("span", "", {}, name))
    // The buttons below say all of it in their names.
    return element("div", "dn-memory-row dn-memory-head", { "aria-hidden": "true" }, ...cells)
  }

  #row(value: LiveValue): HTMLElement {
    const bar = element("span", "dn-memory-bar")
    const readers =
      value.readers.join(", ") || (value.maker ? this.#host.translate("a result") : "")
    bar.style.width = `${(60 * value.bytes) / (this.#report?.peak.bytes || 1)}px`
    return element(
      "button",
      "dn-memory-row",
      {
        type: "button",
        "data-node": value.node,
        title: this.#describe(value),
        "aria-label": this.#describe(value),
      },
      element("code", "dn-code", {}, this.#nameOf(value.node)),
      element("span", "dn-number", {}, formatBytes(value.bytes)),
      element("span", "dn-memory-bar-box", {}, bar),
      element("span", "dn-mute", {}, value.maker ?? ""),
      element("span", "dn-mute", {}, readers),
    )
  }

  #users({ maker, readers }: LiveValue): string {
    const t = this.#host.translate
    const made = maker ? t("made by %1", maker) : ""
    const read = readers.length ? t("read by %1", readers.join(", ")) : maker && t("a result")
    return [made, read].filter(Boolean).join(", ")
  }

  #describe(value: LiveValue): string {
    return `${this.#nameOf(value.node)}, ${formatBytes(value.bytes)}, ${this.#users(value)}`
  }
}

interface Band {
  /** Undefined for the band of all smaller values. */
  readonly value: LiveValue | undefined
  readonly points: string
  readonly odd: boolean
}

/** Values stacked in the order in which they are made; the outline of each follows those below it. */
function bands({ values, moments, peak }: MemoryReport): Band[] {
  const large = new Set([...values].sort((a, b) => b.bytes - a.bytes).slice(0, MOST_BANDS))
  const floor = new Float64Array(moments)
  const x = (t: number): number => (t * WIDTH) / moments
  const y = (bytes: number): number => HEIGHT - (bytes * HEIGHT) / (peak.bytes || 1)
  const outline = (from: number, to: number, bytes: (t: number) => number): string => {
    const upper: string[] = []
    const lower: string[] = []
    for (let t = from; t <= to; t++) {
      const top = y(floor[t] + bytes(t))
      upper.push(`${x(t)},${top} ${x(t + 1)},${top}`)
      lower.push(`${x(t + 1)},${y(floor[t])} ${x(t)},${y(floor[t])}`)
      floor[t] += bytes(t)
    }
    return [...upper, ...lower.reverse()].join(" ")
  }
  const small = values.filter((v) => !large.has(v))
  const rest = small.length
    ? [
        {
          value: undefined,
          odd: false,
          points: outline(0, moments - 1, (t) =>
            small.reduce((sum, v) => sum + (v.from <= t && t <= v.to ? v.bytes : 0), 0),
          ),
        },
      ]
    : []
  const own = values
    .filter((v) => large.has(v))
    .map((value, i) => ({
      value,
      odd: i % 2 === 1,
      points: outline(value.from, value.to, () => value.bytes),
    }))
  return [...rest, ...own]
}
