/**
 * @file "Predict this gradient": asks for one entry of a step or for all of them, says what is off, gives hints in steps.
 */
import {
  entryName,
  type Judgement,
  type Judgements,
  judge,
  judgeAll,
  readAnswer,
  shapeWords,
  slipWords,
  type TraceDoc,
  type TraceNumbers,
  type TraceStep,
} from "@defnote/display"
import { button, element } from "./dom.ts"
import { HINTS } from "./step-predictions.ts"
import type { Translate } from "./view.ts"

export interface ExerciseContext {
  readonly doc: TraceDoc
  readonly step: TraceStep
  readonly numbers: TraceNumbers
  readonly entry: number
  readonly found: ReadonlySet<number>
  readonly hints: number
  readonly translate: Translate
  /** What was written and what was said of it, if the page is drawn anew after it. */
  readonly draft: string
  readonly said: string
  /** Some entries are right; `said` is what to say of it. */
  readonly solved: (entries: readonly number[], said: string) => void
  /** The rest is to be shown. */
  readonly finish: () => void
  readonly hint: (draft: string) => void
  /** The rule with the numbers of the chosen entry, without their sum. */
  readonly written: () => readonly (Node | string)[]
}

/** Names of entries that one sentence lists. */
const NAMED = 4

/** A line with an input and buttons, the hints that were asked for, and what is said of an answer. */
export function exerciseForm(context: ExerciseContext): HTMLElement {
  const { step, numbers, entry, found, hints, translate: t, said } = context
  const name = entryName(step.label, entry, numbers.shape(step.value))
  const feedback = element("p", "dn-step-feedback", { role: "status", id: nextId() }, said)
  const input = element("input", "dn-step-answer", {
    type: "text",
    autocomplete: "off",
    spellcheck: "false",
    "aria-label": t("your prediction of %1", name),
    "aria-describedby": feedback.id,
    placeholder: t("such as 2/3"),
    value: context.draft,
  })
  const check = (): void => {
    const lines = answered(input.value, context)
    if (!lines) return
    feedback.className = "dn-step-feedback dn-error"
    input.setAttribute("aria-invalid", "true")
    feedback.replaceChildren(...lines.map((line) => element("span", "dn-step-said", {}, line)))
  }
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return
    event.stopPropagation()
    if (event.key === "Enter") check()
  })
  const left = hints < HINTS
  const hint = button(t("Hint"), t("Hint %1 of %2", Math.min(hints + 1, HINTS), HINTS), () =>
    context.hint(input.value),
  )
  hint.disabled = !left
  const rest = found.size ? t("Show the rest") : t("Show it")
  const label = element("label", "dn-code", {}, question(context, name), " ", input)
  return element(
    "div",
    "dn-step-exercise",
    { role: "group", "aria-label": t("exercise") },
    label,
    button(t("Check"), t("Check the prediction (Enter)"), check),
    hint,
    button(
      rest,
      found.size ? t("Show the other entries") : t("Give up and show the numbers"),
      context.finish,
    ),
    feedback,
    ...hintLines(context),
  )
}

/** The question of a teacher; none where there is none. */
export const taskLine = (doc: TraceDoc): HTMLElement[] =>
  doc.task ? [element("p", "dn-step-task", {}, doc.task.text)] : []

/** A step that was predicted, and what was said of the last answer. */
export function doneLine(said: string, t: Translate): HTMLElement {
  return element("p", "dn-ok", { role: "status" }, `✓ ${t("predicted")}`, said ? `: ${said}` : "")
}

let ids = 0
const nextId = (): string => `dn-step-feedback-${++ids}`

function question({ step, translate: t }: ExerciseContext, name: string): string {
  const { back } = step
  const whole = back && back.uses > 1 && back.use === back.uses
  if (whole) return t("Predict %1, the sum of its %2 uses:", name, back.uses)
  return back && back.uses > 1
    ? t("Predict %1, the part of use %2 of %3:", name, back.use, back.uses)
    : t("Predict %1:", name)
}

/** Judges what was written; the lines to show where it is not right. */
function answered(text: string, context: ExerciseContext): string[] | undefined {
  const { step, numbers, entry, solved, translate: t } = context
  const answer = readAnswer(text)
  if (!answer)
    return [
      t("Write a number such as −0.25, 2/3 or 1e-3, or all entries in rows: [[1, 2], [3, 4]]."),
    ]
  const { values, shape } = answer
  if (!shape.length) {
    const found = judge(step, entry, values[0], numbers)
    if (!found?.right) return [`✗ ${t(...slipWords(found ?? { right: false }, step))}`]
    return void solved([entry], praise([entry], found, context))
  }
  const all = judgeAll(step, answer, numbers)
  if (!all) return [`✗ ${t(...shapeWords(step, shape, numbers))}`]
  if (all.right.length) solved(all.right, saidOfAll(all, context))
  return all.right.length ? undefined : wrongLines(all, context)
}

function praise(entries: readonly number[], found: Judgement, context: ExerciseContext): string {
  const { step, numbers, translate: t, found: known } = context
  const size = numbers.of(step.value)?.length ?? 1
  const left = size - new Set([...known, ...entries]).size
  const names = namesOf(entries, context)
  const right = found.kink
    ? t("✓ %1: at a kink every number between the slopes of both sides is right.", names)
    : t("✓ %1 is right.", names)
  if (!left) return right
  const more = left === 1 ? t("1 entry is left.") : t("%1 entries are left.", left)
  return `${right} ${more}`
}
const saidOfAll = (all: Judgements, context: ExerciseContext): string =>
  [praise(all.right, { right: true }, context), ...wrongLines(all, context)].join(" ")

const wrongLines = (all: Judgements, context: ExerciseContext): string[] =>
  all.wrong.map(({ entries, found }) => {
    const { step, translate: t } = context
    return `✗ ${namesOf(entries, context)}: ${t(...slipWords(found, step))}`
  })

function namesOf(
  entries: readonly number[],
  { step, numbers, translate: t }: ExerciseContext,
): string {
  const shape = numbers.shape(step.value)
  const names = entries.slice(0, NAMED).map((at) => entryName(step.label, at, shape))
  const more = entries.length - names.length
  return more ? t("%1 and %2 more", names.join(", "), more) : names.join(", ")
}

/** The teacher's hint and the way in words; the rule stands above by then; its numbers. */
function hintLines(context: ExerciseContext): HTMLElement[] {
  const { doc, step, hints, translate: t } = context
  const line = (...parts: readonly (Node | string)[]): HTMLElement =>
    element("p", "dn-step-hint", {}, element("strong", "", {}, `${t("Hint")}: `), ...parts)
  const lines: HTMLElement[] = []
  if (hints >= 1 && doc.task?.hint) lines.push(line(doc.task.hint))
  if (hints >= 1) lines.push(line(wayOf(step, t)))
  if (hints >= 2) lines.push(line(t("The rule stands at the top.")))
  if (hints >= 3) lines.push(line(...context.written()))
  return lines
}

function wayOf(step: TraceStep, t: Translate): string {
  const { back, names } = step
  const [output, input] = [names[names.length - 1], names[back?.input ?? 0]]
  const way = t(
    "What comes from above, ∂%1, is multiplied by the derivative of %1 by %2.",
    output,
    input,
  )
  if (!back || back.uses < 2 || back.use < back.uses) return way
  return `${way} ${t("%1 is used %2 times: add the parts of all its uses.", input, back.uses)}`
}
