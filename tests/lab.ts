/** @file What a person does in JupyterLab, for the browser tests. */
import { test as base, expect, type Locator, type Page } from "@playwright/test"

/** JupyterLab's page with the commands of its application. */
export class Lab {
  readonly page: Page
  /** Errors of the page, and console errors that name us. */
  readonly errors: string[] = []

  constructor(page: Page) {
    this.page = page
    page.on("pageerror", (error) => this.errors.push(String(error)))
    page.on("console", (message) => {
      const text = message.text()
      if (message.type() === "error" && /defnote/i.test(text)) this.errors.push(text)
    })
  }

  /** Opens a path of the lab in a workspace without tabs. */
  async open(path = "/lab"): Promise<void> {
    await this.page.goto(`${path}?reset`)
    await this.page.locator("#jp-main-dock-panel").waitFor({ timeout: 40_000 })
  }

  /** Runs a command of the lab, such as `notebook:restart-kernel`. */
  command(id: string, args: object = {}): Promise<unknown> {
    return this.page.evaluate(
      ([name, values]) =>
        (
          window as unknown as {
            jupyterapp: { commands: { execute(id: string, args: object): Promise<unknown> } }
          }
        ).jupyterapp.commands
          .execute(name, values)
          .then(() => undefined),
      [id, args] as const,
    )
  }

  /** Opens a new notebook of our kernel and waits until the kernel is idle. */
  async newNotebook(): Promise<void> {
    await this.command("notebook:create-new", { kernelName: "defnote" })
    await this.alone()
    await this.cell(0).waitFor({ timeout: 30_000 })
    await this.connected()
    await this.idle()
  }

  /** While one tab takes the place of another, the notebooks of both are on the page. */
  protected async alone(): Promise<void> {
    await expect(this.page.locator(".jp-Notebook:visible")).toHaveCount(1, { timeout: 30_000 })
  }

  /** Until then JupyterLab drops a cell that is run: there is no kernel to send it to. */
  private async connected(): Promise<void> {
    await this.page.waitForFunction(
      () => {
        const { shell } = (
          window as unknown as { jupyterapp: { shell: { currentWidget: unknown } } }
        ).jupyterapp
        const panel = shell.currentWidget as {
          sessionContext?: { session?: { kernel?: { connectionStatus: string } | null } | null }
        } | null
        return panel?.sessionContext?.session?.kernel?.connectionStatus === "connected"
      },
      undefined,
      { timeout: 30_000 },
    )
  }

  /** Restarts the kernel of the notebook in front, and says yes where the lab asks. */
  async restartKernel(): Promise<void> {
    const restarted = this.command("notebook:restart-kernel")
    await this.page.locator(".jp-Dialog button.jp-mod-accept").click()
    await restarted
  }

  async idle(): Promise<void> {
    const indicator = this.page.locator(".jp-Notebook-ExecutionIndicator:visible")
    await expect(indicator).toHaveAttribute("data-status", "idle", { timeout: 30_000 })
  }

  cell(index: number): Locator {
    return this.page.locator(".jp-Notebook:visible .jp-Cell").nth(index)
  }

  /** Replaces the text of a cell and runs it; the selection moves on to the next cell. */
  async run(index: number, text: string): Promise<Locator> {
    const cell = this.cell(index)
    await cell.locator(".cm-content").click()
    await this.page.keyboard.press("ControlOrMeta+a")
    await this.page.keyboard.insertText(text)
    await this.page.keyboard.press("Shift+Enter")
    return cell
  }
}

/** One page for all tests of a file: loading JupyterLab is the dear part. */
export const test = base.extend<object, { lab: Lab }>({
  lab: [
    async ({ browser }, use, info) => {
      const page = await browser.newPage({ baseURL: info.project.use.baseURL })
      const lab = new Lab(page)
      await lab.open()
      await use(lab)
      await page.close()
    },
    { scope: "worker" },
  ],
})

export { expect }
