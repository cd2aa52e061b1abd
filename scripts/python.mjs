/** @file Makes the Python environment `.venv`, in which only JupyterLab and the tests run. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { at, bin, venv, windows } from "./paths.mjs"
import { networkFailure, run } from "./process.mjs"
import { SetupError, step } from "./report.mjs"

const FLOOR = "3.10"
const PROBE = `import sys; print(sys.executable if sys.version_info >= (3, 10) else "")`

/**
 * Makes `.venv` and installs requirement files into it; nothing happens when they are installed.
 *
 * @param {string[]} requirements file names in the root, such as `requirements.txt`
 */
export async function preparePython(requirements) {
  const missing = requirements.filter((file) => !fresh(file))
  if (missing.length === 0) return
  const python = await findPython()
  if (moved() || !(await works(bin("python")))) await createEnvironment(python)
  step(`Installing Python packages (${missing.join(", ")})`)
  await install(python, missing)
  for (const file of missing) writeFileSync(stampOf(file), wanted(file))
}

const stampOf = (file) => path.join(venv, `.${file}.stamp`)
const fresh = (file) => existsSync(bin("python")) && stampIn(file) === wanted(file)
const stampIn = (file) =>
  existsSync(stampOf(file)) ? readFileSync(stampOf(file), "utf8") : undefined

/** The folder stands first: the commands in `.venv` name it, so they end with a move of the clone. */
const wanted = (file) =>
  [venv, readFileSync(at(file), "utf8"), readFileSync(at("constraints.txt"), "utf8")].join("\n")

function moved() {
  const [folder] = stampIn("requirements.txt")?.split("\n") ?? [venv]
  return folder !== venv
}

async function works(python) {
  return existsSync(python) && (await run(python, ["-c", ""])).status === 0
}

/** The path of the first Python that is new enough; `DEFNOTE_PYTHON` decides when it is set. */
async function findPython() {
  const chosen = process.env.DEFNOTE_PYTHON
  const candidates = chosen ? [[chosen]] : [["python3"], ["python"], ["py", "-3"]]
  for (const [command, ...args] of candidates) {
    const { status, stdout } = await run(command, [...args, "-c", PROBE])
    if (status === 0 && stdout.trim()) return stdout.trim()
  }
  throw new SetupError(
    chosen
      ? `${chosen}, which DEFNOTE_PYTHON names, is not a Python ${FLOOR} or newer`
      : `Python ${FLOOR} or newer was not found`,
    `install Python ${FLOOR} or newer, or set DEFNOTE_PYTHON to one`,
  )
}

/** `--without-pip` works where Debian has left out ensurepip; uv needs no pip inside. */
async function createEnvironment(python) {
  step("Creating .venv")
  rmSync(venv, { recursive: true, force: true })
  const made = await run(python, ["-m", "venv", "--without-pip", venv])
  if (made.status !== 0) {
    const uv = await findUv(python)
    const byUv = uv && (await run(uv, ["venv", "--quiet", "--python", python, venv]))
    if (byUv?.status !== 0) throw noVenv("Python's venv module does not work", made.output)
  }
  // JupyterLab's bundled yarn.js is CommonJS; a package.json above the clone must not change that.
  writeFileSync(path.join(venv, "package.json"), '{ "type": "commonjs" }\n')
}

const noVenv = (problem, output) =>
  new SetupError(
    problem,
    "install python3-venv (Debian and Ubuntu: `sudo apt-get install python3-venv`) or uv",
    output,
  )

async function install(python, files) {
  const args = [...files.flatMap((file) => ["-r", file]), "-c", "constraints.txt"]
  const result = (await installWithUv(python, args)) ?? (await installWithPip(args))
  if (result.status === 0) return
  const lost = networkFailure(result.output)
  if (lost) {
    throw new SetupError(
      "the Python package index could not be reached",
      "check the network connection or the proxy settings and run the command again",
      lost,
    )
  }
  throw new SetupError("installing Python packages failed", "read the message above", result.output)
}

/** Nothing where there is no uv, or where it fails: pip may know an index or proxy that uv does not. */
async function installWithUv(python, args) {
  const uv = await findUv(python)
  if (!uv) return undefined
  const flags = ["--quiet", "--python", bin("python")]
  const result = await run(uv, ["pip", "install", ...flags, ...args], { env: caches() })
  if (result.status === 0) return result
  step(`uv failed (${result.output.trim().split("\n")[0]}); trying pip`)
  return undefined
}

async function installWithPip(args) {
  const pip = ["-m", "pip"]
  if ((await run(bin("python"), [...pip, "--version"])).status !== 0) {
    const made = await run(bin("python"), ["-m", "ensurepip", "--default-pip"])
    if (made.status !== 0) throw noVenv("neither uv nor pip is available", made.output)
  }
  const flags = ["--quiet", "--disable-pip-version-check", "--no-input"]
  return run(bin("python"), [...pip, "install", ...flags, ...args], { env: caches() })
}

/** uv is many times faster than pip: the one on PATH, else its wheel unpacked in the clone. */
async function findUv(python) {
  if (process.env.DEFNOTE_NO_UV) return undefined
  if ((await run("uv", ["--version"])).status === 0) return "uv"
  const folder = at(".cache", "uv-command")
  const binary = path.join(folder, "bin", windows ? "uv.exe" : "uv")
  if (existsSync(binary)) return binary
  mkdirSync(folder, { recursive: true })
  const pin = readFileSync(at("constraints.txt"), "utf8").match(/^uv==\S+/m)?.[0] ?? "uv"
  const flags = [
    "--quiet",
    "--no-compile",
    "--disable-pip-version-check",
    "--no-input",
    "--target",
    folder,
  ]
  await run(python, ["-m", "pip", "install", ...flags, pin], { env: caches() })
  return existsSync(binary) ? binary : undefined
}

/** Installers keep their downloads in the clone too, unless the person has chosen a place. */
function caches() {
  return {
    UV_CACHE_DIR: at(".cache", "uv"),
    PIP_CACHE_DIR: at(".cache", "pip"),
    UV_SYSTEM_CERTS: "1", // pip trusts the system's certificates too
    ...process.env,
    PYTHONNOUSERSITE: "1",
    VIRTUAL_ENV: "",
  }
}
