/** @file The stepper: a function and its gradient value by value, played, scrubbed, stopped at breakpoints (VISUAL §11). */
import {
  type LeafEdit,
  type SavedView,
  type TraceDoc,
  TraceNumbers,
  type TraceStep,
} from "@defnote/display"
import { button, element, Lifetime } from "./dom.ts"
import type { GraphViewOptions } from "./graph-options.ts"
import { expressionText, oneLine } from "./node-text.ts"
import { doneLine, exerciseForm, taskLine } from "./step-exercise.ts"
import { StepGraph } from "./step-graph.ts"
import { jacobianPanel } from "./step-jacobian.ts"
import { changeText, LeafChoice, type LiveSteps, leafPanel } from "./step-leaf.ts"
import { neighbour } from "./step-matrix.ts"
import { type ModesChoice, modesPanel } from "./step-modes-panel.ts"
import { type PageContext, pageOf, writtenOut } from "./step-page.ts"
import { type PanelContext, Panels } from "./step-panels.ts"
import { Predictions } from "./step-predictions.ts"
import { Scrubber } from "./step-scrubber.ts"
import { type SweepChoice, sweepPanel } from "./step-sweep.ts"
import { neighbourTurn, turnText } from "./step-turns.ts"
import { readTheme, watchTheme } from "./theme.ts"
import { english, type NodeView, type Translate, type View } from "./view.ts"

/** Options of the stepper. */
export interface StepViewOptions extends GraphViewOptions {
  /** Computes the steps again with other leaves; absent: that is not possible here. */
  readonly live?: LiveSteps
  /** Height limit in CSS px, default 560; Infinity fills the host. */
  readonly height?: number
}

/** Time for one step while it plays, in ms. */
const PACE = 900
const HEIGHT = 560
/** Up to which height a page keeps the place of a larger step. */
const STEADY = 260
/** What an open panel may add. */
const PANEL = 200

/** Shows `trace` payloads. */
export class StepView implements View<TraceDoc>, NodeView {
  readonly #options: StepViewOptions
  readonly #t: Translate
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-step", { tabindex: -1 })
  readonly #bar = element("div", "dn-bar", { role: "toolbar" })
  readonly #place = element("strong", "dn-title")
  readonly #inTurn = element("span", "dn-step-turn")
  readonly #what = element("span", "dn-mute")
  readonly #status = element("span", "dn-status", { role: "status" })
  readonly #strip = element("div")
  readonly #page = element("div", "dn-step-page")
  readonly #live = element("div", "dn-hidden", { "aria-live": "polite" })
  readonly #play: HTMLButtonElement
  readonly #break: HTMLButtonElement
  readonly #formulas = new Map<string, HTMLElement>()
  #scrubber: Scrubber | null = null
  #doc: TraceDoc | null = null
  #numbers: TraceNumbers | null = null
  #at = 0
  #entries = new Map<number, number>()
  #breakpoints = new Set<number>()
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #predictions = new Predictions()
  /** What was written and said last in an exercise. */
  #draft = ""
  #said = ""
  #turn = 0
  #original: TraceDoc | null = null
  readonly #sweep: SweepChoice = { sweep: 0, at: 10, of: "" }
  readonly #modes: ModesChoice = { tangents: 0, of: "" }
  readonly #leaf = new LeafChoice()
  readonly #graph: StepGraph
  readonly #panels: Panels
  readonly #hide: HTMLButtonElement
  readonly #again: HTMLButtonElement
  readonly #progress = element("span", "dn-step-progress")

