/** @file The variables of the notebook in front: asked after each run while the panel is seen, listed, opened. */
import "../style/views.css"
import { VARIABLES, type VariableRow, type VariablesReply } from "@defnote/display"
import { MainAreaWidget } from "@jupyterlab/apputils"
import type { NotebookPanel } from "@jupyterlab/notebook"
import { MimeModel } from "@jupyterlab/rendermime"
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces"
import type { Kernel, KernelMessage } from "@jupyterlab/services"
import type { ReadonlyPartialJSONObject } from "@lumino/coreutils"
import { defnoteIcon } from "./icon.ts"
import { askKernel } from "./kernel-questions.ts"
import { VariablesList } from "./variables-list.ts"
import type { VariablesServices } from "./variables-plugin.ts"

/** Times that a list which is not finished is asked for again, and after how long. */
const AGAIN = 8
const AGAIN_MS = 150

/** The contents of the tab. */
export class VariablesPanel {
  readonly #services: VariablesServices
  readonly #list: VariablesList
  readonly #opened = new Map<string, { panel: MainAreaWidget; renderer: IRenderMime.IRenderer }>()
  #notebook: NotebookPanel | null = null
  #kernel: Kernel.IKernelConnection | null = null
  #seen = false
  /** Rises with every question, so that an old answer does not replace a new one. */
  #turn = 0
  #over = false

  constructor(host: HTMLElement, services: VariablesServices) {
    this.#services = services
    this.#list = new VariablesList(host, services.trans, (name) => void this.#open(name))
    services.tracker.currentChanged.connect(this.#onNotebook, this)
    this.#onNotebook()
  }

  /** Nothing is asked while nobody sees the answer. */
  setSeen(seen: boolean): void {
    if (seen === this.#seen) return
    this.#seen = seen
    if (seen) void this.refresh()
  }

  /** Asks the kernel anew, and again a few times while it has not measured everything. */
  async refresh(again = AGAIN): Promise<void> {
    if (!this.#seen) return
    const turn = ++this.#turn
    const { trans } = this.#services
    const kernel = this.#kernel
    if (!this.#notebook) return this.#list.say(trans.__("No notebook is open."))
    if (!kernel || kernel.isDisposed) return this.#list.say(trans.__("The notebook has no kernel."))
    const info = await kernel.info
    if (turn !== this.#turn) return
    if (info.implementation !== "defnote")
      return this.#list.say(trans.__("Variables are listed for notebooks with the defnote kernel."))
    const reply = await askKernel<VariablesReply>(kernel, VARIABLES, { kind: "list" })
    if (turn !== this.#turn) return
    if (!reply) return this.#list.say(trans.__("The kernel does not answer."))
    this.#list.show(rowsOf(reply.variables), Number(reply.hidden ?? 0))
    if (!reply.unfinished || again === 0) return
    setTimeout(() => {
      if (turn === this.#turn && !this.#over) void this.refresh(again - 1)
    }, AGAIN_MS)
  }

  dispose(): void {
    this.#over = true
    this.#services.tracker.currentChanged.disconnect(this.#onNotebook, this)
    this.#leave()
    this.#list.dispose()
  }

  #onNotebook(): void {
    const notebook = this.#services.tracker.currentWidget
    if (notebook === this.#notebook) return
    this.#leave()
    this.#notebook = notebook
    notebook?.sessionContext.kernelChanged.connect(this.#onKernel, this)
    notebook?.disposed.connect(this.#onClosed, this)
    this.#onKernel()
  }

  #leave(): void {
    this.#notebook?.sessionContext.kernelChanged.disconnect(this.#onKernel, this)
    this.#notebook?.disposed.disconnect(this.#onClosed, this)
    this.#kernel?.iopubMessage.disconnect(this.#onMessage, this)
    this.#kernel?.statusChanged.disconnect(this.#onStatus, this)
    this.#notebook = null
    this.#kernel = null
  }

  #onClosed(): void {
    this.#leave()
    void this.refresh()
  }

  #onKernel(): void {
    this.#kernel?.iopubMessage.disconnect(this.#onMessage, this)
    this.#kernel?.statusChanged.disconnect(this.#onStatus, this)
    this.#kernel = this.#notebook?.sessionContext.session?.kernel ?? null
    this.#kernel?.iopubMessage.connect(this.#onMessage, this)
    this.#kernel?.statusChanged.connect(this.#onStatus, this)
    void this.refresh()
  }

  /** The end of a run of a cell. Questions of ours end as well, and must not ask again. */
  #onMessage(_: unknown, message: KernelMessage.IIOPubMessage): void {
    const parent = message.parent_header as { msg_type?: string }
    if (message.header.msg_type !== "status" || parent.msg_type !== "execute_request") return
    if ((message.content as { execution_state?: string }).execution_state !== "idle") return
    void this.refresh()
  }

  #restarting = false

  #onStatus(_: unknown, status: Kernel.Status): void {
    if (/restarting|dead|terminating/.test(status)) {
      this.#restarting = true
      if (this.#seen) this.#list.show([], 0)
    } else if (this.#restarting && status === "idle") {
      this.#restarting = false
      void this.refresh()
    }
  }

  /** Shows a variable in a tab beside the notebook; a second time brings it up to date. */
  async #open(name: string): Promise<void> {
    const kernel = this.#kernel
    const notebook = this.#notebook
    if (!kernel || !notebook) return
    const reply = await askKernel<VariablesReply>(kernel, VARIABLES, { kind: "show", name })
    const data = reply?.bundle as ReadonlyPartialJSONObject | undefined
    if (!data) return void this.refresh()
    const key = `${notebook.id}/${name}`
    const type = this.#services.rendermime.preferredMimeType(data, "ensure")
    if (!type) return
    let opened = this.#opened.get(key)
    if (!opened || opened.panel.isDisposed || opened.renderer.node.dataset.mimeType !== type) {
      opened?.panel.dispose()
      opened = this.#tab(name, type, notebook)
      this.#opened.set(key, opened)
    }
    await opened.renderer.renderModel(new MimeModel({ data, trusted: false }))
    this.#services.app.shell.activateById(opened.panel.id)
  }

  #tab(name: string, type: string, notebook: NotebookPanel) {
    const { app, rendermime, registry } = this.#services
    const renderer = rendermime.createRenderer(type)
    renderer.node.dataset.mimeType = type
    renderer.addClass("jp-mod-panel")
    registry.own(renderer.node, () =>
      notebook.isDisposed ? null : (notebook.sessionContext.session?.kernel ?? null),
    )
    const panel = new MainAreaWidget({ content: renderer })
    panel.title.label = name
    panel.title.icon = defnoteIcon
    panel.title.closable = true
    // The first stands beside the notebook, the others behind it: the room is not divided again.
    const beside = [...this.#opened.values()].find((other) => !other.panel.isDisposed)
    const mode = beside ? "tab-after" : "split-right"
    app.shell.add(panel, "main", { mode, ref: beside?.panel.id ?? null, activate: false })
    return { panel, renderer }
  }
}

/** The rows that are whole: a kernel may say anything. */
function rowsOf(rows: unknown): readonly VariableRow[] {
  if (!Array.isArray(rows)) return []
  return rows.filter(
    (row) =>
      typeof row?.name === "string" && typeof row.type === "string" && Array.isArray(row.badges),
  )
}
