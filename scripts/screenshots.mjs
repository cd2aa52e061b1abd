/** @file `npm run screenshots`: pictures of every output of every notebook, or of every kind of output. See --help. */
import { cpSync, mkdirSync, readdirSync, rmSync } from "node:fs"
import path from "node:path"
import { parseArgs } from "node:util"
import { at } from "./paths.mjs"
import { takeGallery } from "./pictures/gallery.mjs"
import { openNotebook, runCells, saveAndClose, setTheme, withLab } from "./pictures/lab.mjs"
import { main, SetupError, step } from "./report.mjs"

const HELP = `npm run screenshots [-- OPTIONS]

Runs every notebook in JupyterLab (on a copy) and takes a picture of each output, in screenshots/.

  --only 01,03   notebooks whose names begin so
  --saved        show the saved outputs, do not run the cells
  --width N      of the page, in px (default 1280)
  --themes A,B   of light, dark, contrast (default light,dark)

  --gallery      every kind of output and its states instead, from scripts/pictures/specimens:
                 one sheet for each, 3 themes x 3 widths, in screenshots/gallery/sheets;
                 the static pictures beside them; audit.txt has what a program can find
  --only graph   with --gallery: specimens whose names begin so
  --themes, --widths 900,1280,1700   with --gallery: some of them
  --help         this text`

/** Fonts, lazy renderers and images of an output that has just changed. */
const SETTLE_MS = 1_500

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    saved: { type: "boolean", default: false },
    width: { type: "string", default: "1280" },
    themes: { type: "string" },
    gallery: { type: "boolean", default: false },
    widths: { type: "string", default: "900,1280,1700" },
    help: { type: "boolean", default: false },
  },
})
const only = options.only.split(",")

async function take() {
  if (options.help) return console.log(HELP)
  const themes = (options.themes ?? (options.gallery ? "light,dark,contrast" : "light,dark")).split(
    ",",
  )
  if (options.gallery)
    return takeGallery({ only, themes, widths: options.widths.split(",").map(Number) })
  const folder = copyNotebooks()
  await withLab({ folder, width: Number(options.width), height: 1000, scale: 2 }, async (page) => {
    let pictures = 0
    for (const notebook of chosenNotebooks())
      pictures += await photographNotebook(page, notebook, themes)
    step(`${pictures} pictures in ${at("screenshots")}`)
  })
}

/** Below the clone, so that cells find the packages of the clone. */
function copyNotebooks() {
  const folder = at(".cache", "screenshots")
  rmSync(folder, { recursive: true, force: true })
  cpSync(at("notebooks"), path.join(folder, "notebooks"), { recursive: true })
  return folder
}

function chosenNotebooks() {
  const all = readdirSync(at("notebooks")).filter((file) => file.endsWith(".ipynb"))
  const found = all.filter((file) => only.some((b) => file.startsWith(b))).sort()
  if (found.length === 0) throw new SetupError("no notebook was found", "see notebooks/ and --only")
  return found
}

async function photographNotebook(page, notebook, themes) {
  const name = path.basename(notebook, ".ipynb")
  const folder = at("screenshots", name)
  rmSync(folder, { recursive: true, force: true })
  await openNotebook(page, `notebooks/${notebook}`)
  if (!options.saved) await runCells(page, name)
  let pictures = 0
  for (const theme of themes) {
    mkdirSync(path.join(folder, theme), { recursive: true })
    await setTheme(page, theme)
    await page.waitForTimeout(SETTLE_MS)
    pictures += await photographOutputs(page, path.join(folder, theme))
  }
  step(`${name}: ${pictures} pictures`)
  await saveAndClose(page)
  return pictures
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

await main(take)
