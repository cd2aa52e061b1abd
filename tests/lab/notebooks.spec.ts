/** @file Notebooks over their life: outputs of a kernel that restarted, ended, or was never there. */
import type { Locator } from "@playwright/test"
import { notebook, payloadCell, transformerStep } from "./fixtures.ts"
import { expect, type OutputLab, test } from "./lab.ts"

const PATH = "life-of-outputs.ipynb"

const CELLS = [
  `import { defn, graph, inspect, tensor, valueAndGrad, where, type Tensor } from "defnote"
const square = defn((w: Tensor, x: Tensor) => {
  const h = x.matmul(w)
  return (h * h).sum()
})
graph(valueAndGrad(square), tensor([[1], [2]]), tensor([[1, 2], [3, 4]]))`,
  `const trap = defn((a: Tensor) => where(a > 0, a.sqrt(), 0).sum())
inspect(trap, tensor([4, 0, 9]))`,
  "tensor([[1, 2, 3], [4, 5, 6]])",
]

test.describe.configure({ mode: "serial" })

const finished = (cell: Locator) =>
  expect(cell.locator(".jp-InputPrompt")).toHaveText(/^\[\d+\]:$/, { timeout: 30_000 })

/** What a reader does with the three outputs; nothing of it needs a kernel. */
async function useOutputs(lab: OutputLab): Promise<void> {
  const graph = lab.graph(0)
  await graph.node.scrollIntoViewIfNeeded()
  await graph.click(await graph.find(/^h = x · w/))
  await expect.poll(() => lab.lit(0)).toBe("x.matmul(w)")
  const ladder = lab.cell(1).locator(".dn-gradient")
  await ladder.scrollIntoViewIfNeeded()
  await ladder.locator("tr.dn-origin").click()
  await expect.poll(() => lab.lit(1)).toBe("a.sqrt()")
  const tensor = lab.cell(2).locator(".dn-tensor")
  await tensor.scrollIntoViewIfNeeded()
  await tensor.getByRole("button", { name: "View as table" }).click()
  await expect(tensor.locator("table tbody tr")).toHaveCount(2)
  await tensor.getByRole("button", { name: "View as picture" }).click()
  await tensor.locator("figure canvas").hover({ position: { x: 4, y: 4 } })
  await expect(tensor.locator(".dn-readout")).toHaveText(/^\[0, 0\] = 1/)
}

test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  const empty = notebook(CELLS.map((source, i) => ({ id: `c-${i}`, source, data: {} })))
  const body = { type: "notebook", format: "json", content: withoutOutputs(empty) }
  const reply = await lab.page.request.put(`/api/contents/${PATH}`, { data: body })
  expect(reply.ok(), await reply.text()).toBe(true)
  await lab.command("docmanager:open", { path: PATH, factory: "Notebook" })
  await lab.cell(0).waitFor({ timeout: 30_000 })
  await kernelIs(lab, "idle")
})

function withoutOutputs(content: object): object {
  const { cells, ...rest } = content as { cells: object[] }
  return { ...rest, cells: cells.map((cell) => ({ ...cell, outputs: [], execution_count: null })) }
}

/** Waits for a status of the kernel; "none" once the session has no kernel. */
async function kernelIs(lab: OutputLab, status: string): Promise<void> {
  await lab.page.waitForFunction((wanted) => {
    type Session = { session?: { kernel?: { status: string } } | null }
    type Page = { jupyterapp: { shell: { currentWidget?: { sessionContext?: Session } } } }
    const widget = (window as unknown as Page).jupyterapp.shell.currentWidget
    return (widget?.sessionContext?.session?.kernel?.status ?? "none") === wanted
  }, status)
}

// The page belongs to the whole file, so that the runner takes no picture of it by itself.
test.afterEach(async ({ lab }, info) => {
  if (info.status !== info.expectedStatus)
    await lab.page.screenshot({ path: info.outputPath("page.png") })
})

test("D8.1: three kinds of outputs of one run can be used", async ({ lab }) => {
  await lab.command("notebook:run-all-cells")
  for (let i = 0; i < CELLS.length; i++) await finished(lab.cell(i))
  await useOutputs(lab)
})

test("VISUAL 4: the formulas are those of matrix algebra", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.node.scrollIntoViewIfNeeded()
  await graph.find(/^∂w = xᵀ · ∂h/)
  await graph.find(/^∂h = ∂t₁ × h \+ ∂t₁ × h/)
})

test("VISUAL 11: the ladder names the seed, and where NaN begins", async ({ lab }) => {
  const ladder = lab.cell(1).locator(".dn-gradient")
  await expect(ladder.locator("tr[data-node]").last()).toContainText("1 (seed)")
  await expect(ladder.locator("tr.dn-origin th")).toContainText("√a")
  await expect(ladder.locator(".dn-verdict h3")).toContainText("NaN begins at a.sqrt(), backward")
})

test("D7: outputs stay usable while the kernel restarts, and after", async ({ lab }) => {
  await lab.restartKernel()
  await useOutputs(lab)
  await kernelIs(lab, "idle")
  // The new kernel knows nothing of the old one: this cell lacks the import of the first.
  const cell = await lab.run(2, CELLS[2])
  await finished(cell)
  await expect(cell.locator(".jp-OutputArea")).toContainText(/tensor/)
  await expect(cell.locator(".dn-tensor")).toHaveCount(0)
})

test("D8.1: saved and opened without a kernel, every output is still interactive", async ({
  lab,
}) => {
  await lab.command("notebook:run-all-cells")
  await expect(lab.cell(2).locator(".dn-tensor")).toBeVisible()
  await lab.command("docmanager:save")
  await lab.command("notebook:shutdown-kernel")
  await lab.closeAll()
  await lab.command("docmanager:open", {
    path: PATH,
    factory: "Notebook",
    kernelPreference: { shouldStart: false, canStart: false },
  })
  await lab.cell(0).waitFor({ timeout: 30_000 })
  await kernelIs(lab, "none")
  await useOutputs(lab)
  expect(lab.errors).toEqual([])
})

test("D8.5: a graph of a thousand nodes opens and pans", async ({ lab }) => {
  await lab.closeAll()
  const doc = transformerStep()
  const started = Date.now()
  await lab.openNotebook("thousand.ipynb", notebook([payloadCell("c", "step()", "graph", doc)]))
  const graph = lab.graph(0)
  await expect(graph.node.locator(".dn-bar")).toContainText(/boxes from 1,?\d{3} nodes/)
  // A box: the header of a scope stays in sight when the picture scrolls.
  const place = await graph.find(/f32\[| ops/)
  console.log(
    `${doc.nodes.op.length} nodes on the page ${Date.now() - started} ms after the command`,
  )
  const title = await graph.titleAt(place)
  await graph.click(place)
  const frames = lab.page.evaluate(countFrames, 1_000)
  for (let i = 0; i < 10; i++) await lab.page.mouse.wheel(0, 90)
  await expect.poll(() => graph.titleAt(place)).not.toBe(title)
  console.log(`${await frames} frames in a second of panning`)
})

/** Frames that the page draws in so many ms. */
function countFrames(duration: number): Promise<number> {
  return new Promise((resolve) => {
    const start = performance.now()
    let count = 0
    const step = () => {
      count += 1
      if (performance.now() - start > duration) resolve(count)
      else requestAnimationFrame(step)
    }
    requestAnimationFrame(step)
  })
}
