/** @file The variables panel: what it lists after each run, its filter and order, other notebooks, restarts, the setting. */
import type { Locator } from "@playwright/test"
import { expect, type OutputLab, test } from "./lab.ts"

const panelOf = (lab: OutputLab): Locator => lab.page.locator("#defnote-variables")
const namesOf = (lab: OutputLab) => panelOf(lab).locator(".jp-Defnote-variables-name")
const rowOf = (lab: OutputLab, name: string) => panelOf(lab).locator(`button[data-name="${name}"]`)

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  // Wide enough that the bar of the notebook beside the panel shows all its parts.
  await lab.page.setViewportSize({ width: 1600, height: 1000 })
  await lab.theme("JupyterLab Light")
  await lab.newNotebook()
  await lab.command("defnote:show-variables")
})

test("lists tensors by size after a run, with type, bytes, distribution and badges", async ({
  lab,
}) => {
  await expect(panelOf(lab)).toContainText("No variables yet.")
  await lab.run(
    0,
    `import { random, tensor, zeros } from "defnote"
const weights = random.normal(random.key(0), [60, 50]).rename(["in", "out"])
const broken = tensor([1, NaN, 3])
const params = { w: weights, b: zeros([50]) }
const steps = 5`,
  )
  await expect(namesOf(lab)).toHaveText(["params", "weights", "broken", "steps"])
  await expect(rowOf(lab, "weights")).toHaveText(
    /weights\s*11.7 KiB\s*f32\[in 60, out 50\]\s*[▁-█]{10}/,
  )
  await expect(rowOf(lab, "broken").locator(".dn-badge")).toHaveText("NaN! 1")
  await expect(rowOf(lab, "params")).toContainText("2 tensors in {w, b}")
  await expect(panelOf(lab).locator("p")).toHaveText(/^4 of 4 variables, 23.6 KiB$/)
})

test("is filtered, ordered and walked by keys", async ({ lab }) => {
  const panel = panelOf(lab)
  await panel.getByRole("combobox", { name: "Order" }).selectOption("name")
  await expect(namesOf(lab)).toHaveText(["broken", "params", "steps", "weights"])
  await rowOf(lab, "broken").focus()
  await lab.page.keyboard.press("ArrowDown")
  await expect(rowOf(lab, "params")).toBeFocused()
  await panel.getByRole("searchbox").fill("f32 nan")
  await expect(namesOf(lab)).toHaveText(["broken"])
  await panel.getByRole("searchbox").fill("")
  await panel.getByRole("combobox", { name: "Order" }).selectOption("size")
})

test("a click shows the tensor in a tab, whose parts the kernel gives", async ({ lab }) => {
  await rowOf(lab, "weights").click()
  const tab = lab.page.locator(".jp-Defnote-output.jp-mod-panel .dn-tensor")
  await expect(tab.locator(".dn-title")).toHaveText("f32[in 60, out 50]")
  await lab.run(1, "const large = random.normal(random.key(1), [300, 400])")
  await rowOf(lab, "large").click()
  const large = lab.page.getByRole("tabpanel", { name: "large" }).locator(".dn-tensor")
  await expect(large.locator(".dn-title")).toHaveText("f32[300, 400]")
  for (let i = 0; i < 3; i++) await large.locator(".dn-facets").press("+")
  await large.locator(".dn-facets").press("ArrowDown")
  await expect(large.locator(".dn-readout")).toHaveText(/^\[\d+, \d+\] = \S+$/)
})

test("its tabs are closed as any other", async ({ lab }) => {
  for (const name of ["large", "weights"]) {
    const tab = lab.page.locator("#jp-main-dock-panel .lm-TabBar-tab", { hasText: name })
    await tab.locator(".lm-TabBar-tabCloseIcon").click()
    await expect(tab).toHaveCount(0)
  }
  await expect(lab.page.locator(".jp-Defnote-output.jp-mod-panel")).toHaveCount(0)
  await rowOf(lab, "broken").click()
  const again = lab.page.getByRole("tabpanel", { name: "broken" })
  await expect(again.locator(".dn-badge")).toHaveText("NaN! 1")
  const tab = lab.page.locator("#jp-main-dock-panel .lm-TabBar-tab", { hasText: "broken" })
  await tab.locator(".lm-TabBar-tabCloseIcon").click()
})

test("follows the notebook in front, and a restart empties it", async ({ lab }) => {
  await lab.newNotebook()
  await expect(panelOf(lab)).toContainText("No variables yet.")
  await lab.run(0, "let other = new Float64Array(3)")
  await expect(namesOf(lab)).toHaveText(["other"])
  await lab.restartKernel()
  await expect(panelOf(lab)).toContainText("No variables yet.")
  await lab.idle()
  await lab.run(1, "let again = 1")
  await expect(namesOf(lab)).toHaveText(["again"])
})

test("the setting takes the panel away, and brings it back", async ({ lab }) => {
  const set = (enabled: boolean) =>
    lab.page.request.put("/lab/api/settings/defnote-labextension:variables", {
      data: { raw: JSON.stringify({ enabled }) },
    })
  await set(false)
  await lab.open()
  await lab.newNotebook()
  await expect(panelOf(lab)).toHaveCount(0)
  await set(true)
  await lab.open()
  await expect(panelOf(lab)).toHaveCount(1)
  expect(lab.errors).toEqual([])
})
