/** @file The stages of `npm test`: what each needs, runs and counts. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs"
import path from "node:path"
import { checkAll } from "../check.mjs"
import { findChromium } from "../chromium.mjs"
import { jupyterEnvironment } from "../jupyter.mjs"
import { at, bin } from "../paths.mjs"
import { run } from "../process.mjs"
import {
  countsOfConformance,
  countsOfPlaywright,
  countsOfPytest,
  countsOfVitest,
} from "./counts.mjs"

const MINUTE = 60_000
const reports = at(".cache", "test")

/**
 * The stages in their order. `run` gives the stage's counts, or undefined when the files that it
 * would test do not exist yet; it throws when the stage broke before it could count.
 *
 * @param {{full: boolean}} options
 * @param {object} environment variables of the runners
 */
export function stages({ full }, environment = isolated()) {
  const limit = (full ? 60 : 15) * MINUTE
  const settings = { limit, env: { ...environment, DEFNOTE_FULL: full ? "1" : "0" } }
  return [
    { name: "check", run: checkAll },
    { name: "build", run: buildStage },
    { name: "unit", run: built(() => vitest(settings)) },
    { name: "conformance", run: () => conformance(settings, full) },
    { name: "kernel", run: built(() => pytest("kernel", at("kernel", "test"), settings)) },
    { name: "notebooks", run: built(() => notebooks(settings)) },
    { name: "browser", run: built(() => playwright(settings)) },
  ]
}

/** Jupyter folders of the tests alone, empty at the start. */
function isolated() {
  const folder = at(".cache", "test-jupyter")
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  mkdirSync(reports, { recursive: true })
  return { ...jupyterEnvironment(folder), NO_COLOR: "1", FORCE_COLOR: undefined }
}

/** A stage that tests what is built: alone in a fresh clone it builds first, else nothing is left to do. */
const built = (run) => async () => {
  await buildStage()
  return run()
}

async function buildStage() {
  const { buildAll } = await import("../build.mjs")
  await buildAll()
  return { passed: 0, failed: 0, skipped: 0 }
}

function vitest(settings) {
  const flags = ["--reporter=default", "--reporter=json", `--outputFile.json=${fresh("unit.json")}`]
  const command = [process.execPath, at("node_modules", "vitest", "vitest.mjs"), "run", ...flags]
  return counted(command, settings, "unit.json", countsOfVitest)
}

async function conformance({ env, limit }, full) {
  const table = at("packages", "testing", "src", "main.ts")
  if (!existsSync(table)) return undefined
  const args = [at("scripts", "run.mjs"), table, "--compiler", "wasm", ...(full ? ["--full"] : [])]
  const result = await run(process.execPath, args, { env, timeout: limit, echo: true })
  if (result.timedOut) throw new Error(tooLong(limit))
  return countsOfConformance(result.stdout)
}

async function notebooks(settings) {
  const some = existsSync(at("notebooks")) && readdirSync(at("notebooks")).some(isNotebook)
  return some ? pytest("notebooks", at("tests"), settings) : undefined
}

const isNotebook = (name) => name.endsWith(".ipynb")

/** The `test_*.py` of a folder. */
async function pytest(name, folder, settings) {
  const tests = existsSync(folder) && readdirSync(folder).some((file) => /^test_.*\.py$/.test(file))
  if (!tests) return undefined
  const report = fresh(`${name}.xml`)
  const flags = ["-q", "-p", "no:cacheprovider", "--durations=5", `--junitxml=${report}`]
  const command = [bin("python"), "-m", "pytest", ...flags, folder]
  return counted(command, settings, `${name}.xml`, countsOfPytest)
}

async function playwright(settings) {
  if (!["tests", "extension/test"].some((folder) => hasSpecs(at(folder)))) return undefined
  if (!findChromium()) {
    throw new Error("no Chromium or Chrome: install one, or set CHROMIUM to its path")
  }
  const env = { ...settings.env, PLAYWRIGHT_JSON_OUTPUT_NAME: fresh("browser.json") }
  const cli = at("node_modules", "@playwright", "test", "cli.js")
  const command = [process.execPath, cli, "test", "--reporter=list,json"]
  return counted(command, { ...settings, env }, "browser.json", countsOfPlaywright)
}

const hasSpecs = (folder) =>
  existsSync(folder) && readdirSync(folder).some((file) => file.endsWith(".spec.ts"))

/** The path of a report, without what an earlier run may have left there. */
function fresh(name) {
  const file = path.join(reports, name)
  rmSync(file, { force: true })
  return file
}

/** Runs a test runner; one that fails with no failed test in its report has broken. */
async function counted([command, ...args], { env, limit }, report, read) {
  const result = await run(command, args, { env, timeout: limit, echo: true })
  const file = path.join(reports, report)
  if (result.timedOut) throw new Error(tooLong(limit))
  if (!existsSync(file)) throw new Error("the test runner ended without a report")
  const counts = read(readFileSync(file, "utf8"))
  if (result.status === 0 || counts.failed > 0) return counts
  throw new Error(`the test runner failed with exit status ${result.status}`)
}

const tooLong = (limit) => `stopped after ${limit / MINUTE} minutes`
