/** @file Commands on the outputs of defnote, for the palette and the context menu. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application"
import { Clipboard, ICommandPalette, MainAreaWidget } from "@jupyterlab/apputils"
import { ITranslator, nullTranslator, type TranslationBundle } from "@jupyterlab/translation"
import { defnoteIcon } from "./icon.ts"
import type { OutputRegistry } from "./output-registry.ts"
import type { OutputWidget } from "./output-widget.ts"
import { IOutputRegistry } from "./tokens.ts"

/** Ids of our commands; `schema/commands.json` puts them into the context menu. */
export const COMMANDS = {
  open: "defnote:open-output",
  fit: "defnote:fit-graph",
  saved: "defnote:toggle-saved",
  expand: "defnote:expand-all",
  source: "defnote:go-to-expression",
  copySvg: "defnote:copy-svg",
  copyText: "defnote:copy-text",
  copyJson: "defnote:copy-json",
} as const

interface Action {
  readonly id: string
  readonly label: string
  readonly caption: string
  readonly enabled?: (output: OutputWidget) => boolean
  run(output: OutputWidget): unknown
}

/** Every action of an output, by name. */
export const commands: JupyterFrontEndPlugin<void> = {
  id: "defnote-labextension:commands",
  description: "Commands on graph, gradient and tensor outputs.",
  autoStart: true,
  requires: [IOutputRegistry],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    registry: OutputRegistry,
    palette: ICommandPalette | null,
    translator: ITranslator | null,
  ) => {
    const trans = (translator ?? nullTranslator).load("defnote")
    const inMenu = (node: HTMLElement) => node.closest(".jp-Defnote-output") !== null
    const target = () => registry.at(app.contextMenuHitTest(inMenu) ?? null) ?? registry.current
    for (const action of actions(app, trans)) {
      app.commands.addCommand(action.id, {
        label: action.label,
        caption: action.caption,
        icon: (args) => (args.isPalette ? undefined : defnoteIcon),
        isEnabled: () => {
          const output = target()
          return output !== null && (action.enabled?.(output) ?? true)
        },
        describedBy: { args: { type: "object", properties: {} } },
        execute: () => {
          const output = target()
          return output ? action.run(output) : undefined
        },
      })
      palette?.addItem({ command: action.id, category: "defnote", args: { isPalette: true } })
    }
  },
}

function actions(app: JupyterFrontEnd, trans: TranslationBundle): readonly Action[] {
  const isGraph = (output: OutputWidget) => output.presentation?.graph !== null
  const has = (type: string) => (output: OutputWidget) =>
    typeof output.model?.data[type] === "string"
  return [
    {
      id: COMMANDS.open,
      label: trans.__("Open Output in a Panel"),
      caption: trans.__("Show this output beside the notebook, at full height"),
      run: (output) => openPanel(app, output, trans),
    },
    {
      id: COMMANDS.fit,
      label: trans.__("Fit Graph"),
      caption: trans.__("Zoom so that the graph fills the width of its output"),
      enabled: isGraph,
      run: (output) => output.presentation?.graph?.fit(),
    },
    {
      id: COMMANDS.expand,
      label: trans.__("Open All Scopes"),
      caption: trans.__("Show every operation of the graph"),
      enabled: isGraph,
      run: (output) => output.presentation?.graph?.openAll(),
    },
    {
      id: COMMANDS.saved,
      label: trans.__("Show Values Saved for Backward"),
      caption: trans.__("Draw the values that the forward pass keeps for the backward pass"),
      enabled: isGraph,
      run: (output) => output.presentation?.graph?.toggleSaved(),
    },
    {
      id: COMMANDS.source,
      label: trans.__("Go to Expression"),
      caption: trans.__("Select the expression of the selected node in its cell"),
      enabled: isGraph,
      run: (output) => output.presentation?.goToSource(),
    },
    ...copyActions(trans, has),
  ]
}

function copyActions(
  trans: TranslationBundle,
  has: (type: string) => (output: OutputWidget) => boolean,
): readonly Action[] {
  const copy = (type: string) => (output: OutputWidget) =>
    Clipboard.copyToSystem(String(output.model?.data[type] ?? ""))
  return [
    {
      id: COMMANDS.copySvg,
      label: trans.__("Copy Picture as SVG"),
      caption: trans.__("Copy the static picture of this output"),
      enabled: has("image/svg+xml"),
      run: copy("image/svg+xml"),
    },
    {
      id: COMMANDS.copyText,
      label: trans.__("Copy Text"),
      caption: trans.__("Copy the listing of this output"),
      enabled: has("text/plain"),
      run: copy("text/plain"),
    },
    {
      id: COMMANDS.copyJson,
      label: trans.__("Copy Data as JSON"),
      caption: trans.__("Copy the data behind this output"),
      run: (output) =>
        Clipboard.copyToSystem(JSON.stringify(output.model?.data[output.mimeType] ?? null)),
    },
  ]
}

/** The same payload in a tab of its own, to the right; the notebook keeps the focus. */
function openPanel(app: JupyterFrontEnd, output: OutputWidget, trans: TranslationBundle): void {
  const model = output.model
  if (!model) return
  const content = output.copy()
  content.addClass("jp-mod-panel")
  const panel = new MainAreaWidget({ content })
  panel.title.label = trans.__("defnote: %1", output.kind)
  panel.title.icon = defnoteIcon
  panel.title.closable = true
  app.shell.add(panel, "main", { mode: "split-right", activate: false })
  void content.renderModel(model)
}
