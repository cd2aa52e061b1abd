/** @file One workload on several peers in turn: results are compared, then times become quartiles (D10.5). */
import { difference } from "./agree.ts"
import type { Measured, Peer } from "./peer.ts"
import type { Workload } from "./workloads.ts"

/** A row of the JSON file (K7). Times are milliseconds; `busy` is processor seconds per second. */
export interface Row {
  readonly workload: string
  readonly system: string
  readonly compiler?: string
  readonly threads: number
  readonly unit: "ms"
  readonly median: number
  /** The shortest run: what the system can do when nothing else runs. */
  readonly least: number
  readonly q1: number
  readonly q3: number
  readonly runs: number
  readonly busy: number
}

/** Runs that fill about 100 ms, so that a round is short and a timer's grain does not matter. */
const runsFor = (ms: number): number =>
  Math.max(1, Math.min(2000, Math.round(100 / Math.max(ms, 0.001))))

/**
 * Each round asks every peer once, so that what else the machine does hits all of them.
 *
 * @throws Error when two peers compute different results
 */
export async function measure(w: Workload, peers: readonly Peer[], rounds: number): Promise<Row[]> {
  const warm = await warmUp(w, peers)
  checkResults(w, warm)
  const measured = new Map<Peer, Measured[]>([...warm.keys()].map((p) => [p, []]))
  for (let round = 0; round < rounds; round++) {
    for (const [peer, first] of warm) {
      const answer = await peer.run(w.name, runsFor(Math.min(...first.ms)))
      measured.get(peer)?.push(answer as Measured)
    }
  }
  return [...measured].map(([peer, answers]) => rowOf(w, peer, answers))
}

/** The first call compiles; the calls after it let a JavaScript engine finish its own compilation. */
async function warmUp(w: Workload, peers: readonly Peer[]): Promise<Map<Peer, Measured>> {
  const warm = new Map<Peer, Measured>()
  for (const peer of peers) {
    await peer.run(w.name, 1)
    const answer = await peer.run(w.name, 3)
    if (answer) warm.set(peer, answer)
  }
  return warm
}

function checkResults(w: Workload, warm: ReadonlyMap<Peer, Measured>): void {
  const [first, ...others] = warm
  for (const [peer, answer] of others) {
    const found = difference(first[1].outputs, answer.outputs)
    if (found) throw new Error(`${w.name}: ${first[0].name} and ${peer.name} differ: ${found}`)
  }
}

function rowOf(w: Workload, peer: Peer, answers: readonly Measured[]): Row {
  const [system, compiler] = peer.name.split(":")
  const times = answers.flatMap((a) => a.ms).sort((a, b) => a - b)
  const busy = answers.map((a) => a.busy).sort((a, b) => a - b)
  const head = { workload: w.name, system, ...(compiler ? { compiler } : {}) }
  const [q1, median, q3] = [0.25, 0.5, 0.75].map((q) => quantile(times, q))
  const count = { threads: peer.threads, unit: "ms" as const }
  return {
    ...head,
    ...count,
    median,
    least: times[0],
    q1,
    q3,
    runs: times.length,
    busy: quantile(busy, 0.5),
  }
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]
