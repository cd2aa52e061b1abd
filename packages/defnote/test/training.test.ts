/** @file The panel of a training loop: curves that never grow, what broke, how often the output follows. */
import { decodeCurve, MIME, readPayload, type TrainingDoc } from "@defnote/display"
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import { compare, tensor, trainingPanel } from "../src/index.ts"
import { BoundedSeries } from "../src/training-series.ts"

const KERNEL = Symbol.for("defnote.kernel/1")
interface Shown {
  readonly id?: string
  readonly update?: boolean
  readonly bundle: Readonly<Record<string, unknown>>
}
const shown: Shown[] = []
const targets = new Map<string, (comm: object) => void>()
const endings = new Map<object, (end: object) => void>()
/** What the kernel does when a cell ends. */
const endCell = (end: { status: "ok" | "error" | "interrupted"; reason?: string }) => {
  const listeners = [...endings.values()]
  endings.clear()
  for (const listener of listeners) listener(end)
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] })
  shown.length = 0
  Object.assign(globalThis, {
    [KERNEL]: {
      comms: { register: (name: string, open: (comm: object) => void) => targets.set(name, open) },
      display: (value: { bundle: Shown["bundle"] }, options: object) =>
        shown.push({ ...options, bundle: value.bundle }),
      whenCellEnds: (owner: object, listener: (end: object) => void) =>
        endings.set(owner, listener),
    },
  })
})
afterEach(() => {
  vi.useRealTimers()
  delete (globalThis as { [key: symbol]: unknown })[KERNEL]
})

const panelsOf = () => shown.filter(({ bundle }) => bundle[MIME.training])
const last = () => panelsOf().at(-1)?.bundle[MIME.training] as TrainingDoc
const curve = (doc: TrainingDoc, role: string) =>
  decodeCurve(doc.series.find((s) => s.role === role) as TrainingDoc["series"][number])

describe("curves", () => {
  test("never grow beyond their bound; a mean stays a mean, the worst stays, NaN wins", () => {
    const [mean, worst] = [new BoundedSeries(10, "mean"), new BoundedSeries(10, "worst")]
    for (let step = 1; step <= 1000; step++) {
      mean.add(step, step)
      worst.add(step, step === 500 ? 1e9 : step === 700 ? Number.NaN : 1)
    }
    const [m, w] = [mean.encode("m", "loss"), worst.encode("w", "gradient")].map(decodeCurve)
    expect(m.value.length).toBeLessThanOrEqual(10)
    expect(m.step.at(-1)).toBe(1000)
    expect(m.value.every((v, i) => i === 0 || v > m.value[i - 1])).toBe(true)
    expect(w.value.filter(Number.isNaN)).toHaveLength(1)
    expect(w.value.filter((v) => v === 1e9)).toHaveLength(1)
  })
})

describe("the output", () => {
  test("follows at most ten times a second, and gets the last step after the loop", () => {
    const panel = trainingPanel({ steps: 500, title: "run" })
    for (let i = 0; i < 300; i++) {
      panel.step({ loss: 1 / (i + 1), examples: 32 })
      vi.advanceTimersByTime(5)
    }
    expect(panelsOf().length).toBeGreaterThanOrEqual(14)
    expect(panelsOf().length).toBeLessThanOrEqual(16)
    vi.advanceTimersByTime(200)
    expect(last()).toMatchObject({ step: 300, steps: 500, state: "running", items: 9600 })
    expect(shown[0]).toMatchObject({ id: shown[1].id, update: false })
    expect(shown[1].update).toBe(true)
    expect(readPayload("training", last()).problem).toBeUndefined()
    expect(panelsOf().at(-1)?.bundle["text/plain"]).toMatch(
      /^run, running, 300 \/ 500 steps, [45]\S* ms per step, 6,\d+ examples\/s, \S+ m?s left\n {2}loss: /,
    )
  })

  test("ends by itself at its last step, and is stopped by a break", () => {
    const whole = trainingPanel({ steps: 3 })
    for (const i of whole) whole.step({ loss: i })
    expect(last()).toMatchObject({ state: "done", step: 3 })
    const broken = trainingPanel({ steps: 3 })
    for (const i of broken) {
      broken.step({ loss: i })
      if (i === 1) break
    }
    expect(last()).toMatchObject({ state: "stopped", step: 2 })
  })
})

