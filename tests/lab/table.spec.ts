/** @file Tables of data in a notebook: readable without trust, with types and what is missing. */
import { expect, test } from "./lab.ts"

test("D8.1: rows of JSON are a table with types, ranges and missing values", async ({ lab }) => {
  await lab.theme("JupyterLab Light")
  await lab.newNotebook()
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
  const view = cell.locator(".jp-OutputArea-output table")
  await expect(view.locator("caption")).toHaveText("penguins: 3 rows × 3 columns, ∅ is missing")
  await expect(view.locator("thead tr")).toHaveCount(4)
  await expect(view.locator("thead tr").nth(1)).toHaveText(/type\s*text\s*integer\s*date/)
  await expect(view.locator("tbody tr").first()).toHaveText(/2\s*Gentoo\s*5000\s*∅/)
  await expect(view.locator("tbody tr").nth(1)).toContainText("<b>Adelie</b>")
  await expect(view.locator("b")).toHaveCount(0)
  expect(lab.errors).toEqual([])
})
