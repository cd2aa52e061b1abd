/** @file The compiled program: the graph, below it panes about its kernels, passes and memory (VISUAL 11 v). */
import { kernelCount, type ProfileDoc, type SavedView, type Stage, stageOf } from "@defnote/display"
import { element } from "./dom.ts"
import type { GraphViewOptions } from "./graph-options.ts"
import { GraphView } from "./graph-view.ts"
import { KernelPane } from "./kernel-pane.ts"
import { MemoryPane } from "./memory-pane.ts"
import { PassesPane } from "./passes-pane.ts"
import type { ProfileHost, ProfilePane } from "./profile-pane.ts"
import { SavedPane } from "./saved-pane.ts"
import { Tabs } from "./tabs.ts"
import { english, type StatusAction, type View } from "./view.ts"

/** Height of the graph above the panes, in CSS px. */
const GRAPH_HEIGHT = 400

/** Shows `profile` payloads. */
export class ProfileView implements View<ProfileDoc> {
  readonly #options: GraphViewOptions
  readonly #root = element("div", "dn-View dn-profile")
  readonly #body = element("div", "dn-profile-pane")
  readonly #tabs: Tabs
  readonly #graph: GraphView
  /** By the names under which a notebook stores which one is chosen. */
  readonly #named: Readonly<Record<string, ProfilePane>>
  readonly #panes: readonly ProfilePane[]
  #doc: ProfileDoc | null = null
  #stage: Stage | null = null
  #passes = 0
  /** What the graph would store. */
  #view: SavedView = {}
  /** Panes that have something to show, in the order of their tabs. */
  #shown: readonly ProfilePane[] = []

  constructor(host: HTMLElement, options: GraphViewOptions = {}) {
    this.#options = options
    const translate = options.translate ?? english
    this.#tabs = new Tabs("dn-profile-tabs", translate("about the compiled program"), () => {
      this.#open()
      this.#store()
    })
    const graphHost = element("div", "dn-profile-graph")
    this.#root.append(graphHost, this.#tabs.node, this.#body)
    host.append(this.#root)
    this.#graph = new GraphView(graphHost, {
      ...options,
      details: false,
      height: Math.min(options.height ?? GRAPH_HEIGHT, GRAPH_HEIGHT),
      onSelect: (node) => {
        this.#pane?.follow(this.#graph.selectedNodes.map((n) => this.#whole(n)))
        options.onSelect?.(node === null ? null : this.#whole(node))
      },
      onHover: (node) => options.onHover?.(node === null ? null : this.#whole(node)),
      onSource: (node) => options.onSource?.(this.#whole(node)),
      onView: (view) => {
        this.#view = view
        this.#store()
      },
      onPart: (doc) => {
        this.#show(doc as ProfileDoc)
        options.onPart?.(doc)
      },
    })
    const paneHost: ProfileHost = {
      translate,
      choose: (node) => this.#choose(node),
      showKernel: (kernel) => this.#graph.setKernel(kernel),
      showStage: (passes, notes) => this.#showStage(passes, notes),
    }
    this.#named = {
      kernels: new KernelPane(paneHost),
      passes: new PassesPane(paneHost),
      memory: new MemoryPane(paneHost),
      saved: new SavedPane(paneHost),
    }
    this.#panes = Object.values(this.#named)
  }

  /** The selected node of the whole document; null when there is none. */
  get selected(): number | null {
    const node = this.#graph.selected
    return node === null ? null : this.#whole(node)
  }

  setDocument(doc: ProfileDoc, view: SavedView | undefined = doc.view): void {
    const first = this.#doc === null
    this.#graph.setDocument(stageOf(doc, 0).doc, view)
    this.#show(doc)
    this.setStatus("")
    if (first) this.#restore(view)
    this.#open()
  }

  /** Hands a document to the panes; the graph has it. */
  #show(doc: ProfileDoc): void {
    this.#doc = doc
    this.#stage = stageOf(doc, 0)
    this.#passes = 0
    for (const pane of this.#panes) pane.setDocument(doc)
    this.#shown = this.#panes.filter((pane) => pane.title)
    this.#tabs.set(this.#shown.map((pane) => [pane.title]))
    this.#open()
  }

  /** Selects a node; the pane follows. Does not call `onSelect`. */
  select(node: number | null): void {
    const at = node === null ? -1 : (this.#stage?.at[node] ?? -1)
    this.#graph.select(at < 0 ? null : at)
    this.#pane?.follow(node === null ? [] : [node])
  }

  hover(node: number | null): void {
    const at = node === null ? -1 : (this.#stage?.at[node] ?? -1)
    this.#graph.hover(at < 0 ? null : at)
  }

  /** Shows a sentence in the toolbar line; without one it counts the kernels. */
  setStatus(text: string, action?: StatusAction): void {
    this.#graph.setStatus(text, action)
    if (!text && this.#doc) this.#graph.setCount(kernelCount(this.#doc))
  }

  resize(): void {
    this.#graph.resize()
  }

  dispose(): void {
    for (const pane of this.#panes) pane.dispose()
    this.#graph.dispose()
    this.#root.remove()
  }

  #restore(view: SavedView | undefined): void {
    const { tab, ...graph } = view ?? {}
    this.#view = graph
    const at = this.#shown.indexOf(this.#named[tab ?? ""])
    if (at >= 0) this.#tabs.choose(at)
  }

  /** The first pane is what one sees anyway. */
  #store(): void {
    const pane = this.#pane
    const tab = Object.keys(this.#named).find((name) => this.#named[name] === pane)
    this.#options.onView?.({ ...this.#view, ...(this.#tabs.chosen > 0 && tab ? { tab } : {}) })
  }

  get #pane(): ProfilePane | undefined {
    return this.#shown[this.#tabs.chosen]
  }

  #open(): void {
    const pane = this.#pane
    if (!pane) return
    this.#body.replaceChildren(pane.node)
    pane.shown()
    pane.follow(this.#graph.selectedNodes.map((n) => this.#whole(n)))
  }

  #whole(node: number): number {
    return this.#stage?.whole[node] ?? node
  }

  #choose(node: number): void {
    this.select(node)
    this.#options.onSelect?.(node)
  }

  /** What is selected stays selected where it is in both stages. */
  #showStage(passes: number, notes: ReadonlyMap<number, string>): void {
    if (!this.#doc) return
    const { selected } = this
    if (passes !== this.#passes) {
      this.#passes = passes
      this.#stage = stageOf(this.#doc, passes)
      this.#graph.setDocument(this.#stage.doc)
      const at = selected === null ? -1 : this.#stage.at[selected]
      this.#graph.select(at < 0 ? null : at)
    }
    const { at } = this.#stage as Stage
    this.#graph.setNotes(new Map([...notes].map(([n, text]) => [at[n], text])))
  }
}
