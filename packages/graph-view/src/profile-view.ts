/** @file The compiled program: the graph with its kernels as groups, below it the code and the reasons of one (VISUAL 11 v). */
import {
  type KernelReport,
  kernelCount,
  kernelReports,
  type ProfileDoc,
  prepare,
  type SavedView,
} from "@defnote/display"
import { CodePane } from "./code-pane.ts"
import { element, Lifetime } from "./dom.ts"
import { GraphView, type GraphViewOptions } from "./graph-view.ts"
import { kernelFacts, kernelTime } from "./kernel-facts.ts"
import { english, type Translate, type View } from "./view.ts"

/** Height of the graph above the code, in CSS px. */
const GRAPH_HEIGHT = 400

/** Shows `profile` payloads. */
export class ProfileView implements View<ProfileDoc> {
  readonly #options: GraphViewOptions
  readonly #translate: Translate
  readonly #life = new Lifetime()
  readonly #root = element("div", "dn-View dn-profile")
  readonly #graphHost = element("div", "dn-profile-graph")
  readonly #list = element("div", "dn-kernel-list", { role: "tablist" })
  readonly #facts = element("aside", "dn-kernel-facts")
  readonly #code: CodePane
  readonly #graph: GraphView
  #doc: ProfileDoc | null = null
  #reports: readonly KernelReport[] = []
  #kernel = 0

  constructor(host: HTMLElement, options: GraphViewOptions = {}) {
    this.#options = options
    this.#translate = options.translate ?? english
    this.#code = new CodePane((node) => this.#choose(node), this.#translate)
    const pane = element("div", "dn-kernel-pane", {}, this.#list, this.#code.node, this.#facts)
    this.#root.append(this.#graphHost, pane)
    host.append(this.#root)
    this.#graph = new GraphView(this.#graphHost, {
      ...options,
      details: false,
      height: Math.min(options.height ?? GRAPH_HEIGHT, GRAPH_HEIGHT),
      onSelect: (node) => {
        this.#follow(this.#graph.selectedNodes)
        options.onSelect?.(node)
      },
    })
    this.#list.setAttribute("aria-label", this.#translate("kernels"))
    this.#life.listen(this.#list, "keydown", (event) => this.#key(event))
  }

  /** The selected node; null when there is none. */
  get selected(): number | null {
    return this.#graph.selected
  }

  setDocument(doc: ProfileDoc, view: SavedView | undefined = doc.view): void {
    this.#doc = doc
    const { model, tree } = prepare(doc, Number.POSITIVE_INFINITY)
    this.#reports = kernelReports(model, tree)
    this.#kernel = Math.min(this.#kernel, Math.max(0, this.#reports.length - 1))
    this.#graph.setDocument(doc, view)
    this.setStatus("")
    this.#buildList()
    this.#show()
  }

  /** Selects a node and the kernel that computes it. Does not call `onSelect`. */
  select(node: number | null): void {
    this.#graph.select(node)
    this.#follow(node === null ? [] : [node])
  }

  hover(node: number | null): void {
    this.#graph.hover(node)
  }

  /** Shows a sentence in the toolbar line; without one it counts the kernels. */
  setStatus(text: string): void {
    this.#graph.setStatus(text)
    if (!text && this.#doc) this.#graph.setCount(kernelCount(this.#doc))
  }

  resize(): void {
    this.#graph.resize()
  }

  dispose(): void {
    this.#life.end()
    this.#code.dispose()
    this.#graph.dispose()
    this.#root.remove()
  }

  #buildList(): void {
    const tabs = this.#reports.map((report, k) => {
      const tab = element(
        "button",
        "dn-kernel-tab",
        { type: "button", role: "tab", "data-kernel": k },
        element("span", "dn-kernel-tag", {}, report.tag),
        ` ${this.#doc?.kernels?.[k].form ?? ""}`,
      )
      tab.addEventListener("click", () => this.#open(k))
      return tab
    })
    this.#list.replaceChildren(...tabs)
  }

  /** The user opened a kernel: its first value is selected with it. */
  #open(kernel: number): void {
    this.#kernel = kernel
    this.#show()
    const first = this.#reports[kernel]?.lines.findLast((line) => line.node >= 0)
    if (first) this.#choose(first.node)
  }

  #choose(node: number): void {
    this.#graph.select(node)
    this.#code.select([node])
    this.#options.onSelect?.(node)
  }

  /** The selection moved: the kernel that computes most of it is shown, unless the one shown computes some. */
  #follow(nodes: readonly number[]): void {
    const kernels = this.#doc?.kernels ?? []
    const shares = kernels.map((kernel) => nodes.filter((n) => kernel.nodes.includes(n)).length)
    const most = Math.max(0, ...shares)
    if (most > 0 && !shares[this.#kernel]) {
      this.#kernel = shares.indexOf(most)
      this.#show()
    }
    this.#code.select(nodes)
  }

  #show(): void {
    const report = this.#reports[this.#kernel]
    this.#graph.setKernel(this.#kernel)
    for (const tab of this.#list.querySelectorAll<HTMLElement>("[role=tab]")) {
      const on = Number(tab.dataset.kernel) === this.#kernel
      tab.setAttribute("aria-selected", String(on))
      tab.tabIndex = on ? 0 : -1
    }
    if (!report || !this.#doc) {
      const none = this.#translate("This program computes nothing: its results are its arguments.")
      this.#facts.replaceChildren(element("p", "dn-mute", {}, none))
      return
    }
    this.#facts.replaceChildren(
      ...kernelFacts(report, kernelTime(this.#doc, this.#kernel), this.#translate),
    )
    this.#code.show(report, this.#graph.selectedNodes)
  }

  #key(event: KeyboardEvent): void {
    const steps: Record<string, number> = {
      ArrowDown: 1,
      ArrowRight: 1,
      ArrowUp: -1,
      ArrowLeft: -1,
    }
    const step = steps[event.key]
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    const next = this.#kernel + step
    if (next < 0 || next >= this.#reports.length) return
    this.#open(next)
    this.#list.querySelector<HTMLElement>("[aria-selected=true]")?.focus()
  }
}
