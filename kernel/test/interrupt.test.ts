/** @file Interrupts stop what runs and keep the state; a lost runtime is replaced (D7.4). */
import { afterAll, beforeAll, expect, test } from "vitest"
import { resultText, streamText, TestKernel, uncoloured } from "./client.ts"

let kernel: TestKernel
beforeAll(async () => {
  kernel = await TestKernel.start({
    env: { DEFNOTE_TYPECHECK: "off" },
    answer: () => undefined as never,
  })
})
afterAll(() => kernel.stop())

/** An endless WebAssembly function: (func (export "f") (loop br 0)). */
const WASM = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 9, 1, 7, 0,
  3, 64, 12, 0, 11, 11,
]

const LOOPS: [name: string, code: string][] = [
  ["a synchronous loop", "while (true) {}"],
  ["a loop that swallows errors", "for (;;) try { while (true) {} } catch {} finally {}"],
  ["a loop after an await", "await Promise.resolve(1)\nwhile (true) {}"],
  ["an await that never resolves", "await new Promise(() => {})"],
  ["a loop of microtasks", "for (;;) await null"],
  ["a loop with pauses", "for (;;) await new Promise((done) => setTimeout(done, 20))"],
  ["a loop in a timer", "setTimeout(() => { while (true) {} }, 5); await new Promise(() => {})"],
  [
    "a compiled loop",
    `new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array([${WASM}]))).exports.f()`,
  ],
  ["a loop that prints", "for (let i = 0; ; i++) console.log(i)"],
  [
    "an asynchronous loop that prints",
    "for (let i = 0; ; i++) { await null; if (i % 100 === 0) console.log(i) }",
  ],
  ["input() without an answer", "input('waiting')"],
]

test.each(LOOPS)("%s is interrupted, state is kept", async (_name, code) => {
  await kernel.execute("var kept = { n: 1 }")
  const cell = kernel.begin(code)
  await new Promise((done) => setTimeout(done, 250))
  await kernel.request("interrupt_request", {}, "control")
  const { reply } = await cell.done
  expect(reply).toMatchObject({ status: "error", ename: "InterruptError" })
  expect(resultText(await kernel.execute("++kept.n"))).toBe("2")
  const timers =
    "await new Promise((done) => setTimeout(() => setImmediate(() => process.nextTick(done)), 5)); 7"
  expect(resultText(await kernel.execute(timers))).toBe("7")
})

