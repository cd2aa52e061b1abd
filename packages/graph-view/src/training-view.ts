/** @file The live panel of a training loop: progress, loss, gradient norms by step (VISUAL §11). */
import type { TrainingDoc, TrainingSeries } from "@defnote/display"
import { decodeFloats, formatNumber } from "@defnote/display"
import { type Curve, lineChart, normStrip } from "./curves.ts"
import { element, Lifetime } from "./dom.ts"
import { formatDuration, powerOfTwo } from "./numbers.ts"
import { english, type Translate, type View, type ViewOptions } from "./view.ts"

/** Shows `training` payloads. */
export class TrainingView implements View<TrainingDoc> {
  readonly #translate: Translate
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-training")
  #doc: TrainingDoc | null = null
  #width = 0

  constructor(host: HTMLElement, options: ViewOptions = {}) {
    this.#translate = options.translate ?? english
    host.append(this.#root)
    this.#life.add(() => this.#root.remove())
    this.#life.onResize(this.#root, () => this.resize())
  }

  setDocument(doc: TrainingDoc): void {
    this.#doc = doc
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
    const curves = doc.series.map(decodeCurve)
    const losses = curves.filter((curve) => curve.role === "loss" || curve.role === "metric")
    const norms = curves.filter((curve) => curve.role === "gradient")
    const events = this.#events(doc)
    const room = this.#width - 24 - (events ? 232 : 0)
    const charts = element("div", "dn-training-charts")
    for (const curve of losses) charts.append(this.#loss(curve, doc, room))
    const upper = element("div", "dn-training-upper", {}, charts)
    if (events) upper.append(events)
    this.#root.replaceChildren(this.#bar(doc), upper)
    if (norms.length) this.#root.append(this.#norms(norms, curves))
  }

  #bar(doc: TrainingDoc): HTMLElement {
    const word = {
      running: this.#translate("training"),
      done: this.#translate("done"),
      stopped: this.#translate("stopped"),
      failed: this.#translate("failed"),
    }[doc.state]
    const bar = element("div", "dn-bar", {}, element("strong", "dn-title", {}, doc.title || word))
    if (doc.steps) {
      const label = this.#translate("steps")
      const progress = element("progress", "dn-progress", {
        max: doc.steps,
        value: doc.step,
        "aria-label": label,
      })
      bar.append(progress)
    }
    const total = doc.steps ? ` / ${doc.steps}` : ""
    const each = doc.step ? formatDuration(doc.elapsedMs / doc.step) : ""
    bar.append(
      element("span", "dn-number", {}, this.#translate("%1%2 steps", doc.step, total)),
      element("span", "dn-mute", {}, each ? this.#translate("%1 per step", each) : ""),
    )
    if (doc.state === "running" && doc.steps && doc.step) {
      const left = (doc.elapsedMs / doc.step) * (doc.steps - doc.step)
      bar.append(element("span", "dn-mute", {}, this.#translate("%1 left", formatDuration(left))))
    } else if (doc.title) bar.append(element("span", "dn-mute", {}, word))
    return bar
  }

  #loss(curve: Curve, doc: TrainingDoc, room: number): HTMLElement {
    const last = curve.value.at(-1)
    const label = this.#translate(
      "%1 by step, log scale, from %2 to %3",
      curve.name,
      formatNumber(curve.value[0] ?? 0),
      formatNumber(last ?? 0),
    )
    const title = element("div", "dn-chart-title", {}, element("strong", "", {}, curve.name), " ")
    title.append(
      element("span", "dn-mute", {}, this.#translate("thin: each step, thick: running mean")),
    )
    return element("div", "", {}, title, lineChart(curve, doc.steps ?? doc.step, room, 170, label))
  }

  #norms(norms: readonly Curve[], all: readonly Curve[]): HTMLElement {
    const values = norms.flatMap((curve) =>
      [...curve.value].filter((v) => v > 0 && Number.isFinite(v)),
    )
    const [low, high] = [Math.log2(least(values)), Math.log2(most(values))].map(Math.round)
    const about = this.#translate(
      "each column is a step; %1 pale to %2 dark",
      powerOfTwo(low),
      powerOfTwo(high),
    )
    const box = element("div", "dn-norms")
    const heading = element("strong", "dn-bwd", {}, this.#translate("gradient norm"))
    box.append(
      element("div", "dn-chart-title", {}, heading, " ", element("span", "dn-mute", {}, about)),
    )
    const ratios = new Map(
      all.filter((c) => c.role === "update").map((c) => [c.name, c.value.at(-1)]),
    )
    for (const curve of norms) box.append(this.#norm(curve, low, high, ratios.get(curve.name)))
    return box
  }

  #norm(curve: Curve, low: number, high: number, ratio: number | undefined): HTMLElement {
    const width = Math.max(120, this.#width - 24 - 100 - 130)
    const last = curve.value.at(-1) ?? Number.NaN
    const now =
      last > 0 && Number.isFinite(last)
        ? powerOfTwo(Math.round(Math.log2(last)))
        : formatNumber(last)
    const label = this.#translate("gradient norm of %1, now %2", curve.name, now)
    const share = ratio === undefined ? "" : formatNumber(ratio, 2)
    return element(
      "div",
      "dn-norm",
      {},
      element("span", "dn-code dn-norm-name", { title: curve.name }, curve.name),
      normStrip(curve, low, high, width, label),
      element("span", "dn-number dn-norm-now", {}, now),
      element(
        "span",
        "dn-number dn-norm-now",
        { title: this.#translate("size of the update / size of the value") },
        share,
      ),
    )
  }

  #events(doc: TrainingDoc): HTMLElement | null {
    if (!doc.events.length) return null
    const box = element("div", "dn-events", { role: "status" })
    for (const event of doc.events.slice(-3)) {
      const title = element("strong", "", {}, this.#translate("Step %1", event.step))
      box.append(element("div", "dn-event", {}, title, element("p", "", {}, event.text)))
    }
    return box
  }
}

const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b), values[0] ?? 1)
const most = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b), values[0] ?? 1)

function decodeCurve(series: TrainingSeries): Curve {
  const step = decodeFloats(series.step, 8)
  const value = decodeFloats(series.value, 8)
  if (!step || !value || step.length !== value.length) {
    throw new Error(
      `training: the curve ${series.name} has ${step?.length} steps and ${value?.length} values`,
    )
  }
  return { name: series.name, role: series.role, step, value }
}
