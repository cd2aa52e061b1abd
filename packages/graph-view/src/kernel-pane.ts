/** @file The kernels of a program: their list, the code of one, what is said of it. */
import {
  type KernelReport,
  kernelReports,
  type ProfileDoc,
  prepare,
  stageOf,
} from "@defnote/display"
import { CodePane } from "./code-pane.ts"
import { element, Lifetime } from "./dom.ts"
import { kernelFacts } from "./kernel-facts.ts"
import type { ProfileHost, ProfilePane } from "./profile-pane.ts"
import { Tabs } from "./tabs.ts"

export class KernelPane implements ProfilePane {
  readonly node = element("div", "dn-kernel-pane")
  readonly #host: ProfileHost
  readonly #life = new Lifetime()
  readonly #tabs: Tabs
  readonly #facts = element("aside", "dn-kernel-facts")
  readonly #code: CodePane
  #doc: ProfileDoc | null = null
  #reports: readonly KernelReport[] = []
  #nodes: readonly number[] = []

  constructor(host: ProfileHost) {
    this.#host = host
    this.#tabs = new Tabs("dn-kernel-list", host.translate("kernels"), (k) => this.#open(k))
    this.#code = new CodePane((node) => host.choose(node), host.translate)
    this.node.append(this.#tabs.node, this.#code.node, this.#facts)
    this.#life.add(() => this.#code.dispose())
  }

  get title(): string {
    return this.#host.translate("Kernels")
  }

  setDocument(doc: ProfileDoc): void {
    const first = this.#doc === null
    this.#doc = doc
    const { model, tree } = prepare(stageOf(doc, 0).doc, Number.POSITIVE_INFINITY)
    this.#reports = kernelReports(model, tree)
    this.#tabs.set(
      this.#reports.map(({ tag, time }, k) => [
        element("span", "dn-kernel-tag", {}, tag),
        ` ${doc.kernels?.[k].form ?? ""}`,
        ...(time ? [element("span", "dn-mute dn-kernel-time", {}, time)] : []),
      ]),
    )
    if (first) this.#tabs.choose(heaviest(doc))
    this.#show()
  }

  shown(): void {
    this.#host.showStage(0, new Map())
    this.#host.showKernel(this.#tabs.chosen)
    this.#tabs.reveal()
  }

  /** The kernel that computes most of the nodes is shown, unless the one shown computes some. */
  follow(nodes: readonly number[]): void {
    this.#nodes = nodes
    const kernels = this.#doc?.kernels ?? []
    const shares = kernels.map((kernel) => nodes.filter((n) => kernel.nodes.includes(n)).length)
    const most = Math.max(0, ...shares)
    if (most > 0 && !shares[this.#tabs.chosen]) {
      this.#tabs.choose(shares.indexOf(most))
      this.#show()
      this.shown()
    }
    this.#code.select(nodes)
  }

  dispose(): void {
    this.#life.end()
  }

  /** The user opened a kernel: its result is selected with it. */
  #open(kernel: number): void {
    this.#show()
    this.shown()
    const last = this.#reports[kernel]?.lines.findLast((line) => line.node >= 0)
    if (last) this.#host.choose(last.node)
  }

  #show(): void {
    const report = this.#reports[this.#tabs.chosen]
    const t = this.#host.translate
    if (!report || !this.#doc) {
      const none = t("This program computes nothing: its results are its arguments.")
      this.#facts.replaceChildren(element("p", "dn-mute", {}, none))
      return
    }
    this.#facts.replaceChildren(...kernelFacts(report, t))
    this.#code.show(report, this.#nodes)
  }
}

/** The kernel that does most of the work: the one to look at first. */
function heaviest({ kernels = [] }: ProfileDoc): number {
  const work = kernels.map(({ flops = 0 }) => flops)
  return Math.max(0, work.indexOf(Math.max(...work)))
}
