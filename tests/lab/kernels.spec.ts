/** @file The kernels of a function in a notebook: groups, code, reasons, and the expression of a line in its cell. */
import { expect, Graph, test } from "./lab.ts"

const CODE = `import { defn, profile, random, tensor, valueAndGrad, type Tensor } from "defnote"
type Params = { w: Tensor; b: Tensor }
const loss = defn(({ w, b }: Params, x: Tensor, y: Tensor) => {
  const h = (x.matmul(w) + b).tanh()
  return ((h - y) ** 2).mean()
})
const [kx, ky, kw] = random.split(random.key(0), 3)
const x = random.normal(kx, [32, 4]), y = random.normal(ky, [32, 2])
const params = { w: random.normal(kw, [4, 2]), b: tensor([0, 0]) }
valueAndGrad(loss).kernels(params, x, y)`

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  await lab.newNotebook()
  await lab.run(0, CODE)
  await lab.cell(0).locator(".dn-profile").waitFor()
})

test("VISUAL 11: a line of code, its value in the graph and its expression belong together", async ({
  lab,
}) => {
  const profile = lab.cell(0).locator(".dn-profile")
  await expect(profile.locator(".dn-bar")).toContainText(/ops in \d kernels of wasm/)
  const line = profile.locator(".dn-kernel-line.dn-mod-value", { hasText: /^\d+h/ }).first()
  await line.click()
  await expect(line).toHaveClass(/dn-mod-lit/)
  expect(await lab.lit(0)).toBe("(x.matmul(w) + b).tanh()")
  const graph = new Graph(lab, profile.locator(".dn-graph"))
  expect(await graph.selected()).toMatch(/^h equals tanh/)
  await expect(profile.locator(".dn-kernel-facts")).toContainText("reads")
})

test("VISUAL 11: a box opens the kernel that computes it, and says why", async ({ lab }) => {
  const profile = lab.cell(0).locator(".dn-profile")
  const graph = new Graph(lab, profile.locator(".dn-graph"))
  await graph.click(await graph.find(/^∂t₂ = /))
  const tab = profile.locator(".dn-kernel-list").getByRole("tab", { selected: true })
  const tag = (await tab.textContent()) ?? ""
  expect(tag).toMatch(/^K\d map$/)
  await expect(profile.locator(".dn-kernel-facts")).toContainText("Why these operations")
  await tab.press("ArrowDown")
  await expect(tab).not.toHaveText(tag)
})

const SIMPLIFIED = `const tidy = defn((x: Tensor) => {
  const twice = -(-x) * 2
  return (twice.reshape([4]).reshape([2, 2]) * 1 + twice).exp().sum()
})
tidy.kernels(tensor([[1, 2], [3, 4]]))`

test("D3.9: a pass shows its rules, and the program before and after it", async ({ lab }) => {
  await lab.run(1, SIMPLIFIED)
  const profile = lab.cell(1).locator(".dn-profile")
  await profile.getByRole("tab", { name: /^Passes/ }).click()
  await profile.getByRole("tab", { name: "algebra" }).click()
  const match = profile.locator(".dn-match", { hasText: "--x → x" })
  await expect(match).toContainText("−−x → x")
  const graph = new Graph(lab, profile.locator(".dn-graph"))
  await match.click()
  expect(await graph.selected()).toMatch(/equals minus|equals −/)
  expect(await lab.lit(1)).toBe("-(-x)")
  await profile.getByRole("button", { name: "After" }).click()
  await expect.poll(() => graph.titleAt({ x: 300, y: 60 })).not.toMatch(/−/)
  await expect(profile.locator(".dn-passes-matches")).toContainText(/pass(es)? changed nothing/)
})

test("D4.4: memory over the schedule, with who makes and reads each value", async ({ lab }) => {
  const profile = lab.cell(0).locator(".dn-profile")
  await profile.getByRole("tab", { name: "Memory" }).click()
  await expect(profile.getByRole("img", { name: /memory over the schedule: peak/ })).toBeVisible()
  const row = profile.locator(".dn-memory-row", { hasText: /^h/ })
  await expect(row).toHaveAttribute("aria-label", /, 256 B, made by K\d, read by K\d/)
  await row.click()
  await expect(row).toHaveClass(/dn-mod-lit/)
  expect(await lab.lit(0)).toBe("(x.matmul(w) + b).tanh()")
})

const LAYERS = `const layer = defn((x: Tensor, w: Tensor) => x.matmul(w).tanh())
const deep = defn((ws: Tensor[], x: Tensor) => {
  let h = x
  for (const w of ws) h = layer(h, w)
  return (h ** 2).mean()
})
const ws = random.split(random.key(1), 3).map((k: Tensor) => random.normal(k, [4, 4]))
profile(valueAndGrad(deep), ws, x)`

test("the ledger of saved values, and what checkpoint would change", async ({ lab }) => {
  await lab.run(2, LAYERS)
  const profile = lab.cell(2).locator(".dn-profile")
  await expect(profile.getByRole("tab", { name: /^K1 contract.*%/ })).toBeVisible()
  await expect(profile.locator(".dn-kernel-facts")).toContainText(/p10 .*p90/)
  await profile.getByRole("tab", { name: /^Saved for backward/ }).click()
  const pane = profile.locator(".dn-saved-pane")
  await expect(pane.locator(".dn-saved-row").first()).toContainText("512 B")
  await expect(pane).toContainText("What checkpoint(f) around a scope would change")
  await expect(pane.locator("tbody tr", { hasText: /^layer/ }).first()).toContainText(
    "2 operations",
  )
})
