/** @file Subshells (D7.6, JEP 91): cells that run while another one waits, with numbers and a history of their own. */
import { afterAll, beforeAll, expect, test } from "vitest"
import { resultText, streamText, TestKernel, uncoloured } from "./client.ts"

let kernel: TestKernel
beforeAll(async () => {
  kernel = await TestKernel.start({ env: { DEFNOTE_TYPECHECK: "off" } })
})
afterAll(() => kernel.stop())

const create = async (): Promise<string> =>
  String((await kernel.request("create_subshell_request", {}, "control")).subshell_id)
const list = async () => (await kernel.request("list_subshell_request", {}, "control")).subshell_id
const inShell = (id: string, code: string) => kernel.execute(code, {}, {}, id)

/** Begins a cell that waits for `go()`, and is there when it waits. */
async function beginWaiting(name: string) {
  const begun = kernel.next((item) => item.content.text === `${name} waits\n`)
  const cell = kernel.begin(`console.log("${name} waits")
await new Promise((done) => { globalThis.${name} = done })
console.log("${name} goes on")
"${name} ended"`)
  await begun
  return cell
}

test("the kernel says that it has subshells, makes them, lists them and deletes them", async () => {
  const info = await kernel.request("kernel_info_request", {})
  expect(info).toMatchObject({ protocol_version: "5.5", supported_features: ["kernel subshells"] })
  const [first, second] = [await create(), await create()]
  expect(await list()).toEqual([first, second])
  const remove = { subshell_id: first }
  expect(await kernel.request("delete_subshell_request", remove, "control")).toEqual({
    status: "ok",
  })
  expect(await list()).toEqual([second])
  expect(await kernel.request("delete_subshell_request", remove, "control")).toMatchObject({
    status: "error",
    evalue: `there is no subshell ${first}: it was deleted, or its kernel was restarted`,
  })
})

test("a cell for a subshell that is not there is an error, and nothing runs", async () => {
  const { reply, outputs } = await inShell("nobody", "globalThis.ran = true")
  expect(reply).toMatchObject({
    status: "error",
    evalue: "there is no subshell nobody: it was deleted, or its kernel was restarted",
  })
  expect(outputs).toEqual([])
  expect(resultText(await kernel.execute("typeof globalThis.ran"))).toBe("'undefined'")
})

test("a subshell's cell runs while a cell of the main shell waits, and both see the same names", async () => {
  const id = await create()
  await kernel.execute("let shared = 1")
  const cell = await beginWaiting("main")
  const beside = await inShell(id, "shared += 41; console.log('beside'); shared")
  expect(resultText(beside)).toBe("42")
  expect(streamText(beside)).toBe("beside\n")
  expect(cell.all.filter(({ content }) => content.execution_state === "idle")).toEqual([])
  expect((await inShell(id, "main()")).reply.status).toBe("ok")
  const done = await cell.done
  expect(streamText(done)).toBe("main waits\nmain goes on\n")
  expect(resultText(done)).toBe("'main ended'")
  expect(resultText(await kernel.execute("shared"))).toBe("42")
})

test("each shell has its own numbers and history; a traceback says whose cell it was", async () => {
  const id = await create()
  const count = (await kernel.execute("'main'")).reply.execution_count
  expect((await inShell(id, "'first'")).reply.execution_count).toBe(1)
  const failed = await inShell(id, "\nnull.x")
  expect(failed.reply).toMatchObject({ status: "error", execution_count: 2 })
  expect(uncoloured((failed.reply.traceback as string[]).join("\n"))).toMatch(
    /cell 2 of subshell \d+, line 2/u,
  )
  expect((await kernel.execute("'main'")).reply.execution_count).toBe(Number(count) + 1)
  const ask = { hist_access_type: "tail", n: 10, output: false, raw: true }
  const own = await kernel.request("history_request", ask, "shell", id)
  expect(own.history).toEqual([
    [1, 1, "'first'"],
    [1, 2, "\nnull.x"],
  ])
})

test("after a subshell's cell the kernel says that the main shell is still busy", async () => {
  const id = await create()
  const cell = await beginWaiting("busy")
  const { all } = await inShell(id, "1")
  expect(all.at(-1)?.content).toEqual({ execution_state: "idle" })
  const last = () => kernel.iopubLog.findLast((item) => item.header.msg_type === "status")
  await expect
    .poll(() => [last()?.content.execution_state, last()?.parent.msg_id])
    .toEqual(["busy", cell.id])
  await inShell(id, "busy()")
  await cell.done
})

test.each([
  ["a loop", "while (true) {}"],
  ["a wait", "await new Promise(() => {})"],
])("an interrupt ends the cells of all shells (D7.4): %s beside a wait", async (_name, code) => {
  const id = await create()
  const cell = await beginWaiting("stopped")
  const began = kernel.next((item) => item.content.text === "begins\n")
  const beside = kernel.begin(`console.log("begins")\n${code}`, {}, {}, id)
  await began
  await kernel.request("interrupt_request", {}, "control")
  expect((await cell.done).reply.ename).toBe("InterruptError")
  expect((await beside.done).reply.ename).toBe("InterruptError")
  expect(resultText(await kernel.execute("1 + 1"))).toBe("2")
  expect(resultText(await inShell(id, "2 + 2"))).toBe("4")
})

test("what waits in a deleted subshell is aborted; its running cell comes to its end", async () => {
  const id = await create()
  const begun = kernel.next((item) => item.content.text === "in it\n")
  const running = kernel.begin(
    "console.log('in it'); await new Promise((done) => { globalThis.finish = done }); 'ended'",
    {},
    {},
    id,
  )
  await begun
  const waiting = kernel.begin("1", {}, {}, id)
  await expect.poll(async () => (await list()) as string[]).toContain(id)
  await kernel.request("delete_subshell_request", { subshell_id: id }, "control")
  expect((await waiting.done).reply.status).toBe("aborted")
  await kernel.execute("finish()")
  expect(resultText(await running.done)).toBe("'ended'")
})

test("values of two cells that end at the same time are not mixed up", async () => {
  const ids = [await create(), await create()]
  const code = (name: string) =>
    `await new Promise((done) => setTimeout(done, 20)); ({ name: "${name}" })`
  const cells = [
    kernel.begin(code("main")),
    ...ids.map((id, i) => kernel.begin(code(`sub ${i}`), {}, {}, id)),
  ]
  const results = await Promise.all(cells.map((cell) => cell.done))
  expect(results.map(resultText)).toEqual(["main", "sub 0", "sub 1"].map((n) => `{ name: '${n}' }`))
})

test("a runtime that ends takes the cells of all shells with it", async () => {
  const id = await create()
  const cell = await beginWaiting("lost")
  const beside = kernel.begin("process.kill(process.pid, 'SIGKILL')", {}, {}, id)
  expect((await cell.done).reply.ename).toBe("RuntimeEnded")
  expect((await beside.done).reply.ename).toBe("RuntimeEnded")
  expect(resultText(await inShell(id, "3 + 3"))).toBe("6")
})
