/** @file `inspect` with its options, and what it says of its cost. */
import { defn } from "@defnote/core/public"
import { findingsOf, type GradientDoc, LIGHT, MIME } from "@defnote/display"
import { customGrad, inspect, type Tensor, tensor } from "defnote"
import { describe, expect, test } from "vitest"
import { cell } from "./cell.ts"

const DISPLAY = Symbol.for("Jupyter.display")
const x = tensor([1, 2, 3])
type Loss = (x: Tensor) => Tensor
const made = (source: string, scope: object = {}): Loss =>
  cell<Loss>(`const f = ${source}`, { defn, ...scope })
const bundle = (output: object): Record<string, unknown> =>
  (output as Record<symbol, () => Record<string, unknown>>)[DISPLAY]()
const payload = (output: object) => bundle(output)[MIME.gradient] as Required<GradientDoc>

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

describe("trouble with gradients that are finite and not zero is marked where it is", () => {
  const troubleOf = (output: object) => {
    const doc = payload(output)
    return findingsOf(doc as never).map(({ kind, node, chain, expression }) => ({
      kind,
      op: doc.strings[doc.nodes.op[node]],
      chain: chain.length > 0,
      expression,
    }))
  }
  /** The verdict, and rows of the static picture. */
  const marked = (output: object): number =>
    String(bundle(output)["image/svg+xml"]).split(LIGHT.colours.errorTint).length - 1
  test.each([
    ["vanishing", "x.multiply(1e-9)"],
    ["exploding", "x.multiply(1e9)"],
  ])("%s", (kind, expression) => {
    const output = inspect(made(`defn((x) => ${expression}.sum())`), x)
    expect(troubleOf(output)).toEqual([{ kind, op: "multiply", chain: true, expression }])
    expect(marked(output)).toBe(2)
  })
  test("a fix has numbers as they are written", () => {
    const doc = payload(inspect(made("defn((x) => x.multiply(1e-9).sum())"), x))
    expect(doc.verdict.fix).toBe("1e-9 + 1e-3   // if it must learn")
  })
  test("a rule that is wrong", () => {
    const twice = customGrad(
      (y: Tensor) => y.multiply(2),
      (g: Tensor) => [g.multiply(-2)],
    )
    const output = inspect(made("defn((x) => twice(x).sum())", { twice }), x)
    expect(troubleOf(output).map((t) => t.kind)).toEqual(["wrong-rule"])
    expect(marked(output)).toBe(2)
  })
})
