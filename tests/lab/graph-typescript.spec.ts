/** @file "Copy as TypeScript": what is on the clipboard runs in the next cell and gives the same numbers. */
import { expect, test } from "./lab.ts"

const SOURCE = `import { defn, graph, tensor, valueAndGrad, type Tensor } from "defnote"
type Params = { w: Tensor; b: Tensor }
const loss = defn(({ w, b }: Params, x: Tensor, y: Tensor) => {
  const h = (x.matmul(w) + b).tanh()
  return (((h - y) ** 2) * (h > y ? 1 : 0.5)).mean()
})
const w = tensor([[0.3, -0.2], [0.1, 0.4], [-0.6, 0.2]])
const b = tensor([0.1, -0.1])
const x = tensor([[0.5, -1.5, 2], [1, 0.25, -0.75]])
const y = tensor([[1, 0], [0, 1]])
const step = valueAndGrad(loss)
const [value, slope] = step({ w, b }, x, y)
console.log("own " + JSON.stringify([value, slope.b, slope.w].map((t) => t.toArray())))
graph(step, { w, b }, x, y)`

test("the clipboard holds a program with the same numbers", async ({ lab }) => {
  await lab.page.context().grantPermissions(["clipboard-read", "clipboard-write"])
  await lab.newNotebook()
  const first = await lab.run(0, SOURCE)
  const graph = lab.graph(0)
  await expect(graph.stage).toBeVisible({ timeout: 30_000 })
  await lab.page.evaluate(() => navigator.clipboard.writeText(""))
  await graph.node.locator("select[aria-label=export]").selectOption("typescript")
  const clipboard = () => lab.page.evaluate(() => navigator.clipboard.readText())
  await expect.poll(clipboard).toContain("export const")
  const program = await clipboard()
  const [, name, list] = /export const (\w+) = defn\(\(([^)]*)\)/.exec(program) ?? []
  const parameters = list.split(", ").map((parameter) => parameter.split(":")[0])
  expect([...parameters].sort()).toEqual(["b", "w", "x", "y"])
  const call = `console.log("own " + JSON.stringify(${name}(${parameters.join(", ")}).map((t) => t.toArray())))`
  const second = await lab.run(1, `${program}\n${call}`)
  const numbers = (cell: typeof first) =>
    cell.locator(".jp-OutputArea-output", { hasText: /^own / })
  await expect(numbers(second)).toBeVisible({ timeout: 30_000 })
  const text = async (cell: typeof first) => (await numbers(cell).innerText()).trim()
  expect(await text(second)).toBe(await text(first))
  expect(lab.errors).toEqual([])
})
