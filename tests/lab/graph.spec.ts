/** @file Graph outputs in a notebook that is not trusted and has no kernel. */
import {
  mlpStep,
  notebook,
  payloadCell,
  TANH_SOURCE,
  tanhCell,
  transformerStep,
} from "./fixtures.ts"
import { expect, test } from "./lab.ts"

const PATH = "graph.ipynb"
const EXPRESSION = "(x.matmul(w) + b).tanh()"

test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  const cells = [
    tanhCell(),
    payloadCell("c-mlp", "step(params, x, y)", "graph", mlpStep()),
    payloadCell("c-large", "step(params, x, y)", "graph", transformerStep({ layers: 38 })),
    payloadCell("c-closed", "step(params, x, y)", "graph", {
      ...transformerStep(),
      view: { open: [] },
    }),
  ]
  await lab.openNotebook(PATH, notebook(cells))
})

test("D8.4: an untrusted notebook shows the graph", async ({ lab }) => {
  const { node } = lab.graph(0)
  await expect(node.locator(".dn-title")).toHaveText("valueAndGrad(loss)")
  await expect(node.locator(".dn-bar")).toContainText("18 boxes from 27 nodes")
  await expect(lab.page.locator(".jp-Defnote-reason")).toHaveCount(0)
})

test("VISUAL 9: a click selects a node and lights exactly its expression", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.click(await graph.find(/^h = tanh/))
  await expect(graph.panel).toContainText("∂t₂ = ∂h × (1 − h²)")
  expect(await graph.selected()).toMatch(/^h equals tanh t2, float 32, 4 by 2, saved 32 bytes/)
  expect(await lab.lit(0)).toBe(EXPRESSION)
})

test("VISUAL 9: the pointer lights an expression only while it stays", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.find(/^loss = mean/)
  await expect.poll(() => lab.lit(0)).toBe("((h - y) ** 2).mean()")
  await lab.page.mouse.move(5, 5)
  await expect.poll(() => lab.lit(0)).toBe(EXPRESSION)
})

test("VISUAL 9: arrows, d and Escape", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.click(await graph.find(/^h = tanh/))
  await graph.press("ArrowDown")
  expect(await graph.selected()).toMatch(/^t3 equals h minus y/)
  await graph.press("d")
  expect(await graph.selected()).toMatch(/^∂h equals ∂t3/)
  await graph.press("ArrowUp")
  expect(await graph.selected()).toMatch(/^∂t2 equals ∂h times/)
  await graph.press("d")
  await graph.press("ArrowLeft")
  expect(await graph.selected()).toMatch(/^h equals/)
  await graph.press("Escape")
  await expect(graph.stage).not.toBeFocused()
})

test("VISUAL 9: plain keys stay in the view, so that no shortcut deletes a cell", async ({
  lab,
}) => {
  const graph = lab.graph(0)
  const cells = lab.page.locator(".jp-Notebook:visible .jp-Cell")
  const count = await cells.count()
  await lab.cell(0).locator(".jp-InputPrompt").click()
  await graph.click(await graph.find(/^h = tanh/))
  for (const key of ["x", "a", "b", "d", "d", "d", "d"]) await lab.page.keyboard.press(key)
  await expect(cells).toHaveCount(count)
  await expect(graph.stage).toBeFocused()
  expect(await graph.selected()).toMatch(/^h equals/)
})

test("VISUAL 9: c goes to the expression", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.click(await graph.find(/^h = tanh/))
  await graph.press("c")
  const selected = await lab.page.evaluate(() => String(getSelection()))
  expect(selected).toBe(EXPRESSION)
})

test("VISUAL 9: Escape gives the keys back to the notebook", async ({ lab }) => {
  const graph = lab.graph(0)
  const cells = lab.page.locator(".jp-Notebook:visible .jp-Cell")
  const count = await cells.count()
  await graph.click(await graph.find(/^h = tanh/))
  await lab.page.keyboard.press("Escape")
  await lab.page.keyboard.press("b")
  await expect(cells).toHaveCount(count + 1)
  await lab.command("notebook:undo-cell-action")
  await expect(cells).toHaveCount(count)
})

test("the cursor in a cell selects the node of the expression there", async ({ lab }) => {
  const graph = lab.graph(0)
  await lab
    .cell(0)
    .locator(".cm-line")
    .nth(2)
    .click({ position: { x: 120, y: 8 } })
  await lab.page.keyboard.press("ArrowRight")
  await expect.poll(() => graph.selected()).toMatch(/^loss equals mean/)
  await expect.poll(() => lab.lit(0)).toBe("((h - y) ** 2).mean()")
})

