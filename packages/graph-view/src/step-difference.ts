/** @file What finite differences say of the chosen entry: agreed, a kink with its two slopes, or a wrong rule. */
import {
  type Agreement,
  agreement,
  formatNumber,
  type Sides,
  type TraceDoc,
  type TraceNumbers,
  type TraceStep,
} from "@defnote/display"
import { element } from "./dom.ts"
import type { Translate } from "./view.ts"

export interface DifferenceContext {
  readonly doc: TraceDoc
  readonly numbers: TraceNumbers
  readonly entry: number
  readonly translate: Translate
}

/** `✓ finite difference −0.241`; without a mark where it is not finite, with ◇ at a kink. */
export function differenceMark(
  step: TraceStep,
  { doc, numbers, entry, translate: t }: DifferenceContext,
): HTMLElement[] {
  const d = numbers.of(step.back?.differences)?.[entry]
  const found = agreement(doc, step, numbers)
  if (d === undefined || !found) return []
  const text = t("finite difference %1", formatNumber(d))
  if (!Number.isFinite(d)) return [element("span", "dn-mute", {}, text)]
  const verdict = found.of(entry)
  if (verdict === "ok") return [element("span", "dn-ok", {}, `✓ ${text}`)]
  if (verdict === "wrong") return [element("span", "dn-error", {}, `✗ ${text}`)]
  return [element("span", "dn-step-kink", {}, `◇ ${t("a kink")}`)]
}

/** Sentences below: which slopes a kink has and what the rule takes, or what to do about a wrong rule. */
export function differenceNotes(step: TraceStep, context: DifferenceContext): HTMLElement[] {
  const { doc, numbers, entry, translate: t } = context
  const found = agreement(doc, step, numbers)
  const gradient = numbers.of(step.back?.sum)?.[entry]
  if (!found || gradient === undefined) return []
  const verdict = found.of(entry)
  const note = (mark: string, text: string): HTMLElement =>
    element("p", "dn-step-note", {}, `${mark} ${text}`)
  const others = othersOf(found, entry, context)
  if (verdict === "kink") return [note("◇", kinkText(found, gradient, step, context)), ...others]
  if (verdict === "ok") return others
  const text = t(
    "The gradient and the difference disagree: the rule of some operation is wrong. inspect() says of which.",
  )
  return [note("✗", text), ...others]
}

function kinkText(
  found: Agreement,
  gradient: number,
  step: TraceStep,
  { doc, numbers, entry, translate: t }: DifferenceContext,
): string {
  const at = doc.steps.find((s) => !s.back && s.node === found.node)
  const where = at ? t("A kink of %1", at.text) : t("A kink")
  const sides = found.sides.get(entry)
  if (sides) return `${where}: ${slopes(sides, gradient, t)}`
  const d = numbers.of(step.back?.differences)?.[entry] ?? Number.NaN
  return t(
    "%1: several slopes meet and cancel. The difference sees %2, the rules take one slope each and get %3.",
    where,
    formatNumber(d),
    formatNumber(gradient),
  )
}
const slopes = ({ left, right }: Sides, gradient: number, t: Translate): string =>
  t(
    "left slope %1, right slope %2. Each number between is a right answer; the rule takes %3.",
    formatNumber(left),
    formatNumber(right),
    formatNumber(gradient),
  )

/** How many entries beside the chosen one are not simply right. */
function othersOf(
  found: Agreement,
  entry: number,
  { translate: t }: DifferenceContext,
): HTMLElement[] {
  const kinks = [...found.sides.keys()].filter((at) => at !== entry).length
  if (!kinks || found.sides.has(entry)) return []
  const text =
    kinks === 1 ? t("Another entry is at a kink.") : t("%1 entries are at a kink.", kinks)
  return [element("p", "dn-step-note dn-mute", {}, `◇ ${text}`)]
}
