/** @file The loop that every JavaScript peer runs: reads jobs, times runs, answers. */
import { createInterface } from "node:readline"

/** Makes the inputs once; the returned function is one run, and gives something to sum. */
export type Make = () => Run | Promise<Run>
export interface Run {
  /** One run, finished when it returns or resolves. */
  readonly once: () => unknown
  readonly check: (result: never) => number | Promise<number>
}

/** Values in [-1, 1) that every system can make: a fixed integer recurrence. */
export function filled(n: number, k: number): Float32Array {
  const out = new Float32Array(n)
  for (let i = 0; i < n; i++) out[i] = ((Math.imul(i, 2654435761) + k * 40503) >>> 8) / 2 ** 23 - 1
  return out
}

export async function serve(version: string, workloads: Readonly<Record<string, Make>>): Promise<void> {
  const say = (x: unknown): void => void process.stdout.write(`${JSON.stringify(x)}\n`)
  const made = new Map<string, Run>()
  say({ version })
  for await (const line of createInterface({ input: process.stdin })) {
    const { workload, runs } = JSON.parse(line) as { workload: string; runs: number }
    try {
      if (!(workload in workloads)) say({ unknown: true })
      else {
        if (!made.has(workload)) made.set(workload, await workloads[workload]())
        say(await timed(made.get(workload) as Run, runs))
      }
    } catch (e) {
      say({ error: String((e as Error).message) })
    }
  }
}
async function timed({ once, check }: Run, runs: number): Promise<{ ms: number[]; check: number }> {
  const ms: number[] = []
  let result: unknown
  for (let i = 0; i < runs; i++) {
    const start = performance.now()
    const r = once()
    result = r instanceof Promise ? await r : r
    ms.push(performance.now() - start)
  }
  return { ms, check: await check(result as never) }
}
