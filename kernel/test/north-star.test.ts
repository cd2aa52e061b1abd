/** @file The north star (D1) as it stands, in a kernel that checks types, and what each of its lines shows. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { type Exchange, resultText, streamText, TestKernel } from "./client.ts"

const source = readFileSync(join(import.meta.dirname, "fixtures/north-star.ts"), "utf8")
let kernel: TestKernel
let run: Exchange
beforeAll(async () => {
  kernel = await TestKernel.start({ env: { DEFNOTE_TYPECHECK: "block" } })
  run = await kernel.execute(source)
})
afterAll(() => kernel.stop())

/** The bundle that a line of the file shows when it is the last expression of a cell. */
async function shown(begin: string): Promise<Record<string, unknown>> {
  const line = source.split("\n").find((text) => text.startsWith(begin)) ?? begin
  const { reply, outputs } = await kernel.execute(line)
  expect(reply, line).toMatchObject({ status: "ok" })
  const result = outputs.find(({ header }) => header.msg_type === "execute_result")
  return result?.content.data as Record<string, unknown>
}

const value = async (code: string) => resultText(await kernel.execute(code))
const nodesOf = (payload: unknown) => (payload as { nodes: { op: number[] } }).nodes.op.length

test("D1 the file runs, and the type checker has nothing to say", () => {
  expect(run.reply).toMatchObject({ status: "ok" })
  expect(streamText(run, "stderr")).toBe("")
})

test("D1 operators and conditionals on tensors", async () => {
  const bundle = await shown("leaky(")
  expect(bundle["text/plain"]).toMatch(/^f32\[3\] \[3, -0\.5, 5\]/u)
  expect(bundle).toHaveProperty(["application/vnd.defnote.tensor.v1+json"])
  expect(bundle["image/svg+xml"]).toMatch(/^<svg/u)
})

test("D1 the gradient has the shape of params, and agrees with differences", async () => {
  expect(await value("[g.w.shape, g.b.shape, Object.keys(g)]")).toBe(
    "[ [ 4, 2 ], [ 2 ], [ 'w', 'b' ] ]",
  )
  const difference = `const step = 1e-2, at = (d: number) => loss({ w: params.w, b: tensor([d, 0]) }, x, y).item() as number
    Math.abs((at(step) - at(-step)) / (2 * step) - (g.b.toArray() as number[])[0]) < 1e-3`
  expect(await value(difference)).toBe("true")
})

test.each([
  ["graph(", "graph"],
  ["inspect(", "gradient"],
])("D1 %s shows a picture, a payload and a listing", async (line, kind) => {
  const bundle = await shown(line)
  expect(nodesOf(bundle[`application/vnd.defnote.${kind}.v1+json`])).toBeGreaterThan(10)
  expect(bundle["image/svg+xml"]).toMatch(/^<svg/u)
  expect(bundle["text/plain"]).toMatch(/tanh/u)
})

test("D1 stepThrough goes forward, then backward", async () => {
  const bundle = await shown("stepThrough(")
  expect(bundle).toHaveProperty(["application/vnd.defnote.trace.v1+json"])
  expect(bundle["text/plain"]).toMatch(/tanh/u)
})

test("D1 the generated code names its nodes", async () => {
  const bundle = await shown("loss.kernels(")
  expect(bundle["text/plain"]).toMatch(/contract/u)
})

test("D1 a while on a tensor is a loop in the graph", async () => {
  await kernel.execute(source.split("\n").find((text) => text.startsWith("const doubled")) ?? "")
  expect(await value("doubled(tensor([1, 2])).toArray()")).toBe("[ 64, 128 ]")
  const bundle = await shown("doubled.graph(tensor([1, 2]))")
  expect(bundle["text/plain"]).toMatch(/while/u)
})