describe("the end of the cell ends the run", () => {
  const steps = (panel: ReturnType<typeof trainingPanel>, count: number) => {
    for (let i = 0; i < count; i++) panel.step({ loss: 1 })
  }

  test("an error fails it, with the error in one line", () => {
    const panel = trainingPanel({ steps: 10 })
    steps(panel, 4)
    endCell({ status: "error", reason: `TypeError: w is undefined\n${"more ".repeat(100)}` })
    expect(last()).toMatchObject({ state: "failed", step: 4, reason: "TypeError: w is undefined" })
    expect(panelsOf().at(-1)?.bundle["text/plain"]).toMatch(
      /^training, failed at step 4: TypeError: w is undefined, 4 \/ 10 steps/,
    )
    expect(panelsOf().at(-1)?.bundle["image/svg+xml"]).toContain("failed at step 4: TypeError")
    expect(readPayload("training", last()).problem).toBeUndefined()
  })

  test("an interrupt stops it, and a later step goes on", () => {
    const panel = trainingPanel({ steps: 10 })
    steps(panel, 3)
    endCell({ status: "interrupted", reason: "InterruptError: the cell was interrupted" })
    expect(last()).toMatchObject({ state: "stopped", step: 3, reason: "interrupted" })
    steps(panel, 7)
    expect(last()).toMatchObject({ state: "done", step: 10 })
    expect(last().reason).toBeUndefined()
    endCell({ status: "error", reason: "Error: after the run" })
    expect(last().state).toBe("done")
  })

  test("a good end is the end of a loop without {steps}, and an early stop of one with them", () => {
    const [open, counted] = [trainingPanel({ title: "open" }), trainingPanel({ steps: 9 })]
    steps(open, 2)
    steps(counted, 2)
    endCell({ status: "ok" })
    expect(open.document()).toMatchObject({ state: "done" })
    expect(counted.document()).toMatchObject({ state: "stopped" })
    expect(counted.document().reason).toBeUndefined()
  })

  test("an error in a loop over the panel is told from a break", () => {
    const broken = trainingPanel({ steps: 9 })
    for (const _ of broken) {
      broken.step({ loss: 1 })
      break
    }
    endCell({ status: "ok" })
    expect(broken.document()).toMatchObject({ state: "stopped", step: 1 })
    const failed = trainingPanel({ steps: 9 })
    expect(() => {
      for (const _ of failed) {
        failed.step({ loss: 1 })
        throw new RangeError("no")
      }
    }).toThrow("no")
    endCell({ status: "error", reason: "RangeError: no" })
    expect(failed.document()).toMatchObject({ state: "failed", reason: "RangeError: no" })
  })
})

describe("norms", () => {
  test("are those of the gradients by the path of their parameter, and the ratio that of the update", () => {
    const panel = trainingPanel()
    const parameters = { dense: { w: tensor([3, 4]) } }
    panel.step({
      loss: tensor(2),
      gradients: { dense: { w: tensor([6, 8]) } },
      parameters,
      updates: { dense: { w: tensor([0.03, 0.04]) } },
    })
    const doc = panel.document()
    expect(curve(doc, "loss").value[0]).toBe(2)
    expect(curve(doc, "gradient")).toMatchObject({ name: "dense.w", value: Float64Array.of(10) })
    expect(curve(doc, "update").value[0]).toBeCloseTo(0.01, 6)
  })
})

describe("a step that broke", () => {
  const good = { w: tensor([1, 2]) }
  const run = () => {
    const panel = trainingPanel({ steps: 10 })
    panel.step({ loss: 1, gradients: good, parameters: good })
    const finite = panel.step({
      loss: Number.NaN,
      gradients: { w: tensor([Number.NaN, 1]) },
      parameters: { w: tensor([9, 9]) },
      inspect: () => compare({ value: good.w, gradient: good.w }),
    })
    panel.step({ loss: 1, gradients: good, parameters: { w: tensor([7, 7]) } })
    vi.advanceTimersByTime(200)
    return { panel, finite }
  }

  test("is said in a sentence, and the last good parameters are kept", () => {
    const { panel, finite } = run()
    expect(finite).toBe(false)
    expect(last()).toMatchObject({ badSteps: 1, lastGood: 1 })
    expect(last().events).toEqual([
      { step: 2, kind: "nan", text: "The loss was NaN, ∂w has NaN in 1 of 2.", inspect: true },
    ])
    expect(panel.lastGood).toEqual({ step: 1, parameters: good })
  })

  test("is shown below the panel when a view asks for it", () => {
    run()
    const place = shown.find(({ id }) => id?.endsWith("-step"))
    expect(place?.bundle["text/plain"]).toContain("Step 2 can be inspected")
    const sent: object[] = []
    const comm = { send: (data: object) => sent.push(data) } as {
      send(data: object): void
      onMessage?: (event: object) => void
    }
    targets.get("defnote.training/1")?.(comm)
    comm.onMessage?.({ data: { request: 5, panel: last().panel, step: 2 } })
    comm.onMessage?.({ data: { request: 6, panel: "another", step: 2 } })
    expect(sent).toEqual([
      { request: 5, shown: true },
      { request: 6, shown: false },
    ])
    expect(shown.at(-1)).toMatchObject({ id: place?.id, update: true })
    expect(shown.at(-1)?.bundle[MIME.tensor]).toBeDefined()
  })

  test("without a way to inspect it says so", () => {
    expect(() => trainingPanel().inspect()).toThrow("no step broke, or none was given {inspect}")
  })
})

test("wrong options and values are refused with what they are", () => {
  expect(() => trainingPanel({ steps: 0 })).toThrow("steps is 0; it must be a positive integer")
  expect(() => trainingPanel().step({ loss: tensor([1, 2]) })).toThrow(
    "loss is a tensor of 2 elements; it must be a number or a tensor with one element",
  )
  expect(() => [...trainingPanel()]).toThrow("a loop over the panel needs {steps}")
})
