/** @file The type checker behind a real kernel: findings, completion, hover, while a cell runs too (D7.3, D7.6). */
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Content } from "../src/wire/message.ts"
import { resultText, streamText, TestKernel, uncoloured } from "./client.ts"

let kernel: TestKernel
beforeAll(async () => {
  kernel = await TestKernel.start()
})
afterAll(() => kernel.stop())

/** Completes at the `|` of a text. */
function complete(marked: string): Promise<Content> {
  const code = marked.replace("|", "")
  return kernel.request("complete_request", { code, cursor_pos: [...marked].indexOf("|") })
}

function inspect(marked: string): Promise<Content> {
  const code = marked.replace("|", "")
  const cursor_pos = [...marked].indexOf("|")
  return kernel.request("inspect_request", { code, cursor_pos, detail_level: 0 })
}

/** The text a completion replaces. */
function replaced(marked: string, { cursor_start, cursor_end }: Content): string {
  return [...marked.replace("|", "")].slice(cursor_start as number, cursor_end as number).join("")
}

test("types flow from cell to cell, also through redeclaration", async () => {
  await kernel.execute("const point = { x: 1, y: 'two' }; let count = 0; class Box { size = 1 }")
  const wrong = await kernel.execute("const wrongly: number = point.y; count += 1; new Box().size")
  const warning = uncoloured(streamText(wrong, "stderr"))
  expect(warning).toContain("TS2322: Type 'string' is not assignable to type 'number'.")
  expect(warning).toMatch(/line 1, column 7\n> 1 \| const wrongly.*\n {4}\| {7}\^{7}\n/u)
  expect(wrong.reply.status).toBe("ok")
  await kernel.execute("const point = { z: true }")
  const right = await kernel.execute("const flag: boolean = point.z; flag")
  expect(streamText(right, "stderr")).toBe("")
})

test("settings: block stops at any error, off checks nothing", async () => {
  const strict = await TestKernel.start({ env: { DEFNOTE_TYPECHECK: "block" } })
  const free = await TestKernel.start({ env: { DEFNOTE_TYPECHECK: "off" } })
  try {
    const { reply } = await strict.execute("globalThis.ran = 1; const n: number = 'x'")
    expect(reply).toMatchObject({ status: "error", ename: "TypeCheckError" })
    expect(resultText(await strict.execute("(globalThis as any).ran"))).toBeUndefined()
    const unchecked = await free.execute("const n: number = 'x'; n")
    expect([resultText(unchecked), streamText(unchecked, "stderr")]).toEqual(["'x'", ""])
  } finally {
    await Promise.all([strict.stop(), free.stop()])
  }
})

test("completion knows the types of names in the same and in earlier cells", async () => {
  await kernel.execute("const names = ['a', 'b']")
  expect((await complete("names.fl|")).matches).toEqual(["flat", "flatMap"])
  expect((await complete("const text = 'abc'; text.toUpp|")).matches).toEqual(["toUpperCase"])
  const bare = await complete("nam|")
  expect(bare.matches).toContain("names")
  expect(replaced("nam|", bare)).toBe("nam")
  const types = (bare.metadata as { _jupyter_types_experimental: Content[] })
    ._jupyter_types_experimental
  expect(types.find((item) => item.text === "names")).toMatchObject({
    type: "variable",
    start: 0,
    end: 3,
  })
})

test.each(["'\u{1F600}'; Math.fro|", "const \u{1F600}\u{1F600} = 1\n/* \u{1D54F} */ Math.fro|"])(
  "positions are code points: %s",
  async (marked) => {
    const found = await complete(marked)
    expect(found.matches).toContain("fround")
    expect(replaced(marked, found)).toBe("fro")
  },
)

test("hover shows type and documentation, a call its signature", async () => {
  const hover = await inspect("Math.ma|x")
  expect(hover.found).toBe(true)
  const data = hover.data as Record<string, string>
  expect(data["text/markdown"]).toContain("max(...values: number[]): number")
  expect(data["text/plain"]).toContain("larger of a set")
  expect(data["text/plain"]).not.toContain("```")
  const call = await inspect("Math.pow(1, |")
  expect((call.data as Record<string, string>)["text/markdown"]).toContain(
    "pow(x: number, y: number): number",
  )
  expect((await inspect("|   ")).found).toBe(false)
})

