/** @file A watched training step gives what the step gives, and says what its gradients did. */

import { defn } from "@defnote/core/public"
import { MIME, readPayload } from "@defnote/display"
import { type Tensor, tensor, valueAndGrad, watch } from "defnote"
import { describe, expect, test } from "vitest"
import { cell } from "./cell.ts"

const DISPLAY = Symbol.for("Jupyter.display")
const scope = { defn, valueAndGrad }
interface Params {
  readonly w: Tensor
  readonly b: Tensor
}
const source = `
  const loss = defn((p, x, y) => ((x.matmul(p.w) + p.b).log() - y).square().mean())
  const f = defn((p, x, y, rate) => {
    const [value, g] = valueAndGrad(loss)(p, x, y)
    return [{ w: p.w - g.w * rate, b: p.b - g.b * rate }, value]
  })`
type Step = (p: Params, x: Tensor, y: Tensor, rate: number) => [Params, Tensor]
const made = (): Step => cell<Step>(source, scope)
const start: Params = { w: tensor([[0.5], [0.25]]), b: tensor([1]) }
const x = tensor([
  [1, 2],
  [3, 4],
  [0, 1],
])
const y = tensor([[1], [2], [0]])
const values = (p: Params) => [p.w.toArray(), p.b.toArray()]

function train(step: Step, steps: number, rate: number): Params {
  let p = start
  for (let i = 0; i < steps; i++) p = step(p, x, y, rate)[0]
  return p
}

describe("watch", () => {
  test("changes nothing of the results", () => {
    expect(values(train(watch(made(), { every: 2 }), 9, 0.1))).toEqual(
      values(train(made(), 9, 0.1)),
    )
  })
  test("every: norms of each parameter, and how much a step moves it", () => {
    const watched = watch(made(), { every: 3 })
    const p = train(watched, 7, 0.1)
    expect(watched.parameters).toEqual(["b", "w"])
    expect(watched.rows.map((r) => r.step)).toEqual([1, 4, 7])
    expect(watched.lastGood?.step).toBe(7)
    const last = watched.rows[2]
    const [before] = [train(made(), 6, 0.1)]
    const moved = Number(p.b.dataSync()[0]) - Number(before.b.dataSync()[0])
    expect(last.seen[0].ratio).toBeCloseTo(Math.abs(moved / Number(before.b.dataSync()[0])), 5)
    expect(last.seen[0].gradient.l2).toBeCloseTo(Math.abs(moved) / 0.1, 4)
  })
  test("the rhythm follows the budget: every second step for a large one, few for a small one", () => {
    const [lax, strict] = [1e6, 1e-9].map((budget) => {
      const watched = watch(made(), { budget })
      train(watched, 40, 0.01)
      return watched
    })
    expect(lax.rows.map((r) => r.step)).toEqual(Array.from({ length: 18 }, (_, k) => 5 + 2 * k))
    expect(lax.interval).toBe(2)
    expect(strict.rows.map((r) => r.step).slice(0, 4)).toEqual([5, 7, 9, 11])
  })
  test("the step that breaks is found though it is not one of the watched, with the last good parameters", () => {
    const watched = watch(made(), { every: 100 })
    let p = start
    const seen: Params[] = []
    for (let i = 1; i <= 12; i++) {
      seen.push(p)
      p = watched(p, x, i === 9 ? y.add(Number.NaN) : y, 0.1)[0]
    }
    expect(watched.failed?.step).toBe(9)
    expect(watched.lastGood?.step).toBe(8)
    expect(watched.lastGood?.parameters).toBe(seen[7])
    expect(watched.rows.map((r) => r.step).slice(0, 2)).toEqual([1, 9])
    expect(watched.events).toEqual([
      {
        step: 9,
        text: "a result is NaN, ∂b has NaN in 1 of 1 places, ∂w has NaN in 2 of 2 places",
      },
    ])
    const bundle = (watched as unknown as Record<symbol, () => Record<string, unknown>>)[DISPLAY]()
    expect(readPayload("gradient", bundle[MIME.gradient])).toMatchObject({
      doc: { history: { step: 12, lastGood: 8, every: 100 } },
    })
    expect(bundle["image/svg+xml"]).toContain("NaN 9")
    expect(String(watched)).toMatch(/^The run breaks at step 9\n[\s\S]*Last good step: 8/)
  })
  test("a step without a gradient of its first argument is refused", () => {
    const f = cell<(a: Tensor) => Tensor>("const f = defn((p) => p.w * 2)", scope)
    const watched = watch(f as never, { every: 1 }) as unknown as (p: object) => unknown
    expect(() => watched({ w: tensor([1]) })).toThrow(/computes no gradient of its first argument/)
  })
  test.each([
    [{ budget: 0 }, /a budget of 0/],
    [{ every: 1.5 }, /every is 1.5/],
  ])("%o is refused", (options, message) => {
    expect(() => watch(made(), options)).toThrow(message)
  })
})
