/** @file The gallery: one notebook for each group of specimens, photographed in all themes and widths, on sheets. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"
import { at } from "../paths.mjs"
import { SetupError, step } from "../report.mjs"
import { openNotebook, runCells, saveAndClose, setTheme, withLab } from "./lab.mjs"
import { makeSheets, makeStaticSheets } from "./sheets.mjs"
import { GROUPS } from "./specimens.mjs"

const folder = at("screenshots", "gallery")
const served = at(".cache", "gallery")
/** A theme's style sheets, a layout for another width, fonts: they come after the page says it is done. */
const SETTLE_MS = 700
/** Higher than any output: what the page scrolls is not in a picture. */
const HEIGHT_PX = 1500

/**
 * Takes the pictures and puts them on sheets.
 *
 * @param {{only: string[], themes: string[], widths: number[]}} options beginnings of names; our names
 *   of themes; widths of the page in px
 */
export async function takeGallery({ only, themes, widths }) {
  const chosen = chosenGroups(only)
  rmSync(served, { recursive: true, force: true })
  mkdirSync(served, { recursive: true })
  const findings = new Findings()
  await withLab({ folder: served, width: widths[0], height: HEIGHT_PX, scale: 1 }, async (page) => {
    for (const [group, { setup, specimens }] of chosen)
      await photograph(page, { group, setup, specimens, themes, widths, findings })
  })
  const names = chosen.flatMap(([, { specimens }]) => specimens.map(({ name }) => name))
  await makeSheets({ folder, names, themes, widths })
  await makeStaticSheets({ folder, pictures: chosen.flatMap(([group]) => staticPictures(group)) })
  writeFileSync(path.join(folder, "audit.txt"), findings.text())
  step(`${names.length} sheets in ${folder}, ${findings.count} findings in audit.txt`)
}

/** What the audit found, each once, with where. */
class Findings {
  #places = new Map()

  add(finding, place) {
    this.#places.set(finding, [...(this.#places.get(finding) ?? []), place])
  }
  get count() {
    return this.#places.size
  }
  text() {
    const lines = [...this.#places].map(([finding, places]) => `${finding} (${places.join(" ")})\n`)
    return lines.sort().join("")
  }
}

function chosenGroups(only) {
  const chosen = Object.entries(GROUPS).flatMap(([group, { setup, specimens }]) => {
    const some = specimens.filter(({ name }) => only.some((b) => name.startsWith(b)))
    return some.length > 0 ? [[group, { setup, specimens: some }]] : []
  })
  if (chosen.length > 0) return chosen
  const names = Object.values(GROUPS).flatMap(({ specimens }) => specimens.map(({ name }) => name))
  throw new SetupError("no specimen has such a name", `choose of ${names.join(", ")}`)
}

/** Pictures of one group's notebook. */
async function photograph(page, { group, setup, specimens, themes, widths, findings }) {
  writeFileSync(path.join(served, `${group}.ipynb`), JSON.stringify(notebook(setup, specimens)))
  await openNotebook(page, `${group}.ipynb`)
  await page.addScriptTag({ path: at("scripts", "pictures", "audit.mjs"), type: "module" })
  await setTheme(page, themes[0])
  await runCells(page, group)
  await prepare(page, specimens, findings)
  for (const width of widths) {
    await page.setViewportSize({ width, height: HEIGHT_PX })
    for (const theme of themes) {
      await setTheme(page, theme)
      await page.waitForTimeout(SETTLE_MS)
      await photographAll(page, { specimens, findings, place: `${theme}-${width}` })
    }
  }
  await saveAndClose(page)
  step(`${group}: ${specimens.length * themes.length * widths.length} pictures`)
}

function notebook(setup, specimens) {
  const cell = (id, source) => ({
    cell_type: "code",
    id,
    source,
    metadata: {},
    execution_count: null,
    outputs: [],
  })
  // A cell that fails would keep those after it from running.
  const tags = ["raises-exception"]
  const cells = specimens.map(({ name, source }) => ({ ...cell(name, source), metadata: { tags } }))
  const kernelspec = {
    name: "defnote",
    display_name: "defnote (TypeScript)",
    language: "typescript",
  }
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec },
    cells: [cell("setup", setup), ...cells],
  }
}

const cellOf = (page, index) => page.locator(".jp-Notebook .jp-Cell").nth(index + 1)

/** Brings each output into the state that its specimen shows. */
async function prepare(page, specimens, findings) {
  for (const [i, specimen] of specimens.entries()) {
    const problem = await problemOf(cellOf(page, i), specimen).catch(String)
    if (problem) {
      step(`${specimen.name}: ${problem}`)
      findings.add(`${specimen.name}: ${problem}`, "all")
    }
  }
  await page.mouse.move(0, 0)

  async function problemOf(cell, { act, edit, fails }) {
    const output = cell.locator(".jp-OutputArea-child").last()
    if ((await output.count()) === 0) return "there is no output"
    await output.scrollIntoViewIfNeeded()
    await page.waitForTimeout(SETTLE_MS)
    const error = output.locator('[data-mime-type="application/vnd.jupyter.error"]')
    if (!fails && (await error.count()) > 0) return `it fails: ${await error.first().innerText()}`
    await edit?.(cell, page)
    await act?.(output, page)
  }
}

async function photographAll(page, { specimens, findings, place }) {
  for (const [i, { name }] of specimens.entries()) {
    const area = cellOf(page, i).locator(".jp-OutputArea")
    if ((await area.locator(".jp-OutputArea-child:visible").count()) === 0) continue
    await area.scrollIntoViewIfNeeded()
    await page.waitForTimeout(150) // renderers that wait until they are seen
    const file = path.join(folder, "pictures", name, `${place}.png`)
    await area.screenshot({ path: file, animations: "disabled" })
    for (const finding of await area.evaluate((node) => window.auditOutput(node)))
      findings.add(`${name}: ${finding}`, place)
  }
}

/** The static pictures of a saved notebook: what a site shows that does not run our renderers. */
function staticPictures(group) {
  const { cells } = JSON.parse(readFileSync(path.join(served, `${group}.ipynb`), "utf8"))
  return cells.flatMap(({ id, outputs }) => {
    const svg = outputs.map(({ data }) => data?.["image/svg+xml"]).find((text) => text)
    return svg ? [{ name: id, svg: [svg].flat().join("") }] : []
  })
}
