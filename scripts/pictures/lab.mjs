/** @file A JupyterLab with a Chromium for taking pictures: starts, opens notebooks, runs them, changes themes. Knows no output. */
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { chromium } from "@playwright/test"
import { findChromium } from "../chromium.mjs"
import { choosePort, jupyterEnvironment } from "../jupyter.mjs"
import { at, bin, windows } from "../paths.mjs"
import { SetupError, step } from "../report.mjs"

/** What we call a theme, and what JupyterLab calls it. */
export const THEMES = {
  light: "JupyterLab Light",
  dark: "JupyterLab Dark",
  contrast: "JupyterLab Dark High Contrast",
}
const START_LIMIT_MS = 90_000
const STOP_LIMIT_MS = 15_000
const RUN_LIMIT_MS = 180_000

const SETTINGS = {
  "@jupyterlab/apputils-extension:notification": { fetchNews: "false" },
  // Every output stays on the page, so that each can be photographed.
  "@jupyterlab/notebook-extension:tracker": { windowingMode: "none" },
}

/**
 * Runs `work` with a page of a JupyterLab, and stops both afterwards, also when a signal comes.
 *
 * @param {{folder: string, width: number, height: number, scale: number}} options the folder that is
 *   served, below the clone, so that cells find its packages; the size of the page in px; device pixels
 *   for one px
 * @param {(page: import("@playwright/test").Page) => Promise<void>} work
 */
export async function withLab({ folder, ...size }, work) {
  if (!existsSync(bin("jupyter")))
    throw new SetupError("there is no JupyterLab here", "run npm start once")
  const server = await startServer(folder)
  const interrupted = new Promise((_, reject) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
      process.once(signal, () => reject(new SetupError(`${signal} came`, "pictures are missing")))
  })
  try {
    await Promise.race([withPage(server.base, size, work), interrupted])
  } finally {
    await server.stop()
  }
}

/** The server of the browser tests: no token, the application in `window`. */
async function startServer(folder) {
  const port = await choosePort()
  const config = at("tests", "jupyter_server_test_config.py")
  const env = jupyterEnvironment(at(".cache", "screenshots-jupyter"))
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

async function answers(base, child) {
  const limit = Date.now() + START_LIMIT_MS
  while (Date.now() < limit && child.exitCode === null) {
    const reply = await fetch(`${base}/api/status`).catch(() => undefined)
    if (reply?.ok) return true
    await sleep(100)
  }
  return false
}

async function withPage(base, { width, height, scale }, work) {
  const browser = await openBrowser()
  try {
    const viewport = { width, height }
    const page = await browser.newPage({ baseURL: base, viewport, deviceScaleFactor: scale })
    for (const [id, values] of Object.entries(SETTINGS))
      await page.request.put(`/lab/api/settings/${id}`, { data: { raw: JSON.stringify(values) } })
    await work(page)
  } finally {
    await browser.close()
  }
}

/** The Chromium of the browser tests. */
export function openBrowser() {
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : []
  return chromium.launch({ executablePath: findChromium(), args })
}

/**
 * Opens a notebook in an empty workspace.
 *
 * @param {import("@playwright/test").Page} page
 * @param {string} place below the served folder
 */
export async function openNotebook(page, place) {
  await page.goto(`/lab/tree/${encodeURI(place)}?reset`)
  await page.locator(".jp-Notebook .jp-Cell").first().waitFor({ timeout: START_LIMIT_MS })
}

/** Runs all cells. A cell that fails is a picture too, and is said. */
export async function runCells(page, name) {
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

/** Changes the lab's theme, by our name for it, and waits until it is there. */
export async function setTheme(page, theme) {
  const lab = THEMES[theme]
  if (!lab) throw new SetupError(`there is no theme ${theme}`, `choose of ${Object.keys(THEMES)}`)
  await command(page, "apputils:change-theme", { theme: lab })
  await page.locator(`body[data-jp-theme-name="${lab}"]`).waitFor({ state: "attached" })
}

/** Saves the notebook and ends its kernel. */
export async function saveAndClose(page) {
  await command(page, "docmanager:save")
  await command(page, "notebook:shutdown-kernel").catch(() => undefined)
}

/** Runs a command of the lab and waits for its end. */
export const command = (page, id, args = {}) =>
  page.evaluate(
    ([name, values]) =>
      window.jupyterapp.commands.execute(name, values).then((result) => String(result)),
    [id, args],
  )
