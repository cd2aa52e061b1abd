/** @file Prints the figures of the kernel's goals: `node kernel/test/measure.mjs` after a build. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { pathToFileURL } from "node:url"
import { build } from "esbuild"

const here = import.meta.dirname
const rounds = Number(process.argv[2] ?? 5)

/** The client of the tests is TypeScript: bundled beside this file so that `zeromq` resolves. */
async function loadClient() {
  const folder = mkdtempSync(path.join(here, ".measure-"))
  const outfile = path.join(folder, "client.mjs")
  const dirname = JSON.stringify(here)
  try {
    await build({
      entryPoints: [path.join(here, "client.ts")],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      external: ["zeromq"],
      define: { "import.meta.dirname": dirname },
      logLevel: "error",
    })
    return await import(pathToFileURL(outfile).href)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const { TestKernel, streamText } = await loadClient()
const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

async function timed(task) {
  const start = performance.now()
  await task()
  return performance.now() - start
}

function report(name, goal, times) {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  const text = [at(0.5), at(0), sorted.at(-1)].map((time) => time.toFixed(0).padStart(6)).join(" ")
  console.log(`${name.padEnd(44)} ${String(goal).padStart(5)} ${text}`)
}

async function interrupted(kernel, code) {
  const cell = kernel.begin(code)
  await sleep(200)
  return timed(async () => {
    await kernel.request("interrupt_request", {}, "control")
    await cell.done
  })
}

const LOOPS = {
  "interrupt: while (true)": "while (true) {}",
  "interrupt: after an await": "await null; while (true) {}",
  "interrupt: microtasks": "for (;;) await null",
  "interrupt: timer": "setTimeout(() => { for (;;) {} }, 1); await new Promise(() => {})",
  "interrupt: pending await": "await new Promise(() => {})",
}

console.log(`${"milliseconds".padEnd(44)}  goal median    min    max`)
const starts = []
for (let i = 0; i < rounds; i++) {
  let kernel
  const checked = "const first: number = 1; first"
  starts.push(
    await timed(async () => {
      kernel = await TestKernel.start({ folder: tmpdir() })
      await kernel.execute(checked)
    }),
  )
  await kernel.stop()
}
report("start to first checked reply", 500, starts)

const kernel = await TestKernel.start({ folder: tmpdir() })
await kernel.execute("1")
const cells = []
for (let i = 0; i < 20; i++)
  cells.push(await timed(() => kernel.execute(`const v${i} = ${i}; v${i}`)))
report("trivial cell", 25, cells)
const asked = { code: "v1.toF", cursor_pos: 6 }
const idle = []
for (let i = 0; i < 10; i++) idle.push(await timed(() => kernel.request("complete_request", asked)))
report("completion, idle", "", idle)
const busy = kernel.begin("const until = Date.now() + 3000; while (Date.now() < until) {}")
await sleep(200)
const during = []
for (let i = 0; i < 10; i++)
  during.push(await timed(() => kernel.request("complete_request", asked)))
report("completion while a cell runs", 80, during)
await busy.done
for (const engine of ["", ", library loaded"]) {
  if (engine) await kernel.execute('await import("defnote")')
  for (const [name, code] of Object.entries(LOOPS)) {
    const times = []
    for (let i = 0; i < rounds; i++) times.push(await interrupted(kernel, code))
    report(name + engine, 100, times)
  }
}
const lines = []
for (let i = 0; i < rounds; i++) {
  lines.push(
    await timed(async () => {
      const exchange = await kernel.execute("for (let i = 0; i < 20000; i++) console.log(i)")
      const count = streamText(exchange).trimEnd().split("\n").length
      if (count !== 20_000) throw new Error(`measure: ${count} of 20000 lines arrived`)
    }),
  )
}
report("20,000 printed lines, none lost", 2000, lines)
await kernel.stop()
