/** @file The live panel of a training loop: progress, losses, gradient norms by step, what broke (VISUAL §11). */
import {
  type Curve,
  decodeCurve,
  formatCount,
  formatNumber,
  normRange,
  type TrainingDoc,
  type TrainingEvent,
  trainingFacts,
} from "@defnote/display"
import { lineChart, normStrip } from "./curves.ts"
import { button, element, Lifetime } from "./dom.ts"
import { powerOfTwo } from "./numbers.ts"
import { english, type Translate, type View, type ViewOptions } from "./view.ts"

/** Options of a training view. */
export interface TrainingViewOptions extends ViewOptions {
  /** Asks the kernel to show the gradients of the step that broke; false when nobody answers. */
  readonly inspectStep?: (panel: string, step: number) => Promise<boolean>
}

/** Shows `training` payloads. */
export class TrainingView implements View<TrainingDoc> {
  readonly #translate: Translate
  readonly #inspectStep: TrainingViewOptions["inspectStep"]
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-training")
  readonly #bar = element("div", "dn-bar")
  /** Why the run came to no good end. */
  readonly #ended = element("div", "dn-strip dn-ended", { role: "status" })
  readonly #upper = element("div", "dn-training-upper")
  readonly #charts = element("div", "dn-training-charts")
  readonly #events = element("div", "dn-events", { role: "status" })
  readonly #norms = element("div", "dn-norms")
  readonly #readout = element("div", "dn-readout dn-training-readout", { role: "status" })
  #doc: TrainingDoc | null = null
  #curves: readonly Curve[] = []
  #saidEvents = ""
  /** The step that the reader looks at, or null. */
  #step: number | null = null
  #width = 0

