/** @file Exercises as values: gradients are predicted in the view, or checked in code; a list of them by topic. */
import { OptionError } from "@defnote/core"
import {
  type Answer,
  askedOf,
  english,
  entryName,
  formatShape,
  type Judgements,
  judgeAll,
  readAnswer,
  shapeWords,
  slipWords,
  type TraceDoc,
  TraceNumbers,
  type TraceStep,
} from "@defnote/display"
import { type MimeBundle, Output } from "./output.ts"

/** A number, a text such as `"2/3"` or `"sqrt(2)/2"`, or nested arrays of these in the shape of the gradient. */
export type Prediction = number | string | readonly Prediction[]

/** What a teacher says of an exercise. */
export interface ExerciseText {
  readonly text: string
  /** Said first when somebody asks for a hint; the rule and its numbers follow. */
  readonly hint?: string
}

/** An exercise with a text, or without. */
export type MakeExercise = (task?: ExerciseText) => {
  readonly bundle: () => MimeBundle
  readonly document: () => TraceDoc
}

/** What `exercise` gives. */
export class Exercise extends Output {
  readonly #make: MakeExercise
  readonly #doc: () => TraceDoc
  readonly #solved = new Set<string>()

  constructor(make: MakeExercise, task?: ExerciseText) {
    const { bundle, document } = make(task)
    super(bundle)
    this.#make = make
    this.#doc = document
  }

