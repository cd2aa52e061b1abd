/** @file The plugin that renders our MIME types. Registers at once; views load on first use. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application"
import { INotebookTracker } from "@jupyterlab/notebook"
import { IRenderMimeRegistry } from "@jupyterlab/rendermime"
import { ISettingRegistry } from "@jupyterlab/settingregistry"
import { ITranslator, nullTranslator } from "@jupyterlab/translation"
import { OutputRegistry } from "./output-registry.ts"
import { DEFAULT_SETTINGS, follow } from "./output-settings.ts"
import {
  type KernelSource,
  type OutputKind,
  type OutputServices,
  OutputWidget,
} from "./output-widget.ts"
import { keepPlainKeys } from "./plain-keys.ts"
import type { SourceLinks } from "./source-links.ts"
import { IOutputRegistry, ISourceLinks } from "./tokens.ts"

const ID = "defnote-labextension:outputs"
const KINDS: readonly OutputKind[] = [
  "graph",
  "gradient",
  "tensor",
  "training",
  "profile",
  "trace",
  "image",
  "table",
  "audio",
]

/** Renders graph, gradient, tensor, training and kernel outputs; safe, so untrusted notebooks show them. */
export const outputs: JupyterFrontEndPlugin<OutputRegistry> = {
  id: ID,
  description:
    "Shows graphs, gradients, tensors, training runs and generated code of the defnote kernel.",
  autoStart: true,
  requires: [IRenderMimeRegistry],
  optional: [ISourceLinks, ISettingRegistry, ITranslator, INotebookTracker],
  provides: IOutputRegistry,
  activate: (
    app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    links: SourceLinks | null,
    settingRegistry: ISettingRegistry | null,
    translator: ITranslator | null,
    tracker: INotebookTracker | null,
  ) => {
    const registry = new OutputRegistry()
    const settings = { ...DEFAULT_SETTINGS }
    const trans = (translator ?? nullTranslator).load("defnote")
    const kernelAt = (node: Element) => kernelSource(tracker, node) ?? registry.ownerOf(node)
    const runCells = (cells: readonly HTMLElement[]) => runEach(app, cells)
    const services = { trans, links, settings, registry, kernelAt, runCells }
    for (const kind of KINDS) addRenderer(rendermime, kind, services)
    keepPlainKeys(registry)
    loadSettings(settingRegistry, settings)
    return registry
  },
}

/**
 * Rank 0 goes before every other representation. Each notebook copies the registry when it opens,
 * so this must happen in `activate`, before anything is awaited.
 */
function addRenderer(
  rendermime: IRenderMimeRegistry,
  kind: OutputKind,
  services: OutputServices,
): void {
  const mimeTypes = [`application/vnd.defnote.${kind}.v1+json`]
  const createRenderer = (options: ConstructorParameters<typeof OutputWidget>[1]) =>
    new OutputWidget(kind, options, services)
  rendermime.addFactory({ safe: true, mimeTypes, createRenderer }, 0)
}

/** The kernel of the notebook that holds a node; the notebook may get another one later. */
function kernelSource(tracker: INotebookTracker | null, node: Element): KernelSource | null {
  const panel = tracker?.find(({ node: notebook }) => notebook.contains(node))
  if (!panel) return null
  return () => (panel.isDisposed ? null : (panel.sessionContext.session?.kernel ?? null))
}

async function loadSettings(
  registry: ISettingRegistry | null,
  settings: typeof DEFAULT_SETTINGS,
): Promise<void> {
  try {
    if (registry) follow(settings, await registry.load(ID))
  } catch (error) {
    console.warn(`${ID}: settings could not be read; the defaults are used`, error)
  }
}

/** A notebook makes the cell that gets the focus its active one, and runs that. */
async function runEach(app: JupyterFrontEnd, cells: readonly HTMLElement[]): Promise<void> {
  for (const cell of cells) {
    cell.focus()
    await app.commands.execute("notebook:run-cell")
  }
}
