/** @file Ways out of a graph: files and the clipboard; and forced colours. */
import { readFileSync } from "node:fs"
import { notebook, tanhCell } from "./fixtures.ts"
import { expect, test } from "./lab.ts"

test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  await lab.openNotebook("graph-export.ipynb", notebook([tanhCell()]))
})

for (const [format, begins] of [
  ["svg", "<svg"],
  ["png", "\u0089PNG"],
  ["dot", 'digraph "valueAndGrad(loss)"'],
  ["mermaid", "flowchart TD"],
] as const)
  test(`a graph is saved as ${format}`, async ({ lab }) => {
    const menu = lab.graph(0).node.locator("select[aria-label=export]")
    const download = lab.page.waitForEvent("download")
    await menu.selectOption(format)
    const file = await download
    expect(file.suggestedFilename()).toMatch(/^valueAndGrad-loss\.(svg|png|dot|mmd)$/)
    const text = readFileSync((await file.path()) as string).toString("latin1")
    expect(text.startsWith(begins)).toBe(true)
    await expect(menu).toHaveValue("")
  })

test("VISUAL 9: Shift with an arrow goes along an edge", async ({ lab }) => {
  const graph = lab.graph(0)
  await graph.click(await graph.find(/^h = tanh/))
  await graph.press("Shift+ArrowDown")
  expect(await graph.selected()).toMatch(/^t3 equals h minus y/)
  await graph.press("Shift+ArrowUp")
  expect(await graph.selected()).toMatch(/^h equals tanh/)
})

test("VISUAL 6: forced colours reach the canvas", async ({ lab }) => {
  const graph = lab.graph(0)
  await lab.page.emulateMedia({ forcedColors: "active", colorScheme: "dark" })
  await expect.poll(async () => Math.max(...(await graph.pixel({ x: 3, y: 60 })))).toBeLessThan(60)
  await lab.page.emulateMedia({ forcedColors: "none", colorScheme: "light" })
  await expect
    .poll(async () => Math.min(...(await graph.pixel({ x: 3, y: 60 }))))
    .toBeGreaterThan(240)
  expect(lab.errors).toEqual([])
})
