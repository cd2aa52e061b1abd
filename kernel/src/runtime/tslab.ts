/** @file `import * as tslab from "tslab"`: the display functions of tslab 1.0.22 on this kernel. */
import { randomBytes } from "node:crypto"
import type { Display } from "./display.ts"
import type { SuppliedModule } from "./modules.ts"

/** The display object of tslab. */
export interface TslabDisplay {
  javascript(text: string): void
  html(text: string): void
  markdown(text: string): void
  latex(text: string): void
  svg(text: string): void
  png(bytes: Uint8Array): void
  jpeg(bytes: Uint8Array): void
  gif(bytes: Uint8Array): void
  pdf(bytes: Uint8Array): void
  text(text: string): void
  raw(type: string, data: string | Uint8Array): void
}

/** The version of tslab whose behaviour this module has. */
const TSLAB_VERSION = "1.0.22"

/** The module `tslab` as a supplied module. */
export function createTslab(display: Display): [string, SuppliedModule][] {
  const module = {
    versions: { tslab: TSLAB_VERSION, typescript: "7.0.2", node: process.version },
    display: createTslabDisplay(display),
    newDisplay: () => createTslabDisplay(display, randomBytes(8).toString("hex")),
  }
  return [["tslab", { load: async () => module, loaded: () => module }]]
}

/** With an id the first output is added, every later one replaces it. */
function createTslabDisplay(display: Display, id?: string): TslabDisplay {
  let update = false
  const raw = (type: string, data: string | Uint8Array) => {
    display({ [type]: data }, { id, update })
    update = id !== undefined
  }
  return {
    raw,
    javascript: (text) => raw("text/javascript", text),
    html: (text) => raw("text/html", text),
    markdown: (text) => raw("text/markdown", text),
    latex: (text) => raw("text/latex", text),
    svg: (text) => raw("image/svg+xml", text),
    png: (bytes) => raw("image/png", bytes),
    jpeg: (bytes) => raw("image/jpeg", bytes),
    gif: (bytes) => raw("image/gif", bytes),
    pdf: (bytes) => raw("application/pdf", bytes),
    text: (text) => raw("text/plain", text),
  }
}