  /**
   * The same exercise with a question of one's own, and a first hint.
   * @example exercise(loss, params, x, y).withText("Which way should b move?", "Look at the sign of h − y.")
   */
  withText(text: string, hint?: string): Exercise {
    return new Exercise(this.#make, hint === undefined ? { text } : { text, hint })
  }

  /** The question, "" where there is none. */
  get text(): string {
    return this.#doc().task?.text ?? ""
  }

  /** Names of the gradients that can be predicted. */
  get names(): readonly string[] {
    return this.#doc()
      .leaves.filter((l) => l.gradient >= 0)
      .map((l) => l.name)
  }

  /** Names of the gradients that {@link check} found right. */
  get solved(): readonly string[] {
    return this.names.filter((name) => this.#solved.has(name))
  }

  /** Forgets what was right. */
  reset(): this {
    this.#solved.clear()
    return this
  }

  /**
   * Says whether a predicted gradient is right, and what is off where it is not: each slip once, with its entries. Two
   * digits are enough.
   * @param name - of the parameter, as in `"w"`
   * @param prediction - all entries: in the shape of the gradient, or in one list, row by row
   * @throws OptionError when there is no such gradient, or the prediction is not as many numbers
   * @example exercise(loss, params, x, y).check("b", [0.1, "-1/5"])
   */
  check(name: string, prediction: Prediction): string {
    const doc = this.#doc()
    const leaf = doc.leaves.find((l) => l.name === name && l.gradient >= 0)
    const step = doc.steps.findLast((s) => s.back?.of === leaf?.node)
    if (!leaf || !step)
      throw new OptionError(
        `check: no gradient of "${name}"; there are those of ${this.names.join(", ")}`,
      )
    const said = verdictOf(step, answerOf(prediction), new TraceNumbers(doc))
    if (said.right) this.#solved.add(name)
    return said.text
  }
}

/** Several exercises on one topic, in the order in which a teacher wants them. */
export class ExerciseList extends Output {
  readonly topic: string
  readonly tasks: readonly Exercise[]

  constructor(topic: string, tasks: readonly Exercise[]) {
    super(() => ({}))
    this.topic = topic
    this.tasks = tasks
  }

  /** Made anew each time it is shown, since it says what is done. */
  override get bundle(): MimeBundle {
    return { "text/markdown": this.#listing("markdown"), "text/plain": this.#listing("plain") }
  }

  /** How many gradients were found right by `check`, of how many. */
  get progress(): { readonly solved: number; readonly of: number } {
    const count = (names: (task: Exercise) => readonly string[]): number =>
      this.tasks.reduce((sum, task) => sum + names(task).length, 0)
    return { solved: count((t) => t.solved), of: count((t) => t.names) }
  }

  /** Forgets what was right in all of them. */
  reset(): this {
    for (const task of this.tasks) task.reset()
    return this
  }

  #listing(style: "markdown" | "plain"): string {
    const plain = style === "plain"
    const rows = this.tasks.map((task, i) => {
      const asked = task.names
        .map((n) => (task.solved.includes(n) ? `∂${n} ✓` : `∂${n}`))
        .join(", ")
      const text = task.text || "Predict the gradient."
      const place = plain ? `tasks[${i}]` : `\`tasks[${i}]\``
      return `${plain ? "  " : ""}${i + 1}. ${text} (${asked}; ${place})`
    })
    return [plain ? this.topic : `#### ${this.topic}\n`, ...rows].join("\n")
  }
}

/**
 * A list of exercises on one topic. It shows the questions; `tasks[0]` shows the first one.
 * @throws OptionError for what is no exercise
 * @example exercises("The chain rule", [exercise(loss, params, x, y).withText("Which way should b move?")])
 */
export function exercises(topic: string, tasks: readonly Exercise[]): ExerciseList {
  const other = tasks.findIndex((task) => !(task instanceof Exercise))
  if (!tasks.length || other >= 0)
    throw new OptionError(
      `exercises: ${tasks.length ? `task ${other} is no exercise` : "no tasks"}; it takes a list of exercise(f, ...args)`,
      { remedy: 'Write exercises("topic", [exercise(f, x).withText("question")]).' },
    )
  return new ExerciseList(topic, tasks)
}

/** @throws OptionError for a text that is no number, or rows of different lengths */
function answerOf(x: Prediction): Answer {
  if (typeof x === "number") return { values: [x], shape: [] }
  if (typeof x === "string") {
    const found = readAnswer(x)
    if (found) return found
    throw new OptionError(`check: "${x}" is no number; write such as 0.25, "2/3" or "1e-3"`)
  }
  const items = x.map(answerOf)
  const [{ shape } = { shape: [] }] = items
  const odd = items.find((item) => item.shape.join() !== shape.join())
  if (odd)
    throw new OptionError(
      `check: rows of different lengths, ${formatShape(shape)} and ${formatShape(odd.shape)}`,
    )
  return { values: items.flatMap((item) => item.values), shape: [items.length, ...shape] }
}

function verdictOf(
  step: TraceStep,
  answer: Answer,
  numbers: TraceNumbers,
): { readonly right: boolean; readonly text: string } {
  const asked = askedOf(step, numbers)
  const { values } = answer
  if (!asked || asked.length !== values.length)
    throw new OptionError(
      `check: ${values.length} numbers for ${step.label}, which has ${asked?.length ?? "too many"}`,
    )
  const shape = numbers.shape(step.value)
  // One list is a way to write any tensor, and so is a number for a tensor of one element.
  const found = judgeAll(step, answer.shape.length < 2 ? { values, shape } : answer, numbers)
  if (!found)
    return { right: false, text: `✗ ${english(...shapeWords(step, answer.shape, numbers))}` }
  if (found.wrong.length === 0) return { right: true, text: `✓ ${step.label} is right` }
  return { right: false, text: wrongText(step, found, shape) }
}

function wrongText(
  step: TraceStep,
  { right, wrong }: Judgements,
  shape: readonly number[],
): string {
  const name = (at: number): string => entryName(step.label, at, shape)
  const lines = wrong.map(
    ({ entries, found }) =>
      `✗ ${entries.map(name).join(", ")}: ${english(...slipWords(found, step))}`,
  )
  const rest = right.length ? [`✓ ${right.map(name).join(", ")}`] : []
  return [...lines, ...rest].join("\n")
}
