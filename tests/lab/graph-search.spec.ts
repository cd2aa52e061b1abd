/** @file Searching, marking and tracing in a graph. */
import { mlpStep, notebook, payloadCell, tanhCell, transformerStep } from "./fixtures.ts"
import { expect, test } from "./lab.ts"

test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  const closed = { ...transformerStep(), view: { open: [] } }
  await lab.openNotebook(
    "graph-search.ipynb",
    notebook([
      tanhCell(),
      payloadCell("c-mlp", "step(params, x, y)", "graph", mlpStep()),
      payloadCell("c-closed", "step(params, x, y)", "graph", closed),
    ]),
  )
})

test("VISUAL 9: slash finds, Enter and Shift+Enter walk over the matches", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.click(await graph.find(/^h = tanh/))
  await graph.press("/")
  const input = graph.node.locator(".dn-input")
  await expect(input).toBeFocused()
  await lab.page.keyboard.type("phase:forward f32[4,2]")
  await expect(graph.node.locator(".dn-find")).toContainText(/[1-9]\d* found/)
  await lab.page.keyboard.press("Enter")
  const first = await graph.selected()
  await expect(graph.node.locator(".dn-find")).toContainText(/1 of \d+/)
  await lab.page.keyboard.press("Enter")
  expect(await graph.selected()).not.toBe(first)
  await lab.page.keyboard.press("Shift+Enter")
  expect(await graph.selected()).toBe(first)
  await expect(input).toBeFocused()
  expect(await lab.page.locator(".jp-Notebook:visible .jp-Cell").count()).toBe(3)
  await lab.page.keyboard.press("Escape")
  await expect(graph.stage).toBeFocused()
  await expect(input).toBeHidden()
})

test("what is no query is said", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.node.locator("button", { hasText: "Find" }).click()
  await lab.page.keyboard.type(">12")
  await expect(graph.node.locator(".dn-find .dn-error")).toContainText("an amount is a number")
  await lab.page.keyboard.press("Escape")
})

test("a match inside a closed scope opens it", async ({ lab }) => {
  const graph = lab.graph(2)
  await graph.node.scrollIntoViewIfNeeded()
  const boxes = async () =>
    Number.parseInt(await graph.node.locator(".dn-bar .dn-mute").innerText(), 10)
  const before = await boxes()
  await graph.node.locator("button", { hasText: "Find" }).click()
  await lab.page.keyboard.type("scope:block2 -phase:backward")
  await expect(graph.node.locator(".dn-find")).toContainText(/[1-9]\d* found/)
  await lab.page.keyboard.press("Enter")
  await expect.poll(boxes).toBeGreaterThan(before)
  await lab.page.keyboard.press("Escape")
})

test("marks get letters, are saved with the notebook, and can be removed", async ({ lab }) => {
  const graph = lab.graph(1)
  await graph.node.scrollIntoViewIfNeeded()
  await graph.node.locator("button", { hasText: "Find" }).click()
  await lab.page.keyboard.type("relu")
  await graph.node.locator("button", { hasText: "Mark" }).click()
  await expect(graph.node.locator(".dn-rule")).toHaveText(/^Arelu \(\d+\)×$/)
  await lab.command("docmanager:save")
  const reply = await lab.page.request.get("/api/contents/graph-search.ipynb")
  const { metadata } = (await reply.json()).content.cells[1].outputs[0]
  expect(metadata["application/vnd.defnote.graph.v1+json"].view.marks).toEqual(["relu"])
  await graph.node.locator(".dn-rule button").click()
  await expect(graph.node.locator(".dn-rule")).toHaveCount(0)
})

test("VISUAL 9: i and o trace, a digit limits the hops, Escape ends it", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.node.scrollIntoViewIfNeeded()
  await graph.click(await graph.find(/^loss = mean/))
  await graph.press("i")
  const trace = graph.node.locator(".dn-trace")
  await expect(trace).toContainText(/^Inputs of loss = .*all hops/)
  const reached = async () => Number(/: (\d+) boxes/.exec(await trace.innerText())?.[1])
  const all = await reached()
  await graph.press("2")
  await expect(trace).toContainText("2 hops")
  expect(await reached()).toBeLessThan(all)
  await graph.click(await graph.find(/^h = tanh/))
  await graph.press("o")
  await expect(trace).toContainText(/^Outputs of h = tanh/)
  await graph.press("Escape")
  await expect(trace).toBeHidden()
  await expect(graph.stage).toBeFocused()
  await graph.press("Escape")
  await expect(graph.stage).not.toBeFocused()
  expect(lab.errors).toEqual([])
})
