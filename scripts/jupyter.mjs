/** @file Starts and stops JupyterLab, with everything that Jupyter writes kept in the clone. */
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs"
import { createServer } from "node:net"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { at, bin, venv, windows } from "./paths.mjs"
import { SetupError } from "./report.mjs"

const FIRST_PORT = 8888
const PORTS_TRIED = 50
const START_LIMIT_MS = 90_000
const STOP_LIMIT_MS = 15_000

/**
 * Environment variables under which Jupyter reads and writes only below `folder` (and `.venv`).
 *
 * @param {string} folder where settings, workspaces, signatures and connection files go
 */
export function jupyterEnvironment(folder) {
  const { PYTHONHOME: _home, PYTHONPATH: _path, JUPYTER_CONFIG_PATH: _config, ...env } = process.env
  return {
    ...env,
    VIRTUAL_ENV: venv,
    PATH: [path.dirname(bin("python")), env.PATH].join(path.delimiter),
    PYTHONNOUSERSITE: "1",
    JUPYTER_DATA_DIR: path.join(folder, "data"),
    JUPYTER_CONFIG_DIR: path.join(folder, "config"),
    JUPYTER_RUNTIME_DIR: path.join(folder, "runtime"),
    JUPYTERLAB_SETTINGS_DIR: path.join(folder, "lab", "user-settings"),
    JUPYTERLAB_WORKSPACES_DIR: path.join(folder, "lab", "workspaces"),
    IPYTHONDIR: path.join(folder, "ipython"),
  }
}

/**
 * The port to serve on.
 *
 * @param {number} [wanted] this one or none; without it the first free one from 8888
 * @throws {SetupError} when there is none
 */
export async function choosePort(wanted) {
  if (wanted !== undefined) {
    if (await isFree(wanted)) return wanted
    throw new SetupError(
      `port ${wanted} is in use or not allowed`,
      "choose another with --port, or leave --port out to get a free one",
    )
  }
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED; port++) {
    if (await isFree(port)) return port
  }
  throw new SetupError(
    `ports ${FIRST_PORT} to ${FIRST_PORT + PORTS_TRIED - 1} are all in use`,
    "choose one with --port",
  )
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once("error", () => resolve(false))
    probe.listen({ port, host: "127.0.0.1", exclusive: true }, () =>
      probe.close(() => resolve(true)),
    )
  })
}

/**
 * Starts JupyterLab on `notebooks/` and waits until it answers.
 *
 * @param {{port: number, exact: boolean, page: string, open: boolean}} options `exact` refuses any
 *   other port when this one was taken meanwhile; `page` is the path that a browser opens, such as
 *   `/lab/tree/01-tour.ipynb`
 * @returns {Promise<{url: string, base: string, token: string, ended: Promise<number>, stop: () => Promise<void>}>}
 */
export async function startJupyter({ port, exact, page, open }) {
  const folder = at(".jupyter")
  mkdirSync(folder, { recursive: true })
  const token = randomBytes(24).toString("hex")
  const log = path.join(folder, "server.log")
  const child = spawn(bin("jupyter"), ["lab", ...flags({ port, exact, page, open })], {
    cwd: at("notebooks"),
    env: { ...jupyterEnvironment(folder), JUPYTER_TOKEN: token },
    stdio: ["ignore", "pipe", "pipe"],
    detached: !windows, // Ctrl+C comes to us alone, and we stop the server in order
  })
  writeLog(child, log)
  const ended = new Promise((resolve) =>
    child.once("exit", (code, signal) => resolve(code ?? signal)),
  )
  const stop = () => stopServer(child, ended)
  try {
    const base = await waitUntilReady({ runtime: path.join(folder, "runtime"), token, ended, log })
    return { url: `${base}${page}?token=${token}`, base, token, ended, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** The token travels in the environment, where other users of the machine do not see it. */
function flags({ port, exact, page, open }) {
  return [
    "--ServerApp.ip=127.0.0.1",
    `--ServerApp.port=${port}`,
    `--ServerApp.port_retries=${exact ? 0 : PORTS_TRIED}`,
    `--ServerApp.root_dir=${at("notebooks")}`,
    `--ServerApp.open_browser=${open ? "True" : "False"}`,
    `--LabApp.default_url=${page}`,
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ...(process.getuid?.() === 0 ? ["--allow-root"] : []),
  ]
}

function writeLog(child, file) {
  const stream = createWriteStream(file)
  child.stdout.pipe(stream, { end: false })
  child.stderr.pipe(stream, { end: false })
  child.once("close", () => stream.end())
}

async function waitUntilReady({ runtime, token, ended, log }) {
  const limit = Date.now() + START_LIMIT_MS
  let exited = false
  ended.then(() => {
    exited = true
  })
  while (Date.now() < limit && !exited) {
    const port = portOf(runtime, token)
    const base = `http://127.0.0.1:${port}`
    if (port !== undefined && (await answers(base, token))) return base
    await sleep(50)
  }
  const tail = readFileSync(log, "utf8").split("\n").slice(-25).join("\n")
  const what = exited ? "JupyterLab ended at its start" : "JupyterLab did not answer in time"
  throw new SetupError(what, `read its messages above, all of them in ${log}`, tail)
}

/**
 * The port of the server that was started with a token, by the files that servers write. Whatever else
 * answers at the wanted port, another person's server without a token for one, is not ours.
 *
 * @param {string} runtime Jupyter's runtime folder
 * @param {string} token
 * @returns {number | undefined} undefined until the server has written its file
 */
export function portOf(runtime, token) {
  if (!existsSync(runtime)) return undefined
  const files = readdirSync(runtime).filter((name) => /^jpserver-\d+\.json$/.test(name))
  return files.map((name) => readServer(path.join(runtime, name))).find((s) => s.token === token)
    ?.port
}

/** A file that is being written, or was just removed, tells nothing. */
function readServer(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"))
  } catch {
    return {}
  }
}

async function answers(base, token) {
  try {
    const headers = { Authorization: `token ${token}` }
    return (await fetch(`${base}/api/status`, { headers })).ok
  } catch {
    return false
  }
}

/** SIGTERM lets the server stop its kernels; SIGINT has been seen to leave some running. */
async function stopServer(child, ended) {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill("SIGTERM")
  const late = sleep(STOP_LIMIT_MS, "late", { ref: false })
  if ((await Promise.race([ended, late])) === "late") child.kill("SIGKILL")
  await ended
}
