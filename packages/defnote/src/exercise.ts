/** @file An exercise as a value: its gradients are predicted in the view, or checked in code. */
import { OptionError } from "@defnote/core"
import {
  askedOf,
  english,
  entryName,
  judge,
  slipWords,
  type TraceDoc,
  TraceNumbers,
  type TraceStep,
} from "@defnote/display"
import { type MimeBundle, Output } from "./output.ts"

/** A number, or nested arrays of numbers in the shape of the gradient. */
export type Prediction = number | readonly Prediction[]

/** What `exercise` gives. */
export class Exercise extends Output {
  readonly #doc: () => TraceDoc
  constructor(bundle: () => MimeBundle, doc: () => TraceDoc) {
    super(bundle)
    this.#doc = doc
  }

  /**
   * Says whether a predicted gradient is right, and what is off where it is not. Two digits are enough.
   * @param name - of the parameter, as in `"w"`
   * @param prediction - all entries, in rows
   * @throws OptionError when there is no such gradient, or it has another number of entries
   * @example exercise(loss, params, x, y).check("b", [0.1, -0.2])
   */
  check(name: string, prediction: Prediction): string {
    const doc = this.#doc()
    const leaf = doc.leaves.find((l) => l.name === name && l.gradient >= 0)
    const step = doc.steps.findLast((s) => s.back?.of === leaf?.node)
    if (!leaf || !step) {
      const names = doc.leaves.filter((l) => l.gradient >= 0).map((l) => l.name)
      throw new OptionError(
        `check: no gradient of "${name}"; there are those of ${names.join(", ")}`,
      )
    }
    return verdictOf(step, flat(prediction), new TraceNumbers(doc))
  }
}

const flat = (x: Prediction): number[] => (typeof x === "number" ? [x] : x.flatMap(flat))

function verdictOf(step: TraceStep, answers: readonly number[], numbers: TraceNumbers): string {
  const asked = askedOf(step, numbers)
  if (!asked || asked.length !== answers.length)
    throw new OptionError(
      `check: ${answers.length} numbers for ${step.label}, which has ${asked?.length ?? "too many"}`,
    )
  const shape = numbers.shape(step.value)
  const wrong = answers.flatMap((answer, at) => {
    const found = judge(step, at, answer, numbers)
    if (found?.right) return []
    const why = found ? english(...slipWords(found, step)) : "That is no number."
    return [`✗ ${entryName(step.label, at, shape)}: ${why}`]
  })
  return wrong.length ? wrong.join("\n") : `✓ ${step.label} is right`
}
