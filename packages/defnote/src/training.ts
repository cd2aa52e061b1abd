/** @file `trainingPanel`: one live output that a training loop feeds, step by step. */
import {
  type Container,
  checkOptions,
  flattenWithPaths,
  isTensor,
  OptionError,
  optionNames,
  type Tensor,
} from "@defnote/core"
import {
  clip,
  formatCount,
  MIME,
  TRAINING,
  type TrainingDoc,
  type TrainingEvent,
  trainingListing,
  trainingSvg,
  versionOf,
} from "@defnote/display"
import { valuesOf } from "@defnote/display/document"
import { LastGood, statistics } from "@defnote/inspect"
import { answerQuestions, type CellEnd, kernelHost } from "./host.ts"
import { type MimeBundle, Output } from "./output.ts"
import { BoundedSeries } from "./training-series.ts"

/** Options of {@link trainingPanel}. */
export interface TrainingPanelOptions {
  /** Stands above the panel. */
  readonly title?: string
  /** Steps of the whole run, for progress and time left. */
  readonly steps?: number
}

/** What a training loop tells of one step. Only `loss` is needed. */
export interface TrainingStep {
  readonly loss: number | Tensor
  /** Other numbers with a curve of their own, such as an accuracy. */
  readonly metrics?: Readonly<Record<string, number | Tensor>>
  /** Gradients as `valueAndGrad` gives them: the norm of each is a strip. */
  readonly gradients?: Container
  /** Parameters of the same structure; those before the first bad step stay in {@link TrainingPanel.lastGood}. */
  readonly parameters?: Container
  /** What is added to the parameters: gives ‖update‖ / ‖value‖. */
  readonly updates?: Container
  /** Examples in this step, for examples per second. */
  readonly examples?: number
  /** What "Inspect this step" shows when this step is the first that is not finite. */
  readonly inspect?: () => Output
}

const PANEL = optionNames<TrainingPanelOptions>({ title: true, steps: true })
const STEP = optionNames<TrainingStep>({
  loss: true,
  metrics: true,
  gradients: true,
  parameters: true,
  updates: true,
  examples: true,
  inspect: true,
})

/** Updates of the output are at least so far apart, in ms. */
const EVERY_MS = 100
/** Points of a loss, and of a strip, whose columns are joined two to one at 160. */
const POINTS = 1000
const STRIP_POINTS = 320
/** Parameters with a strip. */
const STRIPS = 24
/** Events that are kept. */
const EVENTS = 20

let panels = 0

/** A running panel. Made by {@link trainingPanel}. */
export class TrainingPanel {
  readonly #options: TrainingPanelOptions
  readonly #name = `training-${++panels}`
  readonly #losses = new Map<string, BoundedSeries>()
  readonly #norms = new Map<string, BoundedSeries>()
  readonly #ratios = new Map<string, BoundedSeries>()
  readonly #events: TrainingEvent[] = []
  readonly #started = performance.now()
  #state: TrainingDoc["state"] = "running"
  #reason: string | undefined
  /** A loop over the panel was left before its last step; whether by an error, the end of the cell tells. */
  #left = false
  #step = 0
  #items = 0
  readonly #record = new LastGood<Container>()
  #elapsed = 0
  #shownAt = Number.NEGATIVE_INFINITY
  #shown = false
  #offered = false
  #timer: ReturnType<typeof setTimeout> | undefined
  #inspect: { readonly step: number; readonly show: () => Output } | undefined

  constructor(options: TrainingPanelOptions) {
    this.#options = options
  }

  /** The last step before the first that was not finite, with its parameters where they were given: to repeat it. */
  get lastGood(): { readonly step: number; readonly parameters: Container } | undefined {
    return this.#record.step
  }