  constructor(host: HTMLElement, options: TrainingViewOptions = {}) {
    this.#translate = options.translate ?? english
    this.#inspectStep = options.inspectStep
    this.#upper.append(this.#charts, this.#events)
    const body = element("div", "dn-training-body", {
      tabindex: 0,
      role: "group",
      "aria-keyshortcuts": "ArrowLeft ArrowRight Home End Escape",
    })
    body.append(this.#upper, this.#norms, this.#readout)
    body.addEventListener("keydown", (event) => this.#key(event, body))
    body.addEventListener("pointerleave", () => this.#look(null))
    this.#root.append(this.#bar, this.#ended, body)
    host.append(this.#root)
    this.#life.add(() => this.#root.remove())
    this.#life.onResize(this.#root, () => this.resize())
  }

  setDocument(doc: TrainingDoc): void {
    this.#doc = doc
    this.#curves = doc.series.map(decodeCurve)
    this.#build(doc)
  }

  resize(): void {
    const width = this.#root.clientWidth
    if (this.#doc && width && width !== this.#width) this.#build(this.#doc)
  }

  dispose(): void {
    this.#life.end()
  }

  #build(doc: TrainingDoc): void {
    this.#width = this.#root.clientWidth || 800
    this.#root.classList.toggle("dn-mod-running", doc.state === "running")
    this.#bar.replaceChildren(...this.#barOf(doc))
    this.#buildEvents(doc)
    const room = this.#width - 24 - (doc.events.length ? 232 : 0)
    const losses = this.#curves.filter((curve) => curve.role === "loss" || curve.role === "metric")
    this.#charts.replaceChildren(...losses.map((curve) => this.#loss(curve, doc, room)))
    const norms = this.#curves.filter((curve) => curve.role === "gradient")
    this.#norms.replaceChildren(...(norms.length ? this.#strips(norms) : []))
    this.#norms.hidden = norms.length === 0
    this.#upper.parentElement?.setAttribute("aria-label", this.#label(doc))
    this.#say()
  }

  #barOf(doc: TrainingDoc): HTMLElement[] {
    const word = {
      running: this.#translate("training"),
      done: this.#translate("done"),
      stopped: this.#translate("stopped at step %1", formatCount(doc.step)),
      failed: this.#translate("failed at step %1", formatCount(doc.step)),
    }[doc.state]
    const early = doc.state === "stopped" || doc.state === "failed"
    const { progress, speed, left } = trainingFacts(doc)
    const bar = [element("strong", "dn-title", {}, doc.title || word)]
    if (doc.steps) {
      const label = this.#translate("steps")
      const share = { max: doc.steps, value: doc.step, "aria-label": label }
      bar.push(element("progress", "dn-progress", share))
    }
    bar.push(element("span", "dn-number", {}, progress))
    const about = [...speed, left, doc.title && !early ? word : ""].filter(Boolean).join(" · ")
    bar.push(element("span", "dn-mute", {}, about))
    this.#ended.textContent = early ? [word, doc.reason].filter(Boolean).join(": ") : ""
    this.#ended.classList.toggle("dn-mod-failed", doc.state === "failed")
    bar.push(element("span", "dn-fill"))
    if (doc.badSteps) {
      const text = this.#translate("NaN or Inf in %1 steps", formatCount(doc.badSteps))
      bar.push(element("span", "dn-badge", { title: text }, `NaN! ${formatCount(doc.badSteps)}`))
    }
    return bar
  }

  /** What the group is, for who cannot see it. */
  #label(doc: TrainingDoc): string {
    const losses = this.#curves.filter(({ role, value }) => role === "loss" && value.length)
    const parts = losses.map(({ name, value }) =>
      this.#translate(
        "%1 from %2 to %3",
        name,
        formatNumber(value[0]),
        formatNumber(value[value.length - 1]),
      ),
    )
    const { progress } = trainingFacts(doc)
    return [this.#translate("training run"), progress, ...parts].join(", ")
  }

  #loss(curve: Curve, doc: TrainingDoc, room: number): HTMLElement {
    const last = curve.value.at(-1)
    const label = this.#translate(
      "%1 by step, log scale, from %2 to %3",
      curve.name,
      formatNumber(curve.value[0] ?? 0),
      formatNumber(last ?? 0),
    )
    const about = this.#translate("thin: each step, thick: running mean")
    const title = element("div", "dn-chart-title", {}, element("strong", "", {}, curve.name), " ")
    title.append(element("span", "dn-mute", {}, about))
    const steps = doc.steps ?? doc.step
    const marks = doc.events.map(({ step }) => step)
    const height = curve.role === "loss" ? 170 : 110
    const { chart, stepAt } = lineChart({ curve, steps, width: room, height, label, marks })
    chart.addEventListener("pointermove", (event) => this.#look(stepAt(event.offsetX)))
    return element("div", "", {}, title, chart)
  }

  #strips(norms: readonly Curve[]): Node[] {
    const [low, high] = normRange(norms)
    const about = this.#translate(
      "each column is a step; %1 weak to %2 strong, one scale for all rows",
      powerOfTwo(low),
      powerOfTwo(high),
    )
    const heading = element("strong", "dn-bwd", {}, this.#translate("gradient norm"))
    const title = element("div", "dn-chart-title dn-norms-title", {}, heading, " ")
    title.append(element("span", "dn-mute", {}, about), element("span", "dn-fill"))
    const ratios = new Map(
      this.#curves.filter((c) => c.role === "update").map((c) => [c.name, c.value.at(-1)]),
    )
    title.append(element("span", "dn-mute dn-norm-now", {}, this.#translate("now")))
    title.append(element("span", "dn-mute dn-norm-ratio", {}, ratios.size ? "‖Δ‖/‖value‖" : ""))
    return [title, ...norms.map((c) => this.#norm(c, low, high, ratios.get(c.name)))]
  }

  #norm(curve: Curve, low: number, high: number, ratio: number | undefined): HTMLElement {
    const width = Math.max(120, this.#width - 24 - 272)
    const last = curve.value.at(-1) ?? Number.NaN
    const now =
      last > 0 && Number.isFinite(last)
        ? powerOfTwo(Math.round(Math.log2(last)))
        : formatNumber(last)
    const label = this.#translate("gradient norm of %1, now %2", curve.name, now)
    const share = ratio === undefined ? "" : formatNumber(ratio, 2)
    const strip = normStrip(curve, low, high, width, label)
    strip.addEventListener("pointermove", (event) => {
      const at = Math.floor((event.offsetX / width) * curve.step.length)
      this.#look(curve.step[Math.max(0, Math.min(curve.step.length - 1, at))] ?? null)
    })
    return element(
      "div",
      "dn-norm",
      {},
      element("span", "dn-code dn-norm-name", { title: curve.name }, curve.name),
      strip,
      element("span", "dn-number dn-norm-now", {}, now),
      element("span", "dn-number dn-norm-ratio", {}, share),
    )
  }

  /** Built again only when something happened, so that the button under the pointer stays. */
  #buildEvents(doc: TrainingDoc): void {
    const json = JSON.stringify(doc.events)
    if (json === this.#saidEvents) return
    this.#saidEvents = json
    this.#events.replaceChildren(...doc.events.slice(-3).map((event) => this.#event(event)))
    const good = doc.lastGood
    if (good === undefined) return
    const kept = this.#translate("Step %1, the last good one, is kept.", good)
    this.#events.append(element("p", "dn-mute", {}, kept))
  }

  #event(event: TrainingEvent): HTMLElement {
    const title = element("strong", "", {}, this.#translate("Step %1", event.step))
    const box = element("div", "dn-event", {}, title, element("p", "", {}, event.text))
    const { panel } = this.#doc ?? {}
    if (!event.inspect || !panel) return box
    const caption = this.#translate("Show the gradients of this step below")
    const inspect = button(this.#translate("Inspect this step"), caption, async () => {
      inspect.disabled = true
      const shown = await this.#inspectStep?.(panel, event.step)
      inspect.disabled = false
      if (shown) return
      inspect.disabled = true
      inspect.title = this.#translate(
        "Saved view. Inspecting a step needs the kernel: run the cell again.",
      )
      inspect.setAttribute("aria-label", inspect.title)
      box.append(element("p", "dn-mute", {}, inspect.title))
    })
    box.append(inspect)
    return box
  }

  #key(event: KeyboardEvent, body: HTMLElement): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== body) return
    if (event.key === "Escape") return body.blur()
    const steps = this.#curves.find(({ role }) => role === "loss")?.step ?? this.#curves[0]?.step
    if (!steps?.length) return
    const at = this.#step === null ? steps.length - 1 : nearest(steps, this.#step)
    const stride = event.shiftKey ? 10 : 1
    const to = { ArrowLeft: at - stride, ArrowRight: at + stride, Home: 0, End: steps.length - 1 }[
      event.key
    ]
    if (to === undefined) return
    event.preventDefault()
    event.stopPropagation()
    this.#look(steps[Math.max(0, Math.min(steps.length - 1, to))])
  }

  #look(step: number | null): void {
    if (step === this.#step) return
    this.#step = step
    this.#say()
  }

  /** `step 118: loss 0.5, ∂dense1.w NaN`: every curve at one step. */
  #say(): void {
    const step = this.#step
    if (step === null) {
      this.#readout.textContent = " "
      return
    }
    const parts = this.#curves.flatMap(({ name, role, step: steps, value }) => {
      if (!steps.length || role === "update") return []
      const text = formatNumber(value[nearest(steps, step)])
      return [role === "gradient" ? `‖∂${name}‖ ${text}` : `${name} ${text}`]
    })
    this.#readout.textContent = `${this.#translate("step %1", step)}: ${parts.join("  ")}`
  }
}

/** Index of the last step that is not after `step`. */
function nearest(steps: ArrayLike<number>, step: number): number {
  let [low, high] = [0, steps.length - 1]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (steps[middle] <= step) low = middle
    else high = middle - 1
  }
  return low
}
