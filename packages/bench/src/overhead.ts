/**
 * @file What looking costs: `npm run bench:overhead`. A gradient alone and inspected in turn, a training step alone and
 * watched in turn; times and ratios. Goals: `inspect` at most 50 % more, `watch` at most 15 %.
 */
import { cpus } from "node:os"
import { parseArgs } from "node:util"
import { defn, inspect, type Tensor, tensor, valueAndGrad, watch } from "defnote"
import { filled, labels } from "./peers/serve.ts"

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "41" },
    steps: { type: "string", default: "200" },
    repeats: { type: "string", default: "3" },
    /** `cpu`: the time of the processor, of all threads; for a machine that others use. */
    clock: { type: "string", default: "wall" },
    only: { type: "string" },
  },
})
const of = (k: number, ...shape: number[]): Tensor => {
  const size = shape.reduce((a, b) => a * b, 1)
  return tensor(filled(size, k), { shape })
}

/** A function with a scalar result, and its arguments, the parameters first. */
interface Case {
  readonly name: string
  readonly loss: (p: Tensor[], x: Tensor, y: Tensor) => Tensor
  readonly params: Tensor[]
  readonly x: Tensor
  readonly y: Tensor
}
function network(name: string, batch: number, hidden: number): Case {
  const params = [of(2, 784, hidden).multiply(0.05), tensor(new Float32Array(hidden))]
  const last = [of(3, hidden, 10).multiply(0.05), tensor(new Float32Array(10))]
  const loss = ([w1, b1, w2, b2]: Tensor[], x: Tensor, y: Tensor): Tensor => {
    const z = x.matmul(w1).add(b1).relu().matmul(w2).add(b2)
    return z.logSoftmax().multiply(y).sum().negate()
  }
  const y = tensor(labels(batch), { shape: [batch, 10] })
  return { name, loss, params: [...params, ...last], x: of(1, batch, 784), y }
}
const elementwise = (name: string, n: number): Case => ({
  name,
  loss: ([w], x, y) => w.multiply(x).tanh().subtract(y).square().sum(),
  params: [of(1, n)],
  x: of(2, n),
  y: of(3, n),
})
const ALL: readonly Case[] = [
  elementwise("16 elements", 16),
  network("digits 784-256-10, batch 128", 128, 256),
  network("784-1024-10, batch 512", 512, 1024),
  elementwise("element-wise, 1M elements", 1 << 20),
]

function now(): number {
  if (values.clock !== "cpu") return performance.now()
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const CASES = ALL.filter((c) => c.name.includes(values.only ?? ""))

const timed = (run: () => unknown): number => {
  const start = now()
  run()
  return now() - start
}
/** Each round runs all in turn, so that what else the machine does meets all of them. */
function inTurn(rounds: number, runs: readonly (() => unknown)[]): number[][] {
  const times = runs.map((): number[] => [])
  for (let k = 0; k < rounds; k++) runs.forEach((run, i) => times[i].push(timed(run)))
  return times.map((t) => t.sort((a, b) => a - b))
}
const ms = (x: number): string => x.toPrecision(3)
const share = (x: number): string => `${(100 * (x - 1)).toFixed(0)} %`.padStart(6)
const middle = (sorted: readonly number[]): number => sorted[sorted.length >> 1]

function inspecting({ name, loss, params, x, y }: Case): void {
  const f = defn(loss)
  const gradient = valueAndGrad(f)
  const looking = inspect.with({ checks: false })
  const runs = [
    () => gradient(params, x, y),
    () => looking(f, params, x, y),
    () => inspect(f, params, x, y),
  ]
  inTurn(10, runs)
  const [plain, look, all] = inTurn(Number(values.rounds), runs)
  const line = [plain, look].map((t) => `${ms(t[0])} (${ms(middle(t))})`.padStart(16))
  const ratios = [share(look[0] / plain[0]), share(middle(look) / middle(plain))]
  const checks = `${ms(all[0] - look[0])} ms`
  console.log(`  ${name.padEnd(30)}${line.join("")}  ${ratios.join(" ")}  checks ${checks}`)
}

/** A step of gradient descent. */
function stepOf({ loss }: Case) {
  const compiledLoss = defn(loss)
  return defn(
    (p: Tensor[], x: Tensor, y: Tensor): [Tensor[], Tensor] => {
      const [value, g] = valueAndGrad(compiledLoss)(p, x, y)
      return [p.map((w, i) => w.subtract(g[i].multiply(1e-5))), value]
    },
    { captures: () => ({ valueAndGrad, compiledLoss }) },
  )
}
/** Sums over steps that are run in turn, from the first watched step on, with what it compiles. */
function watching(c: Case, steps: number): void {
  const step = stepOf(c)
  const watched = watch(step)
  let [p, q] = [c.params, c.params]
  for (let k = 0; k < 10; k++) [p] = step(p, c.x, c.y)
  let [plain, all, longest] = [0, 0, 0]
  for (let k = 0; k < steps; k++) {
    plain += timed(() => void ([p] = step(p, c.x, c.y)))
    const one = timed(() => void ([q] = watched(q, c.x, c.y)))
    all += one
    longest = Math.max(longest, one)
  }
  const rows = watched.rows.length
  const own =
    watched.overhead === undefined ? "" : `, by its own account ${share(1 + watched.overhead)}`
  const line = `${ms(plain)} alone, ${ms(all)} watched: ${share(all / plain)}`
  console.log(
    `  ${c.name.padEnd(30)}${line}${own}; ${rows} of ${steps} watched, longest ${ms(longest)}`,
  )
}

const [cpu] = cpus()
console.log(`${cpu?.model}, ${cpus().length} cores, Node ${process.version}`)
console.log(
  "inspect: alone, looked at: shortest (median) in ms; more by the shortest, by the median",
)
for (const c of CASES) inspecting(c)
console.log(`watch: sums over ${values.steps} steps in ms`)
for (const c of CASES)
  for (let k = 0; k < Number(values.repeats); k++) watching(c, Number(values.steps))
