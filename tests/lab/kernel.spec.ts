/** @file The kernel behind real outputs: what runs, what lights, what stops, what stays. */
import type { Locator } from "@playwright/test"
import { expect, type OutputLab, test } from "./lab.ts"

const IMPORTS = `import { defn, graph, plot, random, tensor, valueAndGrad, type Tensor } from "defnote"`

const LOSS = `${IMPORTS}
type Params = { w: Tensor; b: Tensor }
const loss = defn(({ w, b }: Params, x: Tensor, y: Tensor) => {
  const h = (x.matmul(w) + b).tanh()
  return ((h - y) ** 2).mean()
})
const keys = random.split(random.key(0), 3)
const params: Params = { w: random.normal(keys[2], [4, 2]), b: tensor([0, 0]) }
graph(valueAndGrad(loss), params, random.normal(keys[0], [32, 4]), random.normal(keys[1], [32, 2]))`

test.describe.configure({ mode: "serial" })

/** The cell has run: its number stands where the star was. */
const finished = (cell: Locator) =>
  expect(cell.locator(".jp-InputPrompt")).toHaveText(/^\[\d+\]:$/, { timeout: 30_000 })

/** The notebook is connected to a kernel that waits: before that, running a cell asks which kernel. */
const kernelReady = (lab: OutputLab) =>
  lab.page.waitForFunction(() => {
    type Session = { session?: { kernel?: { status: string } } }
    type Page = { jupyterapp: { shell: { currentWidget?: { sessionContext?: Session } } } }
    const widget = (window as unknown as Page).jupyterapp.shell.currentWidget
    return widget?.sessionContext?.session?.kernel?.status === "idle"
  })

/** Runs a cell to its end and gives the text of its outputs. */
async function outputOf(lab: OutputLab, index: number, text: string): Promise<string> {
  const cell = await lab.run(index, text)
  await finished(cell)
  return cell.locator(".jp-OutputArea").innerText()
}

test.beforeAll(async ({ lab }) => {
  await lab.open() // a new page, without Plotly
  // The page remembers 250 loaded files by default, and JupyterLab asks its server all the time.
  await lab.page.evaluate(() => performance.setResourceTimingBufferSize(10_000))
  await lab.theme("JupyterLab Light")
  await lab.newNotebook()
  await kernelReady(lab)
})

// The page belongs to the whole file, so that the runner takes no picture of it by itself.
test.afterEach(async ({ lab }, info) => {
  if (info.status !== info.expectedStatus)
    await lab.page.screenshot({ path: info.outputPath("page.png") })
})

test("D1: a cell with a graph runs and draws it", async ({ lab }) => {
  await finished(await lab.run(0, LOSS))
  const { node } = lab.graph(0)
  await expect(node.locator(".dn-title")).toHaveText("valueAndGrad(loss)")
  await expect(node.locator(".dn-bar")).toContainText(/\d+ boxes/)
})

test("D1: a click lights exactly the expression of the node in the cell", async ({ lab }) => {
  const graph = lab.graph(0)
  for (const [title, expression] of [
    [/^h = tanh/, "(x.matmul(w) + b).tanh()"],
    [/^t₁ = x · w/, "x.matmul(w)"],
    [/^t₃ = h − y/, "h - y"],
    [/^∂t₂ = /, "(x.matmul(w) + b).tanh()"],
  ] as const) {
    await graph.click(await graph.find(title))
    await expect.poll(() => lab.lit(0)).toBe(expression)
  }
})

test("D1: the cursor on an expression selects its node", async ({ lab }) => {
  const graph = lab.graph(0)
  await lab
    .cell(0)
    .locator(".cm-line", { hasText: "const h = " })
    .click({ position: { x: 4, y: 8 } })
  for (let i = 0; i < 15; i++) await lab.page.keyboard.press("ArrowRight")
  await expect.poll(() => lab.lit(0)).toBe("x.matmul(w)")
  expect(await graph.selected()).toMatch(/^t1 equals/)
})

test("VISUAL 6: the graph of a running kernel follows the dark theme", async ({ lab }) => {
  const graph = lab.graph(0)
  const corner = { x: 3, y: 60 }
  await graph.node.scrollIntoViewIfNeeded()
  await lab.theme("JupyterLab Dark")
  await expect.poll(async () => Math.max(...(await graph.pixel(corner)))).toBeLessThan(60)
  await lab.theme("JupyterLab Light")
  await expect.poll(async () => Math.min(...(await graph.pixel(corner)))).toBeGreaterThan(240)
})

