/** @file Proves that a started JupyterLab works: the first notebook runs and shows its outputs. */

import { jupyterEnvironment } from "./jupyter.mjs"
import { at, bin } from "./paths.mjs"
import { run } from "./process.mjs"
import { SetupError, step } from "./report.mjs"

const LIMIT_MS = 300_000

/**
 * Runs a notebook through the server, as a browser would.
 *
 * @param {{base: string, token: string}} server a started server
 * @param {string} notebook its file name in `notebooks/`
 * @throws {SetupError} when a cell fails, or no cell has an output
 */
export async function checkNotebook({ base, token }, notebook) {
  step(`Running ${notebook}`)
  const env = { ...jupyterEnvironment(at(".jupyter")), JUPYTER_TOKEN: token }
  const script = at("scripts", "check_notebook.py")
  const result = await run(bin("python"), [script, base, notebook], { env, timeout: LIMIT_MS })
  if (result.status !== 0) {
    const remedy = "read the message above; the server's log is .jupyter/server.log"
    throw new SetupError(`${notebook} did not run`, remedy, result.output)
  }
  const { cells, outputs } = JSON.parse(result.stdout)
  step(`${notebook}: ${cells} cells ran, ${outputs} outputs`)
}
