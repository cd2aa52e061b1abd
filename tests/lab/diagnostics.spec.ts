/** @file Squiggles in cells, from the kernel's type checker. */
import { expect, test } from "./lab.ts"

test.describe.configure({ mode: "serial" })
test.beforeAll(async ({ lab }) => {
  await lab.newNotebook()
})

test("D7.6: a type error is underlined while it is typed, and goes when it is mended", async ({
  lab,
}) => {
  const cell = lab.cell(0)
  await cell.locator(".cm-content").click()
  await lab.page.keyboard.insertText("const answer: number = 'text'\nanswer")
  const squiggle = cell.locator(".cm-lintRange-error")
  await expect(squiggle).toHaveText("answer")
  await squiggle.hover()
  await expect(lab.page.locator(".cm-tooltip-lint")).toContainText(
    "Type 'string' is not assignable to type 'number'.",
  )
  await lab.page.keyboard.press("ControlOrMeta+a")
  await lab.page.keyboard.insertText("const answer: number = 42\nanswer")
  await expect(squiggle).toHaveCount(0)
})

test("D7.6: a name of an earlier cell is known", async ({ lab }) => {
  await lab.run(0, "const answer: number = 42\nanswer")
  await expect(lab.cell(0).locator(".jp-OutputArea-output")).toContainText("42")
  const cell = lab.cell(1)
  await cell.locator(".cm-content").click()
  await lab.page.keyboard.insertText("const word: string = answer")
  await expect(cell.locator(".cm-lintRange-error")).toHaveText("word")
  expect(lab.errors).toEqual([])
})
