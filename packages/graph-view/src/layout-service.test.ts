/** @file Small graphs are laid out at once, large ones in a worker that may not take for ever (D8.4). */

import { type GraphLike, type Layout, layoutGraph } from "@defnote/display"
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { flatChain, tanhLoss } from "../../display/src/examples/graphs.ts"
import { answerLayouts, LayoutService, TIME_LIMIT, type WorkerInput } from "./layout-service.ts"

const never = () => expect.unreachable("this must not be called")

/** A worker on this thread: it answers when told to, so that order and silence can be tested. */
class Thread {
  terminated = false
  onmessage: ((event: { data: unknown }) => void) | null = null
  onerror: ((event: { message: string }) => void) | null = null
  readonly #waiting: WorkerInput[] = []
  readonly #answer = answerLayouts((data) => this.onmessage?.({ data }))

  postMessage(input: WorkerInput): void {
    this.#waiting.push(structuredClone(input))
  }

  run(): void {
    for (const input of this.#waiting.splice(0)) this.#answer(input)
  }

  terminate(): void {
    this.terminated = true
  }
}

describe("LayoutService", () => {
  const large: GraphLike = flatChain(2500)
  let threads: Thread[] = []
  const create = () => {
    const thread = new Thread()
    threads.push(thread)
    return thread as unknown as Worker
  }
  const keys = (layout: Layout | undefined) => layout?.boxes.map((box) => box.key)

  beforeEach(() => {
    threads = []
    vi.useFakeTimers()
  })
  afterEach(() => vi.useRealTimers())

  it("lays a small graph out at once, without a worker", () => {
    const service = new LayoutService(create)
    service.setDocument(tanhLoss())
    const done = vi.fn()
    service.layout({}, done, never)
    expect(done).toHaveBeenCalledOnce()
    expect(threads).toHaveLength(0)
  })

  it("gives the worker's layout of a large graph, equal to ours", () => {
    const service = new LayoutService(create)
    service.setDocument(large)
    const done = vi.fn<(layout: Layout) => void>()
    service.layout({}, done, never)
    expect(done).not.toHaveBeenCalled()
    threads[0].run()
    expect(keys(done.mock.calls[0][0])).toEqual(keys(layoutGraph(large)))
  })

  it("answers only the newest request", () => {
    const service = new LayoutService(create)
    service.setDocument(large)
    const [first, second] = [vi.fn(), vi.fn()]
    service.layout({}, first, never)
    service.layout({ open: new Set() }, second, never)
    threads[0].run()
    expect(first).not.toHaveBeenCalled()
    expect(second).toHaveBeenCalledOnce()
  })

  it("stops a worker at the time limit and says so", () => {
    const service = new LayoutService(create)
    service.setDocument(large)
    const failed = vi.fn()
    service.layout({}, never, failed)
    vi.advanceTimersByTime(TIME_LIMIT)
    expect(failed).toHaveBeenCalledWith("no layout after 5 s")
    expect(threads[0].terminated).toBe(true)
  })

  it("ends the worker with the view", () => {
    const service = new LayoutService(create)
    service.setDocument(large)
    service.layout({}, vi.fn(), never)
    service.dispose()
    expect(threads[0].terminated).toBe(true)
    vi.advanceTimersByTime(TIME_LIMIT)
  })
})
