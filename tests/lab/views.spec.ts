/** @file Gradient, tensor and training outputs, and what the extension costs at start. */
import { attention, nanGradient, notebook, payloadCell, training, weights } from "./fixtures.ts"
import { expect, test } from "./lab.ts"

test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  const figure = {
    data: [{ type: "scatter", x: [1, 2, 3], y: [3, 1, 2] }],
    layout: { title: { text: "three points" } },
  }
  const cells = [
    payloadCell("c-grad", "inspect(loss, params, a, b)", "gradient", nanGradient()),
    payloadCell("c-att", "weights", "tensor", attention()),
    payloadCell("c-w", "w", "tensor", weights()),
    payloadCell("c-train", "await train()", "training", training()),
    {
      id: "c-plot",
      source: "plot()",
      data: { "application/vnd.plotly.v1+json": figure, "text/plain": "plot as text" },
    },
  ]
  await lab.openNotebook("views.ipynb", notebook(cells))
})

test("D9.1: at most 60 KB of JavaScript at start, and no Plotly", async ({ browser, lab }) => {
  const page = await browser.newPage({ baseURL: new URL(lab.page.url()).origin })
  const sizes: number[] = []
  page.on("response", async (response) => {
    if (!/extensions\/defnote-labextension\/.*\.js/.test(response.url())) return
    sizes.push((await response.body()).length)
  })
  await page.goto("/lab?reset")
  await page.locator("#jp-main-dock-panel .jp-Launcher").waitFor({ timeout: 40_000 })
  await page.waitForTimeout(500)
  const total = sizes.reduce((a, b) => a + b, 0)
  expect(total).toBeGreaterThan(5_000)
  expect(total).toBeLessThan(60_000)
  console.log(`start-up JavaScript: ${total} bytes in ${sizes.length} files`)
  await page.close()
})

test("VISUAL 11: the inspector says what, where, and the fix", async ({ lab }) => {
  const view = lab.cell(0).locator(".dn-gradient")
  await expect(view.locator(".dn-verdict h3")).toContainText("It starts at s.sqrt(), backward.")
  await expect(view.locator(".dn-fix-code")).toHaveText("const r = s > 0 ? s.sqrt() : 0")
  await expect(view.locator("tr.dn-origin")).toContainText("starts here")
  await expect(
    view.locator("tr[data-node]").first().locator("svg[role=img]").first(),
  ).toHaveAttribute("aria-label", /elements, \d+ zeros, \d+ NaN/)
  await expect(view.locator(".dn-harms-list li")).toHaveCount(2)
})

test("VISUAL 11: the fix is copied", async ({ lab }) => {
  await lab.page.context().grantPermissions(["clipboard-read", "clipboard-write"])
  const copy = lab.cell(0).getByRole("button", { name: "Copy the fix" })
  await copy.click()
  await expect(copy).toHaveText("Copied")
  expect(await lab.page.evaluate(() => navigator.clipboard.readText())).toBe(
    "const r = s > 0 ? s.sqrt() : 0",
  )
})

test("the ladder is walked with arrows", async ({ lab }) => {
  const view = lab.cell(0).locator(".dn-gradient")
  await view.locator("tr[data-node]").nth(2).click()
  await view.locator(".dn-ladder-box").press("ArrowDown")
  await expect(view.locator("tr[data-node]").nth(3)).toHaveClass(/dn-mod-selected/)
})

test("VISUAL 11: a tensor has facets, a slider and a readout over all panels", async ({ lab }) => {
  const view = lab.cell(1).locator(".dn-tensor")
  await view.scrollIntoViewIfNeeded()
  await expect(view.locator("figure canvas")).toHaveCount(4)
  await expect(view.locator(".dn-badge")).toHaveText("NaN! 1")
  await view
    .locator("figure canvas")
    .first()
    .hover({ position: { x: 2, y: 2 } })
  await expect(view.locator(".dn-readout")).toHaveText(
    /^\[batch 0, head ·, query 0, key 0\] = 1 {2}1 {2}1 {2}1/,
  )
  await view.getByRole("slider", { name: "batch" }).fill("2")
  await expect(view.locator(".dn-readout")).toContainText("batch 2")
  await view.locator(".dn-facets").press("ArrowRight")
  await expect(view.locator(".dn-readout")).toContainText("key 1] = 0")
})

test("VISUAL 10: a tensor can be read as a table", async ({ lab }) => {
  const view = lab.cell(2).locator(".dn-tensor")
  await view.getByRole("button", { name: "View as table" }).click()
  await expect(view.locator("table tbody tr")).toHaveCount(32)
  await expect(view.locator("table caption")).toContainText("32 of 32 rows, 40 of 48 columns")
  await view.getByRole("button", { name: "View as picture" }).click()
  await expect(view.locator("figure canvas")).toHaveCount(1)
  await expect(view).toContainText("colours end at ±0.5")
})

test("VISUAL 11: training shows progress, loss, norms and the broken step", async ({ lab }) => {
  const view = lab.cell(3).locator(".dn-training")
  await view.scrollIntoViewIfNeeded()
  await expect(view.locator(".dn-bar")).toContainText("160 / 400 steps")
  await expect(view.locator("svg[role=img]").first()).toHaveAttribute(
    "aria-label",
    /loss by step, log scale/,
  )
  await expect(view.locator(".dn-norm")).toHaveCount(4)
  await expect(view.locator(".dn-norm .dn-bar-broken")).toHaveCount(4)
  await expect(view.locator(".dn-event")).toContainText("Step 118")
})

test("D8.4: Plotly draws in a trusted notebook only, and follows the theme", async ({ lab }) => {
  const cell = lab.cell(4)
  await cell.scrollIntoViewIfNeeded()
  await expect(cell.locator(".jp-OutputArea-output")).toContainText("plot as text")
  const trusted = lab.command("notebook:trust")
  await lab.page.locator(".jp-Dialog button.jp-mod-accept").click()
  await trusted
  await lab.command("docmanager:save")
  await lab.command("application:close")
  await lab.command("docmanager:open", { path: "views.ipynb", factory: "Notebook" })
  await cell.scrollIntoViewIfNeeded()
  await expect(cell.locator(".jp-Defnote-plotly .main-svg").first()).toBeVisible()
  await expect(cell.locator(".jp-Defnote-plotly .gtitle")).toHaveText("three points")
  const ink = () => cell.locator(".gtitle").evaluate((node) => getComputedStyle(node).fill)
  const light = await ink()
  await lab.theme("JupyterLab Dark")
  await expect.poll(ink).not.toBe(light)
  await lab.theme("JupyterLab Light")
  expect(lab.errors).toEqual([])
})
