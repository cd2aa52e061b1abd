/** @file Blocking writes of frames to the host: what a busy cell prints leaves at once. */
import { writeSync } from "node:fs"
import { encodeFrame } from "./frames.ts"
import { type AgentReport, Descriptor, type Report, Word } from "./protocol.ts"

let guard: Int32Array = new Int32Array(Word.words)

/** Tells the agent, by {@link Word.writing}, when the main thread must not be cut. */
export function guardWrites(words: Int32Array): void {
  guard = words
}

const pause = new Int32Array(new SharedArrayBuffer(4))

/** Sends a report of the main thread. */
export function emit(report: Report, parts: readonly Uint8Array[] = []): void {
  const bytes = encodeFrame(report, parts)
  Atomics.store(guard, Word.writing, 1)
  writeAll(Descriptor.reports, bytes)
  Atomics.store(guard, Word.writing, 0)
}

/** Sends a report of the agent thread. */
export function emitFromAgent(report: AgentReport): void {
  writeAll(Descriptor.agent, encodeFrame(report))
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(descriptor, bytes, at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === "EAGAIN") Atomics.wait(pause, 0, 0, 1)
      // The host is gone: nobody reads, nobody stops us.
      else if (code === "EPIPE") process.kill(process.pid, "SIGKILL")
      else throw error
    }
  }
}
