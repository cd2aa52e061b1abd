/** @file `npm run screenshots`: pictures of every output of every notebook, light and dark, in `screenshots/`. See --help. */
import { spawn } from "node:child_process"
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { chromium } from "@playwright/test"
import { findChromium } from "./chromium.mjs"
import { choosePort, jupyterEnvironment } from "./jupyter.mjs"
import { at, bin, windows } from "./paths.mjs"
import { main, SetupError, step } from "./report.mjs"

const HELP = `npm run screenshots [-- OPTIONS]

Runs every notebook in JupyterLab (on a copy) and takes a picture of each output.

  --only 01,03   notebooks whose names begin so
  --saved        show the saved outputs, do not run the cells
  --width N      of the page, in px (default 1280)
  --themes A,B   of light, dark, contrast (default light,dark)
  --help         this text`

const THEMES = {
  light: "JupyterLab Light",
  dark: "JupyterLab Dark",
  contrast: "JupyterLab Dark High Contrast",
}
const START_LIMIT_MS = 90_000
const STOP_LIMIT_MS = 15_000
const RUN_LIMIT_MS = 180_000
/** Fonts, lazy renderers and images of an output that has just changed. */
const SETTLE_MS = 1_500

const SETTINGS = {
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false" },
  // Every output stays on the page, so that each can be photographed.
  "@jupyterlab/notebook-extension:tracker": { windowingMode: "none" },
}

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    saved: { type: "boolean", default: false },
    width: { type: "string", default: "1280" },
    themes: { type: "string", default: "light,dark" },
    help: { type: "boolean", default: false },
  },
})

async function takeAll() {
  if (options.help) return console.log(HELP)
  if (!existsSync(bin("jupyter")))
    throw new SetupError("there is no JupyterLab here", "run npm start once")
  const server = await startServer()
  const interrupted = new Promise((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
      process.once(signal, () => reject(new SetupError(`${signal} came`, "pictures are missing")))
  })
  try {
    await Promise.race([photograph(server.base), interrupted])
  } finally {
    await server.stop()
  }
}

/** The server of the browser tests: no token, the application in `window`. */
async function startServer() {
  const port = await choosePort()
  const config = at("tests", "jupyter_server_test_config.py")
  const env = jupyterEnvironment(at(".cache", "screenshots-jupyter"))
  const folder = copyNotebooks()
  const places = [`--ServerApp.port=${port}`, `--ServerApp.root_dir=${folder}`]
  const flags = ["lab", `--config=${config}`, ...places]
  // Detached, since Ctrl+C comes to us alone then and we stop the server in order.
  const child = spawn(bin("jupyter"), flags, { env, stdio: "ignore", detached: !windows })
  const ended = new Promise((resolve) => child.once("exit", resolve))
  const stop = async () => {
    child.kill("SIGTERM")
    const late = sleep(STOP_LIMIT_MS, "late", { ref: false })
    if ((await Promise.race([ended, late])) === "late") child.kill("SIGKILL")
    await ended
  }
  const base = `http://127.0.0.1:${port}`
  if (await answers(base, child)) return { base, stop }
  await stop()
  throw new SetupError("JupyterLab did not start", "try npm start, which shows its messages")
}

/** Below the clone, so that cells find the packages of the clone. */
function copyNotebooks() {
  const folder = at(".cache", "screenshots")
  rmSync(folder, { recursive: true, force: true })
  cpSync(at("notebooks"), path.join(folder, "notebooks"), { recursive: true })
  return folder
}

async function answers(base, child) {
  const limit = Date.now() + START_LIMIT_MS
  while (Date.now() < limit && child.exitCode === null) {
    const reply = await fetch(`${base}/api/status`).catch(() => undefined)
    if (reply?.ok) return true
    await sleep(100)
  }
  return false
}

async function photograph(base) {
  const asRoot = process.getuid?.() === 0
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: asRoot ? ["--no-sandbox"] : [],
  })
  try {
    const viewport = { width: Number(options.width), height: 1000 }
    const page = await browser.newPage({ baseURL: base, viewport, deviceScaleFactor: 2 })
    for (const [id, raw] of Object.entries(SETTINGS)) await saveSetting(page, id, raw)
    let pictures = 0
    for (const notebook of chosenNotebooks()) pictures += await photographNotebook(page, notebook)
    step(`${pictures} pictures in ${at("screenshots")}`)
  } finally {
    await browser.close()
  }
}

