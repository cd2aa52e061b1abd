/** @file Tensor outputs of a live kernel: linked views, labels, zoom with parts from the kernel, and without it. */
import { expect, test } from "./lab.ts"

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  await lab.newNotebook()
})

const SETUP = `import { random, compare, image, show, tensor } from "defnote"
const keys = random.split(random.key(0), 3)
const large = random.normal(keys[0], [300, 500])
large`

test("VISUAL 11: a zoomed view has the elements themselves, from the kernel", async ({ lab }) => {
  const view = (await lab.run(0, SETUP)).locator(".dn-tensor")
  const readout = view.locator(".dn-readout")
  await view
    .locator("figure canvas")
    .first()
    .hover({ position: { x: 200, y: 100 } })
  // A block of the summary: its elements, its mean, its extremes.
  await expect(readout).toHaveText(/^\[\d+–\d+, \d+–\d+\] = \S+ \(\S+ … \S+\)$/)
  await view.locator(".dn-facets").press("+")
  await view.locator(".dn-facets").press("+")
  await view.locator(".dn-facets").press("+")
  await expect(readout).toHaveText(/^\[\d+, \d+\] = \S+$/)
  const [, row, column, shown] = /\[(\d+), (\d+)\] = (\S+)/.exec(await readout.innerText()) ?? []
  const cell = await lab.run(1, `large.at(${row}).at(${column}).item()`)
  const exact = Number(await cell.locator(".jp-OutputArea-output").innerText())
  expect(Number(shown.replace("−", "-"))).toBeCloseTo(exact, 2)
})

test("VISUAL 9: arrows move the crosshair by cells, and the window with it; 0 shows all", async ({
  lab,
}) => {
  const view = lab.cell(0).locator(".dn-tensor")
  const facets = view.locator(".dn-facets")
  const place = async () => {
    const text = await view.locator(".dn-readout").innerText()
    return (/\[(\d+), (\d+)\]/.exec(text) ?? []).slice(1).map(Number)
  }
  const before = await place()
  for (let i = 0; i < 12; i++) await facets.press("Shift+ArrowRight")
  await expect.poll(place).toEqual([before[0], Math.min(499, before[1] + 120)])
  await facets.press("0")
  await expect(view.locator(".dn-readout")).toHaveText(/–/)
})

test("VISUAL 11: colours have one scale for the whole tensor, zoomed or not, until told otherwise", async ({
  lab,
}) => {
  const view = lab.cell(0).locator(".dn-tensor")
  const facets = view.locator(".dn-facets")
  const ends = view.locator(".dn-legend-row .dn-legend-item").first()
  const whole = (await ends.textContent()) ?? ""
  await expect(view.locator(".dn-legend-row")).toContainText(/a cell is the mean of \d+ × \d+/)
  for (let i = 0; i < 4; i++) await facets.press("+")
  await expect(view.locator(".dn-legend-row")).not.toContainText("a cell is the mean")
  await expect(ends).toHaveText(whole)
  const button = view.getByRole("button", { name: /One scale for the whole tensor/ })
  await facets.press("w")
  await expect(button).toHaveAttribute("aria-pressed", "true")
  await expect(ends).not.toHaveText(whole)
  await button.click()
  await expect(ends).toHaveText(whole)
})

test("a table has the elements too, from the kernel", async ({ lab }) => {
  const view = lab.cell(0).locator(".dn-tensor")
  await view.getByRole("button", { name: "View as table" }).click()
  await expect(view.locator("caption")).toHaveText("100 of 300 rows, 40 of 500 columns")
  const shown = view.locator("tbody tr").nth(7).locator("td").nth(3)
  const cell = await lab.run(1, "large.at(7).at(3).item()")
  const exact = Number(await cell.locator(".jp-OutputArea-output").innerText())
  expect(Number((await shown.innerText()).replace("−", "-"))).toBeCloseTo(exact, 2)
  await view.getByRole("button", { name: "View as picture" }).click()
  await view.getByRole("button", { name: "Show the whole panel" }).click()
})

