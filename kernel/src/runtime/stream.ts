/** @file stdout and stderr of user code: forwarded live, bounded per cell. */
import { StringDecoder } from "node:string_decoder"
import { emit } from "./reporter.ts"
import { currentRun, type Run } from "./run.ts"

type StreamName = "stdout" | "stderr"
type WriteCallback = (error?: Error | null) => void

/** Makes `process.stdout` and `process.stderr` write to the host. */
export function installStreams(limit: number) {
  for (const name of ["stdout", "stderr"] as const) {
    const decoder = new StringDecoder("utf8")
    const write = (data: string | Uint8Array, second?: unknown, third?: unknown) => {
      print(name, typeof data === "string" ? data : decoder.write(Buffer.from(data)), limit)
      const done = (typeof second === "function" ? second : third) as WriteCallback | undefined
      if (done) process.nextTick(done)
      return true
    }
    process[name].write = write as typeof process.stdout.write
  }
}

function print(name: StreamName, text: string, limit: number) {
  const run = currentRun()
  if (!run) return emit({ type: "stream", run: 0, name, text })
  const number = run.request.run
  const room = limit - run.streamBytes
  if (room <= 0) return
  run.streamBytes += Buffer.byteLength(text)
  if (run.streamBytes <= limit) return emit({ type: "stream", run: number, name, text })
  emit({ type: "stream", run: number, name, text: firstBytes(text, room) })
  emit({ type: "stream", run: number, name: "stderr", text: limitNotice(run, limit) })
}

function limitNotice(run: Run, limit: number): string {
  const cell = `cell ${run.request.executionCount}`
  return `\noutput: ${cell} printed more than ${limit} bytes; the rest is dropped (DEFNOTE_OUTPUT_LIMIT)\n`
}

/** The longest prefix of at most `bytes` UTF-8 bytes. */
function firstBytes(text: string, bytes: number): string {
  const target = new Uint8Array(bytes)
  const { read } = new TextEncoder().encodeInto(text, target)
  return text.slice(0, read)
}