  /**
   * The numbers of one step; the output follows at most ten times a second.
   * @returns whether loss and gradients were finite
   */
  step(values: TrainingStep): boolean {
    checkOptions("panel.step", values ?? null, STEP)
    this.#go()
    const step = ++this.#step
    this.#elapsed = performance.now() - this.#started
    this.#items += values.examples ?? 0
    const loss = numberOf(values.loss, "loss")
    this.#add(this.#losses, "loss", step, loss, "mean")
    for (const [name, value] of Object.entries(values.metrics ?? {}))
      this.#add(this.#losses, name, step, numberOf(value, name), "mean")
    const broken = this.#addNorms(values, step)
    if (!Number.isFinite(loss)) broken.unshift(`the loss was ${wordOf(loss)}`)
    if (broken.length) this.#broke(step, broken, values.inspect)
    else this.#record.good(step, values.parameters)
    if (step === this.#options.steps) this.#state = "done"
    this.#follow()
    return broken.length === 0
  }

  /** The run is over; the output gets its last state. */
  done(): void {
    this.#end("done")
  }

  /** The run was ended before its last step. */
  stop(): void {
    this.#end("stopped")
  }

  /**
   * Step numbers from 0. A `break` stops the panel. An error or an interrupt in this loop, or in any other that calls
   * {@link step}, ends it with the reason.
   */
  *[Symbol.iterator](): Generator<number, void> {
    const { steps } = this.#options
    if (steps === undefined)
      throw new OptionError("trainingPanel: a loop over the panel needs {steps}")
    let whole = false
    try {
      for (let i = 0; i < steps; i++) yield i
      whole = true
    } finally {
      if (!whole) this.#left = this.#state === "running"
      this.#end(whole ? "done" : "stopped")
    }
  }

  /** Shows the gradients of the first step that was not finite below the panel. */
  inspect(): void {
    if (!this.#inspect)
      throw new OptionError("trainingPanel: no step broke, or none was given {inspect}")
    kernelHost()?.display(this.#inspect.show(), { id: `${this.#name}-step`, update: true })
  }

  /** The state as text. */
  toString(): string {
    return trainingListing(this.document())
  }

  /** The payload of the panel as it is now. */
  document(): TrainingDoc {
    const { title, steps } = this.#options
    const series = [
      ...[...this.#losses].map(([name, s]) => s.encode(name, name === "loss" ? "loss" : "metric")),
      ...[...this.#norms].map(([name, s]) => s.encode(name, "gradient")),
      ...[...this.#ratios].map(([name, s]) => s.encode(name, "update")),
    ]
    const { badSteps: bad, step: good } = this.#record
    return {
      schema: versionOf("training"),
      strings: [],
      sources: [],
      locs: [],
      ...(title ? { title } : {}),
      state: this.#state,
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      step: this.#step,
      ...(steps === undefined ? {} : { steps }),
      ...(this.#items ? { items: this.#items } : {}),
      elapsedMs: Math.round(this.#elapsed * 10) / 10,
      series,
      events: this.#events,
      ...(bad ? { badSteps: bad, lastGood: good?.step ?? 0 } : {}),
      panel: this.#name,
    }
  }

  #add(
    to: Map<string, BoundedSeries>,
    name: string,
    step: number,
    value: number,
    join: "mean" | "worst",
  ): void {
    let series = to.get(name)
    if (!series) {
      series = new BoundedSeries(join === "mean" ? POINTS : STRIP_POINTS, join)
      to.set(name, series)
    }
    series.add(step, value)
  }

  /** Adds norms and ratios; says which gradients are not finite. */
  #addNorms(values: TrainingStep, step: number): string[] {
    const broken: string[] = []
    const gradients = flattenWithPaths(values.gradients ?? [])
    for (const [path, gradient] of gradients) {
      const name = nameOf(path)
      const { norm, bad } = sizeOf(gradient)
      if (bad) broken.push(`∂${name} has ${bad}`)
      if (this.#norms.size < STRIPS || this.#norms.has(name))
        this.#add(this.#norms, name, step, norm, "worst")
    }
    const updates = new Map(flattenWithPaths(values.updates ?? []))
    if (updates.size)
      for (const [path, parameter] of flattenWithPaths(values.parameters ?? [])) {
        const update = updates.get(path)
        if (!update || !this.#norms.has(nameOf(path))) continue
        const ratio = sizeOf(update).norm / sizeOf(parameter).norm
        this.#add(this.#ratios, nameOf(path), step, ratio, "worst")
      }
    return broken
  }

  #broke(step: number, broken: readonly string[], show: TrainingStep["inspect"]): void {
    this.#record.bad(step, undefined)
    if (this.#events.length >= EVENTS) return
    const first = broken.slice(0, 3).join(", ")
    const more = broken.length > 3 ? ` and ${broken.length - 3} more` : ""
    const inspect = show !== undefined && this.#inspect === undefined
    if (inspect) this.#inspect = { step, show }
    const text = `${first[0].toUpperCase()}${first.slice(1)}${more}.`
    this.#events.push({ step, kind: "nan", text, ...(inspect ? { inspect } : {}) })
  }

  /** Shows at once when the last time is long enough ago, otherwise soon. */
  #follow(): void {
    const wait = EVERY_MS - (performance.now() - this.#shownAt)
    if (wait <= 0 || this.#state !== "running") return this.#show()
    if (this.#timer) return
    this.#timer = setTimeout(() => this.#show(), wait)
    // A loop that never yields shows by itself; the timer is for its end.
    this.#timer.unref?.()
  }

  /** A step came: the cell that it belongs to will tell its end. One after an end, as in the next cell, goes on. */
  #go(): void {
    if (this.#step !== this.#options.steps) {
      this.#state = "running"
      this.#reason = undefined
    }
    this.#left = false
    kernelHost()?.whenCellEnds?.(this, (end) => this.#cellEnded(end))
  }

  /** What ended the cell ended the run that it drove. */
  #cellEnded({ status, reason }: CellEnd): void {
    if (this.#state !== "running" && !this.#left) return
    if (status === "ok" && this.#left) return
    if (status === "ok") return this.#end(this.#options.steps === undefined ? "done" : "stopped")
    this.#state = status === "error" ? "failed" : "stopped"
    this.#reason = status === "error" ? shortReason(reason) : "interrupted"
    this.#show()
  }

  #end(state: "done" | "stopped"): void {
    if (this.#state !== "running") return
    this.#state = state
    this.#show()
  }

  #show(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#shownAt = performance.now()
    const host = kernelHost()
    if (!host) return
    const doc = this.document()
    const bundle: MimeBundle = {
      [MIME.training]: doc,
      "image/svg+xml": trainingSvg(doc),
      "text/plain": trainingListing(doc),
    }
    host.display(new Output(() => bundle), { id: this.#name, update: this.#shown })
    if (!this.#shown) follow(this.#name, this)
    this.#shown = true
    this.#offer()
  }

  /** The place below the panel where the gradients of a broken step will stand. */
  #offer(): void {
    if (!this.#inspect || this.#offered) return
    this.#offered = true
    const hint = `Step ${this.#inspect.step} can be inspected: press the button, or call inspect() of the panel.`
    kernelHost()?.display(new Output(() => ({ "text/plain": hint })), { id: `${this.#name}-step` })
  }
}

/**
 * A live output for a training loop: loss, throughput, time left, and a strip of gradient norms per parameter. NaN is
 * reported with the step where it came, and the last good parameters are kept.
 * @example
 * const panel = trainingPanel({ steps: 100 })
 * for (const i of panel) {
 *   const [loss, gradients] = [1 / (i + 1), { w: tensor([1, 2]) }]
 *   panel.step({ loss, gradients })
 * }
 */
export function trainingPanel(options: TrainingPanelOptions = {}): TrainingPanel {
  checkOptions("trainingPanel", options, PANEL)
  const { steps } = options
  if (steps !== undefined && !(Number.isSafeInteger(steps) && steps > 0))
    throw new OptionError(`trainingPanel: steps is ${steps}; it must be a positive integer`)
  return new TrainingPanel(options)
}

/** Panels whose broken step can be inspected, by name; the last few, as each holds a batch and parameters. */
const followed = new Map<string, TrainingPanel>()
const FOLLOWED = 8

function follow(name: string, panel: TrainingPanel): void {
  if (followed.size === 0)
    answerQuestions(TRAINING, (question) => {
      const asked = followed.get(String(question.panel))
      if (asked) asked.inspect()
      return { shown: asked !== undefined }
    })
  followed.set(name, panel)
  for (const oldest of followed.keys()) {
    if (followed.size <= FOLLOWED) break
    followed.delete(oldest)
  }
}

/** The first line of an error, as long as a line of the panel. */
const shortReason = (reason = "an error") => clip(reason.split("\n", 1)[0], 160)

const nameOf = (path: string) => path.replace(/^\./, "") || "parameters"

function numberOf(value: number | Tensor, what: string): number {
  if (typeof value === "number") return value
  if (isTensor(value) && value.size === 1) return valuesOf(value)[0]
  throw new OptionError(
    `trainingPanel: ${what} is ${isTensor(value) ? `a tensor of ${value.size} elements` : typeof value}; it must be a number or a tensor with one element`,
  )
}

/** The Euclidean norm, NaN where an element is not finite, and what is wrong. */
function sizeOf(x: Tensor): { readonly norm: number; readonly bad: string } {
  const { l2, nan, posInf, negInf, n } = statistics(valuesOf(x))
  const infinite = posInf + negInf
  const count = (bad: number) => (bad === n ? "all" : `${formatCount(bad)} of ${formatCount(n)}`)
  const bad = nan ? `NaN in ${count(nan)}` : infinite ? `Inf in ${count(infinite)}` : ""
  return { norm: bad ? Number.NaN : n ? l2 : 0, bad }
}

const wordOf = (x: number) => (Number.isNaN(x) ? "NaN" : x > 0 ? "Inf" : "−Inf")
