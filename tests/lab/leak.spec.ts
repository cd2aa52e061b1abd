/** @file Re-runs of a cell with every kind of picture leave nothing behind in the page (D8.4). */
import type { CDPSession } from "@playwright/test"
import { expect, test } from "./lab.ts"

const CODE = `import { defn, graph, inspect, random, tensor, valueAndGrad, type Tensor } from "defnote"
const loss = defn((w: Tensor, x: Tensor) => ((x.matmul(w)).tanh() ** 2).mean())
const [kx, kw] = random.split(random.key(0), 2)
const x = random.normal(kx, [32, 4]), w = random.normal(kw, [4, 2])
display(graph(valueAndGrad(loss), w, x))
display(inspect(loss, w, x))
display(valueAndGrad(loss).kernels(w, x))
x`
/** `npm run test:full` runs the cell two hundred times, which takes minutes. */
const RUNS = process.env.DEFNOTE_FULL === "1" ? 200 : 60
/** Caches of the page are full after so many. */
const WARM = 30

interface Counts {
  readonly nodes: number
  readonly listeners: number
  readonly heap: number
}

async function countsOf(session: CDPSession): Promise<Counts> {
  await session.send("HeapProfiler.collectGarbage")
  const dom = await session.send("Memory.getDOMCounters")
  const { usedSize } = await session.send("Runtime.getHeapUsage")
  return { nodes: dom.nodes, listeners: dom.jsEventListeners, heap: usedSize }
}

test("D8.4: outputs that are replaced are given up: nodes, listeners, memory", async ({ lab }) => {
  test.setTimeout(300_000)
  await lab.newNotebook()
  await lab.run(0, CODE)
  const views = lab.cell(0).locator(".dn-View")
  await expect(lab.cell(0).locator(".jp-OutputArea-child")).toHaveCount(4)
  await expect.poll(() => views.count()).toBeGreaterThanOrEqual(4)
  const session = await lab.page.context().newCDPSession(lab.page)
  const again = async (times: number): Promise<Counts> => {
    for (let i = 0; i < times; i++) {
      await lab.cell(0).locator(".jp-InputPrompt").click()
      await lab.command("notebook:run-cell")
      await lab.idle()
    }
    await expect(lab.cell(0).locator(".jp-OutputArea-child")).toHaveCount(4)
    return countsOf(session)
  }
  const before = await again(WARM)
  const after = await again(RUNS - WARM)
  const report = `${JSON.stringify(before)} after ${WARM} runs, ${JSON.stringify(after)} after ${RUNS}`
  // One set of views more or less may be alive while the garbage collector works; dozens may not.
  expect(after.nodes, report).toBeLessThan(before.nodes * 1.3)
  expect(after.listeners, report).toBeLessThan(before.listeners * 1.2)
  expect(after.heap, report).toBeLessThan(before.heap * 1.3)
})
