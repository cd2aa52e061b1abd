/** @file Forward and reverse mode side by side: what each carries at every value, and what each costs. */
import {
  entryName,
  formatCount,
  formatNumber,
  shortValue,
  type TraceDoc,
  type TraceTangents,
} from "@defnote/display"
import { element } from "./dom.ts"
import type { PanelContext } from "./step-panels.ts"

export interface ModesChoice {
  tangents: number
  /** The entry of the page that it was chosen for. */
  of: string
}

export function modesPanel(context: PanelContext, choice: ModesChoice): HTMLElement {
  const { doc, translate: t, hidden } = context
  if (hidden) return element("p", "dn-mute", {}, t("Shown when the gradients are predicted."))
  const of = `${context.step.back?.of}:${context.entry}`
  const own = doc.tangents?.findIndex((d) => `${d.node}:${d.entry}` === of) ?? -1
  if (of !== choice.of && own >= 0) choice.tangents = own
  choice.of = of
  const box = element("div", "dn-step-modes")
  const draw = (): void => {
    const all = doc.tangents ?? []
    const chosen = all[Math.min(choice.tangents, all.length - 1)]
    const select = picker(doc, all, choice, draw, context)
    const parts = chosen ? [table(chosen, select, context), agree(chosen, context)] : []
    box.replaceChildren(costs(context), ...parts)
    if (!chosen)
      box.append(
        element("p", "dn-mute", {}, t("The values are too many: no tangents were stored.")),
      )
  }
  draw()
  return box
}

/** Two bars: one pass back gives every entry, one pass forward one entry. Passes where operations are not counted. */
function costs({ doc, translate: t }: PanelContext): HTMLElement {
  const { inputs, value, reverse, tangent, counted } = doc.cost
  const rows = [
    { name: t("reverse"), role: "bwd", passes: 1, operations: value + reverse },
    { name: t("forward"), role: "fwd", passes: inputs, operations: value + inputs * tangent },
  ]
  const size = (row: (typeof rows)[number]): number => (counted ? row.operations : row.passes)
  const most = Math.max(1, ...rows.map(size))
  const title = t("%1 inputs, 1 output: for the whole gradient", formatCount(inputs))
  const box = element("div", "dn-step-costs", {}, element("p", "", {}, title))
  for (const row of rows) {
    const bar = element("i", `dn-step-cost dn-mod-${row.role}`)
    bar.style.width = `${Math.max(2, (180 * size(row)) / most)}px`
    const passes = row.passes === 1 ? t("1 pass") : t("%1 passes", formatCount(row.passes))
    const many = counted ? `, ${t("%1 operations", formatCount(row.operations))}` : ""
    const name = element("span", `dn-${row.role} dn-step-mode`, {}, row.name)
    box.append(element("div", "", {}, name, bar, ` ${passes}${many}`))
  }
  if (!counted)
    box.append(
      element(
        "p",
        "dn-mute",
        {},
        t("Operations are not counted: a loop decides how many there are."),
      ),
    )
  return box
}

function picker(
  doc: TraceDoc,
  all: readonly TraceTangents[],
  choice: ModesChoice,
  draw: () => void,
  { translate: t }: PanelContext,
): HTMLSelectElement {
  const select = element("select", "dn-step-select", { "aria-label": t("input that moves") })
  all.forEach((tangents, i) => {
    const option = element("option", "", { value: i }, directionName(doc, tangents))
    option.selected = i === choice.tangents
    select.append(option)
  })
  select.addEventListener("change", () => {
    choice.tangents = Number(select.value)
    draw()
  })
  return select
}
function directionName(doc: TraceDoc, { node, entry }: TraceTangents): string {
  const leaf = doc.leaves.find((l) => l.node === node)
  return leaf ? entryName(leaf.name, entry, doc.values[leaf.value].shape) : "?"
}

function table(chosen: TraceTangents, select: HTMLElement, context: PanelContext): HTMLElement {
  const { doc, numbers, step, translate: t } = context
  const tangentOf = new Map(chosen.values.map((v) => [doc.values[v].node, v]))
  const cotangentOf = new Map(
    doc.steps.flatMap((s) => (s.back ? [[s.back.of, s.back.sum] as const] : [])),
  )
  const loss = doc.steps.find((s) => s.phase === "bwd" && !s.back)
  if (loss) cotangentOf.set(loss.node, loss.value)
  const cell = (value: number | undefined): string =>
    value === undefined ? "–" : shortValue(numbers.of(value), numbers.shape(value))
  const head = element(
    "tr",
    "",
    {},
    element("th", "", {}, t("value")),
    element("th", "dn-fwd", {}, `↓ ${t("forward: it moves by, with")} `, select),
    element("th", "dn-bwd", {}, `↑ ${t("reverse: the loss moves by")}`),
  )
  const body = element("tbody")
  for (const s of doc.steps.filter((s) => s.phase === "fwd")) {
    const row = element(
      "tr",
      s.node === step.node ? "dn-mod-selected" : "",
      {},
      element("th", "dn-code", { scope: "row" }, s.text),
      element("td", "dn-code", {}, cell(tangentOf.get(s.node))),
      element("td", "dn-code", {}, cell(cotangentOf.get(s.node))),
    )
    body.append(row)
  }
  return element("table", "dn-step-table", {}, element("thead", "", {}, head), body)
}

/** Both modes give the same entry. */
function agree(chosen: TraceTangents, context: PanelContext): HTMLElement {
  const { doc, numbers, translate: t } = context
  const leaf = doc.leaves.find((l) => l.node === chosen.node)
  const lossNode = doc.values[doc.loss].node
  const last = chosen.values.find((v) => doc.values[v].node === lossNode)
  const forward = numbers.of(last)?.[0]
  const reverse = leaf && leaf.gradient >= 0 ? numbers.of(leaf.gradient)?.[chosen.entry] : undefined
  if (forward === undefined || reverse === undefined) return element("p")
  const name = `∂${directionName(doc, chosen)}`
  return element(
    "p",
    "dn-code",
    {},
    element("strong", "", {}, `${name}: `),
    element("span", "dn-fwd", {}, `${t("forward")} ${formatNumber(forward)}`),
    ", ",
    element("span", "dn-bwd", {}, `${t("reverse")} ${formatNumber(reverse)}`),
  )
}
