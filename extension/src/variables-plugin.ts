/** @file The plugin of the variables panel: a tab in the side bar; its contents load when it is first seen. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application"
import { ICommandPalette } from "@jupyterlab/apputils"
import { INotebookTracker } from "@jupyterlab/notebook"
import { IRenderMimeRegistry } from "@jupyterlab/rendermime"
import { ISettingRegistry } from "@jupyterlab/settingregistry"
import { ITranslator, nullTranslator, type TranslationBundle } from "@jupyterlab/translation"
import { Widget } from "@lumino/widgets"
import { defnoteIcon } from "./icon.ts"
import type { OutputRegistry } from "./output-registry.ts"
import { IOutputRegistry } from "./tokens.ts"
import type { VariablesPanel } from "./variables-panel.ts"

const ID = "defnote-labextension:variables"

/** The command that brings the panel to the front. */
const SHOW = "defnote:show-variables"

/** What the panel needs of the page. */
export interface VariablesServices {
  readonly app: JupyterFrontEnd
  readonly tracker: INotebookTracker
  readonly rendermime: IRenderMimeRegistry
  readonly registry: OutputRegistry
  readonly trans: TranslationBundle
}

/** Lists what the session of the notebook in front holds. */
export const variables: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: "Lists the variables of a notebook with the defnote kernel in the side bar.",
  autoStart: true,
  requires: [INotebookTracker, IRenderMimeRegistry, IOutputRegistry],
  optional: [ISettingRegistry, ITranslator, ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    rendermime: IRenderMimeRegistry,
    registry: OutputRegistry,
    settings: ISettingRegistry | null,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
  ) => {
    const trans = (translator ?? nullTranslator).load("defnote")
    const services = { app, tracker, rendermime, registry, trans }
    let tab: VariablesTab | null = null
    const follow = (enabled: boolean) => {
      if (enabled && !tab) {
        tab = new VariablesTab(services)
        app.shell.add(tab, "right", { rank: 700 })
      } else if (!enabled) {
        tab?.dispose()
        tab = null
      }
    }
    app.commands.addCommand(SHOW, {
      label: trans.__("Show Variables"),
      caption: trans.__("List the variables of this notebook in the side bar"),
      isEnabled: () => tab !== null,
      describedBy: { args: { type: "object", properties: {} } },
      execute: () => {
        if (tab) app.shell.activateById(tab.id)
      },
    })
    palette?.addItem({ command: SHOW, category: "defnote" })
    void followSetting(settings, follow)
  },
}

/** Without settings, or when they cannot be read, the panel is there. */
async function followSetting(
  registry: ISettingRegistry | null,
  follow: (enabled: boolean) => void,
): Promise<void> {
  if (!registry) return follow(true)
  try {
    const settings = await registry.load(ID)
    const read = () => follow(settings.composite.enabled !== false)
    settings.changed.connect(read)
    read()
  } catch (error) {
    console.warn(`${ID}: settings could not be read; the defaults are used`, error)
    follow(true)
  }
}

/** The tab; small, for it is made at every start of the lab. */
class VariablesTab extends Widget {
  readonly #services: VariablesServices
  #panel: VariablesPanel | null = null

  constructor(services: VariablesServices) {
    super()
    this.#services = services
    const { trans } = services
    this.id = "defnote-variables"
    this.addClass("jp-Defnote-variables")
    this.title.icon = defnoteIcon
    this.title.caption = trans.__("Variables of the notebook")
    this.node.setAttribute("role", "region")
    this.node.setAttribute("aria-label", trans.__("Variables"))
  }

  override dispose(): void {
    this.#panel?.dispose()
    super.dispose()
  }

  protected override onAfterShow(): void {
    void this.#look()
  }

  protected override onAfterHide(): void {
    this.#panel?.setSeen(false)
  }

  /** An attached tab may be the one in front. */
  protected override onAfterAttach(): void {
    if (this.isVisible) void this.#look()
  }

  async #look(): Promise<void> {
    const { VariablesPanel } = await import("./variables-panel.ts")
    if (this.isDisposed) return
    this.#panel ??= new VariablesPanel(this.node, this.#services)
    this.#panel.setSeen(this.isVisible)
  }
}