for (const [name, code] of [
  ["an endless JavaScript loop", "for (;;) {}"],
  [
    "an endless compiled loop",
    "const endless = defn((t: Tensor) => { while (t.sum() < 1) t = t * 1; return t })\nendless(tensor([0, 0]))",
  ],
  ["an await that never ends", "await new Promise(() => {})"],
] as const) {
  test(`D7.4: interrupt ends ${name}; the state stays and the next cell runs`, async ({ lab }) => {
    expect(await outputOf(lab, 1, "let kept = 41\nkept")).toContain("41")
    const cell = await lab.run(2, code)
    await expect(cell.locator(".jp-InputPrompt")).toHaveText("[*]:")
    await lab.page.waitForTimeout(700)
    const started = Date.now()
    await lab.command("notebook:interrupt-kernel")
    await finished(cell)
    console.log(`${name}: the cell ended ${Date.now() - started} ms after the command`)
    await expect(cell.locator(".jp-OutputArea")).toContainText(/interrupt/i)
    expect(await outputOf(lab, 3, "kept + 1")).toContain("42")
    expect(
      await outputOf(lab, 4, "loss(params, tensor([[1, 2, 3, 4]]), tensor([[0, 0]])).shape.length"),
    ).toContain("0")
  })
}

test("D7.6: an error in a cell shows the line and marks the expression", async ({ lab }) => {
  const text = await outputOf(
    lab,
    5,
    "const sum = defn((a: Tensor, b: Tensor) => a + b)\nsum(tensor([1, 2, 3]), tensor([1, 2]))",
  )
  expect(text).toContain("> 1 | const sum = defn((a: Tensor, b: Tensor) => a + b)")
  expect(text).toMatch(/\|\s+\^\^\^/)
  expect(text).toMatch(/\[3\].*\[2\]/s)
})

test("D7.6: a type error inside defn stops the cell, in words about tensors", async ({ lab }) => {
  const cell = lab.cell(6)
  await cell.locator(".cm-content").click()
  await lab.page.keyboard.insertText('const wrong = defn((a: Tensor) => a + "one")\nwrong')
  await expect(cell.locator(".cm-lintRange-error").first()).toBeVisible()
  await lab.page.keyboard.press("Shift+Enter")
  await finished(cell)
  await expect(cell.locator(".jp-OutputArea")).toContainText(
    /operand is of type '"one"'; operators inside defn take tensors and numbers/,
  )
})

test("D7.6: completion shows the methods of a tensor while another cell computes", async ({
  lab,
}) => {
  const busy = await lab.run(
    7,
    "for (const end = Date.now() + 6_000; Date.now() < end; ) {}\n'done'",
  )
  await expect(busy.locator(".jp-InputPrompt")).toHaveText("[*]:")
  const cell = lab.cell(8)
  await cell.locator(".cm-content").click()
  await lab.page.keyboard.type("params.w.matm")
  await lab.page.keyboard.press("Tab")
  await expect(
    lab.page.locator(".jp-Completer-item, .cm-line", { hasText: "matmul" }).last(),
  ).toBeVisible()
  await expect(busy.locator(".jp-InputPrompt")).toHaveText("[*]:")
  await lab.page.keyboard.press("Escape")
  await lab.command("notebook:interrupt-kernel")
  await finished(busy)
})

test("D7.6: a display with an id is updated in its place", async ({ lab }) => {
  const code = `display("first", { id: "spot" })
await new Promise((done) => setTimeout(done, 300))
display("second", { id: "spot", update: true })`
  const cell = await lab.run(8, code)
  await finished(cell)
  await expect(cell.locator(".jp-OutputArea-output")).toHaveCount(1)
  await expect(cell.locator(".jp-OutputArea-output")).toContainText("second")
})

test("D9.1: Plotly is loaded with the first figure, and goes with it", async ({ lab }) => {
  const loaded = () =>
    lab.page.evaluate(
      () =>
        performance
          .getEntriesByType("resource")
          .filter(
            (e) =>
              /defnote-labextension/.test(e.name) &&
              (e as PerformanceResourceTiming).decodedBodySize > 1e6,
          ).length,
    )
  expect(await loaded()).toBe(0)
  const cell = await lab.run(
    9,
    'plot([{ type: "scatter", x: [1, 2, 3], y: [3, 1, 2] }], { title: "a figure" })',
  )
  await expect(cell.locator(".jp-Defnote-plotly .main-svg").first()).toBeVisible()
  expect(await loaded()).toBe(1)
  await lab.command("notebook:clear-all-cell-outputs")
  await expect(lab.page.locator(".jp-Defnote-plotly, .dn-View")).toHaveCount(0)
  expect(lab.errors).toEqual([])
})

test("D7.6: type errors are underlined after a restart too", async ({ lab }) => {
  await lab.restartKernel()
  await kernelReady(lab)
  const cell = lab.cell(6)
  await cell.locator(".cm-content").click()
  await lab.page.keyboard.press("ControlOrMeta+a")
  await lab.page.keyboard.insertText('const later: number = "text"')
  await expect(cell.locator(".cm-lintRange-error")).toHaveText("later")
  expect(lab.errors).toEqual([])
})
