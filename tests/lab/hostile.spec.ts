/** @file Payloads that are broken, newer, or made to harm: the static picture stays, nothing runs. */
import { graphBundle, mimeOf, notebook, payloadCell, type SavedCell, tanhLoss } from "./fixtures.ts"
import { expect, test } from "./lab.ts"

const MIME = mimeOf("graph")
const doc = tanhLoss()

/** A cell whose payload is changed after its picture was made. */
function changed(id: string, change: object): SavedCell {
  return { id, source: id, data: { ...graphBundle(doc), [MIME]: { ...doc, ...change } } }
}

const SCRIPT =
  "<img src=x onerror=\"window.pwned = 'image'\"><script>window.pwned = 'script'</script>"

/** The same graph with markup wherever a payload has text. */
function withMarkup() {
  const strings = doc.strings.map((text) => (text === "h" ? SCRIPT : text))
  const rules = doc.rules.map((rule) => ({
    ...rule,
    text: SCRIPT,
    latex: `\\href{javascript:window.pwned=1}{x}`,
  }))
  const sources = doc.sources.map((source) => ({ ...source, cellId: '../../evil"]' }))
  return { ...doc, title: SCRIPT, strings, rules, sources }
}

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>parent.pwned = "svg"</script><rect onload="parent.pwned = 1" width="9" height="9"/></svg>'

test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  const cells = [
    changed("newer", { schema: { kind: "graph", major: 9, minor: 2 } }),
    changed("future-minor", {
      schema: { kind: "graph", major: 1, minor: 99 },
      unknownField: [1, 2],
    }),
    changed("no-nodes", { nodes: { op: [0], inputs: [[5]] } }),
    payloadCell("text", "text", "graph", "<b>not a document</b>"),
    payloadCell("markup", "markup", "graph", withMarkup()),
    {
      id: "svg",
      source: "svg",
      data: { [MIME]: null, "image/svg+xml": SVG, "text/plain": "plain" },
    },
    payloadCell(
      "prototype",
      "prototype",
      "graph",
      JSON.parse(
        '{"__proto__": {"polluted": true}, "schema": {"kind": "graph", "major": 1, "minor": 0}}',
      ),
    ),
    payloadCell("tensor", "tensor", "tensor", {
      schema: { kind: "tensor", major: 1, minor: 0 },
      shape: [1e9, 1e9],
    }),
  ]
  await lab.openNotebook("hostile.ipynb", notebook(cells))
  await lab.page.locator(".jp-Defnote-reason").first().waitFor()
})

test("D8.3: a newer version shows the static picture and is named", async ({ lab }) => {
  const output = lab.cell(0).locator(".jp-Defnote-fallback")
  await expect(output.locator(".jp-Defnote-reason")).toContainText("9.2")
  await expect(output.locator("img")).toBeVisible()
  const width = await output
    .locator("img")
    .evaluate((image) => (image as HTMLImageElement).naturalWidth)
  expect(width).toBeGreaterThan(300)
})

test("D8.3: any minor of our major is accepted", async ({ lab }) => {
  await expect(lab.cell(1).locator(".dn-graph .dn-title")).toHaveText("valueAndGrad(loss)")
})

test("D8.4: a malformed payload gets a sentence and its picture", async ({ lab }) => {
  const output = lab.cell(2).locator(".jp-Defnote-fallback")
  await expect(output.locator(".jp-Defnote-reason")).toContainText("graph: ")
  await expect(output.locator("img")).toBeVisible()
  await expect(lab.cell(3).locator(".jp-Defnote-fallback")).toContainText("graph as text")
  await expect(lab.cell(6).locator(".jp-Defnote-fallback")).toBeVisible()
  await expect(lab.cell(7).locator(".jp-Defnote-reason")).toContainText("tensor: ")
})

test("D8.4: markup in a payload is text", async ({ lab }) => {
  const graph = lab.graph(4)
  await graph.node.scrollIntoViewIfNeeded()
  await graph.press("ArrowDown")
  await graph.press("ArrowDown")
  await graph.press("d")
  await expect(graph.node.locator(".dn-title")).toContainText("<img src=x")
  await expect(graph.node.locator("img, script, iframe, a[href^='javascript']")).toHaveCount(0)
})

test("D8.4: an SVG with scripts is only an image, and nothing ran", async ({ lab }) => {
  await lab.cell(5).scrollIntoViewIfNeeded()
  await expect(lab.cell(5).locator(".jp-Defnote-fallback img")).toBeVisible()
  await lab.page.waitForTimeout(300)
  const state = await lab.page.evaluate(() => ({
    pwned: (window as { pwned?: unknown }).pwned,
    polluted: ({} as { polluted?: unknown }).polluted,
  }))
  expect(state).toEqual({})
  expect(lab.errors).toEqual([])
})
