/** @file What is wrong with a gradient, as a reader of the saved notebook about it sees it. */
import { readFileSync } from "node:fs"
import type { Locator } from "@playwright/test"
import { expect, test } from "./lab.ts"

const PATH = "gradients.ipynb"

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  const file = new URL("../../notebooks/05-debugging-gradients.ipynb", import.meta.url)
  const content = JSON.parse(readFileSync(file, "utf8"))
  const body = { type: "notebook", format: "json", content }
  const reply = await lab.page.request.put(`/api/contents/${PATH}`, { data: body })
  expect(reply.ok(), await reply.text()).toBe(true)
  await lab.command("docmanager:open", { path: PATH, factory: "Notebook" })
  await lab.cell(0).waitFor({ timeout: 30_000 })
})

/** The inspector whose first sentence this is. */
async function inspector(page: Locator, title: RegExp): Promise<Locator> {
  const view = page
    .locator(".dn-gradient")
    .filter({ has: page.page().locator("h3", { hasText: title }) })
  for (let i = 0; i < 40 && (await view.count()) === 0; i++) {
    await page.page().mouse.wheel(0, 600)
    await page.page().waitForTimeout(100)
  }
  await view.first().scrollIntoViewIfNeeded()
  return view.first()
}

test("VISUAL 12: a gradient that stops shows its cut edges, their reasons and the graph", async ({
  lab,
}) => {
  await lab.cell(0).hover()
  const view = await inspector(
    lab.page.locator(".jp-Notebook"),
    /^. ?The gradient stops at \(x\.matmul/,
  )
  const cuts = view.locator(".dn-cuts-list li")
  await expect(cuts).toHaveCount(2)
  await expect(cuts.first()).toContainText("relu passes no gradient")
  await cuts.first().click()
  await expect(view.locator("tr.dn-mod-selected th")).toContainText("relu")
  const picture = view.locator("img.dn-cut-picture")
  await expect
    .poll(() => picture.evaluate((img: HTMLImageElement) => img.naturalWidth))
    .toBeGreaterThan(300)
  const light = await picture.getAttribute("src")
  await lab.theme("JupyterLab Dark")
  await expect.poll(() => view.locator("img.dn-cut-picture").getAttribute("src")).not.toBe(light)
  await lab.theme("JupyterLab Light")
})

test("D8: a watched run shows its norms, the step that broke and the last good one", async ({
  lab,
}) => {
  const view = await inspector(lab.page.locator(".jp-Notebook"), /The run breaks at step 163/)
  const picture = view.locator("img.dn-history-picture")
  await expect(picture).toHaveAttribute("alt", /200 steps.*Step 163.*Last good step: 162/)
  await view.locator("summary").click()
  await expect(view.locator(".dn-history-table tbody tr")).toHaveCount(2)
})
