/** @file Finding one's way in a large graph: detail, repeats, the path of scopes, the strip of the whole, overlays. */
import { nanGradient, notebook, payloadCell, transformerStep } from "./fixtures.ts"
import { expect, test } from "./lab.ts"

const PATH = "graph-overview.ipynb"

test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  const { verdict: _, harms: __, ...graph } = nanGradient()
  const cells = [
    payloadCell("c-large", "step(params, x, y)", "graph", transformerStep()),
    payloadCell("c-nan", "inspect(loss)", "graph", {
      ...graph,
      schema: { ...graph.schema, kind: "graph" },
    }),
  ]
  await lab.openNotebook(PATH, notebook(cells))
})

const view = async (lab: {
  page: import("@playwright/test").Page
  command(id: string): Promise<unknown>
}) => {
  await lab.command("docmanager:save")
  const reply = await lab.page.request.get(`/api/contents/${PATH}`)
  const { metadata } = (await reply.json()).content.cells[0].outputs[0]
  return metadata["application/vnd.defnote.graph.v1+json"]?.view
}

test("VISUAL 2: the slider opens more, never less, and is saved in one number", async ({ lab }) => {
  const graph = lab.graph(0)
  const slider = graph.node.locator(".dn-slider")
  const boxes = async () =>
    Number.parseInt((await graph.node.locator(".dn-bar .dn-mute").innerText()).replace(",", ""), 10)
  await slider.focus()
  await lab.page.keyboard.press("Home")
  const counts = [await boxes()]
  for (let i = 0; i < 5; i++) {
    await lab.page.keyboard.press("ArrowRight")
    counts.push(await boxes())
  }
  expect(counts).toEqual([...counts].sort((a, b) => a - b))
  expect(counts[5]).toBeGreaterThan(counts[0] * 3)
  await lab.page.keyboard.press("Home")
  await expect.poll(boxes).toBe(counts[0])
  const saved = await view(lab)
  expect(saved).toEqual({ detail: 1 })
})

test("VISUAL 2: repeats open in two steps: the first, then all others", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.click(await graph.find(/^block0 … block3/))
  await graph.press("Enter")
  await lab.page.waitForTimeout(400)
  await graph.find(/^norm1/)
  await graph.click(await graph.find(/^block1 … block3/))
  await graph.press("Enter")
  for (const name of ["block1", "block2", "block3"])
    await expect(
      graph.stage.locator(`[role=treeitem][aria-label^="${name},"]`).first(),
    ).toBeAttached()
})

test("VISUAL 15: the path of scopes stays in sight and leads back", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.node.locator(".dn-slider").focus()
  await lab.page.keyboard.press("End")
  await graph.stage.focus()
  const box = await graph.stage.boundingBox()
  if (!box) throw new Error("the stage is not on the page")
  await lab.page.mouse.move(box.x + 300, box.y + 200)
  await lab.page.mouse.wheel(0, 600)
  const path = graph.node.locator(".dn-sticky")
  await expect(path).toContainText(/ops · .* params · saved/)
  const crumbs = path.locator(".dn-crumb")
  const name = await crumbs.first().innerText()
  await crumbs.first().click()
  await expect(path.locator(".dn-crumb", { hasText: name })).toHaveCount(0)
})

test("the strip of the whole picture moves what is in sight", async ({ lab }) => {
  const graph = lab.graph(0)
  const strip = graph.node.locator(".dn-minimap")
  await expect(strip).toBeVisible()
  await expect(strip).toHaveAttribute("aria-hidden", "true")
  const seen = () => graph.stage.locator(".dn-canvas").screenshot()
  const before = await seen()
  await strip.click({ position: { x: 20, y: 150 } })
  await expect.poll(async () => before.equals(await seen())).toBe(false)
})

test("VISUAL 9: t cycles the overlays, with a legend", async ({ lab }) => {
  const graph = lab.graph(1)
  await graph.node.scrollIntoViewIfNeeded()
  await graph.stage.focus()
  await graph.press("t")
  await expect(graph.node.locator(".dn-overlay-key").first()).toContainText(/^bytes/)
  await graph.press("t")
  await expect(graph.node.locator(".dn-overlay-key").first()).toContainText(/^statistics.*NaN/)
  await expect(graph.node.getByLabel("overlay (t)")).toHaveValue("statistics")
  await graph.press("t")
  await expect(graph.node.locator(".dn-strip")).toBeHidden()
  expect(lab.errors).toEqual([])
})

test("VISUAL 3: the buttons of a narrow output stand in one line", async ({ lab }) => {
  const graph = lab.graph(0)
  const buttons = graph.node.locator(".dn-bar > button:visible")
  const lines = () =>
    buttons.evaluateAll((all) => new Set(all.map((b) => b.getBoundingClientRect().top)).size)
  const size = lab.page.viewportSize() ?? { width: 1280, height: 1000 }
  await lab.page.setViewportSize({ width: 900, height: size.height })
  await graph.node.scrollIntoViewIfNeeded()
  await expect.poll(lines).toBe(1)
  const sticksOut = () =>
    graph.node.evaluate((root) => {
      const { right } = root.getBoundingClientRect()
      const all = [...root.querySelectorAll(".dn-bar *")]
      return all.filter((e) => e.getBoundingClientRect().right > right).length
    })
  await expect.poll(sticksOut).toBe(0)
  await lab.page.setViewportSize(size)
  await expect.poll(lines).toBe(1)
  expect(lab.errors).toEqual([])
})
