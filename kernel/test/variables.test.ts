/** @file What the variables panel is told: tensors with their badges, and no code of the user runs for it. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { resultText, TestKernel } from "./client.ts"

type Row = Readonly<Record<string, unknown>> & { readonly name: string }

let kernel: TestKernel
let requests = 0

beforeAll(async () => {
  kernel = await TestKernel.start()
  kernel.send("comm_open", { comm_id: "v", target_name: "defnote.variables/1", data: {} })
})
afterAll(() => kernel.stop())

async function ask(question: object): Promise<Record<string, unknown>> {
  const request = ++requests
  const answer = kernel.next(
    ({ content }) =>
      content.comm_id === "v" && (content.data as { request?: number }).request === request,
  )
  kernel.send("comm_msg", { comm_id: "v", data: { request, ...question } })
  return (await answer).content.data as Record<string, unknown>
}
const list = async () => (await ask({ kind: "list" })).variables as readonly Row[]
const rowOf = async (name: string) => (await list()).find((row) => row.name === name)

test("tensors have type, bytes, distribution and loud words; other values a type", async () => {
  expect(await list()).toEqual([])
  await kernel.execute(`import { random, tensor, zeros } from "defnote"
const weights = random.normal(random.key(0), [40, 30]).rename(["in", "out"])
let broken = tensor([1, NaN, 3])
const nothing = zeros([5])
const params = { dense: { w: weights, b: nothing }, list: [broken] }
const bytes = new Float32Array(7)
const count = 5, title = "a \\"title\\""
var old = [1, 2, 3]
function helper() {}
class Thing {}`)
  expect(await rowOf("weights")).toEqual({
    name: "weights",
    kind: "tensor",
    type: "f32[in 40, out 30]",
    device: "cpu",
    bytes: 4800,
    spark: expect.stringMatching(/^[▁-█]{10}$/),
    badges: [],
  })
  expect(await rowOf("broken")).toMatchObject({ type: "f32[3]", badges: ["NaN! 1"] })
  expect(await rowOf("nothing")).toMatchObject({ badges: ["all zero!"] })
  expect(await rowOf("params")).toMatchObject({
    kind: "tensors",
    type: "3 tensors in {dense, list}",
    bytes: 4800 + 20 + 12,
    badges: ["NaN! in 1 of 3", "all zero! in 1 of 3"],
  })
  expect(await rowOf("bytes")).toMatchObject({ type: "Float32Array(7)", bytes: 28 })
  expect(await rowOf("count")).toMatchObject({ type: "number 5" })
  expect(await rowOf("title")).toMatchObject({ type: 'string "a \\"title\\""' })
  expect(await rowOf("old")).toMatchObject({ type: "Array(3)" })
  const names = (await list()).map(({ name }) => name)
  for (const absent of ["helper", "Thing", "random", "tensor", "display", "input"])
    expect(names).not.toContain(absent)
})

test("no getter, no proxy and no tag of the user runs", async () => {
  await kernel.execute(`globalThis.ran = []
const note = (what: string) => { (globalThis as any).ran.push(what) }
const getter = { get w() { note("getter"); return 1 }, inner: { get x() { note("inner"); return 1 } } }
const proxy = new Proxy({}, new Proxy({}, { get: (_, trap) => { note("trap " + String(trap)); return undefined } }))
const holder = { proxy }
const tagged = { get [Symbol.toStringTag]() { note("tag"); return "x" }, get constructor() { note("constructor"); return Object } }
class Sub extends Float32Array { get length() { note("length"); return 1 } }
const sub = new Sub(3)
Object.defineProperty(globalThis, "computed", { get() { note("global"); return 1 }, configurable: true, enumerable: true })
const fake = { get [Symbol.for("defnote.tensor/1")]() { note("fake"); return true }, get dtype() { note("dtype"); return "f32" } }`)
  expect(await rowOf("proxy")).toMatchObject({ type: "Proxy" })
  expect(await rowOf("sub")).toMatchObject({ type: "Float32Array(3)", bytes: 12 })
  for (const name of ["getter", "holder", "tagged", "fake"])
    expect(await rowOf(name)).toMatchObject({ type: "object" })
  expect(await rowOf("computed")).toBeUndefined()
  expect(resultText(await kernel.execute("(globalThis as any).ran"))).toBe("[]")
})

test("one variable is shown as its cell would show it, and a name that is none runs nothing", async () => {
  const { bundle } = (await ask({ kind: "show", name: "broken" })) as { bundle: object }
  expect(bundle).toMatchObject({ "text/plain": "f32[3] [1, NaN, 3]" })
  expect(Object.keys(bundle)).toContain("application/vnd.defnote.tensor.v1+json")
  for (const name of ["absent", "ran.push(1)", "note('x')", "computed"])
    expect((await ask({ kind: "show", name })).bundle).toBeUndefined()
  expect(resultText(await kernel.execute("(globalThis as any).ran"))).toBe("[]")
})

test("a tensor whose memory was given up says so, and a name without a value is left out", async () => {
  await kernel.execute("const gone = tensor([1, 2]); gone.dispose()")
  expect(await rowOf("gone")).toMatchObject({ badges: ["disposed"] })
  await kernel.execute("throw new Error('stop'); const never = 1")
  expect(await rowOf("never")).toBeUndefined()
})
