/** @file The graph of a stepped function beside its steps: both select the same operation. */
import type { TraceDoc, TraceStep } from "@defnote/display"
import { element } from "./dom.ts"
import type { GraphViewOptions } from "./graph-options.ts"
import { GraphView } from "./graph-view.ts"

/** Height of the picture in the panel, in px. */
const HEIGHT = 300

/** Made when its tab opens first. */
export class StepGraph {
  readonly node = element("div", "dn-step-graph")
  readonly #options: GraphViewOptions
  readonly #chosen: (node: number) => void
  #view: GraphView | null = null
  #doc: TraceDoc | null = null
  #frame = 0

  constructor(options: GraphViewOptions, chosen: (node: number) => void) {
    this.#options = options
    this.#chosen = chosen
  }

  /** Shows the operation of a step: its box forward, its derivative backward. */
  show(doc: TraceDoc, step: TraceStep): HTMLElement {
    cancelAnimationFrame(this.#frame)
    // The picture measures its element, which is on the page one frame later.
    this.#frame = requestAnimationFrame(() => this.#draw(doc, step))
    return this.node
  }

  dispose(): void {
    cancelAnimationFrame(this.#frame)
    this.#view?.dispose()
    this.#view = null
  }

  #draw(doc: TraceDoc, step: TraceStep): void {
    this.#view ??= new GraphView(this.node, {
      ...this.#options,
      height: HEIGHT,
      onView: undefined,
      onLeave: undefined,
      onSelect: (node) => {
        if (node !== null) this.#chosen(node)
      },
    })
    if (this.#doc !== doc) {
      this.#doc = doc
      this.#view.setDocument(doc)
    }
    const gradient = step.back ? (doc.nodes.grad?.[step.back.of] ?? -1) : -1
    this.#view.resize()
    this.#view.select(gradient >= 0 ? gradient : step.node)
  }
}
