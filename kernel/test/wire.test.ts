/** @file What does not belong on the wire is dropped and hurts nobody (D7.7); comms, tslab, many interrupts. */
import { afterAll, beforeAll, expect, test } from "vitest"
import type { Content, Message } from "../src/wire/message.ts"
import { createSigner } from "../src/wire/sign.ts"
import { resultText, TestKernel } from "./client.ts"

const LIMIT = 1_000_000

let kernel: TestKernel
beforeAll(async () => {
  kernel = await TestKernel.start({
    env: { DEFNOTE_TYPECHECK: "off", DEFNOTE_MESSAGE_LIMIT: String(LIMIT) },
  })
})
afterAll(() => kernel.stop())

const answers = async () => (await kernel.request("kernel_info_request", {})).status

/** Whether a request with these frames causes anything on iopub. */
async function causes(frames: Uint8Array[]): Promise<boolean> {
  const header = JSON.parse(Buffer.from(frames[2]).toString()) as { msg_id: string }
  await kernel.sendFrames(frames)
  expect(await answers()).toBe("ok")
  await new Promise((done) => setTimeout(done, 50))
  return kernel.iopubLog.some((item) => item.parent.msg_id === header.msg_id)
}

test("a message with a wrong signature is dropped", async () => {
  const frames = kernel.frames("execute_request", { code: "globalThis.hacked = 1" })
  frames[1] = Buffer.from("0".repeat(64))
  expect(await causes(frames)).toBe(false)
  expect(kernel.stderr.join("")).toContain("the signature does not fit")
})

test("a changed message is dropped, the same message twice as well", async () => {
  const changed = kernel.frames("comm_info_request", {})
  changed[5] = Buffer.from('{"target_name":"x"}')
  expect(await causes(changed)).toBe(false)
  const frames = kernel.frames("comm_info_request", {})
  expect(await causes([...frames])).toBe(true)
  const count = kernel.iopubLog.length
  await kernel.sendFrames(frames)
  expect(await answers()).toBe("ok")
  await new Promise((done) => setTimeout(done, 50))
  expect(kernel.iopubLog.length - count).toBe(2)
})

test("a message over the limit is dropped with a line in the log", async () => {
  const code = `"${"x".repeat(LIMIT)}"`
  expect(await causes(kernel.frames("execute_request", { code }))).toBe(false)
  expect(kernel.stderr.join("")).toMatch(/\d+ bytes; at most 1000000 are read/u)
})

test.each([
  ["no JSON", (frames: Uint8Array[]) => frames.with(5, Buffer.from("{"))],
  ["an array for an object", (frames: Uint8Array[]) => frames.with(5, Buffer.from("[]"))],
  ["too few frames", (frames: Uint8Array[]) => frames.slice(0, 4)],
])("malformed messages are dropped: %s", async (_name, spoil) => {
  const frames = spoil(kernel.frames("kernel_info_request", {}))
  const signer = createSigner(kernel.connection.key, "hmac-sha256")
  frames[1] = Buffer.from(signer.sign(frames.slice(2)))
  await kernel.sendFrames(frames)
  expect(await answers()).toBe("ok")
})

test("a subscriber that waited for the kernel is welcomed, and then told that it starts (JEP 65)", () => {
  const welcome = kernel.iopubLog.findIndex(({ header }) => header.msg_type === "iopub_welcome")
  const starts = ({ content }: Message) => content.execution_state === "starting"
  expect(kernel.iopubLog[welcome].content).toEqual({ subscription: "" })
  expect(kernel.iopubLog.filter(starts)).toHaveLength(1)
  expect(kernel.iopubLog.findIndex(starts)).toBeGreaterThan(welcome)
})

test("comms open from both sides and carry buffers", async () => {
  await kernel.execute(`
    const { comms } = globalThis[Symbol.for("defnote.kernel/1")]
    comms.register("echo", (comm) => {
      comm.onMessage = ({ data, buffers }) => comm.send({ got: data.n * 2 }, buffers)
    })
    const mine = comms.open("front", { hello: 1 })
    mine.onMessage = ({ data }) => console.log("front says", data.word)`)
  const opened = kernel.iopubLog.findLast((item) => item.header.msg_type === "comm_open")
  expect(opened?.content).toMatchObject({ target_name: "front", data: { hello: 1 } })
  const printed = kernel.next((item) => item.header.msg_type === "stream")
  kernel.send("comm_msg", { comm_id: opened?.content.comm_id, data: { word: "hi" } })
  expect((await printed).content.text).toBe("front says hi\n")
  const answer = kernel.next((item) => item.content.comm_id === "e1")
  kernel.send("comm_open", { comm_id: "e1", target_name: "echo", data: {} })
  kernel.send("comm_msg", { comm_id: "e1", data: { n: 21 } }, "shell", [
    new Uint8Array([1, 2, 255]),
  ])
  const message = await answer
  expect(message.content.data).toEqual({ got: 42 })
  expect([...message.buffers[0]]).toEqual([1, 2, 255])
  const { comms } = await kernel.request("comm_info_request", { target_name: "echo" })
  expect(comms).toEqual({ e1: { target_name: "echo" } })
})

