/** @file A graph that is too large to be stored whole (VISUAL 12): its deepest scopes come from the kernel, or it says why not. */
import { expect, type Graph, type OutputLab, test } from "./lab.ts"

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  await lab.newNotebook()
})

/** Twenty stages of forty operations, with shapes so long that half of them are more than may be stored. */
const DEEP = `import { defn, graph, named, tensor, Tensor } from "defnote"
const deep = defn((x: Tensor) => {
  for (let k = 0; k < 20; k++) {
    const h = x
    x = named("stage" + k, () => {
      let y = h
      for (let i = 0; i < 30 + k; i++) y = i % 2 ? y.sin() : y.tanh()
      return y
    })
  }
  return x.sum()
})
graph(deep, tensor([1, 2]).reshape([...Array(40).fill(1), 2]))`

const status = (graph: Graph) => graph.node.locator(".dn-status")
/** Goes to a stage by the search, as one does for what is not in sight. */
async function goTo(graph: Graph, stage: string): Promise<void> {
  await graph.press("/")
  const input = graph.node.locator(".dn-input")
  await input.fill(`scope:${stage}`)
  await input.press("Enter")
  await input.press("Escape")
  await expect.poll(() => graph.selected()).toContain(stage)
}

/** Opens the last stage, which is not stored. */
async function openLast(graph: Graph): Promise<void> {
  await goTo(graph, "stage19")
  await expect.poll(() => graph.selected()).toMatch(/^stage19, 49 ops/)
  await graph.press("Enter")
}

async function restart(lab: OutputLab): Promise<void> {
  await lab.restartKernel()
  await lab.idle()
}

test("D8.3: a scope that is not stored says where it is, and opens from the kernel", async ({
  lab,
}) => {
  await lab.run(0, DEEP)
  const graph = lab.graph(0)
  await expect(status(graph)).toHaveText(/^\d+ scopes not stored$/)
  const before = Number((await status(graph).innerText()).split(" ")[0])
  await openLast(graph)
  await expect.poll(() => graph.selected()).toMatch(/^tanh|^t\d+ equals|^sin/)
  await expect(status(graph)).toHaveText(`${before - 1} scopes not stored`)
  await graph.press("Backspace")
  await expect.poll(() => graph.selected()).toMatch(/^stage19, 49 ops(?!, in the kernel)/)
  await graph.press("Enter")
  await expect.poll(() => graph.selected()).not.toMatch(/^stage19/)
})

test("the search says how much it did not see, and finds in what was loaded", async ({ lab }) => {
  const graph = lab.graph(0)
  const count = graph.node.locator(".dn-find [role=status]")
  await graph.press("/")
  await graph.node.locator(".dn-input").fill("scope:stage19")
  await expect(count).toHaveText(/^49 found, \d+ scopes not loaded$/)
  await graph.node.locator(".dn-input").fill("scope:stage18")
  await expect(count).toHaveText(/^1 found, \d+ scopes not loaded$/)
  await graph.node.locator(".dn-input").press("Enter")
  await expect.poll(() => graph.selected()).toMatch(/^stage18, 48 ops, in the kernel/)
  await graph.node.locator(".dn-input").press("Escape")
})

test("VISUAL 12: after a restart it says what it no longer has, and Run again brings it back", async ({
  lab,
}) => {
  await restart(lab)
  const graph = lab.graph(0)
  await graph.press("Enter")
  await expect(status(graph)).toHaveText(
    "Saved view. Scopes that are not stored need the kernel: run the cell again.",
  )
  await expect.poll(() => graph.selected()).toMatch(/^stage18, 48 ops, not stored/)
  // What came before is still there.
  await graph.press("ArrowDown")
  await expect.poll(() => graph.selected()).toMatch(/^tanh/)
  await graph.node.locator("button", { hasText: "Run again" }).click()
  await lab.idle()
  const again = lab.graph(0)
  await expect(status(again)).toHaveText(/^\d+ scopes not stored$/)
  await openLast(again)
  await expect.poll(() => again.selected()).toMatch(/^tanh/)
  expect(lab.errors).toEqual([])
})

test("saved and opened without a kernel, what is stored works, and the rest says what it needs", async ({
  lab,
}) => {
  const content = await lab.content()
  await lab.closeAll()
  await lab.openNotebook("large.ipynb", content)
  const graph = lab.graph(0)
  await expect(status(graph)).toHaveText(/^\d+ scopes not stored$/)
  await openLast(graph)
  await expect(status(graph)).toHaveText(/^Saved view\./)
  await graph.press("Backspace")
  await expect.poll(() => graph.selected()).toMatch(/^stage19, 49 ops, not stored/)
  expect(lab.errors).toEqual([])
})
