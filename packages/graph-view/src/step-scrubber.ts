/** @file The strip of steps: blue forward, orange backward; a slider to pointer, keyboard and screen reader. */
import type { TraceDoc } from "@defnote/display"
import { element } from "./dom.ts"
import { beginsTurn, turnText } from "./step-turns.ts"
import type { Translate } from "./view.ts"

export interface ScrubberActions {
  go(step: number): void
  toggleBreakpoint(step: number): void
}

/** Steps up to which each has its name below. */
const NAMED = 26
/** Steps from which on their lines touch. */
const DENSE = 90

/** Builds the strip once for a document; marks are changed in place. */
export class Scrubber {
  readonly node = element("div", "dn-step-strip")
  readonly #slider: HTMLElement
  readonly #marks: HTMLElement[] = []
  readonly #doc: TraceDoc
  readonly #t: Translate

  constructor(doc: TraceDoc, actions: ScrubberActions, t: Translate) {
    this.#doc = doc
    this.#t = t
    const { steps } = doc
    this.#slider = element("div", "dn-step-slider", {
      role: "slider",
      tabindex: 0,
      "aria-label": t("step"),
      "aria-valuemin": 1,
      "aria-valuemax": steps.length,
    })
    const named = steps.length <= NAMED
    this.#slider.classList.toggle("dn-mod-dense", steps.length > DENSE)
    steps.forEach((step, i) => {
      const first = step.phase !== "fwd" && steps[i - 1]?.phase === "fwd"
      const begins = beginsTurn(steps, i)
      const where = turnText(step, t)
      const what = step.phase === "fwd" ? step.text : step.label
      const mark = element(
        "div",
        [
          `dn-step-mark dn-mod-${step.phase === "fwd" ? "fwd" : "bwd"}`,
          first ? "dn-mod-turn" : "",
          begins ? "dn-mod-begins" : "",
          step.turns ? "dn-mod-inside" : "",
        ].join(" "),
        { "data-step": i, title: [`${i + 1}: ${what}`, where].filter(Boolean).join(", ") },
        element("i", "dn-step-line"),
        element("span", "dn-step-name dn-code", {}, named ? step.label : ""),
      )
      this.#marks.push(mark)
      this.#slider.append(mark)
    })
    this.node.append(this.#slider)
    this.#listen(actions)
  }

  #listen({ go, toggleBreakpoint }: ScrubberActions): void {
    const stepAt = (event: PointerEvent | MouseEvent): number | undefined => {
      const box = this.#slider.getBoundingClientRect()
      const under = document
        .elementsFromPoint(event.clientX, box.top + 8)
        .map((e) => e.closest<HTMLElement>(".dn-step-mark"))
        .find((e) => e && this.#slider.contains(e))
      return under ? Number(under.dataset.step) : undefined
    }
    this.#slider.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return
      this.#slider.setPointerCapture(event.pointerId)
      const step = stepAt(event)
      if (step !== undefined) go(step)
    })
    this.#slider.addEventListener("pointermove", (event) => {
      if (!this.#slider.hasPointerCapture(event.pointerId)) return
      const step = stepAt(event)
      if (step !== undefined) go(step)
    })
    this.#slider.addEventListener("dblclick", (event) => {
      const step = stepAt(event)
      if (step !== undefined) toggleBreakpoint(step)
    })
  }

  /** Marks where one is, what is behind, where it stops, and what is not shown yet. */
  update(at: number, breakpoints: ReadonlySet<number>, hidden: (step: number) => boolean): void {
    this.#marks.forEach((mark, i) => {
      mark.classList.toggle("dn-mod-now", i === at)
      mark.classList.toggle("dn-mod-past", i < at)
      mark.classList.toggle("dn-mod-break", breakpoints.has(i))
      mark.classList.toggle("dn-mod-hollow", hidden(i))
    })
    const step = this.#doc.steps[at]
    const text = hidden(at) ? `${step.label} = ?` : step.text
    this.#slider.setAttribute("aria-valuenow", String(at + 1))
    const turn = turnText(step, this.#t)
    const spoken = turn ? `${text}, ${turn}` : text
    this.#slider.setAttribute("aria-valuetext", this.#t("step %1: %2", at + 1, spoken))
  }

  focus(): void {
    this.#slider.focus({ preventScroll: true })
  }
}
