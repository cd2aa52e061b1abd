/** @file "Predict this gradient": asks for one entry of a step, checks it, says which factor is off. */
import { entryName, judge, slipWords, type TraceNumbers, type TraceStep } from "@defnote/display"
import { button, element } from "./dom.ts"
import type { Translate } from "./view.ts"

export interface ExerciseContext {
  readonly step: TraceStep
  readonly numbers: TraceNumbers
  readonly entry: number
  readonly translate: Translate
  /** The answer is right, or the reader gives up. */
  readonly solved: (right: boolean) => void
}

/** A line with an input; its feedback comes below. */
export function exerciseForm(context: ExerciseContext): HTMLElement {
  const { step, numbers, entry, translate: t, solved } = context
  const name = entryName(step.label, entry, numbers.shape(step.value))
  const { back } = step
  const whole = back && back.uses > 1 && back.use === back.uses
  const input = element("input", "dn-step-answer", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-label": t("your prediction of %1", name),
  })
  const feedback = element("p", "dn-step-feedback", { role: "status" })
  const check = (): void => {
    const answer = Number(input.value.trim().replaceAll("−", "-").replace(",", "."))
    const verdict = input.value.trim() ? judge(step, entry, answer, numbers) : undefined
    if (!verdict) feedback.textContent = t("Write a number, such as -0.25.")
    else if (verdict.right) solved(true)
    else feedback.textContent = `✗ ${t(...slipWords(verdict, step))}`
    feedback.className = "dn-step-feedback dn-error"
  }
  input.addEventListener("keydown", (event) => {
    event.stopPropagation()
    if (event.key === "Enter") check()
  })
  return element(
    "div",
    "dn-step-exercise",
    { role: "group", "aria-label": t("exercise") },
    element(
      "label",
      "dn-code",
      {},
      whole ? t("Predict %1, the sum of its %2 uses:", name, back.uses) : t("Predict %1:", name),
      " ",
      input,
    ),
    button(t("Check"), t("Check the prediction (Enter)"), check),
    button(t("Show it"), t("Give up and show the numbers"), () => solved(false)),
    feedback,
  )
}
