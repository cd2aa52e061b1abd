/** @file States of a graph (VISUAL 12), with a kernel: tracing that fails, cells that change after their run. */
import { expect, test } from "./lab.ts"

const LOSS = "const loss = defn((w: Tensor, x: Tensor) => (x.matmul(w) + 1).tanh().mean())"
const BROKEN =
  "const broken = defn((w: Tensor, x: Tensor) => x.matmul(w).tanh() + tensor([1, 2, 3]))"
const CALL = "tensor([[0.1, 0.2], [0.3, 0.4]]), tensor([[1, 2]])"

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  await lab.newNotebook()
})

test("VISUAL 12: a function that cannot be traced shows how far it came", async ({ lab }) => {
  await lab.run(
    0,
    `import { defn, graph, tensor, Tensor, valueAndGrad } from "defnote"\n${BROKEN}\ngraph(broken, ${CALL})`,
  )
  const graph = lab.graph(0)
  await expect(graph.node.locator(".dn-status")).toHaveText(
    /^Tracing stopped: add: cannot broadcast f32\[1,2\] with f32\[3\]/,
  )
  await expect.poll(() => graph.selected()).toMatch(/^t3 equals add t2/)
  expect(await lab.lit(0)).toBe("x.matmul(w).tanh() + tensor([1, 2, 3])")
})

test("VISUAL 12: an edit is noticed at once, and Run again brings the picture up to date", async ({
  lab,
}) => {
  await lab.run(1, `${LOSS}\ngraph(loss, ${CALL})`)
  const graph = lab.graph(1)
  const status = graph.node.locator(".dn-status")
  await expect(graph.node.locator(".dn-title")).toHaveText("loss")
  await expect(status).toHaveText("")
  await lab.cell(1).locator(".cm-line").nth(0).click()
  await lab.page.keyboard.press("Home")
  // By hand, not by undo: what one undo takes back depends on how fast the letters came.
  await lab.page.keyboard.type(";")
  await expect(status).toHaveText("The cell changed since this run.")
  await lab.page.keyboard.press("Backspace")
  await expect(status).toHaveText("")
  await lab.page.keyboard.type(";")
  await expect(status).toHaveText("The cell changed since this run.")
  await graph.node.locator("button", { hasText: "Run again" }).click()
  await lab.idle()
  await expect(lab.graph(1).node.locator(".dn-status")).toHaveText("")
  await expect(lab.graph(1).node.locator("button", { hasText: "Run again" })).toBeHidden()
  expect(lab.errors).toEqual([])
})

test("the body of a loop is a scope that opens", async ({ lab }) => {
  await lab.run(
    2,
    `const grow = defn((x: Tensor) => { let h = x; while (h.sum() < 100) h = h * 2; return h })\ngraph(grow, tensor([1, 2]))`,
  )
  const graph = lab.graph(2)
  const tree = graph.stage.locator("[role=treeitem]")
  await expect(
    tree.filter({
      has: lab.page.locator("xpath=self::*[starts-with(@aria-label, 'scope while')]"),
    }),
  ).toHaveCount(1)
  for (const name of ["scope test", "scope body"])
    await expect(graph.stage.locator(`[role=treeitem][aria-label^="${name}"]`)).toHaveCount(1)
  await graph.click(await graph.find(/^while$/))
  await expect(graph.stage.locator('[aria-label^="scope body"]')).toHaveCount(0)
})

test("the derivative of a loop stands beside its body, and leads to the same expression", async ({
  lab,
}) => {
  await lab.run(
    3,
    `const rnn = defn((w: Tensor, xs: Tensor) => { let s = w * 0; for (const r of xs) s = (s * w + r).tanh(); return s.sum() })
graph(valueAndGrad(rnn), tensor([1, 2]), tensor([[1, 2], [3, 4]]))`,
  )
  const graph = lab.graph(3)
  await graph.node.locator("button", { hasText: "Find" }).click()
  await lab.page.keyboard.insertText("phase:recompute op:multiply")
  await expect(graph.node.locator(".dn-find")).toContainText("1 found")
  await lab.page.keyboard.press("Enter")
  await expect.poll(() => lab.lit(3)).toBe("s * w")
  await expect(graph.panel).toContainText("computed again, read by")
})
