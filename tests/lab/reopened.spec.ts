/** @file What a notebook keeps of its views: nothing of what nobody touched, and after reopening all that was chosen. */
import { readFileSync } from "node:fs"
import { attention, graphBundle, mlpStep, notebook, payloadCell, tanhCell } from "./fixtures.ts"
import { expect, type OutputLab, test } from "./lab.ts"

const PATH = "reopened.ipynb"
/** As it was stored at an older minor. */
const recorded = (kind: string) =>
  JSON.parse(readFileSync(`packages/display/test/minor-0/${kind}.json`, "utf8"))

const made = notebook([
  tanhCell(),
  { id: "c-mlp", source: "step()", data: graphBundle(mlpStep()) },
  payloadCell("c-profile", "f.kernels(x)", "profile", recorded("profile")),
  payloadCell("c-tensor", "weights", "tensor", attention()),
  payloadCell("c-gradient", "inspect(f, x)", "gradient", recorded("gradient")),
  payloadCell("c-training", "train()", "training", recorded("training")),
  payloadCell("c-steps", "stepThrough(f, x)", "trace", recorded("trace")),
])
// The lab itself adds a language where there is none.
const content = {
  ...made,
  metadata: { ...(made as { metadata: object }).metadata, language_info: { name: "typescript" } },
}

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  await lab.openNotebook(PATH, content)
})

async function allShown(lab: OutputLab): Promise<void> {
  const kinds = ["graph", "graph", "profile", "tensor", "gradient", "training", "step"]
  for (const [i, kind] of kinds.entries())
    await expect(lab.cell(i).locator(`.dn-View.dn-${kind}`).first()).toBeAttached()
}

test("a notebook that nobody touched is saved byte for byte as it was", async ({ lab }) => {
  const before = await lab.fileText(PATH)
  await allShown(lab)
  // The pointer is no choice.
  await lab.graph(0).node.hover()
  expect(await lab.save(PATH)).toBe(before)
  expect(lab.errors).toEqual([])
})

test("overlay, detail, marks, selection and pane are there again, and reopening changes no byte", async ({
  lab,
}) => {
  const graph = lab.graph(1)
  const slider = graph.node.locator(".dn-slider")
  await slider.focus()
  await slider.press("Home")
  await graph.press("t")
  const overlay = await graph.node.locator("select.dn-select").first().inputValue()
  await graph.press("/")
  await graph.node.locator(".dn-input").fill("relu")
  await graph.node.locator("button", { hasText: "Mark" }).click()
  await graph.node.locator(".dn-input").press("Enter")
  await graph.node.locator(".dn-input").press("Escape")
  const selected = await graph.selected()
  const profile = lab.cell(2).locator(".dn-profile")
  await profile.locator(".dn-profile-tabs").getByRole("tab").nth(1).click()
  const pane = await profile.locator(".dn-profile-pane").innerText()

  const saved = await lab.save(PATH)
  const views = JSON.parse(saved).cells.map(
    (cell: { outputs: { metadata: Record<string, { view?: object }> }[] }) =>
      Object.values(cell.outputs[0].metadata)[0]?.view,
  )
  expect(views[0]).toBeUndefined()
  expect(views[1]).toMatchObject({ detail: 1, overlay, marks: ["relu"] })
  expect(views[2]).toEqual({ tab: "passes" })
  expect(views.slice(3)).toEqual([undefined, undefined, undefined, undefined])

  await lab.closeAll()
  await lab.command("docmanager:open", {
    path: PATH,
    factory: "Notebook",
    kernelPreference: { shouldStart: false, canStart: false },
  })
  await lab.cell(0).waitFor()
  const again = lab.graph(1)
  await expect(again.node.locator(".dn-rule")).toContainText("relu")
  await expect(again.node.locator("select.dn-select").first()).toHaveValue(overlay)
  await expect(again.node.locator(".dn-slider")).toHaveValue("0")
  await expect.poll(() => again.selected()).toBe(selected)
  const panes = lab.cell(2).locator(".dn-profile")
  await expect(panes.locator(".dn-profile-tabs").getByRole("tab", { selected: true })).toHaveText(
    /^Passes/,
  )
  expect(await panes.locator(".dn-profile-pane").innerText()).toBe(pane)
  await allShown(lab)
  expect(await lab.save(PATH)).toBe(saved)
  expect(lab.errors).toEqual([])
})
