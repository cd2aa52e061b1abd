/** @file Scopes that are not stored: asks who has them, says what happens, remembers which are loaded (VISUAL 12). */
import {
  type GraphLike,
  isUnstored,
  type Layout,
  type PartProblem,
  type ScopeNode,
} from "@defnote/display"
import type { StatusAction, Translate } from "./view.ts"

/** Who has what is not stored of a graph. */
export interface PartSource {
  /**
   * The document with some scopes in it, checked like any payload; null when nobody answers.
   *
   * @param id `whole.id` of the document
   * @param scopes their numbers in the whole program, a scope before those inside of it
   */
  ask(id: string, scopes: readonly number[]): Promise<GraphLike | PartProblem | null>
  /** Runs the cell again that made the graph; absent where there is no cell. */
  runAgain?(): void
}

/** Who shows the graph. */
export interface PartsHost {
  /** The line under the toolbar while an answer is awaited. */
  busy(on: boolean): void
  say(text: string, action?: StatusAction): void
  /** A sentence until the answer comes. */
  wait(text: string): void
  /** Shows the document with a scope more, which opens. */
  show(doc: GraphLike, scope: string): void
  /** What is not stored cannot be had: its boxes say so. */
  missing(): void
}

/** The parts of one graph that come from a kernel. */
export class GraphParts {
  readonly #source: PartSource | undefined
  readonly #host: PartsHost
  readonly #translate: Translate
  #doc: GraphLike | null = null
  /** Numbers of the scopes that came, by key, in the order in which they came. */
  #loaded = new Map<string, number>()
  #missing = false
  #turn = 0

  constructor(source: PartSource | undefined, host: PartsHost, translate: Translate) {
    this.#source = source
    this.#host = host
    this.#translate = translate
  }

  /** Whether the kernel has what is not stored, as far as one knows. */
  get kept(): boolean {
    return this.#doc?.whole?.id !== undefined && !this.#missing
  }

  /** Takes a document that a notebook has stored; answers to older questions are late. */
  setDocument(doc: GraphLike): void {
    this.#doc = doc
    this.#loaded = new Map()
    this.#missing = false
    this.#turn++
  }

  /** How much is not here, in words; "" when everything is. */
  sentence(doc: GraphLike): string {
    const scopes = doc.whole?.scopes ?? 0
    if (scopes === 0) return ""
    const t = this.#translate
    return scopes === 1 ? t("1 scope not stored") : t("%1 scopes not stored", scopes)
  }

  /** Words on the boxes of which the inside cannot be had. */
  notes(layout: Layout): ReadonlyMap<number, string> {
    const boxes = this.#missing ? layout.boxes.filter(isUnstored) : []
    const forward = boxes.filter((box) => box.column === "forward")
    return new Map(forward.map((box) => [box.members[0], this.#translate("needs kernel")]))
  }

  /** Asks for what stands in a scope; those that came before come again as far as they are open. */
  async open(scope: ScopeNode, layout: Layout): Promise<void> {
    const t = this.#translate
    const id = this.#doc?.whole?.id
    if (id === undefined || scope.unstored === undefined) {
      this.#refuse(t("Only a summary of this scope was stored, and no kernel keeps it."))
      return
    }
    const turn = ++this.#turn
    const open = [...this.#loaded].filter(([key]) => layout.open.has(key))
    this.#host.busy(true)
    this.#host.wait(t("Waiting for the kernel …"))
    const wanted = [...open.map(([, number]) => number), scope.unstored]
    const answer = (await this.#source?.ask(id, wanted)) ?? null
    if (turn !== this.#turn) return
    this.#host.busy(false)
    if (answer === null || typeof answer === "string") {
      this.#refuse(this.#reason(answer), answer !== "too large")
      return
    }
    this.#loaded = new Map([...open, [scope.key, scope.unstored]])
    this.#missing = false
    this.#host.show(answer, scope.key)
  }

  /** No answer changes anything any more. */
  end(): void {
    this.#turn++
  }

  #reason(problem: PartProblem | null): string {
    const t = this.#translate
    if (problem === "not kept")
      return t("The kernel no longer keeps this graph. Run the cell again.")
    if (problem === "too large")
      return t("More is open than can be shown. Close some scopes first.")
    return t("Saved view. Scopes that are not stored need the kernel: run the cell again.")
  }

  #refuse(text: string, again = true): void {
    const runAgain = again && this.#source?.runAgain?.bind(this.#source)
    const action = runAgain ? { label: this.#translate("Run again"), run: runAgain } : undefined
    this.#missing ||= again
    this.#host.missing()
    this.#host.say(text, action)
  }
}
