/** @file The detail panel of a graph: everything known of one row, in three parts, as text. */
import {
  type Box,
  fill,
  formatBytes,
  formatCount,
  formatNumber,
  type GraphLike,
  isUnstored,
  type Labels,
  type Layout,
  through,
} from "@defnote/display"
import { button, element } from "./dom.ts"
import { attributeText, expressionText, nodeType, opName, scopePath } from "./node-text.ts"
import { type NodeStatistics, statisticsOf } from "./statistics.ts"
import type { Translate } from "./view.ts"

/** What the panel may ask of its view. */
export interface DetailActions {
  toggle(box: number): void
  /** Goes to the expression in the cell; absent: the host has no cells. */
  readonly source: ((node: number) => void) | undefined
  /** Shows LaTeX in an element, which holds the text until then. */
  readonly typeset: ((element: HTMLElement, latex: string) => void) | undefined
}

/** Builds the panel of one document. */
export class Details {
  readonly #doc: GraphLike
  readonly #labels: Labels
  readonly #translate: Translate
  readonly #actions: DetailActions
  readonly #statistics: ReadonlyMap<number, NodeStatistics>

  constructor(doc: GraphLike, labels: Labels, actions: DetailActions, translate: Translate) {
    this.#doc = doc
    this.#labels = labels
    this.#actions = actions
    this.#translate = translate
    this.#statistics = statisticsOf(doc.runs?.[0])
  }

  /** Fills `panel` with what is known of a box and of the others in its row; -1 gives a hint. */
  show(panel: HTMLElement, layout: Layout, selected: number): void {
    const t = this.#translate
    if (selected < 0) {
      const hint = t(
        "Click a box. Arrows move, d goes to the derivative, Enter opens, c shows the code.",
      )
      panel.replaceChildren(element("p", "dn-mute", {}, hint))
      return
    }
    const { boxes, rows, rowOf } = layout
    const row = rows[rowOf[selected]]
    const box = boxes[selected]
    const forward = box.column === "leaf" ? box : boxes[row.forward]
    const derivative =
      box.column === "backward" ? box : this.#derivativeOf(layout, row.backward, box)
    const parts = [forward ? this.#forward(layout, forward) : null]
    if (derivative) parts.push(this.#backward(derivative))
    const saved = forward && forward.column !== "leaf" ? this.#saved(forward) : null
    if (saved) parts.push(saved)
    panel.replaceChildren(...parts.filter((part) => part !== null))
  }

  #derivativeOf(layout: Layout, backward: readonly number[], box: Box): Box | undefined {
    const boxes = backward.map((i) => layout.boxes[i])
    return boxes.find((b) => b.pair === box.pair) ?? boxes[0]
  }

  #part(
    className: string,
    heading: string,
    title: string,
    buttons: readonly HTMLElement[] = [],
  ): { box: HTMLElement; list: HTMLElement } {
    const list = element("dl", "dn-facts")
    const head = element(
      "div",
      "dn-part-head",
      {},
      element("h4", className, {}, heading),
      ...buttons,
    )
    return {
      box: element("section", "dn-part", {}, head, element("h3", "dn-code", {}, title), list),
      list,
    }
  }

