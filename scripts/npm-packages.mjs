/** @file Installs the npm packages of the lock file, when they are not there yet. Imports only Node. */
import { existsSync, readFileSync } from "node:fs"
import { at, windows } from "./paths.mjs"
import { networkFailure, run } from "./process.mjs"
import { SetupError, step } from "./report.mjs"

/**
 * Makes `node_modules` agree with `package-lock.json`. Install scripts stay off: the packages that
 * have native parts carry them.
 *
 * @param {{tests: boolean}} options `tests` adds what only the tests and checks need
 */
export async function installPackages({ tests }) {
  if (installed(tests)) return
  step(`Installing npm packages${tests ? " with those of the tests" : ""}`)
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
  const retries = [
    "--prefer-offline",
    "--fetch-retry-mintimeout=1000",
    "--fetch-retry-maxtimeout=5000",
  ]
  const cache = ["--cache", at(".cache", "npm")]
  const omit = tests ? [] : ["--omit=dev"]
  const args = ["ci", ...omit, ...flags, ...retries, ...cache]
  const result = await run("npm", args, { shell: windows })
  if (result.status !== 0) throw failure(result)
}

/** Whether npm's own record of `node_modules` has every package of the lock at the locked version. */
function installed(tests) {
  const record = at("node_modules", ".package-lock.json")
  if (!existsSync(record)) return false
  const wanted = JSON.parse(readFileSync(at("package-lock.json"), "utf8")).packages
  const found = JSON.parse(readFileSync(record, "utf8")).packages
  return Object.entries(wanted).every(([name, entry]) => {
    const elsewhere = name === "" || entry.optional || entry.devOptional || entry.peer
    if (elsewhere || (entry.dev && !tests)) return true
    return found[name]?.version === entry.version && found[name]?.integrity === entry.integrity
  })
}

function failure({ output, missing }) {
  if (missing) return new SetupError("npm was not found", "install Node 20 or newer with its npm")
  const lost = networkFailure(output)
  if (lost) {
    return new SetupError(
      "npm could not reach its registry",
      "check the network connection or npm's proxy settings and run the command again",
      lost,
    )
  }
  if (/ENOSPC/.test(output)) return new SetupError("the disk is full", "free 1 GB and try again")
  return new SetupError("npm ci failed", "read npm's message above", output)
}
