/** @file One payload in a view, or its static picture with a sentence. Loaded with the first output. */
import "../style/views.css"
import {
  type GraphDoc,
  type GraphLike,
  type ImageDoc,
  type PayloadOf,
  type ProfileDoc,
  readPayload,
  type SavedView,
  type TableDoc,
  type TensorDoc,
  TRAINING,
  type TraceDoc,
} from "@defnote/display"
import {
  AudioView,
  GradientView,
  GraphView,
  type GraphViewOptions,
  ImageView,
  isNodeView,
  ProfileView,
  StepView,
  type StepViewOptions,
  TableView,
  TensorView,
  TrainingView,
  type Translate,
  type View,
} from "@defnote/graph-view"
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces"
import type { ReadonlyPartialJSONObject } from "@lumino/coreutils"
import type { Role } from "./editors.ts"
import { picture } from "./fallback.ts"
import { kernelParts } from "./kernel-parts.ts"
import { askKernel, type Reply } from "./kernel-questions.ts"
import { kernelRows } from "./kernel-rows.ts"
import { kernelSteps } from "./kernel-steps.ts"
import { kernelTiles } from "./kernel-tiles.ts"
import type { KernelSource, OutputKind, OutputServices } from "./output-widget.ts"
import type { LinkedView } from "./source-links.ts"

/** What a presentation needs beyond the page's services. */
export interface PresentationServices extends OutputServices {
  readonly latex: IRenderMime.ILatexTypesetter | null
  /** The view fills a panel of its own. */
  readonly fill: boolean
  /** The kernel of the output's notebook. */
  readonly kernel: KernelSource
  save(view: ReadonlyPartialJSONObject): void
}

type Document = PayloadOf[OutputKind]

/** Rises with every document shown, so that the newest output is known. */
let shown = 0

/** Shows payloads of one kind in one node, one after the other. */
export class Presentation {
  readonly #host: HTMLElement
  readonly #kind: OutputKind
  readonly #services: PresentationServices
  readonly #translate: Translate
  #view: View<Document> | null = null
  #json = ""
  #order = 0
  #unlink: (() => void) | null = null
  #link: LinkedView | null = null

  constructor(host: HTMLElement, kind: OutputKind, services: PresentationServices) {
    this.#host = host
    this.#kind = kind
    this.#services = services
    const { trans } = services
    this.#translate = (text, ...values) => trans.__(text, ...values)
  }

  /** The graph view, when that is what is shown. */
  get graph(): GraphView | null {
    return this.#view instanceof GraphView ? this.#view : null
  }

