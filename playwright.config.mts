/** @file Browser tests: a real JupyterLab on a copy of the notebooks, and a Chromium. */
import { defineConfig } from "@playwright/test"
import { findChromium } from "./scripts/chromium.mjs"
import { jupyterEnvironment } from "./scripts/jupyter.mjs"
import { at, bin } from "./scripts/paths.mjs"

const port = Number(process.env.DEFNOTE_TEST_PORT ?? 8931)
const asRoot = process.getuid?.() === 0
const config = at("tests", "jupyter_server_test_config.py")

export default defineConfig({
  testMatch: ["tests/**/*.spec.ts", "extension/test/**/*.spec.ts"],
  outputDir: "test-results",
  // A machine that does other work beside is slower, and no less right.
  timeout: process.env.CI ? 120_000 : 60_000,
  expect: { timeout: process.env.CI ? 30_000 : 15_000 },
  workers: 1,
  retries: process.env.CI ? 2 : 0,
  reporter: "list",
  use: {
    baseURL: `http://127.0.0.1:${port}`,
    viewport: { width: 1280, height: 800 },
    // A snapshot of the page at every action made each move of the pointer wait for 100 ms.
    trace: { mode: "retain-on-failure", snapshots: false },
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: findChromium(),
      args: asRoot ? ["--no-sandbox"] : [],
    },
  },
  webServer: {
    command: `"${bin("jupyter")}" lab --config="${config}" --ServerApp.port=${port}`,
    url: `http://127.0.0.1:${port}/api/status`,
    env: jupyterEnvironment(at(".cache", "test-jupyter")) as Record<string, string>,
    timeout: 90_000,
    stdout: "ignore",
    stderr: process.env.DEBUG_JUPYTER ? "pipe" : "ignore",
    gracefulShutdown: { signal: "SIGTERM", timeout: 10_000 },
  },
})
