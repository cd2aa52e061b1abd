/** @file Outputs that come and go: updates keep the view, and nothing stays behind. */
import { mimeOf, notebook, payloadCell, tanhCell, tanhLoss, transformerStep } from "./fixtures.ts"
import { expect, test } from "./lab.ts"

const MIME = mimeOf("graph")

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  const large = payloadCell("c-large", "step()", "graph", transformerStep({ layers: 38 }))
  await lab.openNotebook("life.ipynb", notebook([tanhCell(), large]))
})

/** Replaces the payload of the first output, as `update_display_data` does. */
function update(data: object) {
  type Output = { setData(options: { data: object }): void; data: object }
  type Page = {
    jupyterapp: {
      shell: {
        currentWidget: {
          model: { cells: { get(i: number): { outputs: { get(i: number): Output } } } }
        }
      }
    }
  }
  const output = (window as unknown as Page).jupyterapp.shell.currentWidget.model.cells
    .get(0)
    .outputs.get(0)
  output.setData({ data: { ...output.data, ...data } })
}

test("D8.4: an update keeps the selection and the element", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.click(await graph.find(/^h = tanh/))
  await graph.stage.evaluate((node) => node.setAttribute("data-same", "yes"))
  await lab.page.evaluate(update, { [MIME]: { ...tanhLoss({ n: 16 }), title: "a second run" } })
  await expect(graph.node.locator(".dn-title")).toHaveText("a second run")
  await expect(graph.stage).toHaveAttribute("data-same", "yes")
  expect(await graph.selected()).toMatch(/^h equals tanh t2, float 32, 16 by 2/)
})

test("D8.4: an update that cannot be read shows the picture, the next one the graph", async ({
  lab,
}) => {
  await lab.page.evaluate(update, { [MIME]: { schema: { kind: "graph", major: 3, minor: 0 } } })
  await expect(lab.cell(0).locator(".jp-Defnote-reason")).toContainText("3.0")
  await lab.page.evaluate(update, { [MIME]: tanhLoss() })
  await expect(lab.graph(0).node.locator(".dn-title")).toHaveText("valueAndGrad(loss)")
})

test("an output opens in a panel of its own", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.click(await graph.find(/^h = tanh/))
  await lab.command("defnote:open-output")
  const panel = lab.page.locator(".jp-Defnote-output.jp-mod-panel .dn-graph")
  await expect(panel.locator(".dn-title")).toHaveText("valueAndGrad(loss)")
  const height = (await panel.boundingBox())?.height ?? 0
  expect(height).toBeGreaterThan(600)
})

test("D9: the context menu has the commands of an output", async ({ lab }) => {
  await lab.graph(0).stage.click({ button: "right", position: { x: 20, y: 60 } })
  const menu = lab.page.locator(".lm-Menu")
  await expect(menu).toContainText("Open Output in a Panel")
  await expect(menu).toContainText("Show Values Saved for Backward")
  await lab.page.keyboard.press("Escape")
})

test("D8.4: closing the notebook ends its workers and removes every view", async ({ lab }) => {
  await lab.cell(1).scrollIntoViewIfNeeded()
  await expect.poll(() => lab.page.workers().length).toBeGreaterThan(0)
  await lab.closeAll()
  await expect(lab.page.locator(".dn-View")).toHaveCount(0)
  await expect.poll(() => lab.page.workers().length).toBe(0)
  expect(lab.errors).toEqual([])
})