  constructor(host: HTMLElement, options: StepViewOptions = {}) {
    this.#options = options
    this.#t = options.translate ?? english
    const t = this.#t
    this.#play = button("▶", t("Play (Space)"), () => this.#toggle(), "dn-square")
    this.#break = button(t("Breakpoint"), t("Stop here when it plays (b)"), () =>
      this.#toggleBreak(),
    )
    this.#break.setAttribute("aria-pressed", "false")
    this.#hide = button(t("Let me predict"), t("Hide the gradients and predict them"), () =>
      this.#togglePredict(),
    )
    this.#again = button(t("Start again"), t("Forget all predictions"), () => this.#startAgain())
    this.#bar.setAttribute("aria-label", t("stepper"))
    this.#bar.append(
      button("◂", t("Step back (,)"), () => this.#go(this.#at - 1), "dn-square"),
      this.#play,
      button("▸", t("Step on (.)"), () => this.#go(this.#at + 1), "dn-square"),
      this.#place,
      this.#inTurn,
      this.#what,
      this.#status,
      element("span", "dn-fill"),
      this.#progress,
      this.#again,
      this.#break,
      button(t("Next stop"), t("To the next breakpoint (n)"), () => this.#toBreak()),
      this.#hide,
    )
    this.#graph = new StepGraph(options, (node) => this.#goTo(node))
    this.#panels = this.#makePanels()
    this.#root.append(this.#bar, this.#strip, this.#page, this.#panels.node, this.#live)
    host.append(this.#root)
    this.#life.add(() => this.#root.remove())
    this.#life.add(() => clearTimeout(this.#timer))
    this.#life.add(watchTheme(() => this.#repaint()))
    this.#life.listen(this.#root, "keydown", (event) => this.#key(event))
  }

  /** Row of the operation of the step. */
  get selected(): number | null {
    return this.#doc?.steps[this.#at]?.node ?? null
  }

  /** Which way the step goes, for the colour of its expression. */
  get direction(): "forward" | "backward" {
    return this.#doc?.steps[this.#at]?.phase === "fwd" ? "forward" : "backward"
  }

  setDocument(doc: TraceDoc, view?: SavedView): void {
    const first = this.#doc === null
    if (first) this.#predictions.active = doc.exercise === true
    if (this.#leaf.edits.length === 0) this.#original = doc
    this.#doc = doc
    this.#numbers = new TraceNumbers(doc)
    if (first && view) this.#restore(view)
    this.#at = Math.max(0, Math.min(this.#at, doc.steps.length - 1))
    this.#scrubber = new Scrubber(
      doc,
      {
        go: (step) => this.#go(step),
        toggleBreakpoint: (step) => this.#toggleBreak(step),
      },
      this.#t,
    )
    this.#strip.replaceChildren(this.#scrubber.node)
    this.resize()
    this.#show()
  }

  /** The forward step of a node, as when the cursor is in its expression. */
  select(node: number | null): void {
    const step = this.#doc?.steps.findIndex((s) => s.phase === "fwd" && s.node === node) ?? -1
    if (step < 0 || step === this.#at) return
    this.#at = step
    this.#show()
  }

  hover(): void {
    // A pointer elsewhere moves no step.
  }

  setStatus(text: string): void {
    this.#status.textContent = text
  }

  resize(): void {
    const limit = this.#options.height ?? HEIGHT
    this.#root.classList.toggle("dn-mod-fill", !Number.isFinite(limit))
    const more = this.#panels.open ? PANEL : 0
    this.#root.style.maxHeight = Number.isFinite(limit) ? `${limit + more}px` : ""
  }

  dispose(): void {
    this.#graph.dispose()
    this.#life.end()
    this.#formulas.clear()
  }

  #restore({ selected, open }: SavedView): void {
    const step = Number(selected)
    if (Number.isInteger(step)) this.#at = step
    for (const key of open ?? []) {
      const stop = /^break:(\d+)$/.exec(key)
      if (stop) this.#breakpoints.add(Number(stop[1]))
      if (key === "predict") this.#predictions.active = true
      this.#predictions.restore(key)
      const tab = /^tab:(\w+)$/.exec(key)
      if (tab) this.#panels.open = tab[1]
    }
  }

  #store(): void {
    const stops = [...this.#breakpoints].sort((a, b) => a - b).map((step) => `break:${step}`)
    const asked = this.#predictions.active && this.#doc?.exercise !== true ? ["predict"] : []
    const answers = [...asked, ...this.#predictions.keys()]
    const tab = this.#panels.open ? [`tab:${this.#panels.open}`] : []
    this.#options.onView?.({ selected: String(this.#at), open: [...stops, ...answers, ...tab] })
  }

  /** A step that the user asked for. */
  #go(step: number): void {
    const last = (this.#doc?.steps.length ?? 0) - 1
    const next = Math.max(0, Math.min(last, step))
    if (next === this.#at || last < 0) return
    this.#keepHeight()
    this.#at = next
    this.#draft = this.#said = ""
    this.#show()
    this.#root.classList.add("dn-mod-moved")
    this.#options.onSelect?.(this.selected)
    this.#store()
  }

  #toggle(): void {
    if (this.#timer !== undefined) return this.#pause()
    const last = (this.#doc?.steps.length ?? 0) - 1
    if (this.#at === last) this.#go(0)
    this.#play.textContent = "⏸"
    this.#play.title = this.#t("Pause (Space)")
    const turn = () => {
      this.#timer = undefined
      if (this.#at < last) this.#go(this.#at + 1)
      if (this.#at >= last || this.#breakpoints.has(this.#at)) return this.#pause()
      this.#timer = setTimeout(turn, PACE)
    }
    this.#timer = setTimeout(turn, PACE)
  }

  #pause(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#play.textContent = "▶"
    this.#play.title = this.#t("Play (Space)")
  }

  #toggleBreak(step = this.#at): void {
    if (!this.#breakpoints.delete(step)) this.#breakpoints.add(step)
    this.#marks()
    this.#store()
  }

  /** To the beginning of the next turn of a loop, or of the one before. */
  #goTurn(by: 1 | -1): void {
    const steps = this.#doc?.steps ?? []
    this.#go(neighbourTurn(steps, this.#at, by))
  }

  /** To the next breakpoint, from the beginning again after the last one; without any to the end. */
  #toBreak(): void {
    const all = [...this.#breakpoints].sort((a, b) => a - b)
    const next = all.find((step) => step > this.#at) ?? all[0]
    this.#go(next ?? (this.#doc?.steps.length ?? 1) - 1)
  }

  #marks(): void {
    this.#scrubber?.update(this.#at, this.#breakpoints, (step) => this.#isHidden(step))
    this.#break.setAttribute("aria-pressed", String(this.#breakpoints.has(this.#at)))
  }

  #repaint(): void {
    this.#formulas.clear()
    this.#page.style.minHeight = ""
    this.#show()
  }

  #show(): void {
    const [doc, numbers] = [this.#doc, this.#numbers]
    const step = doc?.steps[this.#at]
    if (!doc || !numbers) return
    if (!step) {
      this.#page.replaceChildren(
        element("p", "dn-mute", {}, this.#t("The function computes nothing.")),
      )
      return
    }
    this.#root.classList.remove("dn-mod-moved")
    const t = this.#t
    this.#place.textContent = t("step %1 of %2", this.#at + 1, doc.steps.length)
    this.#inTurn.textContent = turnText(step, t)
    if (this.#isHidden(this.#at)) this.#pause()
    const code = oneLine(expressionText(doc, step.node), 32) || step.label
    const way = step.phase === "fwd" ? t("forward through") : t("backward through")
    this.#what.replaceChildren(`${way} `, element("code", "dn-code", {}, code))
    this.#marks()
    this.#showPage(doc, step, numbers)
  }

  #showPage(doc: TraceDoc, step: TraceStep, numbers: TraceNumbers): void {
    const [at, all] = [this.#at, this.#predictions]
    const open = all.isOpen(doc, at)
    const theme = readTheme(this.#root)
    const shared = { doc, numbers, theme, translate: this.#t, entry: this.#entry }
    const page = {
      ...shared,
      formula: (latex: string, text: string) => this.#formula(latex, text),
      pick: (entry: number) => this.#pick(entry),
      hidesRule: open && all.hints(at) < 2,
      isHidden: (entry: number) => all.isHidden(doc, at, entry),
    }
    const parts = [...taskLine(doc), ...pageOf(step, page)]
    if (open) parts.push(this.#form(step, page))
    else if (all.active && all.result(at)) parts.push(doneLine(this.#said, this.#t))
    this.#page.replaceChildren(...parts)
    const some = doc.steps.some((_, i) => this.#isHidden(i))
    this.#showProgress(doc)
    this.#panels.update({ ...shared, step, hidden: some })
    this.resize()
  }

  #form(step: TraceStep, page: PageContext): HTMLElement {
    const [at, all] = [this.#at, this.#predictions]
    return exerciseForm({
      ...page,
      step,
      found: all.found(at),
      hints: all.hints(at),
      draft: this.#draft,
      said: this.#said,
      solved: (entries, said) => this.#solve(entries, said),
      finish: () => this.#finish(),
      hint: (draft) => {
        this.#draft = draft
        all.takeHint(at)
        this.#show()
        this.#focusAnswer()
        this.#store()
      },
      written: () => writtenOut(step, page),
    })
  }

  #showProgress(doc: TraceDoc): void {
    const { active } = this.#predictions
    const { right, of } = this.#predictions.progress(doc)
    this.#hide.hidden = doc.exercise === true
    this.#hide.setAttribute("aria-pressed", String(active))
    this.#again.hidden = !active || this.#predictions.keys().length === 0
    this.#progress.textContent = active ? this.#t("%1 of %2 predicted", right, of) : ""
  }

  /** A step with less to show leaves room for the largest so far: what stands below does not jump while it plays. */
  #keepHeight(): void {
    const tallest = Math.min(STEADY, this.#page.offsetHeight)
    this.#page.style.minHeight = `${tallest}px`
  }

  #makePanels(): Panels {
    const t = this.#t
    const leaf = (context: PanelContext): HTMLElement =>
      leafPanel(context, this.#leaf, this.#options.live, (edits) => void this.#apply(edits))
    const panels = [
      {
        key: "graph",
        title: t("Graph"),
        show: (c: PanelContext) => this.#graph.show(c.doc, c.step),
      },
      { key: "jacobian", title: t("Local Jacobian"), show: jacobianPanel },
      {
        key: "modes",
        title: t("Forward and reverse mode"),
        show: (c: PanelContext) => modesPanel(c, this.#modes),
      },
      {
        key: "sweep",
        title: t("Finite differences"),
        show: (c: PanelContext) => sweepPanel(c, this.#sweep),
      },
      { key: "leaf", title: t("Change a value"), show: leaf },
    ]
    const changed = (): void => {
      this.#show()
      this.#store()
    }
    return new Panels(panels, changed, t("more about this step"))
  }

  /** The step of an operation that was chosen in the graph; backward if that is where one is. */
  #goTo(node: number): void {
    const steps = this.#doc?.steps ?? []
    const back = this.direction === "backward"
    const same = steps.findIndex((s) => s.node === node && (s.phase !== "fwd") === back)
    const step = same >= 0 ? same : steps.findIndex((s) => s.node === node)
    if (step >= 0 && steps[this.#at]?.node !== node) this.#go(step)
  }

  #isHidden(step: number): boolean {
    return this.#doc !== null && this.#predictions.isOpen(this.#doc, step)
  }

  #togglePredict(): void {
    this.#predictions.active = !this.#predictions.active
    this.#startAgain()
  }

  #startAgain(): void {
    this.#predictions.reset()
    this.#draft = this.#said = ""
    this.#show()
    this.#store()
  }

  /** Entries are right: on to the next one that is not known, or back to the steps. */
  #solve(entries: readonly number[], said: string): void {
    const [doc, at] = [this.#doc, this.#at]
    const value = doc?.steps[at]?.value
    if (!doc || value === undefined) return
    const size = this.#numbers?.of(value)?.length ?? 1
    this.#predictions.addFound(at, entries, size)
    const next = [...Array(size).keys()].find((e) => this.#predictions.isHidden(doc, at, e))
    if (next !== undefined) this.#entries.set(at, next)
    this.#answered(said)
  }

  #finish(): void {
    this.#predictions.finish(this.#at)
    const right = this.#predictions.result(this.#at)
    this.#answered(right ? "" : this.#t("The numbers are shown."))
  }

  #answered(said: string): void {
    this.#draft = ""
    this.#said = said
    this.#show()
    if (this.#isHidden(this.#at)) this.#focusAnswer()
    else this.#scrubber?.focus()
    this.#live.textContent = said || this.#t("Right.")
    this.#store()
  }

  #focusAnswer(): void {
    const input = this.#page.querySelector<HTMLInputElement>(".dn-step-answer")
    input?.focus()
    input?.setSelectionRange(input.value.length, input.value.length)
  }

  /** Both passes with other values; a failure is said where the value was written. */
  async #apply(edits: LeafEdit[]): Promise<void> {
    const [original, { live }] = [this.#original, this.#options]
    if (!original?.live || !live) return
    const turn = ++this.#turn
    try {
      const doc = edits.length ? await live.compute(original.live, edits) : original
      if (this.#life.over || turn !== this.#turn) return
      this.#leaf.edits = edits
      this.#leaf.message = edits.length ? changeText(original, doc, this.#t) : ""
      this.setDocument(doc)
      this.#root.classList.add("dn-mod-moved")
    } catch (error) {
      this.#leaf.message = error instanceof Error ? error.message : String(error)
      if (!this.#life.over) this.#show()
    }
  }

  get #entry(): number {
    const value = this.#doc?.steps[this.#at]?.value ?? 0
    const size = this.#numbers?.of(value)?.length ?? 1
    return Math.min(this.#entries.get(this.#at) ?? 0, Math.max(0, size - 1))
  }

  #pick(at: number): void {
    this.#entries.set(this.#at, at)
    this.#draft = this.#said = ""
    this.#show()
    const line = this.#page.querySelector(".dn-step-entry, .dn-step-uses")
    this.#live.textContent = line?.textContent ?? ""
  }

  /** Typeset once, and kept for when the step comes back; a formula is one element at a time. */
  #formula(latex: string, text: string): HTMLElement {
    const known = this.#formulas.get(latex)
    if (known && !known.isConnected) return known
    const node = element("span", "dn-step-formula", {}, text)
    const { typeset } = this.#options
    if (typeset && latex) {
      typeset(node, `\\displaystyle ${latex}`)
      this.#formulas.set(latex, node)
    }
    return node
  }

  #key(event: KeyboardEvent): void {
    const { target } = event
    const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement
    if (event.key === "Escape" && target instanceof Element && target.closest(".dn-step-answer")) {
      event.preventDefault()
      event.stopPropagation()
      return this.#scrubber?.focus()
    }
    if (typing || this.#isInGraph(target) || event.ctrlKey || event.metaKey || event.altKey) return
    if ((event.key === " " || event.key === "Enter") && target instanceof HTMLButtonElement) return
    if (!this.#act(event.key, event.shiftKey)) return
    event.preventDefault()
    event.stopPropagation()
  }

  /** The graph has keys of its own. */
  #isInGraph(target: EventTarget | null): boolean {
    return target instanceof Element && target.closest(".dn-step-graph") !== null
  }

  #act(key: string, shift: boolean): boolean {
    if (shift && key.startsWith("Arrow")) {
      const step = this.#doc?.steps[this.#at]
      const shape = step && this.#doc?.values[step.value].shape
      if (shape) this.#pick(neighbour(this.#entry, shape, key))
      return true
    }
    const last = (this.#doc?.steps.length ?? 1) - 1
    const moves: Record<string, () => void> = {
      " ": () => this.#toggle(),
      ",": () => this.#go(this.#at - 1),
      ".": () => this.#go(this.#at + 1),
      ArrowLeft: () => this.#go(this.#at - 1),
      ArrowRight: () => this.#go(this.#at + 1),
      ArrowUp: () => this.#go(this.#at - 1),
      ArrowDown: () => this.#go(this.#at + 1),
      Home: () => this.#go(0),
      End: () => this.#go(last),
      "]": () => this.#goTurn(1),
      "[": () => this.#goTurn(-1),
      b: () => this.#toggleBreak(),
      n: () => this.#toBreak(),
      Enter: () => this.#focusAnswer(),
      c: () => this.#options.onSource?.(this.selected ?? 0),
      Escape: () => this.#options.onLeave?.(),
    }
    const move = moves[key]
    move?.()
    return move !== undefined
  }
}
