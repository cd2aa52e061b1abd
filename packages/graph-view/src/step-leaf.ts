/** @file Another value for one entry of a leaf: both passes are computed again by whoever can. */
import {
  entryName,
  formatNumber,
  type LeafEdit,
  type TraceDoc,
  TraceNumbers,
} from "@defnote/display"
import { button, element } from "./dom.ts"
import { matrix, neighbour } from "./step-matrix.ts"
import type { PanelContext } from "./step-panels.ts"

/** Whoever can run the function again. */
export interface LiveSteps {
  /** Why it cannot be done now; "" when it can. */
  reason(): string
  /** The trace with these entries in place of its own; rejects with a sentence. */
  compute(live: string, edits: readonly LeafEdit[]): Promise<TraceDoc>
}

/** What the panel remembers between steps. */
export class LeafChoice {
  leaf = 0
  entry = 0
  edits: LeafEdit[] = []
  message = ""
}

export function leafPanel(
  context: PanelContext,
  choice: LeafChoice,
  live: LiveSteps | undefined,
  apply: (edits: LeafEdit[]) => void,
): HTMLElement {
  const { doc, translate: t } = context
  const reason = reasonOf(doc, live, context)
  const leaf = doc.leaves[Math.min(choice.leaf, doc.leaves.length - 1)]
  if (!leaf) return element("p", "dn-mute", {}, t("The first argument holds no float tensor."))
  const redraw = (): void => box.replaceWith(leafPanel(context, choice, live, apply))
  const box = element("div", "dn-step-side")
  const numbers = new TraceNumbers(doc)
  const values = numbers.of(leaf.value)
  const shape = doc.values[leaf.value].shape
  const entry = Math.min(choice.entry, Math.max(0, (values?.length ?? 1) - 1))
  const pick = (at: number): void => {
    choice.entry = at
    redraw()
  }
  const figure = matrix(
    {
      name: leaf.name,
      role: "fwd",
      shape,
      values,
      summary: doc.values[leaf.value].summary,
      chosen: entry,
      pick,
    },
    context.theme,
    t,
  )
  figure.tabIndex = 0
  figure.addEventListener("keydown", (event) => {
    if (!event.key.startsWith("Arrow")) return
    event.preventDefault()
    event.stopPropagation()
    pick(neighbour(entry, shape, event.key))
  })
  const form = formOf(
    context,
    choice,
    { name: entryName(leaf.name, entry, shape), value: values?.[entry], entry, reason },
    apply,
  )
  box.append(element("div", "", {}, pickerOf(doc, choice, redraw, context), figure), form)
  return box
}

function reasonOf(
  doc: TraceDoc,
  live: LiveSteps | undefined,
  { translate: t }: PanelContext,
): string {
  if (!live || !doc.live) return t("Saved view. Changing values needs the kernel.")
  return live.reason()
}

function pickerOf(
  doc: TraceDoc,
  choice: LeafChoice,
  redraw: () => void,
  { translate: t }: PanelContext,
): HTMLElement {
  const select = element("select", "dn-step-select", { "aria-label": t("leaf") })
  doc.leaves.forEach(({ name }, i) => {
    const option = element("option", "", { value: i }, name)
    option.selected = i === choice.leaf
    select.append(option)
  })
  select.addEventListener("change", () => {
    choice.leaf = Number(select.value)
    choice.entry = 0
    redraw()
  })
  select.hidden = doc.leaves.length < 2
  return select
}

function formOf(
  { translate: t }: PanelContext,
  choice: LeafChoice,
  at: { name: string; value: number | undefined; entry: number; reason: string },
  apply: (edits: LeafEdit[]) => void,
): HTMLElement {
  const input = element("input", "dn-step-answer", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    value: at.value === undefined ? "" : String(Number(at.value.toPrecision(6))),
    "aria-label": t("new value of %1", at.name),
  })
  const change = button(t("Change"), t("Compute both passes again (Enter)"), () => send())
  const back = button(t("Reset"), t("Back to the values of the run"), () => apply([]))
  const blocked = at.reason || (at.value === undefined ? t("This tensor is too large.") : "")
  for (const control of [input, change, back]) {
    control.disabled = blocked !== ""
    if (blocked) control.title = blocked
  }
  back.disabled ||= choice.edits.length === 0
  const message = element(
    "p",
    blocked ? "dn-mute" : "",
    { role: "status" },
    blocked || choice.message,
  )
  const send = (): void => {
    const value = Number(input.value.trim().replaceAll("−", "-").replace(",", "."))
    if (!input.value.trim() || Number.isNaN(value)) {
      message.textContent = t("Write a number, such as -0.25.")
      return
    }
    const kept = choice.edits.filter((e) => e.leaf !== choice.leaf || e.entry !== at.entry)
    apply([...kept, { leaf: choice.leaf, entry: at.entry, value }])
  }
  input.addEventListener("keydown", (event) => {
    event.stopPropagation()
    if (event.key === "Enter") send()
  })
  const label = element("label", "dn-code", {}, `${at.name} = `, input)
  return element(
    "div",
    "",
    {},
    element("div", "dn-step-exercise", {}, label, change, back),
    message,
  )
}

/** What a change did to the loss. */
export function changeText(
  before: TraceDoc,
  after: TraceDoc,
  t: PanelContext["translate"],
): string {
  const loss = (doc: TraceDoc): string => {
    const values = new TraceNumbers(doc).of(doc.loss)
    return values ? formatNumber(values[0], 6) : "?"
  }
  return t("The loss was %1 and is %2.", loss(before), loss(after))
}
