/**
 * @file `npm run bench`: peers and ours in turn, equality of results first, then medians and ratios (D10.5).
 * Options: `--only a,b`, `--peers numpy,jax-js`, `--compilers wasm`, `--rounds N`, `--json FILE`.
 */
import { writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { parseArgs } from "node:util"
import { peersNamed } from "./peers.ts"
import { type Measured, Peer } from "./peer.ts"
import { WORKLOADS, type Workload } from "./workloads.ts"

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    peers: { type: "string", default: "numpy,jax-js" },
    compilers: { type: "string", default: "wasm" },
    rounds: { type: "string", default: "7" },
    json: { type: "string" },
  },
})
interface Row {
  readonly workload: string
  readonly system: string
  readonly compiler?: string
  readonly threads: number
  readonly unit: "ms"
  readonly median: number
  readonly q1: number
  readonly q3: number
  readonly runs: number
}
const quantile = (sorted: readonly number[], q: number): number => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]

/** Runs that fill about 100 ms, so that a round is short and a timer's grain does not matter. */
const runsFor = (ms: number): number => Math.max(1, Math.min(2000, Math.round(100 / Math.max(ms, 0.001))))
/** Results must agree before times are compared; sums of millions of f32 differ in their last digits. */
const agree = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-3 * Math.max(1, Math.abs(a), Math.abs(b)) + 2

async function measure(w: Workload, peers: readonly Peer[]): Promise<Row[]> {
  const warm = new Map<Peer, Measured>()
  for (const p of peers) {
    await p.run(w.name, 1)
    const m = await p.run(w.name, 3)
    if (m) warm.set(p, m)
  }
  const [first] = warm.values()
  for (const [p, m] of warm) {
    if (w.name !== "firstcall" && !agree(m.check, first.check)) throw new Error(`${w.name}: ${p.name} gives ${m.check}, ${[...warm.keys()][0].name} gives ${first.check}`)
  }
  const times = new Map<Peer, number[]>([...warm.keys()].map((p) => [p, []]))
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [p, m] of warm) times.get(p)?.push(...((await p.run(w.name, runsFor(Math.min(...m.ms))))?.ms ?? []))
  }
  return [...times].map(([p, ms]) => {
    const sorted = ms.sort((a, b) => a - b)
    const [system, compiler] = p.name.split(":")
    return { workload: w.name, system, ...(compiler ? { compiler } : {}), threads: 1, unit: "ms", median: quantile(sorted, 0.5), q1: quantile(sorted, 0.25), q3: quantile(sorted, 0.75), runs: ms.length }
  })
}

function print(w: Workload, rows: readonly Row[]): void {
  console.log(`\n${w.name}: ${w.about}`)
  const ours = rows.find((r) => r.system === "defnote")
  for (const r of rows) {
    const rate = w.flops ? `  ${(w.flops / r.median / 1e6).toFixed(1)} GFLOP/s` : ""
    const ratio = ours && r !== ours ? `  ${(r.median / ours.median).toFixed(2)} x ours` : ""
    console.log(`  ${`${r.system}${r.compiler ? ` (${r.compiler})` : ""}`.padEnd(18)} ${r.median.toFixed(4).padStart(12)} ms  [${r.q1.toFixed(4)}, ${r.q3.toFixed(4)}]${rate}${ratio}`)
  }
}

const only = values.only?.split(",")
const peers: Peer[] = []
for (const command of peersNamed(values.compilers.split(","), values.peers.split(",").filter((p) => p))) {
  try {
    peers.push(await Peer.start(command, 1))
  } catch (e) {
    console.log(`${command.name} is left out: ${(e as Error).message}`)
  }
}
const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version }
console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; one thread each; ${peers.map((p) => `${p.name} ${p.version}`).join(", ")}`)
const rows: Row[] = []
for (const w of WORKLOADS.filter((w) => !only || only.includes(w.name))) {
  const measured = await measure(w, peers)
  print(w, measured)
  rows.push(...measured)
}
for (const p of peers) p.stop()
if (values.json) writeFileSync(values.json, JSON.stringify({ machine, versions: Object.fromEntries(peers.map((p) => [p.name, p.version])), rows }, null, 1))