test("VISUAL 11: value, gradient and update have one crosshair and scales of their own", async ({
  lab,
}) => {
  const cell = await lab.run(
    2,
    `const w = random.normal(keys[1], [16, 20])
const g = random.normal(keys[2], [16, 20]).multiply(0.1)
compare({ value: w, gradient: g, update: g.multiply(-0.5) }, { title: "dense.w" })`,
  )
  const view = cell.locator(".dn-tensor")
  await expect(view.locator("figure")).toHaveCount(3)
  await expect(view.locator("figcaption").nth(1)).toHaveText(/^gradient ±0\.\d+/)
  await expect(view.locator(".dn-bar").first()).toContainText(/‖update‖ \/ ‖value‖ = 0\.0(4|5)/)
  await view
    .locator("figure canvas")
    .nth(1)
    .hover({ position: { x: 100, y: 60 } })
  const readouts = await view.locator(".dn-facet-readout").allInnerTexts()
  const places = readouts.map((text) => text.split(" = ")[0])
  expect(new Set(places).size).toBe(1)
  const [, gradient, update] = readouts.map((text) =>
    Number(text.split(" = ")[1].replace("−", "-")),
  )
  expect(update / gradient).toBeCloseTo(-0.5, 1)
})

test("class labels stand at the axes and in the readout", async ({ lab }) => {
  const cell = await lab.run(
    3,
    `show(tensor([[9, 1], [2, 8]], { dtype: "i32" }), { title: "confusion", labels: ["cat", "dog"] })`,
  )
  const view = cell.locator(".dn-tensor")
  await view
    .locator("canvas")
    .first()
    .hover({ position: { x: 45, y: 35 } })
  await expect(view.locator(".dn-readout")).toHaveText("[dog, cat] = 2")
  await expect(view.locator(".dn-title")).toHaveText("confusion")
})

test("an image is shown as a picture with its meaning as text", async ({ lab }) => {
  const cell = await lab.run(4, "image(random.uniform(keys[0], [3, 10, 12]))")
  const picture = cell.locator(".jp-OutputArea-output img")
  await expect(picture).toBeVisible()
  const size = await picture.evaluate((img: HTMLImageElement) => [
    img.naturalWidth,
    img.naturalHeight,
  ])
  expect(size[0] / size[1]).toBeCloseTo(1.2, 2)
})

test("axes are chosen by name and by keys; the choice is kept with the notebook", async ({
  lab,
}) => {
  const cell = await lab.run(
    5,
    `const named = random.normal(keys[1], [40, 60, 50]).rename(["time", "unit", "feature"])
named`,
  )
  const view = cell.locator(".dn-tensor")
  const role = (name: string) => view.locator(`select[data-role="${name}"]`)
  const titles = view.locator("figcaption")
  await expect(titles.first()).toHaveText("time 0")
  await role("rows").selectOption({ label: "time · 40" })
  await expect(role("rows")).toBeFocused()
  await expect(titles.first()).toHaveText("unit 0")
  await expect(view.locator(".dn-axis-rows")).toHaveText("time ↓")
  // The kernel has what was not stored in this order.
  const facets = view.locator(".dn-facets")
  await facets.press("ArrowDown")
  await facets.press("ArrowDown")
  await facets.press("ArrowRight")
  const readout = view.locator(".dn-readout")
  await expect(readout).toHaveText(/^\[unit ·, time 1, feature 1\] = [−\d.]+/)
  const first = (await readout.innerText()).split(" = ")[1].split(" ")[0]
  const exact = await lab.run(6, "named.at(1).at(0).at(1).item()")
  const value = Number(await exact.locator(".jp-OutputArea-output").innerText())
  expect(Number(first.replace("−", "-"))).toBeCloseTo(value, 2)
  await role("facets").selectOption({ label: "none" })
  await expect(view.locator("figure")).toHaveCount(1)
  await facets.press("t")
  await expect(view.locator(".dn-axis-rows")).toHaveText("feature ↓")
  await view.getByRole("slider", { name: "unit" }).press("End")
  await expect(titles.first()).toHaveText("unit 59")
  const saved = await lab.page.evaluate(() => {
    const { shell } = (window as unknown as { jupyterapp: { shell: { currentWidget: unknown } } })
      .jupyterapp
    const panel = shell.currentWidget as { model: { toJSON(): { cells: object[] } } }
    const { cells } = panel.model.toJSON() as { cells: { outputs: { metadata: object }[] }[] }
    return cells[5].outputs[0].metadata
  })
  expect(saved).toEqual({
    "application/vnd.defnote.tensor.v1+json": {
      view: { order: [1, 2, 0], facets: false, index: [0, 59, 0] },
    },
  })
})

