/** @file `await install("pkg")`: npm in the notebook's folder, its output live in the cell. */
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { currentRun } from "./run.ts"

/** A registry name with an optional version: no flags, no shell text. */
const PACKAGE = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*(?:@[\w.~^>=<*|-]+)?$/iu

const NO_NPM = "install: npm was not found: install the npm that comes with Node"

/** Installs npm packages for the notebook. */
export type Install = (...packages: string[]) => Promise<void>

/** Makes the `install` function for a folder. */
export function createInstall(folder: string): Install {
  return async function install(...packages) {
    const bad = packages.find((name) => !PACKAGE.test(name) || name.startsWith("-"))
    if (packages.length === 0 || bad !== undefined) {
      throw new TypeError(
        `install: "${bad ?? ""}" is no package name; name or name@version is allowed`,
      )
    }
    const words = ["install", "--prefix", folder, "--no-fund", "--no-audit", ...packages]
    const code = await finished(runNpm(words, folder))
    if (code === 0) return
    throw new Error(`install: ${packages.join(" ")}: npm ended with ${code}; its message is above`)
  }
}

function runNpm(words: readonly string[], cwd: string): ChildProcess {
  const signal = currentRun()?.abort.signal
  const script = join(dirname(process.execPath), "../lib/node_modules/npm/bin/npm-cli.js")
  const stdio = ["ignore", "pipe", "pipe"] as const
  if (existsSync(script)) {
    return spawn(process.execPath, [script, ...words], { cwd, signal, stdio: [...stdio] })
  }
  const shell = process.platform === "win32"
  return spawn("npm", [...words], { cwd, signal, stdio: [...stdio], shell })
}

function finished(child: ChildProcess): Promise<number | string> {
  child.stdout?.on("data", (data) => process.stdout.write(data))
  child.stderr?.on("data", (data) => process.stderr.write(data))
  return new Promise((resolve, reject) => {
    child.on("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" ? new Error(NO_NPM) : error)
    })
    child.on("close", (code, signal) => resolve(code ?? signal ?? "no exit code"))
  })
}