test("the traceback of an interrupt shows where the cell was", async () => {
  const begun = kernel.next((item) => item.content.text === "spins\n")
  const cell = kernel.begin("function spin() {\n  for (;;) {}\n}\nconsole.log('spins'); spin()")
  await begun
  await kernel.request("interrupt_request", {}, "control")
  const { reply } = await cell.done
  expect(uncoloured((reply.traceback as string[]).join("\n"))).toMatch(
    /at spin \(cell \d+, line 2/u,
  )
})

test("who asked is told how the cell ended, before its reply", async () => {
  await kernel.execute(`var host = globalThis[Symbol.for("defnote.kernel/1")]
var tell = () => host.whenCellEnds(host, ({ status, reason }) => display({ "text/plain": status + " " + reason }, { id: "end", update: true }))`)
  const isDisplay = ({ header }: { header: { msg_type: string } }) =>
    header.msg_type === "display_data"
  let shown = kernel.iopubLog.filter(isDisplay).length
  const ends = async (code: string, stop = false) => {
    const cell = kernel.begin(
      `display({ "text/plain": "on" }, { id: "end" }); tell(); tell(); ${code}`,
    )
    if (stop) {
      const begun = () => kernel.iopubLog.filter(isDisplay).length
      await expect.poll(begun, { timeout: 10_000 }).toBeGreaterThan(shown)
      await kernel.request("interrupt_request", {}, "control")
    }
    const { outputs } = await cell.done
    shown = kernel.iopubLog.filter(isDisplay).length
    const updates = outputs.filter(({ header }) => header.msg_type === "update_display_data")
    return updates.map(({ content }) => (content.data as Record<string, string>)["text/plain"])
  }
  expect(await ends("1")).toEqual(["ok undefined"])
  expect(await ends("null.x")).toEqual([expect.stringMatching(/^error TypeError: Cannot read/)])
  for (const loop of ["for (;;) {}", "await new Promise(() => {})", "for (;;) await null"])
    expect(await ends(loop, true)).toEqual([expect.stringMatching(/^interrupted InterruptError/)])
  await kernel.execute("var late; setTimeout(() => { late = tell() }, 5); 0")
  const wait = "while (late === undefined) await new Promise((done) => setTimeout(done, 5)); late"
  expect(resultText(await kernel.execute(wait))).toBe("false")
})

test("background loops are stopped when no cell runs", async () => {
  await kernel.execute("var ticks = 0; setTimeout(() => { for (;;) ticks++ }, 20); 0")
  await new Promise((done) => setTimeout(done, 200))
  await kernel.request("interrupt_request", {}, "control")
  expect(resultText(await kernel.execute("ticks > 0"))).toBe("true")
})

test("an interrupted loop with pauses does not go on", async () => {
  const cell = kernel.begin(
    "var steps = 0; for (;;) { await new Promise((done) => setTimeout(done, 100)); steps++ }",
  )
  await new Promise((done) => setTimeout(done, 250))
  await kernel.request("interrupt_request", {}, "control")
  await cell.done
  await new Promise((done) => setTimeout(done, 400))
  const before = resultText(await kernel.execute("steps"))
  expect(Number(before)).toBeGreaterThan(0)
  await new Promise((done) => setTimeout(done, 300))
  expect(resultText(await kernel.execute("steps"))).toBe(before)
})

test("an interrupt while nothing happens changes nothing", async () => {
  await kernel.request("interrupt_request", {}, "control")
  await kernel.request("interrupt_request", {}, "control")
  expect(resultText(await kernel.execute("1 + 1"))).toBe("2")
})

test("interrupting the first cell of a queue aborts the others", async () => {
  const first = kernel.begin("while (true) {}")
  const second = kernel.begin("2")
  await new Promise((done) => setTimeout(done, 100))
  await kernel.request("interrupt_request", {}, "control")
  expect((await first.done).reply.status).toBe("error")
  expect((await second.done).reply.status).toBe("aborted")
})

test("SIGINT interrupts for clients that know nothing else", async () => {
  const cell = kernel.begin("while (true) {}")
  await new Promise((done) => setTimeout(done, 100))
  kernel.process.kill("SIGINT")
  expect((await cell.done).reply.ename).toBe("InterruptError")
})

test.each([
  ["process.exit(3)", "exit code 3"],
  ["process.abort()", "signal SIGABRT"],
  ["process.kill(process.pid, 'SIGKILL')", "signal SIGKILL"],
])("%s: the cell says that the runtime ended, a new one runs", async (code, reason) => {
  await kernel.execute("const lost = 1")
  const { reply } = await kernel.execute(code)
  expect(reply.ename).toBe("RuntimeEnded")
  expect(reply.evalue).toBe(
    `the runtime ended (${reason}): variables are lost, a new one was started`,
  )
  expect(resultText(await kernel.execute("typeof lost"))).toBe("'undefined'")
  expect((await kernel.execute("function lost() {}; let again = 1")).reply.status).toBe("ok")
})

test("a runtime that ends between cells is replaced and that is said", async () => {
  const cell = kernel.begin("setTimeout(() => process.exit(4), 50); 0")
  await cell.done
  const said = await kernel.next((item) => String(item.content.text).includes("the runtime ended"))
  expect(said.parent.msg_id).toBe(cell.id)
  expect(resultText(await kernel.execute("1"))).toBe("1")
})

test("a cell that prints 100 MB is bounded, others are answered meanwhile", async () => {
  const small = await TestKernel.start({
    env: { DEFNOTE_TYPECHECK: "off", DEFNOTE_OUTPUT_LIMIT: "1000000" },
  })
  try {
    const cell = small.begin(
      "const text = 'x'.repeat(1e6); for (let i = 0; i < 100; i++) console.log(text)",
    )
    expect((await small.request("kernel_info_request", {})).status).toBe("ok")
    const exchange = await cell.done
    expect(streamText(exchange).length).toBe(1_000_000)
    expect(streamText(exchange, "stderr")).toContain("printed more than 1000000 bytes")
    expect(streamText(await small.execute("console.log('next cell')"))).toBe("next cell\n")
  } finally {
    await small.stop()
  }
})

test("the kernel leaves no process behind", async () => {
  const other = await TestKernel.start()
  const pid = Number(resultText(await other.execute("process.pid")))
  other.begin("while (true) {}")
  await new Promise((done) => setTimeout(done, 100))
  other.process.kill("SIGKILL")
  await expect.poll(() => isAlive(pid), { timeout: 3000 }).toBe(false)
  await other.stop()
})

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