test("a vector is a chart with a value axis, read by keys", async ({ lab }) => {
  const cell = await lab.run(7, "tensor([0.1, 0.5, -2, 3, NaN, 0, Infinity, 1])")
  const view = cell.locator(".dn-tensor")
  const facets = view.locator(".dn-facets")
  await expect(facets).toHaveAttribute("aria-roledescription", "chart")
  await facets.press("ArrowRight")
  await facets.press("ArrowRight")
  await facets.press("ArrowRight")
  await expect(view.locator(".dn-readout")).toHaveText("[2] = −2")
  await view.getByRole("button", { name: "View as table" }).click()
  await expect(view.locator("tbody tr")).toHaveCount(8)
  await expect(view.locator("tbody tr").nth(4)).toHaveText(/4\s*NaN/)
})

test("a batch of images wraps to the width; wrong predictions have a mark and can be shown alone", async ({
  lab,
}) => {
  const cell = await lab.run(
    8,
    `const grey = tensor([0, 0.25, 0.5, 0.75, 1, 0]).reshape([6, 1, 1]).multiply(255)
const batch = grey.broadcastTo([6, 28, 28]).asType("u8")
image(batch, { labels: [0, 1, 2, 3, 4, 5], predictions: tensor([0, 1, 8, 3, 4, 9]) })`,
  )
  const view = cell.locator(".dn-images")
  await expect(view.locator("figcaption")).toHaveText([
    "✓ 0",
    "✓ 1",
    "✗ 8, is 2",
    "✓ 3",
    "✓ 4",
    "✗ 9, is 5",
  ])
  await expect(view.locator(".dn-bar")).toContainText("2 of 6 wrong")
  await expect(view.locator("canvas").nth(2)).toHaveAttribute(
    "aria-label",
    "image 2, predicted 8, label 2, wrong",
  )
  const pixel = (k: number) =>
    view
      .locator("canvas")
      .nth(k)
      .evaluate((canvas: HTMLCanvasElement) => {
        const { data } = canvas.getContext("2d")?.getImageData(3, 3, 1, 1) ?? { data: [] }
        return [...data]
      })
  await expect.poll(() => pixel(1)).toEqual([63, 63, 63, 255])
  expect(await pixel(4)).toEqual([255, 255, 255, 255])
  await view.getByRole("button", { name: /Show only the images/ }).click()
  await expect(view.locator("figure:visible")).toHaveCount(2)
  const columns = () =>
    view
      .locator(".dn-image-grid")
      .evaluate((grid) => getComputedStyle(grid).gridTemplateColumns.split(" ").length)
  const wide = await columns()
  await lab.page.setViewportSize({ width: 900, height: 1000 })
  await expect.poll(columns).toBeLessThan(wide)
  await lab.page.setViewportSize({ width: 1280, height: 1000 })
})

test("a sound has its waveform and a player that knows its length", async ({ lab }) => {
  const cell = await lab.run(
    9,
    `import { arange, audio } from "defnote"
audio(arange(4000).multiply(0.345).sin(), { sampleRate: 8000, title: "tone" })`,
  )
  const view = cell.locator(".dn-audio")
  await expect(view.locator(".dn-bar")).toHaveText(/^tone\s*f32\[4000\]\s*500 ms\s*8000 Hz\s*mono$/)
  await expect(view.locator("path.dn-wave")).toHaveCount(1)
  const player = view.locator("audio")
  await expect
    .poll(() => player.evaluate((node: HTMLAudioElement) => node.duration))
    .toBeCloseTo(0.5, 3)
  await expect(player).toHaveAttribute("src", /^blob:/)
  await view.locator("svg").click({ position: { x: 300, y: 30 } })
  await expect
    .poll(() => player.evaluate((node: HTMLAudioElement) => node.currentTime))
    .toBeGreaterThan(0.1)
})

test("VISUAL 12: after a restart the view says what it no longer has", async ({ lab }) => {
  await lab.restartKernel()
  await lab.idle()
  const view = lab.cell(0).locator(".dn-tensor")
  // A part that no test looked at before: what was answered once is remembered.
  await view
    .locator("figure canvas")
    .first()
    .hover({ position: { x: 60, y: 20 } })
  await view.locator(".dn-facets").press("+")
  await view.locator(".dn-facets").press("+")
  await expect(view.locator(".dn-tensor-state")).toHaveText(
    "Saved view. Values beyond the summary need the kernel.",
  )
  await lab.run(0, SETUP)
  await expect(lab.cell(0).locator(".dn-tensor")).toBeVisible()
  const again = lab.cell(0).locator(".dn-tensor .dn-facets")
  await again.press("+")
  await again.press("+")
  await again.press("+")
  await again.press("ArrowRight")
  await expect(lab.cell(0).locator(".dn-readout")).toHaveText(/^\[\d+, \d+\] = \S+$/)
  expect(lab.errors).toEqual([])
})
