/** @file Lays graphs out: at once when they are small, in a worker with a time limit when not (D8.4). */
import { type GraphLike, type Layout, layoutGraph, type Prepared, prepare } from "@defnote/display"

/** Which scopes are open; absent `open` means "as many as the budget allows". */
export interface LayoutRequest {
  readonly open?: ReadonlySet<string>
  readonly expanded?: ReadonlySet<string>
  readonly budget?: number
}

/** What goes to the worker: the document once, then requests with rising turns. */
export type WorkerInput =
  | { readonly type: "document"; readonly doc: GraphLike }
  | { readonly type: "layout"; readonly turn: number; readonly request: LayoutRequest }

/** What comes back. */
export type WorkerOutput =
  | { readonly turn: number; readonly layout: Layout }
  | { readonly turn: number; readonly error: string }

/** Nodes up to which the layout is computed at once: about 5 ms on a slow machine. */
export const SYNC_NODES = 2_000

/** Time that a worker may take, in ms. */
export const TIME_LIMIT = 5_000

/** Answers of the worker's side; `post` sends one back. Made for `layout-worker` files of hosts. */
export function answerLayouts(post: (output: WorkerOutput) => void): (input: WorkerInput) => void {
  let prepared: Prepared | null = null
  return (input) => {
    if (input.type === "document") {
      prepared = prepare(input.doc)
      return
    }
    try {
      if (!prepared) throw new Error("layout: no document was sent")
      post({ turn: input.turn, layout: layoutGraph(prepared, input.request) })
    } catch (error) {
      post({ turn: input.turn, error: error instanceof Error ? error.message : String(error) })
    }
  }
}

/** Lays out one document at a time; a newer request makes an older one obsolete. */
export class LayoutService {
  readonly #createWorker: (() => Worker) | null
  #prepared: Prepared | null = null
  #doc: GraphLike | null = null
  #worker: Worker | null = null
  #turn = 0
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(createWorker: (() => Worker) | null) {
    this.#createWorker = createWorker
  }

  /** Takes a document; the next request is about it. */
  setDocument(doc: GraphLike): void {
    this.#stop()
    this.#doc = doc
    this.#prepared = null
  }

  /**
   * Calls `done` at once for a small graph, later for a large one, never for an obsolete request.
   *
   * @param failed gets a sentence: the time limit, or what the layout refused
   */
  layout(
    request: LayoutRequest,
    done: (layout: Layout) => void,
    failed: (reason: string) => void,
  ): void {
    if (!this.#doc) return
    const turn = ++this.#turn
    if (this.#createWorker && this.#doc.nodes.op.length > SYNC_NODES) {
      this.#later(turn, request, done, failed)
      return
    }
    this.#prepared ??= prepare(this.#doc)
    done(layoutGraph(this.#prepared, request))
  }

  /** Ends the worker. */
  dispose(): void {
    this.#stop()
    this.#doc = null
    this.#prepared = null
  }

  #later(
    turn: number,
    request: LayoutRequest,
    done: (layout: Layout) => void,
    failed: (reason: string) => void,
  ): void {
    const worker = this.#start()
    const fail = (reason: string) => {
      this.#stop()
      failed(reason)
    }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => fail(`no layout after ${TIME_LIMIT / 1000} s`), TIME_LIMIT)
    worker.onerror = (event) => fail(event.message || "the layout worker did not start")
    worker.onmessage = ({ data }: MessageEvent<WorkerOutput>) => {
      if (data.turn !== turn) return
      clearTimeout(this.#timer)
      if ("layout" in data) done(data.layout)
      else fail(data.error)
    }
    worker.postMessage({ type: "layout", turn, request } satisfies WorkerInput)
  }

  #start(): Worker {
    if (this.#worker) return this.#worker
    const worker = (this.#createWorker as () => Worker)()
    worker.postMessage({ type: "document", doc: this.#doc as GraphLike } satisfies WorkerInput)
    this.#worker = worker
    return worker
  }

  #stop(): void {
    clearTimeout(this.#timer)
    this.#turn++
    this.#worker?.terminate()
    this.#worker = null
  }
}
