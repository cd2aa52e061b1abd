/** @file tslab's cell tags: JSDoc comments at the top of a cell, such as `@module name`. */

/** The tags of a cell. */
export interface CellTags {
  /** The cell is a module others import as `./name`; its text is not run as a cell. */
  module?: string
  /** The cell is for a browser; the runtime is Node. */
  browser: boolean
  jsx: boolean
}

const COMMENTS = /^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/u
const DOC = /\/\*\*[\s\S]*?\*\//gu
/** tslab's rule for the name of a module. */
const MODULE_NAME = /^[a-zA-Z0-9_/-]+$/u

/** Reads the tags in the comments before the first statement. */
export function readTags(source: string): CellTags {
  const tags: CellTags = { browser: false, jsx: false }
  for (const [comment] of (COMMENTS.exec(source)?.[0] ?? "").matchAll(DOC)) {
    const body = comment.slice(3, -2).replace(/^\s*\*/gmu, "")
    for (const [, name, argument] of body.matchAll(/(?:^|\s)@(\w+)[ \t]*([^\s@]*)/gu)) {
      if (name === "module" && MODULE_NAME.test(argument)) tags.module = argument
      else if (name === "browser") tags.browser = true
      else if (name === "node") tags.browser = false
      else if (name === "jsx") tags.jsx = true
    }
  }
  return tags
}
