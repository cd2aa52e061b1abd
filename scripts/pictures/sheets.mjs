/** @file Contact sheets: the pictures of one specimen side by side, made by the browser that took them. */
import { existsSync, mkdirSync, readFileSync } from "node:fs"
import path from "node:path"
import { openBrowser } from "./lab.mjs"

const STYLE = `body { margin: 12px; background: #8a8f98; font: 13px sans-serif; display: inline-block }
  table { border-spacing: 12px 6px } td { vertical-align: top; padding: 0 } img { display: block }`

/** One sheet for each name: a row for each theme, a column for each width. */
export async function makeSheets({ folder, names, themes, widths }) {
  await withSheetPage(path.join(folder, "sheets"), async (draw) => {
    for (const name of names) {
      const cell = (theme, width) => {
        const file = path.join(folder, "pictures", name, `${theme}-${width}.png`)
        return `<td>${existsSync(file) ? imageOf("image/png", readFileSync(file)) : "no picture"}</td>`
      }
      const head = widths.map((width) => `<th>${name}, page of ${width} px</th>`).join("")
      const rows = themes.map((theme) => `<tr>${widths.map((w) => cell(theme, w)).join("")}</tr>`)
      await draw(name, `<table><tr>${head}</tr>${rows.join("")}</table>`)
    }
  })
}

/** One sheet for each static picture, on a white and on a dark page (those of GitHub). */
export async function makeStaticSheets({ folder, pictures }) {
  await withSheetPage(path.join(folder, "static"), async (draw) => {
    for (const { name, svg } of pictures) {
      const picture = imageOf("image/svg+xml", Buffer.from(svg))
      const page = (colour) => `<td style="background: ${colour}; padding: 16px">${picture}</td>`
      await draw(name, `<table><tr>${page("#ffffff")}${page("#0d1117")}</tr></table>`)
    }
  })
}

const imageOf = (type, bytes) => `<img src="data:${type};base64,${bytes.toString("base64")}">`

async function withSheetPage(folder, work) {
  mkdirSync(folder, { recursive: true })
  const browser = await openBrowser()
  try {
    const page = await browser.newPage()
    await work(async (name, body) => {
      await page.setContent(`<style>${STYLE}</style><body>${body}</body>`)
      await page.locator("body").screenshot({ path: path.join(folder, `${name}.png`) })
    })
  } finally {
    await browser.close()
  }
}