  #forward(layout: Layout, box: Box): HTMLElement {
    const t = this.#translate
    const leaf = box.column === "leaf"
    const label = this.#labels.of(box)
    const { box: part, list } = this.#part(
      "dn-fwd",
      leaf ? t("parameter or data") : t("forward"),
      label.title,
      this.#buttons(layout, box),
    )
    if (box.kind === "scope") {
      put(list, t("contains"), label.second)
      put(list, t("scope"), box.scope.key)
    } else this.#nodeFacts(list, box.node)
    put(list, t("reads"), this.#neighbours(layout, box, "from"))
    put(list, t("read by"), this.#neighbours(layout, box, "to"))
    return part
  }

  #nodeFacts(list: HTMLElement, node: number): void {
    const t = this.#translate
    const doc = this.#doc
    const expression = expressionText(doc, node)
    if (expression) put(list, t("expression"), expression, "dn-expression")
    put(list, t("type"), nodeType(doc, node))
    put(list, t("operation"), opName(doc, node))
    put(list, t("options"), attributeText(doc, node))
    put(list, t("scope"), scopePath(doc, node).join(" › "))
    put(list, t("value"), this.#range(node))
    put(list, t("cost"), this.#cost(node))
  }

  #backward(box: Box): HTMLElement {
    const t = this.#translate
    const label = this.#labels.of(box)
    const { box: part, list } = this.#part("dn-bwd", t("backward"), label.title)
    if (label.formula) put(list, t("also"), label.second)
    this.#rules(list, box)
    const inside = box.members.filter((n) => n < this.#doc.nodes.op.length)
    const shown = inside.slice(0, 4).map((n) => opName(this.#doc, n))
    const more = inside.length > 4 ? ` ${t("and %1 more", inside.length - 4)}` : ""
    if (isUnstored(box)) put(list, t("contains"), label.second)
    else put(list, t("operations"), shown.join(", ") + more)
    if (inside.length) put(list, t("type"), nodeType(this.#doc, inside[inside.length - 1]))
    const gradient = this.#doc.nodes.grad?.[box.node] ?? -1
    if (gradient >= 0) put(list, t("gradient"), this.#range(gradient))
    this.#check(list, box.node)
    return part
  }

  /** Rules in LaTeX, typeset by the host; their text stands there until it has. */
  #rules(list: HTMLElement, box: Box): void {
    if (box.kind !== "rule") return
    const { nodes, rules } = this.#doc
    const used = new Set(box.members.map((n) => nodes.rule?.[n] ?? -1).filter((r) => r >= 0))
    for (const index of used) {
      const text = fill(rules[index].text, ["x", "y", "z"], { g: "ḡ", y: "y" })
      const value = put(list, this.#translate("rule"), text)
      if (value && rules[index].latex) this.#actions.typeset?.(value, rules[index].latex)
    }
  }

  #check(list: HTMLElement, node: number): void {
    const t = this.#translate
    const check = this.#doc.checks?.find((c) => c.node === node)
    if (!check) return
    const error = formatNumber(Number(check.rel), 2)
    const words = {
      ok: `✓ ${t("finite differences agree")} (${error})`,
      kink: `◇ ${t("not differentiable here")}`,
      wrong: `✗ ${t("finite differences differ by %1", error)}`,
    }
    put(list, t("check"), words[check.verdict], check.verdict === "wrong" ? "dn-error" : "dn-ok")
  }

  #saved(box: Box): HTMLElement | null {
    const t = this.#translate
    const members = new Set(box.members)
    const kept = this.#doc.residuals.filter((residual) => members.has(residual.node))
    const kernel = this.#doc.kernels?.find((k) => k.nodes.some((n) => members.has(n)))
    if (!kept.length && !kernel) return null
    const bytes = kept.reduce((sum, r) => sum + (r.policy === "saved" ? r.bytes : 0), 0)
    const { box: part, list } = this.#part("dn-res", t("saved for backward"), formatBytes(bytes))
    // Which values they are is not known of what is not stored.
    for (const residual of isUnstored(box) ? [] : kept.slice(0, 6)) {
      const name = this.#labels.names.of[residual.node] || opName(this.#doc, residual.node)
      const how = residual.policy === "saved" ? formatBytes(residual.bytes) : t("computed again")
      put(
        list,
        name,
        t("%1, read by %2", how, residual.users.map((u) => opName(this.#doc, u)).join(", ")),
      )
    }
    if (kernel) put(list, t("kernel"), `${kernel.id}: ${kernel.why}`)
    return part
  }

  #range(node: number): string {
    const statistics = this.#statistics.get(node)
    if (!statistics) return ""
    const [low, high] = [statistics.get("min"), statistics.get("max")]
    const range =
      low === undefined || high === undefined ? "" : `${formatNumber(low)} … ${formatNumber(high)}`
    const broken = statistics.broken ? `, ${formatCount(statistics.broken)} NaN, Inf` : ""
    const rms = statistics.get("rms")
    return `${range}${broken}${rms === undefined ? "" : `, rms ${formatNumber(rms)}`}`
  }

  #cost(node: number): string {
    const { flops, bytesIn, bytesOut } = this.#doc.nodes
    const parts: string[] = []
    if (flops?.[node]) parts.push(`${formatCount(flops[node])} flop`)
    const moved = (bytesIn?.[node] ?? 0) + (bytesOut?.[node] ?? 0)
    if (moved) parts.push(this.#translate("%1 moved", formatBytes(moved)))
    return parts.join(", ")
  }

  #neighbours(layout: Layout, box: Box, end: "from" | "to"): string {
    const other = end === "from" ? "to" : "from"
    const titles: string[] = []
    for (const edge of layout.edges) {
      const mine = layout.boxes[edge[other]] === box
      if (!mine || edge.kind === "residual" || edge.kind === "backward") continue
      titles.push(this.#labels.of(layout.boxes[edge[end]]).title)
    }
    const shown = titles.slice(0, 6).join(", ")
    return titles.length > 6 ? `${shown}, …` : shown
  }

  #buttons(layout: Layout, box: Box): HTMLElement[] {
    const t = this.#translate
    const { source, toggle } = this.#actions
    const shown: HTMLElement[] = []
    if (source && box.node >= 0 && expressionText(this.#doc, box.node)) {
      const title = t("Go to the expression in the cell (c)")
      shown.push(button(t("Show in cell"), title, () => source(box.node)))
    }
    if (box.kind === "scope") {
      const at = layout.boxes.indexOf(box)
      shown.push(button(t("Open"), t("Open this scope (Enter)"), () => toggle(at)))
    }
    return shown
  }
}

/** Adds a name and a value; nothing for an empty value. */
function put(list: HTMLElement, name: string, value: string, className = ""): HTMLElement | null {
  if (!value) return null
  const node = element("dd", className, {}, value)
  list.append(element("dt", "", {}, name), node)
  return node
}

/** The node behind a box that an expression belongs to; -1 for scopes. */
export function nodeOfBox(layout: Layout, box: Box): number {
  if (box.node >= 0) return box.node
  return box.kind === "scope" ? -1 : through(layout.model, box.members[0] ?? -1)
}
