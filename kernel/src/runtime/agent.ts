/** @file The worker beside user code: reads requests and interrupts while the main thread is busy (D7.4). */
import { Session } from "node:inspector"
import { Socket } from "node:net"
import { parentPort, workerData } from "node:worker_threads"
import { FrameReader } from "./frames.ts"
import { type AgentOrder, Descriptor, InputState, type Request, Word } from "./protocol.ts"
import { emitFromAgent } from "./reporter.ts"
import { Stopper } from "./stopper.ts"
import type { AgentData } from "./words.ts"

const data = workerData as AgentData
const words = new Int32Array(data.words)
const input = new Uint8Array(data.input)
const session = new Session()
session.connectToMainThread()
const stopper = new Stopper({
  session,
  words,
  order,
  ownUrl: data.ownUrl,
  libraryUrl: data.libraryUrl,
  hidden: "/child[.]mjs$",
})

function order(message: AgentOrder): void {
  parentPort?.postMessage(message)
}

function receive(request: Request, parts: Uint8Array[]) {
  switch (request.type) {
    case "input":
      return answer(request.value)
    case "interrupt":
      void interrupt(request.run)
      return
    default:
      order({ type: "request", request, parts })
  }
}

async function interrupt(run: number): Promise<void> {
  const { waiting, interrupted } = InputState
  const wasAsking =
    Atomics.load(words, Word.asking) === 1 &&
    Atomics.compareExchange(words, Word.input, waiting, interrupted) === waiting
  Atomics.notify(words, Word.input)
  emitFromAgent({ type: "interrupted", result: await stopper.stop(run, wasAsking) })
}

/** Wakes a main thread that waits in `input()`. */
function answer(value: string | null): void {
  const { written = 0 } = value === null ? {} : new TextEncoder().encodeInto(value, scratch)
  input.set(scratch.subarray(0, written))
  words[Word.inputLength] = written
  const state = value === null ? InputState.refused : InputState.answered
  Atomics.compareExchange(words, Word.input, InputState.waiting, state)
  Atomics.notify(words, Word.input)
}

const scratch = new Uint8Array(data.input.byteLength)

const reader = new FrameReader<Request>()
const pipe = new Socket({ fd: Descriptor.requests, readable: true, writable: false })
pipe.on("data", (chunk: Buffer) => {
  for (const { head, parts } of reader.push(chunk)) receive(head, parts)
})
// The host is gone: user code, however busy, must not outlive it.
pipe.on("close", () => process.kill(process.pid, "SIGKILL"))
emitFromAgent({ type: "agentReady" })