test("displays: ids, updates, clearing, values with their own display", async () => {
  const { outputs } = await kernel.execute(`
    display({ "text/html": "<b>1</b>" }, { id: "one" })
    display({ "text/html": "<b>2</b>" }, { id: "one", update: true })
    clearOutput({ wait: true })
    display({ [Symbol.for("Jupyter.display")]: async () => ({ "text/markdown": "*x*" }) })`)
  const seen = outputs.slice(1).map(({ header, content }) => [header.msg_type, content])
  const transient = { display_id: "one" }
  expect(seen).toEqual([
    ["display_data", { data: { "text/html": "<b>1</b>" }, metadata: {}, transient }],
    ["update_display_data", { data: { "text/html": "<b>2</b>" }, metadata: {}, transient }],
    ["clear_output", { wait: true }],
    [
      "display_data",
      {
        data: { "text/markdown": "*x*", "text/plain": expect.any(String) },
        metadata: {},
        transient: {},
      },
    ],
  ])
})

test("a display that is updated counts once, whatever the number of its updates", async () => {
  const small = await TestKernel.start({
    env: { DEFNOTE_TYPECHECK: "off", DEFNOTE_DISPLAY_LIMIT: "10000" },
  })
  try {
    const code = `for (let i = 0; i < 20; i++)
  display({ "text/html": String(i).repeat(4000).slice(0, 4000) }, { id: "p", update: i > 0 })
display({ "text/html": "x".repeat(7000) })`
    const { outputs } = await small.execute(code)
    const pictures = outputs.filter(({ content }) => content.data)
    const shown = pictures.map(({ content }) => Object.keys(content.data as Content)[0])
    expect(shown).toHaveLength(21)
    expect(shown.slice(0, 20)).toEqual(new Array(20).fill("text/html"))
    expect(shown[20]).toBe("text/plain")
  } finally {
    await small.stop()
  }
})

test("one display too large is replaced by a sentence", async () => {
  const small = await TestKernel.start({
    env: { DEFNOTE_TYPECHECK: "off", DEFNOTE_DISPLAY_LIMIT: "10000" },
  })
  try {
    const { outputs } = await small.execute("display({ 'text/html': 'x'.repeat(20000) })")
    const data = outputs.at(-1)?.content.data as Content
    expect(data).toEqual({ "text/plain": expect.stringMatching(/text\/html are not shown/u) })
  } finally {
    await small.stop()
  }
})

const TSLAB = `
import * as tslab from "tslab"
tslab.display.html("<i>h</i>")
tslab.display.markdown("*m*")
tslab.display.latex("$x$")
tslab.display.javascript("1")
tslab.display.svg("<svg/>")
tslab.display.text("t")
tslab.display.png(new Uint8Array([137, 80]))
tslab.display.jpeg(Buffer.from([255, 216]))
tslab.display.gif(new Uint8Array([71]))
tslab.display.pdf(new Uint8Array([37]))
tslab.display.raw("text/x-own", "raw")
const again = tslab.newDisplay()
again.text("first")
again.text("second")`

test("tslab's display functions send what tslab 1.0.22 sends", async () => {
  const ours = await kernel.execute(TSLAB)
  expect(ours.reply.status).toBe("ok")
  expect(comparable(ours.outputs)).toEqual(await tslabDisplays())
})

/** Display messages without the random ids. */
function comparable(outputs: readonly Message[]): unknown[] {
  return outputs
    .filter((item) => /display_data$/u.test(item.header.msg_type))
    .map(({ header, content }) => {
      const { display_id } = content.transient as { display_id?: string }
      return [header.msg_type, content.data, display_id !== undefined]
    })
}

/** The same calls on tslab itself, in this process. */
async function tslabDisplays(): Promise<unknown[]> {
  const { createRequire } = await import("node:module")
  const require = createRequire(import.meta.url)
  const seen: unknown[] = []
  const jupyter = require("tslab/dist/jupyter") as { lastWriteDisplayData: unknown }
  jupyter.lastWriteDisplayData = (
    { data, transient }: { data: unknown; transient: { display_id?: string } },
    update?: boolean,
  ) => {
    const id = transient.display_id !== undefined
    seen.push([update ? "update_display_data" : "display_data", data, id])
  }
  const body = TSLAB.replace('import * as tslab from "tslab"', "")
  new Function("tslab", body)(require("tslab"))
  return seen
}

test.runIf(process.env.DEFNOTE_FULL === "1")(
  "1,000 interrupts at random times leave a working runtime (D7.4)",
  async () => {
    const loops = [
      "while (true) {}",
      "for (;;) await null",
      "for (;;) await new Promise((done) => setTimeout(done, 1))",
      "for (;;) console.log('x'.repeat(100))",
      "await new Promise(() => {})",
      "for (let t = tensor([1]); ; ) t = t.add(1)",
      "for (let t = tensor([1]); ; ) { t = t.add(1); await null }",
      "endless(tensor(1))",
      "for (;;) defn((x: Tensor) => (x * 2 + 1).sum())(tensor([1, 2]))",
    ]
    await kernel.execute(`import { defn, grad, tensor, type Tensor } from "defnote"
      const endless = defn((t: Tensor) => { while (t > 0) t = t * 1; return t })
      const smoke = () => grad(defn((x: Tensor) => (x.tanh() ** 2).sum()))(tensor([0, 1])).toArray()`)
    const sound = resultText(await kernel.execute("smoke()"))
    let ended = 0
    for (let i = 0; i < 1000; i++) {
      const cell = kernel.begin(loops[i % loops.length])
      await new Promise((done) => setTimeout(done, Math.random() * 30))
      await kernel.request("interrupt_request", {}, "control")
      const { reply } = await cell.done
      if (reply.ename === "RuntimeEnded") ended++
      else expect(reply.ename).toBe("InterruptError")
      expect(resultText(await kernel.execute("smoke()"))).toBe(sound)
    }
    expect(ended).toBe(0)
  },
  600_000,
)