  /** Shows a bundle. The same payload again, as after saving the view, changes nothing. */
  show(data: ReadonlyPartialJSONObject, mimeType: string, saved: unknown): void {
    // The pixels of images stand beside their payload.
    const beside = this.#kind === "image" ? data["image/png"] : undefined
    const json = JSON.stringify([data[mimeType] ?? null, beside])
    if (json === this.#json) return
    this.#json = json
    const { doc, problem } = readPayload<OutputKind>(this.#kind, data[mimeType])
    if (!doc) {
      this.#showPicture(data, problem)
      return
    }
    try {
      this.#showDocument(doc, saved, beside)
    } catch (error) {
      // A payload that passed the checks and still breaks the view must not take the cell with it.
      console.error("defnote: an output could not be drawn", error)
      this.#showPicture(data, error instanceof Error ? error.message : String(error))
    }
  }

  /** The node was attached, shown or resized. */
  resize(): void {
    this.#view?.resize()
  }

  /** Selects the expression of the selected node in its cell; false when that is impossible. */
  goToSource(): boolean {
    const node = this.#selected()
    const link = this.#link
    return link !== null && node !== null && (this.#services.links?.reveal(link, node) ?? false)
  }

  dispose(): void {
    this.#close()
    this.#host.replaceChildren()
  }

  #showDocument(doc: Document, saved: unknown, beside: unknown): void {
    this.#order = ++shown
    const first = this.#view === null
    if (first) {
      this.#host.replaceChildren()
      this.#view = this.#make()
    }
    if ((this.#view instanceof GraphView || this.#view instanceof ProfileView) && first) {
      const graph = doc as GraphDoc & ProfileDoc
      this.#view.setDocument(graph, readView(saved) ?? graph.view)
    } else if (this.#view instanceof StepView && first) {
      this.#view.setDocument(doc as TraceDoc, readView(saved))
    } else if (this.#view instanceof TensorView && first) {
      this.#view.setDocument(doc as TensorDoc, saved)
    } else if (this.#view instanceof TableView && first) {
      this.#view.setDocument(doc as TableDoc, saved)
    } else if (this.#view instanceof ImageView) this.#view.setDocument(doc as ImageDoc, beside)
    else this.#view?.setDocument(doc)
    if ("nodes" in doc) this.#connect(doc)
  }

  #showPicture(data: ReadonlyPartialJSONObject, reason: string): void {
    this.#close()
    this.#host.replaceChildren(picture(data, reason, this.#services.trans))
  }

  #close(): void {
    this.#unlink?.()
    this.#unlink = null
    this.#link = null
    this.#view?.dispose()
    this.#view = null
  }

  #make(): View<Document> {
    const options = this.#options()
    switch (this.#kind) {
      case "graph":
        return new GraphView(this.#host, options) as View<Document>
      case "gradient":
        return new GradientView(this.#host, options) as View<Document>
      case "profile":
        return new ProfileView(this.#host, options) as View<Document>
      case "trace":
        return new StepView(this.#host, this.#stepOptions(options)) as View<Document>
      case "tensor":
        return new TensorView(this.#host, {
          translate: this.#translate,
          tiles: kernelTiles(this.#services.kernel),
          onView: (view) => this.#services.save(view as ReadonlyPartialJSONObject),
        }) as View<Document>
      case "image":
        return new ImageView(this.#host, { translate: this.#translate }) as View<Document>
      case "audio":
        return new AudioView(this.#host, { translate: this.#translate }) as View<Document>
      case "table":
        return new TableView(this.#host, {
          translate: this.#translate,
          rows: kernelRows(this.#services.kernel),
          onView: (view) => this.#services.save({ ...view } as ReadonlyPartialJSONObject),
        }) as View<Document>
      case "training":
        return new TrainingView(this.#host, {
          translate: this.#translate,
          inspectStep: (panel, step) => this.#inspectStep(panel, step),
        }) as View<Document>
    }
  }

  /** Whether the kernel showed the gradients of a step of a training run. */
  async #inspectStep(panel: string, step: number): Promise<boolean> {
    const kernel = this.#services.kernel()
    if (!kernel) return false
    const reply = await askKernel<Reply & { shown: boolean }>(kernel, TRAINING, { panel, step })
    return reply?.shown === true
  }

  #options(): GraphViewOptions {
    const { settings, latex, fill, save } = this.#services
    const typeset = latex
      ? (node: HTMLElement, text: string) => {
          node.textContent = `$${text.replaceAll("$", "")}$`
          latex.typeset(node)
        }
      : undefined
    return {
      translate: this.#translate,
      height: fill ? Number.POSITIVE_INFINITY : settings.height,
      budget: settings.budget,
      typeset,
      createWorker: layoutWorker,
      onSelect: (node) => this.#onSelect(node),
      onHover: (node) => this.#onHover(node),
      onSource: () => this.goToSource(),
      onView: (view) => save(view as ReadonlyPartialJSONObject),
      onLeave: () => focusCell(this.#host),
      parts: kernelParts(this.#kind, this.#services.kernel, () => this.#runAgain()),
      onPart: (doc) => this.#connect(doc),
    }
  }

  /** A step is no longer than its content; a panel is filled. */
  #stepOptions(options: GraphViewOptions): StepViewOptions {
    const { fill, kernel } = this.#services
    const live = kernelSteps(kernel, this.#translate)
    return { ...options, live, height: fill ? Number.POSITIVE_INFINITY : undefined }
  }

  #selected(): number | null {
    return isNodeView(this.#view) ? this.#view.selected : null
  }

  #onSelect(node: number | null): void {
    const { links } = this.#services
    const link = this.#link
    if (!links || !link) return
    if (node === null) {
      links.clear(link)
      return
    }
    links.show(link, node)
  }

  /** The pointer lights an expression for as long as it stays; then the selection's comes back. */
  #onHover(node: number | null): void {
    const link = this.#link
    if (!link) return
    const shown = node ?? this.#selected()
    if (shown === null) this.#services.links?.clear(link)
    else this.#services.links?.show(link, shown)
  }

  /** Says that what ran is not what stands in the cells now, and offers to run them again (VISUAL 12). */
  #setStale(on: boolean): void {
    const view = this.#view
    if (!isNodeView(view)) return
    if (!on) {
      view.setStatus("")
      return
    }
    const text = this.#translate("The cell changed since this run.")
    view.setStatus(text, { label: this.#translate("Run again"), run: () => this.#runAgain() })
  }

  /** Runs the changed cells, then the one of this output. */
  #runAgain(): void {
    const { links, runCells } = this.#services
    const own = this.#host.closest<HTMLElement>(".jp-Cell")
    const changed = (this.#link && links?.staleCells(this.#link)) ?? []
    void runCells([...changed.filter((cell) => cell !== own), ...(own ? [own] : [])])
  }

  #connect(doc: GraphLike): void {
    this.#unlink?.()
    const view = this.#view
    if (!this.#services.links || !isNodeView(view)) return
    const byLocation = nodesByLocation(doc)
    this.#link = {
      host: this.#host,
      order: this.#order,
      table: doc,
      locationOf: (node) => doc.nodes.loc[node] ?? -1,
      roleOf: (node) => view.direction ?? roleOf(doc, node),
      nodesAt: (location) => byLocation.get(location) ?? [],
      select: (node) => {
        view.select(node)
        this.#onSelect(node)
      },
      hover: (node) => view.hover(node),
      stale: (on) => this.#setStale(on),
    }
    this.#unlink = this.#services.links.add(this.#link)
    const selected = this.#selected()
    if (selected !== null) this.#onSelect(selected)
  }
}

/** Rspack finds the worker by this literal form and makes a chunk of it. */
const layoutWorker = () => new Worker(new URL("./layout-worker.js", import.meta.url))

/** The saved view of the output's metadata, with only what it should hold. */
function readView(saved: unknown): SavedView | undefined {
  if (!saved || typeof saved !== "object") return undefined
  const { open, selected, overlay, marks, detail, tab, ...rest } = saved as Record<string, unknown>
  const texts = (list: unknown) =>
    Array.isArray(list) ? list.filter((key) => typeof key === "string") : undefined
  const strings = texts(open)
  return {
    ...(strings ? { open: strings.slice(0, 10_000) } : {}),
    ...(typeof selected === "string" ? { selected } : {}),
    ...(typeof overlay === "string" ? { overlay } : {}),
    ...(rest.saved === true ? { saved: true } : {}),
    ...(Array.isArray(marks) ? { marks: texts(marks)?.slice(0, 100) } : {}),
    ...(typeof detail === "number" && detail > 0 ? { detail } : {}),
    ...(typeof tab === "string" ? { tab } : {}),
  }
}

/** Nodes of each location, forward ones first. */
function nodesByLocation(doc: GraphLike): ReadonlyMap<number, readonly number[]> {
  const found = new Map<number, number[]>()
  doc.nodes.loc.forEach((location, node) => {
    if (location < 0) return
    const list = found.get(location) ?? []
    found.set(location, list)
    if (doc.nodes.phase[node] === "fwd") list.unshift(node)
    else list.push(node)
  })
  return found
}

function roleOf(doc: GraphLike, node: number): Role {
  if (doc.error?.node === node) return "error"
  const phase = doc.nodes.phase[node]
  return phase === "bwd" ? "backward" : phase === "update" ? "update" : "forward"
}

/** Gives the focus back to the notebook, so that its shortcuts work again. */
function focusCell(host: HTMLElement): void {
  host.closest<HTMLElement>(".jp-Cell")?.focus()
}
