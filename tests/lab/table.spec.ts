/** @file Tables of data in a notebook: readable without trust, with types and what is missing; sorted, paged, saved. */
import { expect, test } from "./lab.ts"

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  await lab.newNotebook()
})

test("D8.1: rows of JSON are a table with types, ranges and missing values", async ({ lab }) => {
  const cell = await lab.run(
    0,
    `import { table } from "defnote"
const rows = [
  { species: "<b>Adelie</b>", mass: 3750, when: "2007-11-11" },
  { species: "Gentoo", mass: null, when: "2009-01-02" },
  { species: "Gentoo", mass: 5000, when: "" },
]
table(rows, { title: "penguins", sortBy: "mass", descending: true })`,
  )
  const view = cell.locator(".dn-data")
  await expect(view.locator(".dn-bar")).toHaveText(/^penguins\s*3 rows × 3 columns\s*∅ 2 missing$/)
  await expect(view.locator("thead tr")).toHaveCount(4)
  await expect(view.locator("thead tr").nth(1)).toHaveText(/type\s*text\s*integer\s*date/)
  await expect(view.locator("tbody tr").first()).toHaveText(/2\s*Gentoo\s*5000\s*∅/)
  await expect(view.locator("tbody tr").nth(1)).toContainText("<b>Adelie</b>")
  await expect(view.locator("b")).toHaveCount(0)
})

test("columns sort by a click where all rows are stored; the order is kept with the notebook", async ({
  lab,
}) => {
  const view = lab.cell(0).locator(".dn-data")
  const header = (name: string) => view.locator(`button[data-column="${name}"]`)
  const first = view.locator("tbody th")
  await expect(first).toHaveText(["2", "0", "1"])
  await header("when").click()
  await expect(first).toHaveText(["0", "1", "2"])
  await expect(view.locator('th[aria-sort="ascending"]')).toHaveText("when ▲")
  await expect(header("when")).toBeFocused()
  await lab.page.keyboard.press("Enter")
  await expect(first).toHaveText(["1", "0", "2"])
  const saved = await lab.page.evaluate(() => {
    const { shell } = (window as unknown as { jupyterapp: { shell: { currentWidget: unknown } } })
      .jupyterapp
    const panel = shell.currentWidget as { model: { toJSON(): { cells: object[] } } }
    const { cells } = panel.model.toJSON() as { cells: { outputs: { metadata: object }[] }[] }
    return cells[0].outputs[0].metadata
  })
  expect(saved).toEqual({
    "application/vnd.defnote.table.v1+json": {
      view: { order: { column: "when", descending: true } },
    },
  })
})

test("of twelve thousand rows the kernel gives the others, in any order", async ({ lab }) => {
  const cell = await lab.run(
    1,
    "table(Array.from({ length: 12000 }, (_, i) => ({ i, x: i % 7 ? (i * 37) % 1000 : null })))",
  )
  const view = cell.locator(".dn-data")
  const first = view.locator("tbody tr").first()
  await expect(view.locator(".dn-bar")).toHaveText(/^12,000 rows × 2 columns.*0 to 99/)
  await view.getByRole("button", { name: "Last rows" }).click()
  await expect(first).toHaveText(/^11,900\s*11900\s*∅$/)
  await expect(view.getByRole("button", { name: "Rows after" })).toBeDisabled()
  await view.locator('button[data-column="x"]').click()
  await view.locator('button[data-column="x"]').click()
  await expect(first).toHaveText(/999$/)
  await expect(view.locator(".dn-bar")).toContainText("0 to 99")
})

test("VISUAL 12: without the kernel the stored rows stay, and the view says what it lacks", async ({
  lab,
}) => {
  await lab.restartKernel()
  await lab.idle()
  const view = lab.cell(1).locator(".dn-data")
  await view.getByRole("button", { name: "Rows after" }).click()
  await expect(view.locator(".dn-table-state")).toHaveText(
    "Saved view. Other rows and orders need the kernel.",
  )
  await expect(view.locator("tbody tr").first()).toHaveText(/999$/)
  await lab.cell(0).locator('button[data-column="mass"]').click()
  await expect(lab.cell(0).locator("tbody th")).toHaveText(["0", "2", "1"])
  expect(lab.errors).toEqual([])
})
