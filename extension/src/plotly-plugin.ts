/** @file The plugin that draws Plotly figures, unless another extension already does. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application"
import { IThemeManager } from "@jupyterlab/apputils"
import { PageConfig } from "@jupyterlab/coreutils"
import { IRenderMimeRegistry } from "@jupyterlab/rendermime"
import type { IRenderMime } from "@jupyterlab/rendermime-interfaces"
import { nullTranslator } from "@jupyterlab/translation"
import { PLOTLY_MIME, PlotlyWidget } from "./plotly-widget.ts"

/** Plotly figures need scripts of their own making: not safe, so only trusted notebooks show them. */
export const plotly: JupyterFrontEndPlugin<void> = {
  id: "defnote-labextension:plotly",
  description: "Draws Plotly figures; loads Plotly with the first one.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [IThemeManager],
  activate: (
    _app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    themes: IThemeManager | null,
  ) => {
    if (anotherPlotly() || rendermime.getFactory(PLOTLY_MIME)) return
    const createRenderer = ({ translator }: IRenderMime.IRendererOptions) =>
      new PlotlyWidget(themes, (translator ?? nullTranslator).load("defnote"))
    rendermime.addFactory({ safe: false, mimeTypes: [PLOTLY_MIME], createRenderer }, 0)
  },
}

/**
 * True when the extension of Python's plotly is installed. Asked of the page's configuration, because
 * the order in which extensions register is not fixed.
 */
function anotherPlotly(): boolean {
  const config = PageConfig.getOption("federated_extensions")
  if (!config) return false
  const list: unknown = JSON.parse(config)
  const named = (entry: unknown) =>
    (entry as { name?: unknown } | null)?.name === "jupyterlab-plotly"
  return Array.isArray(list) && list.some(named)
}
