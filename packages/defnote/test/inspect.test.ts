/** @file `inspect` with its options, and what it says of its cost. */
import { defn } from "@defnote/core/public"
import { MIME } from "@defnote/display"
import { inspect, type Tensor, tensor } from "defnote"
import { expect, test } from "vitest"
import { cell } from "./cell.ts"

const DISPLAY = Symbol.for("Jupyter.display")
const x = tensor([1, 2, 3])
type Loss = (x: Tensor) => Tensor
const made = (source: string, scope: object = {}): Loss =>
  cell<Loss>(`const f = ${source}`, { defn, ...scope })
const payload = (output: object) =>
  (output as Record<symbol, () => Record<string, unknown>>)[DISPLAY]()[MIME.gradient] as {
    cost: object
    checks: unknown[]
    verdict: { text: string }
  }

test("with checks: their time; at the first look: that of compiling", () => {
  const loss = made("defn((x) => x.square().sum())")
  const [first, second] = [inspect(loss, x), inspect(loss, x)].map(payload)
  expect(Object.keys(first.cost)).toEqual(["plainMs", "lookMs", "compileMs", "checkMs"])
  expect(Object.keys(second.cost)).toEqual(["plainMs", "lookMs", "checkMs"])
  expect(first.checks).toHaveLength(2)
  expect(first.verdict.text).toMatch(/of 2 operations agree with finite differences\.$/)
})
test("without checks nothing is said of derivatives but that", () => {
  const { cost, checks, verdict } = payload(
    inspect.with({ checks: false })(made("defn((x) => x.square().sum())"), x),
  )
  expect(Object.keys(cost)).not.toContain("checkMs")
  expect(checks).toEqual([])
  expect(verdict.text).toMatch(/no derivative was checked\.$/)
})
test("checks is true or false", () => {
  const wrong = { checks: 3 } as unknown as { checks: boolean }
  expect(() => inspect.with(wrong)(made("defn((x) => x.sum())"), x)).toThrow(
    "inspect: checks is 3; it must be true or false",
  )
})
