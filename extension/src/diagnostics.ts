/** @file The plugin that asks our kernel about the cells of a notebook and shows what it finds. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application"
import { INotebookTracker, type NotebookPanel } from "@jupyterlab/notebook"
import { ISettingRegistry } from "@jupyterlab/settingregistry"
import type { CellEditors } from "./editors.ts"
import { ICellEditors } from "./tokens.ts"

const ID = "defnote-labextension:diagnostics"

/** Squiggles under what the kernel's type checker finds; only in notebooks with our kernel. */
export const diagnostics: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "Underlines type errors of cells, found by the defnote kernel.",
  autoStart: true,
  requires: [INotebookTracker, ICellEditors],
  optional: [ISettingRegistry],
  activate: (
    _app: JupyterFrontEnd,
    tracker: INotebookTracker,
    editors: CellEditors,
    registry: ISettingRegistry | null,
  ) => {
    const enabled = settingOf(registry)
    tracker.widgetAdded.connect((_, panel) => void watch(panel, editors, enabled))
  },
}

/** Whether the user wants squiggles; asked anew for every notebook. */
async function settingOf(registry: ISettingRegistry | null): Promise<() => boolean> {
  if (!registry) return () => true
  try {
    const settings = await registry.load(ID)
    return () => settings.composite.enabled !== false
  } catch (error) {
    console.warn(`${ID}: settings could not be read; the defaults are used`, error)
    return () => true
  }
}

/** Connects a panel to each kernel of ours that it gets; the checking code loads with the first. */
async function watch(
  panel: NotebookPanel,
  editors: CellEditors,
  enabled: Promise<() => boolean>,
): Promise<void> {
  await panel.sessionContext.ready
  const isEnabled = await enabled
  if (panel.isDisposed) return
  let stop: (() => void) | null = null
  const connect = async () => {
    stop?.()
    stop = null
    const kernel = panel.sessionContext.session?.kernel
    if (!kernel || !isEnabled()) return
    const info = await kernel.info
    if (info.implementation !== "defnote" || kernel.isDisposed || panel.isDisposed) return
    const { checkNotebook } = await import("./squiggles.ts")
    if (kernel === panel.sessionContext.session?.kernel)
      stop = checkNotebook(panel, kernel, editors)
  }
  panel.sessionContext.kernelChanged.connect(() => void connect())
  // A restart ends the comms but keeps the kernel's connection: no kernel changes.
  let restarting = false
  panel.sessionContext.statusChanged.connect((_, status) => {
    if (status === "restarting" || status === "autorestarting") restarting = true
    if (!restarting || status !== "idle") return
    restarting = false
    void connect()
  })
  panel.disposed.connect(() => stop?.())
  await connect()
}
