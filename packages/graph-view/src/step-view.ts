/** @file The stepper: a function and its gradient value by value, played, scrubbed, stopped at breakpoints (VISUAL §11). */
import { type SavedView, type TraceDoc, TraceNumbers } from "@defnote/display"
import { button, element, Lifetime } from "./dom.ts"
import { expressionText, oneLine } from "./node-text.ts"
import { neighbour } from "./step-matrix.ts"
import { pageOf } from "./step-page.ts"
import { Scrubber } from "./step-scrubber.ts"
import { readTheme, watchTheme } from "./theme.ts"
import { english, type NodeView, type Translate, type View, type ViewOptions } from "./view.ts"

/** Options of the stepper. */
export interface StepViewOptions extends ViewOptions {
  readonly onSelect?: (node: number | null) => void
  readonly onHover?: (node: number | null) => void
  /** The user asks for the expression of an operation in its cell. */
  readonly onSource?: (node: number) => void
  /** The step, the breakpoints and what was answered; for the host to store. */
  readonly onView?: (view: SavedView) => void
  readonly onLeave?: () => void
  readonly typeset?: (element: HTMLElement, latex: string) => void
  /** Height limit in CSS px, default 560; Infinity fills the host. */
  readonly height?: number
}

/** Time for one step while it plays, in ms. */
const PACE = 900
const HEIGHT = 560

/** Shows `trace` payloads. */
export class StepView implements View<TraceDoc>, NodeView {
  readonly #options: StepViewOptions
  readonly #t: Translate
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-step", { tabindex: -1 })
  readonly #bar = element("div", "dn-bar", { role: "toolbar" })
  readonly #place = element("strong", "dn-title")
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

  constructor(host: HTMLElement, options: StepViewOptions = {}) {
    this.#options = options
    this.#t = options.translate ?? english
    const t = this.#t
    this.#play = button("▶", t("Play (Space)"), () => this.#toggle(), "dn-square")
    this.#break = button(t("Breakpoint"), t("Stop here when it plays (b)"), () =>
      this.#toggleBreak(),
    )
    this.#break.setAttribute("aria-pressed", "false")
    this.#bar.setAttribute("aria-label", t("stepper"))
    this.#bar.append(
      button("◂", t("Step back (,)"), () => this.#go(this.#at - 1), "dn-square"),
      this.#play,
      button("▸", t("Step on (.)"), () => this.#go(this.#at + 1), "dn-square"),
      this.#place,
      this.#what,
      this.#status,
      element("span", "dn-fill"),
      this.#break,
      button(t("Next stop"), t("To the next breakpoint (n)"), () => this.#toBreak()),
    )
    this.#root.append(this.#bar, this.#strip, this.#page, this.#live)
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
    this.#root.style.maxHeight = Number.isFinite(limit) ? `${Math.max(limit, HEIGHT)}px` : ""
  }

  dispose(): void {
    this.#life.end()
    this.#formulas.clear()
  }

  #restore({ selected, open }: SavedView): void {
    const step = Number(selected)
    if (Number.isInteger(step)) this.#at = step
    for (const key of open ?? []) {
      const stop = /^break:(\d+)$/.exec(key)
      if (stop) this.#breakpoints.add(Number(stop[1]))
    }
  }

  #store(): void {
    const open = [...this.#breakpoints].sort((a, b) => a - b).map((step) => `break:${step}`)
    this.#options.onView?.({ selected: String(this.#at), open })
  }

  /** A step that the user asked for. */
  #go(step: number): void {
    const last = (this.#doc?.steps.length ?? 0) - 1
    const next = Math.max(0, Math.min(last, step))
    if (next === this.#at || last < 0) return
    this.#at = next
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

  /** To the next breakpoint, from the beginning again after the last one; without any to the end. */
  #toBreak(): void {
    const all = [...this.#breakpoints].sort((a, b) => a - b)
    const next = all.find((step) => step > this.#at) ?? all[0]
    this.#go(next ?? (this.#doc?.steps.length ?? 1) - 1)
  }

  #marks(): void {
    this.#scrubber?.update(this.#at, this.#breakpoints, () => false)
    this.#break.setAttribute("aria-pressed", String(this.#breakpoints.has(this.#at)))
  }

  #repaint(): void {
    this.#formulas.clear()
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
    const code = oneLine(expressionText(doc, step.node), 48) || step.label
    const way = step.phase === "fwd" ? t("forward through") : t("backward through")
    this.#what.replaceChildren(`${way} `, element("code", "dn-code", {}, code))
    this.#marks()
    this.#page.replaceChildren(
      ...pageOf(step, {
        doc,
        numbers,
        theme: readTheme(this.#root),
        translate: t,
        formula: (latex, text) => this.#formula(latex, text),
        entry: this.#entry,
        pick: (at) => this.#pick(at),
        hidden: false,
      }),
    )
  }

  get #entry(): number {
    const value = this.#doc?.steps[this.#at]?.value ?? 0
    const size = this.#numbers?.of(value)?.length ?? 1
    return Math.min(this.#entries.get(this.#at) ?? 0, Math.max(0, size - 1))
  }

  #pick(at: number): void {
    this.#entries.set(this.#at, at)
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
    if (target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === " " && target instanceof HTMLButtonElement) return
    if (!this.#act(event.key, event.shiftKey)) return
    event.preventDefault()
    event.stopPropagation()
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
      b: () => this.#toggleBreak(),
      n: () => this.#toBreak(),
      c: () => this.#options.onSource?.(this.selected ?? 0),
      Escape: () => this.#options.onLeave?.(),
    }
    const move = moves[key]
    move?.()
    return move !== undefined
  }
}
