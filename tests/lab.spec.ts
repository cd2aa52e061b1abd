/** @file The lab knows the kernel and the extension, and both work. */
import { expect, test } from "./lab.ts"

test("the launcher offers the kernel", async ({ lab }) => {
  const card = lab.page.locator(".jp-LauncherCard", { hasText: "defnote (TypeScript)" })
  await expect(card.first()).toBeVisible()
})

test("a cell shows its value", async ({ lab }) => {
  await lab.newNotebook()
  const cell = await lab.run(0, "const answer: number = 6 * 7\nanswer")
  await expect(cell.locator(".jp-OutputArea-executeResult pre")).toHaveText("42")
})

test("interrupting ends a cell that would never end", async ({ lab }) => {
  const cell = await lab.run(1, "for (;;) {}")
  await expect(cell.locator(".jp-InputPrompt")).toHaveText("[*]:")
  await lab.command("notebook:interrupt-kernel")
  await expect(cell.locator(".jp-OutputArea")).toContainText(/interrupt/i)
  await lab.idle()
})

test("no error on the page", ({ lab }) => {
  expect(lab.errors).toEqual([])
})
