/** @file Tokens by which our plugins find each other; types only, no behaviour. */
import { Token } from "@lumino/coreutils"
import type { CellEditors } from "./editors.ts"
import type { OutputRegistry } from "./output-registry.ts"
import type { SourceLinks } from "./source-links.ts"

/** Links between drawn nodes and expressions in cells. */
export const ISourceLinks = new Token<SourceLinks>(
  "defnote-labextension:ISourceLinks",
  "Links the nodes of drawn graphs with expressions in cells.",
)

/** The outputs of defnote on the page. */
export const IOutputRegistry = new Token<OutputRegistry>(
  "defnote-labextension:IOutputRegistry",
  "The graph, gradient, tensor and training outputs on the page.",
)

/** The editors of cells on the page. */
export const ICellEditors = new Token<CellEditors>(
  "defnote-labextension:ICellEditors",
  "The editors of cells, by cell id, with highlights and pointer places.",
)
