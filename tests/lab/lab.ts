/** @file Notebooks with saved outputs in the lab: opening them, and what a person does to a graph. */
import { test as base, expect, type Locator } from "@playwright/test"
import { Lab } from "../lab.ts"

/** Names of the themes of JupyterLab. */
export type ThemeName = "JupyterLab Light" | "JupyterLab Dark" | "JupyterLab Dark High Contrast"

/** The lab with notebooks that a test writes. */
export class OutputLab extends Lab {
  /** Writes a notebook and opens it; the kernel is neither needed nor waited for. */
  async openNotebook(path: string, content: object): Promise<void> {
    const body = { type: "notebook", format: "json", content }
    const reply = await this.page.request.put(`/api/contents/${path}`, { data: body })
    expect(reply.ok(), await reply.text()).toBe(true)
    await this.command("docmanager:open", {
      path,
      factory: "Notebook",
      kernelPreference: { shouldStart: false, canStart: false },
    })
    await this.alone()
    await this.cell(0).waitFor({ timeout: 30_000 })
  }

  /** The notebook in front as it would be saved. */
  content(): Promise<object> {
    type Page = {
      jupyterapp: { shell: { currentWidget: { content: { model: { toJSON(): object } } } } }
    }
    return this.page.evaluate(() =>
      (window as unknown as Page).jupyterapp.shell.currentWidget.content.model.toJSON(),
    )
  }

  /** Saves the notebook in front, and gives the bytes of its file. */
  async save(path: string): Promise<string> {
    await this.command("docmanager:save")
    return this.fileText(path)
  }

  /** The text of a file below the folder of the lab. */
  async fileText(path: string): Promise<string> {
    return (await this.page.request.get(`/files/${path}`)).text()
  }

  /** Turns off the lab's question about news, which would lie over the page. */
  async quiet(): Promise<void> {
    const path = "/lab/api/settings/@jupyterlab/apputils-extension:notification"
    await this.page.request.put(path, { data: { raw: '{"fetchNews": "false"}' } })
  }

  /** Closes every notebook and panel; what was changed is thrown away. */
  async closeAll(): Promise<void> {
    const discard = this.page.locator(".jp-Dialog button.jp-mod-warn")
    const open = this.page.locator(".jp-NotebookPanel, .jp-Defnote-output.jp-mod-panel")
    for (let tries = 0; tries < 100 && (await open.count()) > 0; tries++) {
      if (await discard.isVisible()) await discard.click()
      else void this.command("application:close-all").catch(() => undefined)
      await this.page.waitForTimeout(150)
    }
  }

  async theme(name: ThemeName): Promise<void> {
    await this.command("apputils:change-theme", { theme: name })
    await expect(this.page.locator("body")).toHaveAttribute("data-jp-theme-name", name)
    await this.page.waitForTimeout(300)
  }

  /** The graph in the output of a cell. */
  graph(index: number): Graph {
    return new Graph(this, this.cell(index).locator(".dn-graph"))
  }

  /** The text that is lit in a cell, "" for none. */
  async lit(index: number): Promise<string> {
    return (await this.cell(index).locator(".jp-Defnote-lit").allTextContents()).join("")
  }
}

/** A box as the screen reader sees it: its label, and where it is on the stage. */
export interface Place {
  readonly x: number
  readonly y: number
}

/** One graph on the page. It is driven as a person would: by pointer, keys and accessible names. */
export class Graph {
  readonly node: Locator
  readonly stage: Locator
  readonly panel: Locator
  readonly #lab: OutputLab

  constructor(lab: OutputLab, node: Locator) {
    this.#lab = lab
    this.node = node
    this.stage = node.locator(".dn-stage")
    this.panel = node.locator(".dn-panel")
  }

  /** Presses a key in the focused view. */
  async press(key: string): Promise<void> {
    await this.stage.press(key)
  }

  /** Clicks a point of the stage, in px from its left upper corner. */
  async click({ x, y }: Place, options: { clickCount?: number } = {}): Promise<void> {
    await this.stage.click({ position: { x, y }, ...options })
  }

  /** The accessible name of the selected box, "" for none. */
  async selected(): Promise<string> {
    const id = await this.stage.getAttribute("aria-activedescendant")
    if (!id) return ""
    return (await this.#lab.page.locator(`#${id}`).getAttribute("aria-label")) ?? ""
  }

  /** The tooltip of what is drawn at a point, "" for nothing. */
  async titleAt({ x, y }: Place): Promise<string> {
    const box = await this.stage.boundingBox()
    if (!box) throw new Error("the stage is not on the page")
    await this.#lab.page.mouse.move(box.x + x, box.y + y)
    return (await this.stage.getAttribute("title")) ?? ""
  }

  /** The upper edge of what is drawn at a point: the first y, going up, with another tooltip. */
  async edge({ x, y }: Place): Promise<number> {
    const title = await this.titleAt({ x, y })
    let top = y
    while (top > 31 && (await this.titleAt({ x, y: top - 1 })) === title) top--
    return top
  }

  /** Moves the pointer down the stage until a box with this title is under it. */
  async find(title: RegExp): Promise<Place> {
    await this.stage.scrollIntoViewIfNeeded()
    const box = await this.stage.boundingBox()
    if (!box) throw new Error("the stage is not on the page")
    for (let y = 36; y < box.height; y += 14) {
      for (const x of [0.1, 0.32, 0.6, 0.85].map((share) => Math.round(share * box.width))) {
        await this.#lab.page.mouse.move(box.x + x, box.y + y)
        if (title.test((await this.stage.getAttribute("title")) ?? "")) return { x, y }
      }
    }
    throw new Error(`no box has a title like ${title}`)
  }

  /** Colour of a point of the canvas, as `[r, g, b]`. */
  pixel({ x, y }: Place): Promise<number[]> {
    return this.stage.locator(".dn-canvas").evaluate(
      (canvas, place) => {
        const element = canvas as HTMLCanvasElement
        const ratio = element.width / element.clientWidth
        const data = element
          .getContext("2d")
          ?.getImageData(place.x * ratio, place.y * ratio, 1, 1).data
        return [...(data ?? [])].slice(0, 3)
      },
      { x, y },
    )
  }
}

/** One page for all tests of a file. */
export const test = base.extend<object, { lab: OutputLab }>({
  lab: [
    async ({ browser }, use, info) => {
      const page = await browser.newPage({
        baseURL: info.project.use.baseURL,
        viewport: { width: 1280, height: 1000 },
      })
      const lab = new OutputLab(page)
      await lab.quiet()
      await lab.open()
      await use(lab)
      await page.close()
    },
    { scope: "worker" },
  ],
})

export { expect }
