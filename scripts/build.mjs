/** @file `npm run build`: packages, kernel bundle, labextension. Needs the npm packages. */
import { existsSync } from "node:fs"
import { pathToFileURL } from "node:url"
import { venv } from "./paths.mjs"
import { main, SetupError, step } from "./report.mjs"
import { refresh } from "./stamp.mjs"
import { installIntoJupyter } from "./targets/install.mjs"
import { kernel } from "./targets/kernel.mjs"
import { labextension } from "./targets/labextension.mjs"
import { library } from "./targets/library.mjs"
import { types } from "./targets/types.mjs"

/** Builds what has changed, and tells the Jupyter of `.venv` about it when there is one. */
export async function buildAll() {
  for (const target of [library(), types(), kernel(), labextension()]) {
    if (await build(target)) step(`Built ${target.name}`)
  }
  if (existsSync(venv)) installIntoJupyter()
}

async function build(target) {
  try {
    return await refresh(target)
  } catch (error) {
    if (error instanceof SetupError) throw error
    throw new SetupError(
      `building the ${target.name} failed`,
      "mend the errors above",
      error.message,
    )
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main(buildAll)
