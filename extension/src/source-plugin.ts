/** @file The plugins that light expressions in cells: the editors' side, and the links to views. */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application"
import { EditorExtensionRegistry, IEditorExtensionRegistry } from "@jupyterlab/codemirror"
import { CellEditors } from "./editors.ts"
import { SourceLinks } from "./source-links.ts"
import { ICellEditors, ISourceLinks } from "./tokens.ts"

/** Knows the editor of every cell, so that others can mark ranges in it. */
export const cellEditors: JupyterFrontEndPlugin<CellEditors> = {
  id: "defnote-labextension:editors",
  description: "Finds the editors of cells by their ids.",
  autoStart: true,
  requires: [IEditorExtensionRegistry],
  provides: ICellEditors,
  activate: (_app: JupyterFrontEnd, registry: IEditorExtensionRegistry) => {
    const editors = new CellEditors()
    registry.addExtension({
      name: "defnote-labextension:editors",
      factory: ({ inline, model }) => {
        const cellId = inline ? cellIdOf(model.sharedModel) : null
        const extension = cellId ? editors.extension(cellId) : []
        return EditorExtensionRegistry.createImmutableExtension(extension)
      },
    })
    return editors
  },
}

/** Selecting a node lights its expression; the cursor on an expression selects its node. */
export const sourceLinks: JupyterFrontEndPlugin<SourceLinks> = {
  id: "defnote-labextension:source-links",
  description:
    "Lights the expression of a selected node in its cell, and the node of an expression.",
  autoStart: true,
  requires: [ICellEditors],
  provides: ISourceLinks,
  activate: (_app: JupyterFrontEnd, editors: CellEditors) => new SourceLinks(editors),
}

/** The id of the cell behind an editor, or null for a console prompt without one. */
function cellIdOf(model: object): string | null {
  const getId = (model as { getId?: () => unknown }).getId
  const id = typeof getId === "function" ? getId.call(model) : null
  return typeof id === "string" ? id : null
}