test("completion and hover are answered while a cell runs", async () => {
  const cell = kernel.begin("const until = Date.now() + 800; while (Date.now() < until) {}")
  await kernel.next(
    (item) => item.parent.msg_id === cell.id && item.content.execution_state === "busy",
  )
  expect((await complete("names.fl|")).matches).toEqual(["flat", "flatMap"])
  expect((await inspect("Math.ma|x")).found).toBe(true)
  expect(cell.all.some((item) => item.content.execution_state === "idle")).toBe(false)
  await cell.done
})

test("a running cell stays busy for front ends that look at the last status", async () => {
  const cell = kernel.begin("await new Promise((done) => setTimeout(done, 300))")
  await kernel.next((item) => item.content.execution_state === "busy")
  await complete("names.|")
  const states = () => kernel.iopubLog.filter((item) => item.header.msg_type === "status")
  await expect.poll(() => states().at(-1)?.content.execution_state).toBe("busy")
  await cell.done
  expect(states().at(-1)?.content.execution_state).toBe("idle")
})

test("is_complete tells what a console does with the text", async () => {
  const ask = async (code: string) => (await kernel.request("is_complete_request", { code })).status
  expect(await ask("const a: number = 2;")).toBe("complete")
  expect(await ask("function f() {")).toBe("incomplete")
  expect(await ask("const = 3")).toBe("invalid")
})

test("diagnostics of drafts come over a comm, in the order of the notebook", async () => {
  const comm_id = "diagnostics-1"
  kernel.send("comm_open", { comm_id, target_name: "defnote.diagnostics", data: {} })
  const cells = [
    { id: "a", code: "const draft = 1" },
    { id: "b", code: "const \u{1D54F} = draft.toFixd()" },
    { id: "c", code: "undeclared + draft" },
  ]
  const answer = kernel.next((item) => item.content.comm_id === comm_id)
  kernel.send("comm_msg", { comm_id, data: { type: "check", version: 7, cells } })
  const data = (await answer).content.data as Content & { cells: { diagnostics: Content[] }[] }
  expect(data).toMatchObject({ type: "diagnostics", version: 7, available: true })
  const found = data.cells.map(({ diagnostics }) =>
    diagnostics.map(({ code, from, to }) => [code, from, to]),
  )
  expect(found).toEqual([[], [["TS2551", 17, 23]], [["TS2304", 0, 10]]])
  const executed = kernel.next((item) => (item.content.data as Content)?.type === "executed")
  await kernel.execute("const bad: string = 5", {}, { cellId: "cell-x" })
  expect((await executed).content.data).toMatchObject({
    cells: [{ id: "cell-x", diagnostics: [{ code: "TS2322", from: 6, to: 9 }] }],
  })
})

test("without the type checker cells run unchecked, and that is said once", async () => {
  const blind = await TestKernel.start({ env: { DEFNOTE_TSC: "/nowhere/tsc" } })
  try {
    const first = await blind.execute("const n: number = 'x'; n")
    expect(resultText(first)).toBe("'x'")
    expect(streamText(first, "stderr")).toMatch(/unchecked/u)
    expect(streamText(await blind.execute("n"), "stderr")).toBe("")
    expect((await blind.request("complete_request", { code: "n", cursor_pos: 1 })).status).toBe(
      "ok",
    )
  } finally {
    await blind.stop()
  }
})

test("namespaces and enums with values, and resources, run in cells (D7.3)", async () => {
  await kernel.execute(
    "namespace Units { export const meter = 1; export let scale = 2; export enum Kind { Length = 7 } }",
  )
  const later = await kernel.execute(
    "Units.scale += 1; [Units.meter, Units.scale, Units.Kind.Length]",
  )
  expect(resultText(later)).toBe("[ 1, 3, 7 ]")
  await kernel.execute("const freed: string[] = []")
  const resource = "({ name, [Symbol.dispose]() { freed.push(name) } })"
  const { reply } = await kernel.execute(
    `const open = (name: string) => ${resource}\nusing first = open("a")\nconst kept: number = 5\n{ using inner = open("b") }`,
  )
  expect(reply).toMatchObject({ status: "ok" })
  const seen = await kernel.execute("[kept, freed, first.name]")
  expect(resultText(seen)).toBe("[ 5, [ 'b', 'a' ], 'a' ]")
  const value = await kernel.execute('using again = open("c")\nagain.name + kept')
  expect(resultText(value)).toBe("'c5'")
  expect([
    streamText(later, "stderr"),
    streamText(seen, "stderr"),
    streamText(value, "stderr"),
  ]).toEqual(["", "", ""])
})