const saveSetting = (page, id, values) =>
  page.request.put(`/lab/api/settings/${id}`, { data: { raw: JSON.stringify(values) } })

function chosenNotebooks() {
  const all = readdirSync(at("notebooks")).filter((file) => file.endsWith(".ipynb"))
  const beginnings = options.only.split(",")
  const found = all.filter((file) => beginnings.some((b) => file.startsWith(b))).sort()
  if (found.length === 0) throw new SetupError("no notebook was found", "see notebooks/ and --only")
  return found
}

async function photographNotebook(page, notebook) {
  const name = path.basename(notebook, ".ipynb")
  const folder = at("screenshots", name)
  rmSync(folder, { recursive: true, force: true })
  await page.goto(`/lab/tree/notebooks/${encodeURIComponent(notebook)}?reset`)
  await page.locator(".jp-Notebook .jp-Cell").first().waitFor({ timeout: START_LIMIT_MS })
  if (!options.saved) await runCells(page, name)
  let pictures = 0
  for (const theme of options.themes.split(",")) {
    const lab = THEMES[theme]
    if (!lab) throw new SetupError(`there is no theme ${theme}`, `choose of ${Object.keys(THEMES)}`)
    mkdirSync(path.join(folder, theme), { recursive: true })
    await command(page, "apputils:change-theme", { theme: lab })
    await page.locator(`body[data-jp-theme-name="${lab}"]`).waitFor({ state: "attached" })
    await page.waitForTimeout(SETTLE_MS)
    pictures += await photographOutputs(page, path.join(folder, theme))
  }
  step(`${name}: ${pictures} pictures`)
  await command(page, "docmanager:save")
  await command(page, "notebook:shutdown-kernel").catch(() => undefined)
  return pictures
}

/** A cell that fails is a picture too, and is said. */
async function runCells(page, name) {
  // Before the kernel is there, the lab would ask which one to use.
  await page.waitForFunction(
    () => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === "idle",
    undefined,
    { timeout: START_LIMIT_MS },
  )
  step(`${name}: running`)
  const late = sleep(RUN_LIMIT_MS, "late", { ref: false })
  if ((await Promise.race([command(page, "notebook:run-all-cells"), late])) === "late") {
    const waiting = await page.locator(".jp-Cell", { hasText: "[*]:" }).allInnerTexts()
    const first = waiting[0]?.slice(0, 200) ?? "no cell is waiting"
    throw new SetupError(`${name} ran longer than ${RUN_LIMIT_MS / 1000} s`, `see\n${first}`)
  }
  const errors = await page.locator('[data-mime-type="application/vnd.jupyter.stderr"]').count()
  const failed = await page.locator(".jp-OutputArea-output .ansi-red-fg").count()
  if (errors + failed > 0) step(`${name}: ${errors} outputs on stderr, ${failed} errors in red`)
}

async function photographOutputs(page, folder) {
  const cells = page.locator(".jp-Notebook .jp-Cell")
  let pictures = 0
  for (let i = 0; i < (await cells.count()); i++) {
    const outputs = cells.nth(i).locator(".jp-OutputArea-output:visible")
    for (let k = 0; k < (await outputs.count()); k++) {
      const output = outputs.nth(k)
      await output.scrollIntoViewIfNeeded()
      await page.waitForTimeout(100) // renderers that wait until they are seen
      const number = String(i + 1).padStart(2, "0")
      await output.screenshot({ path: path.join(folder, `cell-${number}-output-${k + 1}.png`) })
      pictures += 1
    }
  }
  return pictures
}

/** Runs a command of the lab and waits for its end. */
const command = (page, id, args = {}) =>
  page.evaluate(
    ([name, values]) =>
      window.jupyterapp.commands.execute(name, values).then((result) => String(result)),
    [id, args],
  )

await main(takeAll)
