/** @file The text of a rewritten file, for messages and pictures: read when the module runs. Cells bring their own. */
import { readFileSync } from "node:fs"
import { isAbsolute } from "node:path"
import { engine } from "@defnote/core"

engine.readSources((name) => {
  if (!isAbsolute(name)) return undefined
  try {
    return readFileSync(name, "utf8")
  } catch {
    return undefined
  }
})
