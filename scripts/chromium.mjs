/** @file Finds the browser of the browser tests. */
import { existsSync } from "node:fs"

const USUAL = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/snap/bin/chromium",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe",
]

/**
 * The program that `CHROMIUM` names, else the first at a usual place.
 *
 * @returns {string | undefined} undefined when there is none: Playwright then looks for its own
 */
export function findChromium() {
  return process.env.CHROMIUM || USUAL.find((file) => existsSync(file))
}