test("VISUAL 12: after an edit nothing is lit and the view says why", async ({ lab }) => {
  const graph = lab.graph(0)
  await lab.cell(0).locator(".cm-line").nth(3).click()
  await lab.page.keyboard.press("End")
  await lab.page.keyboard.type(" ")
  expect(await lab.lit(0)).toBe("")
  await graph.click(await graph.find(/^h = tanh/))
  expect(await lab.lit(0)).toBe("")
  await expect(graph.node.locator(".dn-status")).toHaveText("The cell changed since this run.")
  await lab.cell(0).locator(".cm-line").nth(3).click()
  await lab.page.keyboard.press("End")
  await lab.page.keyboard.press("Backspace")
  await graph.click(await graph.find(/^t₃ = h/))
  await graph.click(await graph.find(/^h = tanh/))
  expect(await lab.lit(0)).toBe(EXPRESSION)
  await expect(graph.node.locator(".dn-status")).toHaveText("")
  expect(await lab.cell(0).locator(".cm-content").innerText()).toBe(TANH_SOURCE)
})

test("VISUAL 2: opening and closing a scope keeps its place on the screen", async ({ lab }) => {
  const graph = lab.graph(3)
  await graph.node.scrollIntoViewIfNeeded()
  const place = await graph.find(/^norm, /)
  const before = await graph.edge(place)
  await graph.click(place)
  await graph.press("Enter")
  await lab.page.waitForTimeout(400)
  expect(await graph.selected()).toMatch(/^mean/)
  expect(Math.abs((await graph.edge(await graph.find(/^mean/))) - before)).toBeLessThan(2)
  await graph.press("Backspace")
  await lab.page.waitForTimeout(400)
  expect(await graph.selected()).toMatch(/^norm, /)
  expect(Math.abs((await graph.edge(await graph.find(/^norm, /))) - before)).toBeLessThan(2)
})

test("D8.4: ten thousand nodes are laid out in a worker", async ({ lab }) => {
  const graph = lab.graph(2)
  await graph.node.scrollIntoViewIfNeeded()
  await expect(graph.node.locator(".dn-bar")).toContainText(/boxes from \d{4,} nodes/)
  await expect(graph.node).not.toHaveClass(/dn-mod-busy/)
  expect(lab.page.workers().map((worker) => worker.url())).toContainEqual(
    expect.stringContaining("/extensions/defnote-labextension/static/"),
  )
})

test("VISUAL 9: the wheel scrolls the notebook until the view has focus", async ({ lab }) => {
  const graph = lab.graph(1)
  await graph.node.scrollIntoViewIfNeeded()
  await lab.cell(1).locator(".jp-InputPrompt").click()
  // A box: the header of a scope stays in sight when the picture scrolls.
  const place = await graph.find(/ = /)
  const title = await graph.titleAt(place)
  const top = () => graph.stage.evaluate((node) => Math.round(node.getBoundingClientRect().top))
  const before = await top()
  await lab.page.mouse.wheel(0, 60)
  await expect.poll(top).not.toBe(before)
  await graph.click(place)
  const focused = await top()
  await lab.page.mouse.wheel(0, 300)
  await lab.page.waitForTimeout(200)
  expect(await top()).toBe(focused)
  expect(await graph.titleAt(place)).not.toBe(title)
})

test("VISUAL 6: the canvas follows the theme while it is shown", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.node.scrollIntoViewIfNeeded()
  const corner = { x: 3, y: 60 }
  expect(Math.min(...(await graph.pixel(corner)))).toBeGreaterThan(240)
  await lab.theme("JupyterLab Dark")
  await expect.poll(async () => Math.max(...(await graph.pixel(corner)))).toBeLessThan(60)
  await lab.theme("JupyterLab Dark High Contrast")
  await expect.poll(async () => Math.max(...(await graph.pixel(corner)))).toBe(0)
  await lab.theme("JupyterLab Light")
  await expect.poll(async () => Math.min(...(await graph.pixel(corner)))).toBeGreaterThan(240)
})

test("VISUAL 10: the tree has a level, an expansion and a place for each item", async ({ lab }) => {
  const graph = lab.graph(1)
  await expect(graph.stage).toHaveAttribute("role", "tree")
  await expect(graph.stage).toHaveAttribute("aria-label", /forward and backward graph$/)
  const rows = graph.stage.locator("[role=treeitem][aria-setsize]")
  expect(await rows.count()).toBeGreaterThan(10)
  await expect(rows.first()).toHaveAttribute("aria-label", /Row 1 of \d+\.$/)
  await expect(graph.stage.locator(".dn-canvas")).toHaveAttribute("aria-hidden", "true")
})

test("the view is saved with the notebook and comes back", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.click(await graph.find(/^h = tanh/))
  await lab.command("docmanager:save")
  const reply = await lab.page.request.get(`/api/contents/${PATH}`)
  const saved = await reply.json()
  const { metadata } = saved.content.cells[0].outputs[0]
  expect(metadata["application/vnd.defnote.graph.v1+json"].view.selected).toMatch(/^n\d+$/)
  expect(lab.errors).toEqual([])
})
