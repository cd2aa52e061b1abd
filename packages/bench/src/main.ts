/**
 * @file `npm run bench`: peers and ours in turn, equality of results first, then medians and ratios (D10.5).
 * Options: `--only a,b`, `--peers numpy,jax-js`, `--compilers wasm`, `--rounds N`, `--json FILE`.
 */
import { writeFileSync } from "node:fs"
import { cpus } from "node:os"
import { parseArgs } from "node:util"
import { measure, type Row } from "./measure.ts"
import { Peer } from "./peer.ts"
import { peerNamed } from "./peers.ts"
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
const words = (list: string): string[] => list.split(",").filter((word) => word !== "")

/** A peer that is not installed is left out, and that is said; ours must start. */
async function startPeers(): Promise<Peer[]> {
  const started: Peer[] = []
  for (const name of words(values.peers)) {
    try {
      started.push(await Peer.start(peerNamed(name)))
    } catch (error) {
      console.log(`${name} is left out: ${(error as Error).message}`)
    }
  }
  for (const name of words(values.compilers))
    started.push(await Peer.start(peerNamed(`defnote:${name}`)))
  return started
}

/** @throws Error for a name that is no workload */
function chosen(): Workload[] {
  const names = values.only === undefined ? WORKLOADS.map((w) => w.name) : words(values.only)
  return names.map((name) => {
    const found = WORKLOADS.find((w) => w.name === name)
    if (found) return found
    const known = WORKLOADS.map((w) => w.name).join(", ")
    throw new Error(`bench: there is no workload "${name}"; workloads are ${known}`)
  })
}

function print(w: Workload, rows: readonly Row[]): void {
  console.log(`\n${w.name}: ${w.about}`)
  const ours = rows.find((r) => r.system === "defnote")
  for (const r of rows) console.log(line(w, r, ours))
}

function line(w: Workload, r: Row, ours: Row | undefined): string {
  const name = (r.compiler ? `${r.system} (${r.compiler})` : r.system).padEnd(19)
  const spread = `[${r.q1.toFixed(4)}, ${r.q3.toFixed(4)}]  least ${r.least.toFixed(4)}`
  const time = `${r.median.toFixed(4).padStart(11)} ms  ${spread}`
  const rate = w.flops ? `  ${(w.flops / r.median / 1e6).toFixed(1)} GFLOP/s` : ""
  const ratio =
    ours && r !== ours ? `  ${times(r, ours, "median")} (${times(r, ours, "least")}) x ours` : ""
  const threads = r.threads === 1 ? "" : `  ${r.threads} threads`
  const busy = r.busy > r.threads + 0.2 ? `  ${r.busy.toFixed(1)} cores busy` : ""
  return `  ${name} ${time}${rate}${ratio}${threads}${busy}`
}

const times = (r: Row, ours: Row, of: "median" | "least"): string => (r[of] / ours[of]).toFixed(2)

/** A workload that fails or whose results differ has no rows; the others go on, and the exit status is 1. */
async function measureAndPrint(w: Workload, peers: readonly Peer[]): Promise<Row[]> {
  try {
    const rows = await measure(w, peers, Number(values.rounds))
    print(w, rows)
    return rows
  } catch (error) {
    console.error(`\n${w.name}: ${(error as Error).message}`)
    process.exitCode = 1
    return []
  }
}

const workloads = chosen()
const peers = await startPeers()
try {
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version }
  console.log(
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; medians [quartiles], the shortest run`,
  )
  console.log(peers.map((p) => `${p.name} ${p.version}, threads: ${p.threads}`).join("; "))
  const rows: Row[] = []
  for (const w of workloads) rows.push(...(await measureAndPrint(w, peers)))
  const versions = Object.fromEntries(peers.map((p) => [p.name, p.version]))
  if (values.json) writeFileSync(values.json, JSON.stringify({ machine, versions, rows }, null, 1))
} finally {
  for (const peer of peers) peer.stop()
}
