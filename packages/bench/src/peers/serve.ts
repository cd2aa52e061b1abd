/** @file The loop that every JavaScript peer runs: reads jobs, times runs, answers. Knows no system. */
import { createInterface } from "node:readline"
import type { Fingerprint, Measured } from "../peer.ts"

/** Makes the inputs once; what it gives is then timed. */
export type Make = () => Run | Promise<Run>
export interface Run {
  /** One run, finished when it returns or when its promise resolves. */
  readonly once: () => unknown
  /** The outputs of the last run, flat. */
  readonly read: (result: never) => Promise<ArrayLike<number>[]> | ArrayLike<number>[]
}

/** Values in [-1, 1) that every system can make: a fixed integer recurrence. */
export function filled(n: number, k: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(n)
  for (let i = 0; i < n; i++) out[i] = ((Math.imul(i, 2654435761) + k * 40503) >>> 8) / 2 ** 23 - 1
  return out
}

/** Ten classes in turn, as rows with a single one. */
export function labels(rows: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(rows * 10)
  for (let i = 0; i < rows; i++) out[i * 10 + (i % 10)] = 1
  return out
}

/** Says version and threads, then answers one line for each job until its input ends. */
export async function serve(
  threads: number,
  workloads: Readonly<Record<string, Make>>,
): Promise<void> {
  const made = new Map<string, Run>()
  const say = (x: unknown): void => void process.stdout.write(`${JSON.stringify(x)}\n`)
  say({ version: process.argv[2], threads })
  for await (const line of createInterface({ input: process.stdin })) {
    const { workload, runs } = JSON.parse(line) as { workload: string; runs: number }
    try {
      if (!(workload in workloads)) say({ unknown: true })
      else {
        if (!made.has(workload)) made.set(workload, await workloads[workload]())
        say(await timed(made.get(workload) as Run, runs))
      }
    } catch (error) {
      say({ error: (error as Error).message })
    }
  }
}

async function timed({ once, read }: Run, runs: number): Promise<Measured> {
  const ms: number[] = []
  let result: unknown
  const busy = process.cpuUsage()
  const began = performance.now()
  for (let i = 0; i < runs; i++) {
    const start = performance.now()
    const r = once()
    result = r instanceof Promise ? await r : r
    ms.push(performance.now() - start)
  }
  const wall = performance.now() - began
  const { user, system } = process.cpuUsage(busy)
  const outputs = (await read(result as never)).map(fingerprint)
  return { ms, busy: (user + system) / 1000 / wall, outputs }
}

function fingerprint(values: ArrayLike<number>): Fingerprint {
  const step = Math.ceil(values.length / 64)
  const samples: number[] = []
  let [sum, magnitude] = [0, 0]
  for (let i = 0; i < values.length; i++) {
    sum += values[i]
    magnitude += Math.abs(values[i])
    if (i % step === 0) samples.push(values[i])
  }
  return { size: values.length, sum, magnitude, samples }
}
