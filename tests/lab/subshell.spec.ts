/** @file A console that works while a cell of the notebook waits. */
import type { Page } from "@playwright/test"
import { expect, test } from "./lab.ts"

/** JupyterLab makes the subshell once the console is there; what is run before goes to the main shell. */
function subshellOf(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => {
    type Kernel = { subshellId: string | null }
    type Console = { sessionContext?: { session?: { kernel?: Kernel | null } | null } } | null
    const { shell } = (window as unknown as { jupyterapp: { shell: { currentWidget: unknown } } })
      .jupyterapp
    return (shell.currentWidget as Console)?.sessionContext?.session?.kernel?.subshellId
  })
}

/** The console stands beside the notebook: the next file shall find the page undivided. */
test.afterAll(({ lab }) => lab.closeAll())

test("D7.6: a subshell console sees and changes what a waiting cell works on", async ({ lab }) => {
  await lab.newNotebook()
  await lab.run(0, "let go = false, turns = 0")
  const cell = await lab.run(
    1,
    "while (!go) { turns++; await new Promise((done) => setTimeout(done, 10)) }\n'over'",
  )
  await expect(cell.locator(".jp-InputPrompt")).toHaveText("[*]:")
  await lab.command("notebook:create-subshell-console", { activate: true })
  await expect.poll(() => subshellOf(lab.page)).toMatch(/./)
  const prompt = lab.page.locator(".jp-CodeConsole-input .cm-content")
  await prompt.click()
  await lab.page.keyboard.insertText("go = turns > 0; go")
  await lab.page.keyboard.press("Shift+Enter")
  const result = lab.page.locator(".jp-CodeConsole-content .jp-OutputArea-output")
  await expect(result.last()).toHaveText("true")
  await expect(cell.locator(".jp-OutputArea-output")).toHaveText("'over'")
  await expect(cell.locator(".jp-InputPrompt")).toHaveText("[2]:")
  expect(lab.errors).toEqual([])
})
