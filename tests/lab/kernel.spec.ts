/** @file The kernel behind real outputs: what runs, what lights, what stops, what stays. */
import type { Locator } from "@playwright/test"
import { expect, type OutputLab, test } from "./lab.ts"

const IMPORTS = `import { defn, graph, plot, random, tensor, valueAndGrad, type Tensor } from "defnote"`

const LOSS = `${IMPORTS}
type Params = { w: Tensor; b: Tensor }
const loss = defn(({ w, b }: Params, x: Tensor, y: Tensor) => {
  const h = (x.matmul(w) + b).tanh()
  return ((h - y) ** 2).mean()
})
const keys = random.split(random.key(0), 3)
const params: Params = { w: random.normal(keys[2], [4, 2]), b: tensor([0, 0]) }
graph(valueAndGrad(loss), params, random.normal(keys[0], [32, 4]), random.normal(keys[1], [32, 2]))`

test.describe.configure({ mode: "serial" })

/** The cell has run: its number stands where the star was. */
const finished = (cell: Locator) =>
  expect(cell.locator(".jp-InputPrompt")).toHaveText(/^\[\d+\]:$/, { timeout: 30_000 })

/** Runs a cell to its end and gives the text of its outputs. */
async function outputOf(lab: OutputLab, index: number, text: string): Promise<string> {
  const cell = await lab.run(index, text)
  await finished(cell)
  return cell.locator(".jp-OutputArea").innerText()
}

test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  await lab.newNotebook()
})

test("D1: a cell with a graph runs and draws it", async ({ lab }) => {
  await finished(await lab.run(0, LOSS))
  const { node } = lab.graph(0)
  await expect(node.locator(".dn-title")).toHaveText("valueAndGrad(loss)")
  await expect(node.locator(".dn-bar")).toContainText(/\d+ boxes/)
})

test("D1: a click lights exactly the expression of the node in the cell", async ({ lab }) => {
  const graph = lab.graph(0)
  for (const [title, expression] of [
    [/^h = tanh/, "(x.matmul(w) + b).tanh()"],
    [/^matmul|^t₁ = /, "x.matmul(w)"],
    [/^loss|mean/, "((h - y) ** 2).mean()"],
  ] as const) {
    await graph.click(await graph.find(title))
    await expect.poll(() => lab.lit(0)).toBe(expression)
  }
})

test("D1: the cursor on an expression selects its node", async ({ lab }) => {
  const graph = lab.graph(0)
  await lab
    .cell(0)
    .locator(".cm-line", { hasText: "const h = " })
    .click({ position: { x: 4, y: 8 } })
  for (let i = 0; i < 15; i++) await lab.page.keyboard.press("ArrowRight")
  await expect.poll(() => lab.lit(0)).toBe("x.matmul(w)")
  expect(await graph.selected()).toMatch(/matmul|^t1 /)
})

test("VISUAL 6: the graph of a running kernel follows the dark theme", async ({ lab }) => {
  const graph = lab.graph(0)
  const corner = { x: 3, y: 60 }
  await graph.node.scrollIntoViewIfNeeded()
  await lab.theme("JupyterLab Dark")
  await expect.poll(async () => Math.max(...(await graph.pixel(corner)))).toBeLessThan(60)
  await lab.theme("JupyterLab Light")
  await expect.poll(async () => Math.min(...(await graph.pixel(corner)))).toBeGreaterThan(240)
})

for (const [name, code] of [
  ["an endless JavaScript loop", "for (;;) {}"],
  [
    "an endless compiled loop",
    "const endless = defn((t: Tensor) => { while (t.sum() < 1) t = t * 1; return t })\nendless(tensor([0, 0]))",
  ],
  ["an await that never ends", "await new Promise(() => {})"],
] as const) {
  test(`D7.4: interrupt ends ${name}; the state stays and the next cell runs`, async ({ lab }) => {
    expect(await outputOf(lab, 1, "let kept = 41\nkept")).toContain("41")
    const cell = await lab.run(2, code)
    await expect(cell.locator(".jp-InputPrompt")).toHaveText("[*]:")
    await lab.page.waitForTimeout(700)
    const started = Date.now()
    await lab.command("notebook:interrupt-kernel")
    await finished(cell)
    console.log(`${name}: the cell ended ${Date.now() - started} ms after the command`)
    await expect(cell.locator(".jp-OutputArea")).toContainText(/interrupt/i)
    expect(await outputOf(lab, 3, "kept + 1")).toContain("42")
    expect(
      await outputOf(lab, 4, "loss(params, tensor([[1, 2, 3, 4]]), tensor([[0, 0]])).shape.length"),
    ).toContain("0")
  })
}
