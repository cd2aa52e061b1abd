/** @file The live panel of a training loop: it updates in place, can be read by keys, and shows the step that broke. */
import { expect, test } from "./lab.ts"

const SETUP = `import { defn, inspect, random, tensor, trainingPanel, valueAndGrad, type Tensor } from "defnote"
type Layer = { w: Tensor; b: Tensor }
const x = random.normal(random.key(1), [16, 4])
const loss = defn(({ w, b }: Layer, x: Tensor) => ((x.matmul(w) + b).tanh() ** 2).mean())
const gradient = valueAndGrad(loss)`

const TRAIN = `let layer: Layer = { w: random.normal(random.key(2), [4, 2]), b: tensor([1, 2]) }
const panel = trainingPanel({ title: "one layer", steps: 60 })
for (const i of panel) {
  const batch = i === 39 ? x.multiply(Infinity) : x
  const [value, g] = gradient(layer, batch)
  const fine = panel.step({ loss: value, gradients: g, parameters: layer, examples: 16, inspect: () => inspect(loss, layer, batch) })
  if (fine) layer = { w: layer.w.subtract(g.w), b: layer.b.subtract(g.b) }
  await new Promise(done => setTimeout(done, 20))
}`

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  await lab.newNotebook()
  await lab.run(0, SETUP)
  await lab.idle()
})

test("one output follows the loop, and ends with the last step", async ({ lab }) => {
  const cell = await lab.run(1, TRAIN)
  const view = cell.locator(".dn-training")
  await expect(view.locator(".dn-bar")).toContainText(/\d+ \/ 60 steps.*left/)
  await view.evaluate((node) => node.setAttribute("data-same", "yes"))
  await expect(view.locator(".dn-bar")).toContainText("60 / 60 steps", { timeout: 30_000 })
  await expect(view).toHaveAttribute("data-same", "yes")
  await expect(view).toHaveCount(1)
  await expect(view.locator(".dn-bar")).toContainText(/examples\/s · done/)
  await expect(view.locator(".dn-norm")).toHaveCount(2)
})

test("arrows go through the steps, and NaN is where it was", async ({ lab }) => {
  const view = lab.cell(1).locator(".dn-training")
  const body = view.locator(".dn-training-body")
  await expect(body).toHaveAttribute("aria-label", /^training run, 60 \/ 60 steps, loss from/)
  await body.press("End")
  for (let i = 0; i < 2; i++) await body.press("Shift+ArrowLeft")
  const readout = view.locator(".dn-training-readout")
  await expect(readout).toHaveText(/^step 40: loss NaN {2}‖∂b‖ NaN {2}‖∂w‖ NaN$/)
  await body.press("ArrowLeft")
  await expect(readout).toHaveText(/^step 39: loss [\d.e−]+ {2}‖∂b‖ [\d.e−]+/)
})

test("VISUAL 11: the step that broke is inspected below the panel", async ({ lab }) => {
  const cell = lab.cell(1)
  const view = cell.locator(".dn-training")
  await expect(view.locator(".dn-badge")).toHaveText("NaN! 1")
  await expect(view.locator(".dn-event")).toContainText("The loss was NaN")
  await expect(view.locator(".dn-events")).toContainText("Step 39, the last good one, is kept.")
  await view.getByRole("button", { name: "Show the gradients of this step below" }).click()
  await expect(cell.locator(".dn-gradient .dn-verdict")).toBeVisible()
  const good = await lab.run(2, "panel.lastGood!.step")
  await expect(good.locator(".jp-OutputArea-output")).toHaveText("39")
})

const PLAIN = `const plain = trainingPanel({ title: "plain", steps: 5000 })
for (let i = 0; i < 5000; i++) {
  plain.step({ loss: 1 / (i + 1) })
  await new Promise(done => setTimeout(done, 5))
}`

test("an interrupt or an error in any loop ends the panel, with the step and the reason", async ({
  lab,
}) => {
  const cell = await lab.run(3, PLAIN)
  const ended = cell.locator(".dn-training .dn-ended")
  await expect(cell.locator(".dn-training .dn-bar")).toContainText(/\d+ \/ 5,000 steps.*left/)
  await expect(ended).toBeHidden()
  await lab.command("notebook:interrupt-kernel")
  await expect(ended).toHaveText(/^stopped at step \d+: interrupted$/)
  await expect(cell.locator(".dn-training .dn-bar")).not.toContainText("left")
  const failing = `const failing = trainingPanel({ steps: 9 })
for (const i of failing) {
  failing.step({ loss: 1 })
  if (i === 2) throw new RangeError("the batch is empty")
}`
  const failed = await lab.run(4, failing)
  const reason = "failed at step 3: RangeError: the batch is empty"
  await expect(failed.locator(".dn-training .dn-ended")).toHaveText(reason)
})

test("VISUAL 12: without its kernel the panel is still read, and says what it cannot do", async ({
  lab,
}) => {
  await lab.restartKernel()
  await lab.idle()
  const view = lab.cell(1).locator(".dn-training")
  await view.locator(".dn-event button").click()
  await expect(view.locator(".dn-event")).toContainText(
    "Saved view. Inspecting a step needs the kernel: run the cell again.",
  )
  await expect(view.locator(".dn-event button")).toBeDisabled()
  expect(lab.errors).toEqual([])
})
